import { html } from 'ghtml';
import type { Me } from './kratos.ts';
import { meaningOf } from './standing.ts';

export function welcome(): string {
  return html`<p>Open an account in a minute, and prove who you are when you are ready.</p>
<p><a class="button" href="/registration">Sign up</a> <a class="button plain" href="/login">Sign in</a></p>`;
}

const ATTEMPTS: ReadonlyMap<string, string> = new Map([
  ['pending', 'A further attempt waits for you. Until it is decided, nothing changes.'],
  ['processing', 'A further attempt is under way. Until it is decided, nothing changes.'],
  ['expired', 'A further attempt was not finished. It changed nothing.'],
]);

const MAY_SEND = { good: 'yes', wait: 'once you are verified', bad: 'no' } as const;

/** The start page of who is signed in: what the application read, what it means here, and its one link. */
export function home({ jumio }: Pick<Me, 'jumio'>, verifyLink: string): string {
  const { badge, mood, sentence, link } = meaningOf(jumio);
  const attempt = jumio?.attempt && ATTEMPTS.get(jumio.attempt);
  return html`<p><span class="badge ${mood}">${badge}</span></p><p>${sentence}</p>
!${attempt ? html`<p class="note">${attempt}</p>` : ''}
!${link === undefined ? '' : html`<p><a class="button" href="${verifyLink}">${link}</a></p>`}
<h2>What you can do here</h2>
<ul><li>Look at your account: yes</li><li>Send money: ${MAY_SEND[mood]}</li></ul>
<p><a href="/">Look again</a></p>`;
}
