import { html } from 'ghtml';

/** What happens at each step of a payment: the text of the box “Behind the scenes”. */
export const PAYMENT_NOTES = {
  form: html`<p>When you press <em>Send money</em>, this bank writes an order into its own books, and its back end records the
payment at the service: <code>POST /transactions</code>, with amount, payee and your id at Kratos. You are then sent to the page of
the service, which shows what was recorded. Nothing in the address says what is paid.</p>
<p><em>Send money by a signed link</em> is the way of Azure AD B2C: the bank signs the payment itself (<code>id_token_hint</code>),
and your browser carries it. It is recorded once, and then all is the same; but amount and payee stood in an address.</p>
<p>For a code by SMS, and for your face, your password must be five minutes old at most: it is the other element. The service says
so, and leads to Kratos and back. Your face can approve where Jumio has one of you; it is told of no payment.</p>`,
  stranger: html`<p>Who pays is known by their session at Kratos, here and on the page of the service.</p>`,
  unverified: html`<p>This bank reads <code>metadata_public.jumio.status</code> of your account, and sends money only where it is
<code>approved</code>.</p>`,
  phone: html`<p>A code by SMS goes to a number that Kratos has verified (<code>verification.via: sms</code>). Here no SMS can be sent by
Kratos, so the bank’s clerk confirms every number, by Kratos’ admin API.</p>`,
  back: html`<p>The address that you came back by has the number of the record, and nothing else: it says “look”. The bank found the
order by your session and that number, and asked the service how it stands: <code>GET /transactions/{id}</code>.</p>
<p>A real bank would pay now. This one lets you try first what happens if the amount changes in between, by a mistake or by an
attacker in its own systems.</p>`,
  ended: html`<p>The bank learns how it ended, and not why: which element was wrong is nobody’s business but yours. A new try is a new
record with another <code>Idempotency-Key</code>.</p>`,
  differs: html`<p><code>POST /transactions/{id}/consume</code> names what is about to be paid. It is not what you approved, so the answer
is 409 and the operator gets an event. The approval itself is unharmed.</p>`,
  receipt: html`<p><code>POST /transactions/{id}/consume</code> gave this approval, once. It is a token of five minutes, signed by a key that
anybody can read. The bank verified it with nothing but that key, and keeps it: <code>jti</code> is the authentication code of this
payment and of no other.</p>`,
  refused: html`<p>The signature is right, and the approval is for something else than what this bank is about to do. It pays nothing.</p>`,
} as const;
