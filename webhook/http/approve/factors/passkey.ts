import { toText } from '../../../texts/messages.ts';
import { type Factors, type PasskeyOptions, readAssertion } from '../../../transactions/index.ts';
import { createScript } from '../../pages/assets.ts';
import { html, type Markup } from '../../pages/render.ts';
import { createFactorPart, type Drawing, type FactorPart } from './part.ts';

/**
 * Returns the form with which a payer approves by a passkey. It is hidden until `assets/passkey.js` shows it, which asks the
 * authenticator when it is submitted, and posts the answer as the field `assertion` (`readAssertion`). A page has one.
 */
export function passkeyForm(options: PasskeyOptions, { form, translate }: Drawing): Markup {
  return form('passkey', toText('button.approve_passkey'), {
    fields: { assertion: '' },
    attributes: { 'data-passkey': JSON.stringify(options), hidden: '' },
    below: html`<p role="status" data-unused="${translate(toText('approve.passkey_unused'))}"></p>`,
  });
}

/** Returns the part of the page of passkeys: one button, whose press approves. */
export function passkeyPart(factor: NonNullable<Factors['passkey']>): FactorPart {
  return createFactorPart(factor, {
    acts: { answer: 'passkey' },
    offer: (options, _at, drawing) => passkeyForm(options, drawing),
    read: ({ assertion }) => readAssertion(assertion),
    script: createScript('passkey.js'),
  });
}
