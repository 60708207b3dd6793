import { html } from 'ghtml';

/** What happens at each form, for whoever looks behind the scenes. */
export const NOTES = {
  visitor: html`<p>This application knows nothing of Jumio. It has Ory Kratos for accounts, reads one word from the
account, and has one link. Everything else is done by the service between Kratos and Jumio.</p>
<ol><li>Sign up with any address; no mail is sent.</li><li>On the page that stands in for Jumio, choose what it shall find.</li>
<li>Come back, sign out, and try to sign in.</li></ol>`,
  registration: html`<p>When you press the button, Kratos stores your account and calls the service:
<code>POST /jumio/initiate</code>, with your account’s id and nothing about you. The service writes down that a
verification is owed, and asks Jumio to prepare one as soon as it can. If Jumio is down, you are signed up all the same.</p>`,
  login: html`<p>Before Kratos lets you in it asks the service’s gate: <code>POST /jumio/validate</code>. The answer is
“yes”, or a refusal with a text. As shipped, only a rejected identity is refused.</p>`,
  refused: html`<p>Your password was right. Kratos asked the service’s gate, <code>POST /jumio/validate</code>, and the
answer was 403 with the text that you see; Kratos put it on this form, and no session was made. Losing the password does
not help: <a href="/recovery">recovery</a> asks the same gate.</p>`,
  recovery: html`<p>Recovery signs people in without a password, so it asks the gate too. A rejected identity is refused
here as well.</p>`,
  refusedRecovery: html`<p>The code was right. Kratos asked the service’s gate here as well, and the answer was 403 with
the text that you see: no session was made.</p>`,
  settings: html`<p>The code was right and the gate agreed, so you are signed in. Here a real application lets you choose
a new password.</p>`,
  error: html`<p>Kratos had something to say for which there is no form, and sent you here.</p>`,
} as const;
