import { toText } from '../../../texts/messages.ts';
import { type Factor, maskedNumber, SMS_CODE, type SmsOptions, smsTagOf } from '../../../transactions/index.ts';
import { html } from '../../pages/render.ts';
import { createFactorPart, type FactorPart } from './part.ts';

/** Returns the part of the page of codes by SMS: a button for each number, and the form for the code. */
export function smsPart(factor: Factor<SmsOptions, string>): FactorPart {
  return createFactorPart(factor, {
    acts: { begin: 'sms', answer: 'code' },
    unread: 'form',
    offer: ({ phones }, _at, { form }, open) => {
      const labelOf = ({ id, shown }: SmsOptions['phones'][number]) =>
        open?.addressId === id ? toText('button.send_again') : toText('button.send_code', { phone: shown });
      return html`${phones.map((phone) => form('sms', labelOf(phone), { fields: { choice: phone.id } }))}`;
    },
    tagOf: ({ sentPayee }) => (sentPayee === null ? undefined : smsTagOf(sentPayee)),
    open: ({ state, addressId }, { session }, { form, translate }) => {
      const number = session.phones.find(({ id }) => id === addressId)?.number;
      if (state !== 'started' || number === undefined) return html``;
      const input = html`<label for="code">${translate(toText('approve.code'))}</label>
<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9 ]{4,20}" maxlength="20" required>`;
      return html`<p>${translate(toText('approve.code_sent', { phone: maskedNumber(number) }))}</p>
<div class="choices">${form('code', toText('button.approve_payment'), { inputs: input })}</div>\n`;
    },
    read: ({ code = '' }) => {
      const digits = code.replace(/\s/g, '');
      return SMS_CODE.test(digits) ? digits : undefined;
    },
  });
}
