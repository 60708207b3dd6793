import { html } from 'ghtml';
import { page } from '../pages.ts';
import { PAYMENT_NOTES } from './notes.ts';
import type { Order, Wanted } from './orders.ts';
import type { Problem } from './service.ts';

/** What the form is filled with: an account that is in every example of the documents. */
const EXAMPLE: Wanted = { payee: 'John Doe', iban: 'DE02100100109307118603', amount: '50.00', currency: 'EUR' };

const EXAMPLE_PHONE = '+4915200000001';

const HOME = html`<p><a href="/">Back to the start</a></p>`;

/** The person a page is shown to. */
export interface Shown {
  readonly email: string;
}

interface Field {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly more?: string;
}

function field({ name, label, value, more = '' }: Field): string {
  return html`<p><label for="${name}">${label}</label><input id="${name}" name="${name}" value="${value}" required
autocomplete="off" !${more}></p>`;
}

function button(action: string, text: string, { fields = {}, isPlain = false }: ButtonParts = {}): string {
  const hidden = Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );
  return html`<form method="post" action="${action}">!${hidden}<p><button!${isPlain ? ' class="plain"' : ''}>${text}</button></p></form>`;
}

interface ButtonParts {
  readonly fields?: Readonly<Record<string, string>>;
  readonly isPlain?: boolean;
}

/** Before anybody is signed in. */
export function strangerPage(): string {
  const main = html`<p>Sign in first, or sign up and have your identity verified.</p>
<p><a class="button" href="/login">Sign in</a> <a class="button plain" href="/registration">Sign up</a></p>`;
  return page({ title: 'Send money', main, behind: PAYMENT_NOTES.stranger });
}

export function unverifiedPage({ email }: Shown, verifyLink: string): string {
  const main = html`<p>You can send money once your identity is verified.</p>
<p><a class="button" href="${verifyLink}">Verify my identity</a></p>!${HOME}`;
  return page({ title: 'Send money', main, behind: PAYMENT_NOTES.unverified, email });
}

/** What the form needs to know of the person. */
export interface FormFacts {
  /** Their verified number; undefined: none yet. */
  readonly phone: string | undefined;
  readonly twilioUrl: string;
  readonly hasPasskeys: boolean;
}

function phoneForm(value = EXAMPLE_PHONE): string {
  const input = { name: 'phone', label: 'Your mobile number', value, more: 'type="tel"' };
  return html`<form method="post" action="/send/phone">!${field(input)}<p><button>Confirm this number</button></p></form>`;
}

function phoneLink({ phone = '', twilioUrl }: FormFacts): string {
  return html`<p class="note">Codes go to ${phone}. <a href="${twilioUrl}/?to=${encodeURIComponent(phone)}" target="_blank"
rel="noopener">Open your phone</a> beside this window: it shows each message as it arrives.</p>`;
}

/** A number that Kratos did not take. */
export function phonePage({ email }: Shown, phone: string): string {
  const message = 'This is no mobile number. Write it with the code of its country, such as +49 1520 0000001.';
  const main = html`<p class="message" role="alert">${message}</p>!${phoneForm(phone)}!${HOME}`;
  return page({ title: 'Send money', main, behind: PAYMENT_NOTES.phone, email });
}

/** The members of a payment, by the labels of the form. */
const LABELS: Readonly<Record<string, string>> = {
  creditorName: 'Payee',
  creditorAccount: 'IBAN',
  iban: 'IBAN',
  amount: 'Amount',
  currency: 'Currency',
};

function labelOf(pointer: string): string {
  const member = pointer.split('/').at(-1) ?? '';
  return LABELS[member] ?? member;
}

/** The mistakes that the service found, in its own words. */
function mistakes(problem: Problem | undefined): string {
  if (problem === undefined) return '';
  const named = (problem.errors ?? []).map(({ pointer, expected }) => `${labelOf(pointer)}: ${expected}`);
  return html`<p class="message" role="alert">${named.length > 0 ? named.join('; ') : problem.title}</p>`;
}

