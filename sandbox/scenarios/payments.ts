import { z } from 'zod';
import type { Answer } from '../kratos/client/loopback.ts';
import type { Stack } from '../stack/start.ts';
import { type Customer, newCustomer } from './customer.ts';
import { expect, type Report, type Scenario } from './scenario.ts';

const PAGE = 'Approve this payment';

const claims = z.object({
  jti: z.string(),
  sub: z.string(),
  amr: z.array(z.string()),
  authentication_factors: z.array(z.record(z.string(), z.string())),
  authorization_details: z.array(
    z.object({ instructedAmount: z.object({ amount: z.string(), currency: z.string() }) }),
  ),
});

/** The approval that a receipt of the bank shows. Throws where a page is no receipt. */
export function approvalOn({ text, url }: Pick<Answer, 'text' | 'url'>): z.infer<typeof claims> {
  const shown = /<pre id="approval">([^<]*)</.exec(text)?.[1];
  if (shown === undefined) throw new Error(`expected: a receipt, and not ${new URL(url).pathname}`);
  return claims.parse(JSON.parse(shown.replaceAll('&quot;', '"').replaceAll('&#34;', '"')));
}

function isApprovalPage(page: Answer, stack: Stack): boolean {
  return page.url.startsWith(`${stack.verifyUrl}/approve/`) && page.status === 200;
}

/** Has a code sent, and returns the page that asks for it, and the code as the phone shows it. */
async function sendCode(customer: Customer, page: Answer, report: Report) {
  const before = (await customer.messages()).length;
  const asking = await customer.press(page, 'Send a code to');
  const messages = await customer.messages();
  const last = messages.at(-1);
  if (last === undefined || messages.length !== before + 1) throw new Error('expected: one message on the phone');
  expect(last.text.includes('50.00 EUR') && last.text.includes('John Doe'), 'the message names amount and payee');
  const tag = /#\w{4}/.exec(last.text)?.[0] ?? 'a tag';
  expect(asking.text.includes(tag), 'the page shows the tag of the message');
  report(`the message on the phone names amount and payee, and has the tag of the page`);
  return { asking, code: last.code };
}

/** Sends money, and returns the page of the service, which shows what is paid. */
export async function openPage(
  stack: Stack,
  customer: Customer,
  button: Parameters<Customer['send']>[0],
): Promise<Answer> {
  const page = await customer.send(button);
  expect(isApprovalPage(page, stack), `the bank leads to the page of the payment, and not to ${page.url}`);
  const shown = ['50.00', 'EUR', 'John Doe', 'DE02 1001 0010 9307 1186 03'].every((text) => page.text.includes(text));
  expect(shown, 'the page shows amount, payee and account before anything is asked for');
  return page;
}

/** Approves by the code of a message. Returns the page of the bank. */
export async function approveByCode(stack: Stack, customer: Customer, page: Answer, report: Report): Promise<Answer> {
  const { asking, code } = await sendCode(customer, page, report);
  const back = await customer.press(asking, PAGE, { code });
  expect(back.url.startsWith(`${stack.appUrl}/send/return?transaction=`), 'the right code leads back to the bank');
  return back;
}

/** Checks what the receipt of the bank says of the approval. */
export function reportReceipt(receipt: Answer, customer: Customer, report: Report): void {
  const approval = approvalOn(receipt);
  const amount = approval.authorization_details[0]?.instructedAmount;
  expect(
    amount?.amount === '50.00' && approval.sub === customer.identityId,
    'the approval is for this payment and payer',
  );
  report(`paid ${amount?.amount} ${amount?.currency}, approved by ${approval.amr.join(', ')}`);
}

const bySms: Scenario = {
  name: 'send money, approved by a code, with an amount that is changed before it is paid',
  run: async (stack, report) => {
    const customer = await newCustomer(stack);
    const back = await approveByCode(stack, customer, await openPage(stack, customer, 'Send money'), report);
    const refused = await customer.press(back, 'Tamper: pay 950.00 EUR instead');
    expect(refused.status === 409 && refused.text.includes('differs'), 'another amount is refused as different');
    report('the bank pays another amount: 409 differs, and nothing is paid');
    reportReceipt(await customer.press(refused, 'Pay 50.00 EUR'), customer, report);
  },
};

const byHint: Scenario = {
  name: 'send money by a signed link',
  run: async (stack, report) => {
    const customer = await newCustomer(stack);
    const page = await openPage(stack, customer, 'Send money by a signed link');
    expect(!page.url.includes('?'), 'the hint is in no address any more');
    const back = await approveByCode(stack, customer, page, report);
    reportReceipt(await customer.press(back, 'Pay 50.00 EUR'), customer, report);
  },
};

const declined: Scenario = {
  name: 'send money, and decline',
  run: async (stack, report) => {
    const customer = await newCustomer(stack);
    const back = await customer.press(await openPage(stack, customer, 'Send money'), 'Decline this payment');
    expect(back.text.includes('You have declined this payment'), 'the bank learns of it');
    expect((await customer.messages()).length === 0, 'no code was sent');
    report('declined: the bank pays nothing');
    const again = await customer.press(back, 'Try again');
    expect(isApprovalPage(again, stack), 'a new try is a new record');
    report('a new try is a new payment to approve');
  },
};

/** A code of as many digits that is another one. */
function wrong(code: string): string {
  return code.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10));
}

const blocked: Scenario = {
  name: 'send money, with a wrong code five times',
  run: async (stack, report) => {
    const customer = await newCustomer(stack);
    const { asking, code } = await sendCode(customer, await openPage(stack, customer, 'Send money'), report);
    let page = asking;
    for (let tries = 1; tries < 5; tries += 1) page = await customer.press(page, PAGE, { code: wrong(code) });
    expect(page.text.includes('If the next try fails as well'), 'the page warns before the last try');
    const over = await customer.press(page, PAGE, { code: wrong(code) });
    expect(over.text.includes('The payment was not approved'), 'the fifth wrong code ends the payment');
    report('the fifth wrong code ends the payment, and blocks for five minutes');
    const other = await customer.send('Send money');
    expect(other.text.includes('You cannot approve payments right now'), 'another payment is blocked too');
    report('another payment cannot be approved meanwhile');
  },
};

/** What `npm run demo -- --auto` runs of payments, with either Kratos. */
export const paymentScenarios: readonly Scenario[] = [bySms, byHint, declined, blocked];
