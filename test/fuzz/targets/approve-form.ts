import fc from 'fast-check';
import { z } from 'zod';
import { parseConfig } from '../../../webhook/config/config.ts';
import { verifyAssertion } from '../../../webhook/passkey/verify.ts';
import { createPasskeyFactor, createSmsFactor, readAssertion } from '../../../webhook/transactions/index.ts';
import { createFakeKratos } from '../../support/fakes/kratos.ts';
import { loggedLines } from '../../support/logs/lines.ts';
import { buildTestService, ENVIRONMENT, PUBLIC_URL } from '../../support/service/service.ts';
import { bankOf, PAYMENT } from '../../support/transactions/bank.ts';
import { CODE, createFakeTwilio } from '../../support/transactions/fake-twilio.ts';
import { idOf, newPayer, withTwilio } from '../../support/transactions/payers.ts';
import { anyText } from '../grammar.ts';
import { accepted, mustHold, refused, type Target } from '../target.ts';
import { CANARY } from '../words.ts';

/** What a case may name, and the target fills in. */
const RIGHT = { token: '{token}', code: '{code}', choice: '{choice}', assertion: '{assertion}' };

const press = z.object({
  /** Whether a code was sent before. */
  isSent: z.boolean().catch(false),
  /** The body, urlencoded, in which the names of `RIGHT` stand for what is right. */
  body: z.string(),
  query: z.string().catch(''),
});

const fields = fc.record(
  {
    _csrf: fc.oneof({ weight: 6, arbitrary: fc.constant(RIGHT.token) }, anyText),
    act: fc.oneof(
      {
        weight: 6,
        arbitrary: fc.constantFrom('sms', 'code', 'passkey', 'decline', 'face', '__proto__', 'constructor'),
      },
      anyText,
    ),
    code: fc.oneof(fc.constantFrom(RIGHT.code, ' 271 828 ', '000000', '٢٧١٨٢٨', '271828.0', '2718280'), anyText),
    choice: fc.oneof(fc.constantFrom(RIGHT.choice, '+4915299999999', ''), anyText),
    assertion: fc.oneof(fc.constantFrom(RIGHT.assertion, 'null', '{}', '[]'), anyText),
    amount: fc.constantFrom('1.00', '5000.00'),
    creditorName: fc.constantFrom('Eve', CANARY),
    phone: fc.constantFrom('+4915299999999'),
    client: fc.constantFrom('shop'),
  },
  { requiredKeys: ['act'] },
);

/** As a browser sends it, sometimes with each field twice. */
const bodies = fc.tuple(fields, fc.boolean(), fc.boolean()).map(([given, isTwice, isRaw]) => {
  const pairs = Object.entries(given).map(([name, value]): [string, string] => [name, value]);
  const all = isTwice && isRaw ? [...pairs, ...pairs] : pairs;
  // As URLSearchParams writes them, but for the names that are filled in.
  return new URLSearchParams(all).toString().replaceAll(/%7B(\w+)%7D/g, '{$1}');
});

function readPress(input: string) {
  try {
    return press.safeParse(JSON.parse(input)).data;
  } catch {
    return undefined;
  }
}

/** Whether an answer in a form is the one that the authenticator gave. */
function isSame(answer: string | undefined, given: string): boolean {
  return JSON.stringify(readAssertion(answer)) === JSON.stringify(readAssertion(given));
}

/** What a form says, if each of its fields is there once. */
function onlyOf(body: string, name: string): string | undefined {
  const values = new URLSearchParams(body).getAll(name);
  return values.length === 1 ? values[0] : undefined;
}