/** The form of a payment, with what was wrong with the last one. */
export function sendPage({ email }: Shown, facts: FormFacts, wanted: Wanted = EXAMPLE, problem?: Problem): string {
  const { payee, iban, amount, currency } = wanted;
  const isReady = facts.phone !== undefined;
  const passkey = html`<p><a href="/settings">Add a passkey</a>, and approve with it instead of a code.</p>`;
  const form = html`<form method="post" action="/send">
!${field({ name: 'payee', label: 'Payee', value: payee })}!${field({ name: 'iban', label: 'IBAN', value: iban })}
!${field({ name: 'amount', label: 'Amount', value: amount, more: 'inputmode="decimal"' })}
!${field({ name: 'currency', label: 'Currency', value: currency, more: 'maxlength="3"' })}
<p><button>Send money</button> <button class="plain" formaction="/send/link">Send money by a signed link</button></p></form>`;
  const main = html`!${mistakes(problem)}!${isReady ? phoneLink(facts) : phoneForm()}!${isReady ? form : ''}
!${isReady && facts.hasPasskeys ? passkey : ''}!${HOME}`;
  return page({ title: 'Send money', main, behind: isReady ? PAYMENT_NOTES.form : PAYMENT_NOTES.phone, email });
}

function summary({ payee, iban, amount, currency }: Wanted): string {
  return html`<p><strong>${amount} ${currency}</strong> to ${payee}, ${iban}</p>`;
}

/** Approved, and not paid yet: what is paid can still be changed, to see what follows. */
export function approvedPage({ email }: Shown, order: Order, tampered: string): string {
  const fields = { order: order.id };
  const main = html`!${summary(order)}<p>You have approved this payment.</p>
!${button('/send/pay', `Pay ${order.amount} ${order.currency}`, { fields })}
!${button('/send/pay', `Tamper: pay ${tampered} ${order.currency} instead`, { fields: { ...fields, tamper: '1' }, isPlain: true })}`;
  return page({ title: 'Approved', main, behind: PAYMENT_NOTES.back, email });
}

const ENDS: ReadonlyMap<string, string> = new Map([
  ['declined', 'You have declined this payment.'],
  ['failed', 'This payment was not approved: too many tries failed.'],
  ['expired', 'This payment was not approved in time.'],
  ['cancelled', 'This payment was cancelled.'],
]);

/** Not approved: still open, or at an end. @param url the page of the service, where it is still open */
export function notApprovedPage({ email }: Shown, order: Order, status: string, url: string): string {
  const end = ENDS.get(status);
  const next =
    end === undefined
      ? html`<p><a class="button" href="${url}">Go on with the approval</a></p>`
      : button('/send/again', 'Try again', { fields: { order: order.id } });
  const main = html`!${summary(order)}<p>${end ?? 'This payment is not approved yet.'}</p>!${next}!${HOME}`;
  return page({ title: 'Not paid', main, behind: PAYMENT_NOTES.ended, email });
}

/** The service refused to give the approval for what was about to be paid. */
export function refusedPage({ email }: Shown, order: Order, problem: Problem): string {
  const { status, code, title } = problem;
  const isUnharmed = code === 'differs';
  const next = isUnharmed
    ? button('/send/pay', `Pay ${order.amount} ${order.currency}`, { fields: { order: order.id } })
    : HOME;
  const main = html`!${summary(order)}<p class="message" role="alert">Nothing was paid: the answer was ${status}, ${code}.</p>
<pre>${JSON.stringify({ status, code, title }, null, 2)}</pre>!${next}`;
  return page({ title: 'Not paid', main, behind: PAYMENT_NOTES.differs, email });
}

/** The approval is genuine, and not for this: the bank pays nothing. */
export function unfitPage({ email }: Shown, order: Order, why: string): string {
  const main = html`!${summary(order)}<p class="message" role="alert">Nothing was paid. Expected of the approval: ${why}.</p>!${HOME}`;
  return page({ title: 'Not paid', main, behind: PAYMENT_NOTES.refused, email });
}

/** The receipt, with the decoded approval and what was checked. */
export function receiptPage({ email }: Shown, order: Order & { readonly paid: NonNullable<Order['paid']> }): string {
  const { header, payload, checks } = order.paid;
  const main = html`!${summary(order)}<p><span class="badge good">Paid</span></p>
<h2>What was checked before it was paid</h2><ul>!${checks.map((check) => html`<li>${check}</li>`)}</ul>
<h2>The approval</h2><pre id="header">${JSON.stringify(header, null, 2)}</pre>
<pre id="approval">${JSON.stringify(payload, null, 2)}</pre>
<p><a href="/send">Send more money</a></p>!${HOME}`;
  return page({ title: 'Receipt', main, behind: PAYMENT_NOTES.receipt, email });
}

/** No order of this person. */
export function unknownPage({ email }: Shown): string {
  const main = html`<p>You have no such payment here.</p>!${HOME}`;
  return page({ title: 'Unknown payment', main, behind: PAYMENT_NOTES.back, email });
}
