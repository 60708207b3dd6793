import { readFileSync } from 'node:fs';
import { html } from 'ghtml';
import type { Manner } from './kinds.ts';

/** The demo's look, and buttons that are as wide as a phone. */
const STYLE = `${readFileSync(new URL('../app/app.css', import.meta.url), 'utf8')}
main { max-width: 34rem; margin: 1rem auto; } button { width: 100%; text-align: left; }
button small { display: block; font-weight: 400; }`;

function choice(value: string, words: string, comesOfIt = 'nobody is signed up'): string {
  return html`<p><button name="choice" value="${value}">${words}<small>${comesOfIt}</small></button></p>`;
}

/** What a person would confirm in the app: here they pick who they are and at which level, or refuse. */
export function confirmPage(manner: Manner, uid: string): string {
  const choices = [
    ...manner.levels.map((level) => choice(`level:${level}`, `Confirm, at level ${level}`, manner.comesOf(level))),
    choice('none', 'Confirm, and say no level', manner.comesOf(undefined)),
    choice('late', 'Confirm so late that the code has expired'),
    choice('deny', 'Refuse'),
  ];
  return html`<!doctype html><html lang="en"><meta charset="utf-8"><title>${manner.title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"><style>!${STYLE}</style>
<body><main class="card">
<h1>${manner.title}</h1><p>In the real world this is the app on your phone. The level that you pick is granted whatever was asked for.</p>
<form method="post" action="/interaction/${uid}">
<p><label>Who you are <input name="sub" value="anna" pattern="[a-z]+(#[0-9]+)?" required></label><br>
<small>The same name is the same account; <code>anna#2</code> is Anna after she deleted her account and made a new one.</small></p>
!${choices}
</form></main></body></html>`;
}
