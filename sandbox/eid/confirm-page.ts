import { readFileSync } from 'node:fs';
import { html } from 'ghtml';
import type { ProviderProfile } from './kinds.ts';

/** The demo's style sheet, with buttons as wide as the page. */
const STYLE = `${readFileSync(new URL('../app/app.css', import.meta.url), 'utf8')}
main { max-width: 34rem; margin: 1rem auto; } button { width: 100%; text-align: left; }
button small { display: block; font-weight: 400; }`;

function choice(value: string, label: string, consequence = 'no account is created'): string {
  return html`<p><button name="choice" value="${value}">${label}<small>${consequence}</small></button></p>`;
}

/** Stands in for the app on the phone: the person picks who they are and at which level, or refuses. */
export function confirmPage(profile: ProviderProfile, uid: string): string {
  const choices = [
    ...profile.levels.map((level) =>
      choice(`level:${level}`, `Confirm at level ${level}`, profile.consequenceOf(level)),
    ),
    choice('none', 'Confirm without a level', profile.consequenceOf(undefined)),
    choice('late', 'Confirm too late: the code has expired'),
    choice('deny', 'Refuse'),
  ];
  return html`<!doctype html><html lang="en"><meta charset="utf-8"><title>${profile.title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"><style>!${STYLE}</style>
<body><main class="card">
<h1>${profile.title}</h1><p>In the real world this is the app on your phone. The level that you pick is granted, whatever was requested.</p>
<form method="post" action="/interaction/${uid}">
<p><label>Who you are <input name="sub" value="anna" pattern="[a-z]+(#[0-9]+)?" required></label><br>
<small>The same name is the same account; <code>anna#2</code> is Anna after she deleted her account and made a new one.</small></p>
!${choices}
</form></main></body></html>`;
}
