import type { PasskeyOptions } from '../../../transactions/index.ts';
import { html, type Markup } from '../render.ts';

/** What the form of a passkey needs. Texts are in the language of the page. */
export interface PasskeyForm {
  /** Where it is posted to. */
  readonly to: string;
  /** Hidden inputs, the CSRF token among them. */
  readonly fields: Readonly<Record<string, string>>;
  readonly options: PasskeyOptions;
  /** On the button. */
  readonly press: string;
  /** Shown if the person closes the browser's dialog, or it finds no passkey. */
  readonly unused: string;
}

/**
 * Returns the form with which a payer approves by a passkey. It is hidden until `assets/passkey.js` shows it, which asks the
 * authenticator when it is submitted, and posts the answer as the field `assertion` (`readAssertion`). A page has one.
 */
export function passkeyForm({ to, fields, options, press, unused }: PasskeyForm): Markup {
  const inputs = Object.entries({ ...fields, assertion: '' }).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );
  return html`<form method="post" action="${to}" data-passkey="${JSON.stringify(options)}" hidden>${inputs}<button>${press}</button><p role="status" data-unused="${unused}"></p></form>`;
}
