import { html } from 'ghtml';

/** What Kratos says in its own English when an electronic identity led nowhere, and what this application says instead. */
const SENTENCES: readonly (readonly [string, string])[] = [
  ['access_denied', 'You did not confirm in the app. Nothing was stored, and you can start again.'],
  ['invalid_grant', 'Your confirmation came too late to count. Nothing was stored, and you can start again.'],
];

/** Undefined: this application has no better words. */
export function inOwnWords(text: string): string | undefined {
  return SENTENCES.find(([word]) => text.includes(word))?.[1];
}

/** To a flow of its own: the one that was used up has only half of its form left. */
export const START_AGAIN = html`<p><a class="button" href="/registration">Start again</a></p>`;
