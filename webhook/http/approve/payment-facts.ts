import { toText } from '../../texts/messages.ts';
import { type Payment, shownAccount, shownAmount } from '../../transactions/index.ts';
import { html, type Markup, type Translate } from '../pages/render.ts';

/** What the page says of a transaction beside the payment. */
export interface ShownTransaction {
  readonly payment: Payment;
  /** The tag of the message that was sent; undefined: none was. */
  readonly tag: string | undefined;
  /** Milliseconds for which it is still open; null: it is not. */
  readonly leftMs: number | null;
}

const MINUTE_MS = 60_000;

function timeLeft(ms: number, language: string): string {
  const minutes = Math.max(1, Math.ceil(ms / MINUTE_MS));
  return new Intl.NumberFormat(language, { style: 'unit', unit: 'minute', unitDisplay: 'long' }).format(minutes);
}

function row(label: string, value: Markup | string | undefined): Markup | undefined {
  return value === undefined ? undefined : html`<div><dt>${label}</dt><dd>${value}</dd></div>\n`;
}

/**
 * Returns what is to be approved, from the record: amount and payee are what a factor is bound to. Foreign text stands in
 * `bdi`, so that it never turns the text around it.
 */
export function paymentFacts(
  { payment, tag, leftMs }: ShownTransaction,
  language: string,
  translate: Translate,
): Markup {
  const { instructedAmount, creditorName, creditorAccount, remittanceInformationUnstructured: remittance } = payment;
  const account = shownAccount(creditorAccount);
  return html`<dl class="payment">
${row(translate(toText('approve.amount')), html`<strong class="amount">${shownAmount(instructedAmount, language)}</strong>`)}${row(
  translate(toText('approve.payee')),
  html`<bdi>${creditorName}</bdi>`,
)}${row(translate(toText('approve.account')), html`<bdi class="account">${account}</bdi>`)}${row(
  translate(toText('approve.remittance')),
  remittance === undefined ? undefined : html`<bdi>${remittance}</bdi>`,
)}${row(translate(toText('approve.tag')), tag === undefined ? undefined : html`<bdi class="account">#${tag}</bdi>`)}${row(
  translate(toText('approve.time_left')),
  leftMs === null ? undefined : timeLeft(leftMs, language),
)}</dl>
`;
}
