import { html } from 'ghtml';
import type { Manner } from './kinds.ts';

function choice(value: string, words: string): string {
  return html`<p><button name="choice" value="${value}">${words}</button></p>`;
}

/** What a person would confirm in the app: here they pick who they are and at which level, or refuse. */
export function confirmPage(manner: Manner, uid: string): string {
  const choices = [
    ...manner.levels.map((level) => choice(`level:${level}`, `Confirm, at level ${level}`)),
    choice('none', 'Confirm, and say no level'),
    choice('late', 'Confirm so late that the code has expired'),
    choice('deny', 'Refuse'),
  ];
  return html`<!doctype html><html lang="en"><meta charset="utf-8"><title>${manner.title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<body style="font:16px/1.5 system-ui;max-width:32rem;margin:2rem auto;padding:0 1rem"><main>
<h1>${manner.title}</h1><p>In the real world this is the app on your phone. The level that you pick is granted whatever was asked for.</p>
<form method="post" action="/interaction/${uid}">
<p><label>Who you are <input name="sub" value="anna" pattern="[a-z]+(#[0-9]+)?" required></label><br>
<small>The same name is the same account; <code>anna#2</code> is Anna after she deleted her account and made a new one.</small></p>
!${choices}
</form></main></body></html>`;
}