/** The form of the page of a payment: whatever is in it, only what is right approves, and only what was recorded is sent. */
export async function approveForms(): Promise<Target> {
  const kratos = createFakeKratos();
  const twilio = createFakeTwilio();
  const env = { ...withTwilio('http://127.0.0.1:9'), LOG_LEVEL: 'warn', PAGE_RATE: '1000000000' };
  const { log } = loggedLines();
  const { TRANSACTIONS: settings } = parseConfig({ ...ENVIRONMENT, ...env });
  if (settings === undefined) throw new Error('the payments are configured');
  const sms = createSmsFactor({ twilio, log, settings });
  const passkey = createPasskeyFactor({ kratos, verify: verifyAssertion, settings, publicUrl: PUBLIC_URL, log });
  const service = await buildTestService({
    idle: true,
    env,
    kratos,
    factors: { sms, passkey },
  });
  const bank = bankOf(service);

  return {
    name: 'approve-form',
    share: 0.1,
    seeds: ['sms', 'code', 'passkey', 'decline'].flatMap((act) =>
      // With the token, without it, with another one, and with two.
      ['_csrf={token}&', '', '_csrf=x&', '_csrf={token}&_csrf={token}&'].map((token) =>
        JSON.stringify({
          isSent: act === 'code',
          body: `${token}act=${act}&code={code}&choice={choice}&assertion={assertion}`,
        }),
      ),
    ),
    dictionary: [
      ...Object.values(RIGHT),
      '_csrf',
      'act',
      'code',
      'choice',
      'assertion',
      'decline',
      '&',
      '=',
      '%00',
      '+',
    ],
    fresh: fc
      .record({ isSent: fc.boolean(), body: fc.oneof({ weight: 4, arbitrary: bodies }, anyText), query: anyText })
      .map((one) => JSON.stringify(one)),
    longest: 20_000,
    limitMs: 300,
    run: async (input) => {
      const parsed = readPress(input);
      if (parsed === undefined) return refused('no form');
      kratos.signOut();
      const payer = newPayer(bank);
      const path = await payer.pay();
      if (parsed.isSent) await payer.press(path, 'sms');
      const before = twilio.started.length;
      const signed = await payer.signed(path);
      const token = signed._csrf ?? '';
      const right = { code: CODE, choice: `address-of-${payer.number}`, assertion: signed.assertion ?? '', token };
      const body = Object.entries(right).reduce(
        (text, [name, value]) => text.replaceAll(`{${name}}`, encodeURIComponent(value)),
        parsed.body,
      );
      const url = `${path}?${new URLSearchParams({ notice: parsed.query, error: parsed.query }).toString()}`;
      const cookie = `${payer.browser.session}; ${await payer.browser.jar.getCookieString(`${PUBLIC_URL}${path}`)}`;
      const headers = { cookie, 'content-type': 'application/x-www-form-urlencoded' };
      const answer = await service.app.inject({ method: 'POST', url, headers, payload: Buffer.from(body) });

      const state = (await bank.ctx.ledger.transactions.find(idOf(path)))?.state;
      const [act, isRight] = [onlyOf(body, 'act'), onlyOf(body, '_csrf') === token];
      const { statusCode, body: page } = answer;
      mustHold(statusCode < 500, `answered ${statusCode}`);
      mustHold(
        !page.includes(CANARY) && !String(answer.headers.location).includes(CANARY),
        'an answer repeats the form',
      );
      mustHold(state === 'open' || isRight, 'a payment was ended without the token');
      mustHold(state !== 'declined' || act === 'decline', 'a payment was declined that nobody declined');
      if (state === 'approved') {
        const isCode = act === 'code' && parsed.isSent && onlyOf(body, 'code')?.replace(/\s/g, '') === CODE;
        const isAssertion = act === 'passkey' && isSame(onlyOf(body, 'assertion'), right.assertion);
        mustHold(isCode || isAssertion, 'a payment was approved without what is right');
      }
      const failures = await payer.failures();
      mustHold(
        failures === 0 || (isRight && (act === 'code' || act === 'passkey')),
        'a failure was counted of no answer',
      );
      for (const { to, amount, payee } of twilio.started.slice(before))
        mustHold(
          to === payer.number && amount === '50.00 EUR' && payee.startsWith(PAYMENT.creditorName),
          'a code was sent for something else, or to somebody else',
        );
      twilio.started.length = 0;
      twilio.checked.length = 0;
      const kind = `${parsed.isSent} ${act?.slice(0, 8)} ${statusCode} ${state} ${failures}`;
      return state === 'approved' || state === 'declined' ? accepted(state, kind) : refused(kind);
    },
    close: async () => {
      const text = service.logs.text();
      await service.close();
      mustHold(!text.includes(CANARY) && !text.includes(PAYMENT.creditorName), 'the log holds a form or a payment');
    },
  };
}
