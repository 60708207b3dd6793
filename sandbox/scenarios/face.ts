import { setTimeout as sleep } from 'node:timers/promises';
import { decodeEntities } from '../kratos/client/forms.ts';
import type { Answer } from '../kratos/client/loopback.ts';
import type { Stack } from '../stack/start.ts';
import { type Customer, newCustomer } from './customer.ts';
import { approveByCode, openPage, reportReceipt } from './payments.ts';
import { expect, type Scenario } from './scenario.ts';

/** How long a comparison may take, with its callback. */
const TIMEOUT_MS = 30_000;

/** Where a browser without scripts goes next by itself, and after how many seconds; undefined: this page stays. */
function refreshOf({ text, url }: Answer): { readonly seconds: number; readonly to: string } | undefined {
  const content = /<meta http-equiv="refresh" content="([^"]*)"/.exec(text)?.[1] ?? '';
  const [, seconds, to = url] = /^(\d+)(?:; url=(.+))?$/.exec(decodeEntities(content)) ?? [];
  return seconds === undefined ? undefined : { seconds: Number(seconds), to: new URL(to, url).href };
}

/** Lets pages load themselves again, as a browser without scripts does, until one is as wanted. Throws where one stays before. */
async function refreshed(
  customer: Customer,
  first: Answer,
  wanted: { readonly is: (page: Answer) => boolean; readonly says: string },
): Promise<Answer> {
  const end = Date.now() + TIMEOUT_MS;
  for (let page = first; ; ) {
    if (wanted.is(page)) return page;
    const next = refreshOf(page);
    if (next === undefined || Date.now() > end) throw new Error(`expected: ${wanted.says}`);
    await sleep(next.seconds * 1_000);
    page = await customer.browser.get(next.to, { follow: true });
  }
}

/** The way on to Jumio, on a page that had to wait for it. */
function linkToJumio({ text }: Answer, { jumioUrl }: Stack): string | undefined {
  const links = [...text.matchAll(/<a [^>]*href="([^"]*)"/g)].map(([, href = '']) => decodeEntities(href));
  return links.find((href) => href.startsWith(jumioUrl));
}

/** Presses the button, and returns the page of Jumio. */
async function toJumio(stack: Stack, customer: Customer, page: Answer): Promise<Answer> {
  const is = (shown: Answer): boolean =>
    shown.url.startsWith(stack.jumioUrl) || linkToJumio(shown, stack) !== undefined;
  const pressed = await customer.press(page, 'Approve with your face');
  const shown = await refreshed(customer, pressed, { is, says: 'the button leads to Jumio' });
  const link = linkToJumio(shown, stack);
  return shown.url.startsWith(stack.jumioUrl) || link === undefined ? shown : customer.browser.get(link);
}

/** A payment whose payer is before Jumio's camera: Jumio is told of no payment. */
async function atJumio(stack: Stack) {
  const customer = await newCustomer(stack);
  const page = await openPage(stack, customer, 'Send money');
  const hosted = await toJumio(stack, customer, page);
  const isSilent = !['50.00', 'John Doe', 'Harbour'].some((text) => `${hosted.url} ${hosted.text}`.includes(text));
  expect(hosted.status === 200 && isSilent, 'Jumio’s page knows nothing of the payment');
  return { customer, hosted, url: page.url };
}

const approved: Scenario = {
  name: 'send money, approved with the face',
  run: async (stack, report) => {
    const { customer, hosted } = await atJumio(stack);
    report('the button leads to Jumio, which compares the face with that of the verification');
    const shown = await customer.press(hosted, 'Pass');
    expect(shown.url.startsWith(`${stack.verifyUrl}/approve/`), 'Jumio leads back to the page of the payment');
    const back = await refreshed(customer, shown, {
      is: ({ url }) => url.startsWith(`${stack.appUrl}/send/return?transaction=`),
      says: 'the page leads back to the bank by itself, without a script',
    });
    expect((await customer.messages()).length === 0, 'no code was sent');
    reportReceipt(await customer.press(back, 'Pay 50.00 EUR'), customer, report);
  },
};

const warned: Scenario = {
  name: 'send money, with a face of which Jumio warns',
  run: async (stack, report) => {
    const { customer, hosted, url } = await atJumio(stack);
    const shown = await customer.press(hosted, 'Warn');
    const page = await refreshed(customer, shown, {
      is: ({ text }) => text.includes('That did not work. The payment is not approved.'),
      says: 'the page says that it did not work',
    });
    expect(page.url.startsWith(url), 'the page stays');
    const bank = await customer.browser.get(`${stack.appUrl}/send/return?transaction=${url.split('/').at(-1)}`);
    expect(bank.text.includes('This payment is not approved yet.'), 'the bank pays nothing');
    report('a warning is no approval: the bank pays nothing');
    expect((await customer.readStatus())?.status === 'approved', 'the verification stays as it was');
    const back = await approveByCode(stack, customer, page, report);
    reportReceipt(await customer.press(back, 'Pay 50.00 EUR'), customer, report);
  },
};

/** Payments and the face of their payer, with either Kratos. */
export const faceScenarios: readonly Scenario[] = [approved, warned];
