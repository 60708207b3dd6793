import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UpstreamError } from '../../../webhook/errors.ts';
import { useTwilio } from '../../contract/twilio/driver.ts';
import { openBrowser } from '../../support/clients/browser.ts';
import { kratosDown } from '../../support/fakes/kratos.ts';
import { lockLedger } from '../../support/service/locked-ledger.ts';
import { buildTestService } from '../../support/service/service.ts';
import { HOUR, MINUTE } from '../../support/service/shifted-clock.ts';
import { type Bank, bankOf, PAYMENT } from '../../support/transactions/bank.ts';
import { tokenIn } from '../../support/transactions/payer.ts';
import { backOf, idOf, newPayer, type Payer, withTwilio } from '../../support/transactions/payers.ts';

/*
 * What changes between the page that a payer sees and the press of its button: the person, the session, the payment, the
 * ledger. And what no page, log line or event says of it.
 */

const twilio = useTwilio();

let bank: Bank;

beforeAll(async () => {
  bank = bankOf(await buildTestService({ env: withTwilio(twilio.url()) }));
});

afterAll(() => bank.close());

/** A payer who has loaded the page of a payment to which a code was sent, with everything that its forms send. */
async function atPage() {
  const payer = newPayer(bank);
  const path = await payer.pay();
  await payer.press(path, 'sms');
  const code = (await twilio.messages(payer.number)).at(-1)?.code ?? '';
  const signed = await payer.signed(path);
  const _csrf = signed._csrf ?? '';
  return { payer, path, code, _csrf, forms: formsOf(payer, _csrf, code, signed) };
}

/** The forms of the page, by their act. */
function formsOf({ number }: Payer, _csrf: string, code: string, signed: Readonly<Record<string, string>>) {
  return {
    sms: { _csrf, act: 'sms', choice: `address-of-${number}` },
    code: { _csrf, act: 'code', code },
    passkey: signed,
    decline: { _csrf, act: 'decline' },
  };
}

type Act = keyof ReturnType<typeof formsOf>;

const ACTS: readonly Act[] = ['sms', 'code', 'passkey', 'decline'];

/** Nothing was done: the payment is as it was, nobody failed, no code was sent or checked. */
async function expectUntouched(payer: Payer, path: string): Promise<void> {
  expect(await payer.status(path)).toBe('open');
  expect(await payer.failures()).toBe(0);
  const kinds = (await twilio.calls()).map(({ kind }) => kind).filter((kind) => kind !== 'service');
  expect(kinds).toEqual(['start']);
  const states = (await bank.ctx.ledger.transactions.attemptsOf(idOf(path))).map(({ state }) => state);
  expect(states).toEqual(['started']);
}

describe('the token of a form', () => {
  it.each(ACTS)(
    'without the right one the act %s does nothing: none, another text, of another payment, person or page',
    async (act) => {
      const { payer, path, forms, _csrf } = await atPage();
      const other = newPayer(bank);
      const [ownOther, foreign] = [await payer.pay(), await other.pay()];
      const tokens = [
        undefined,
        '',
        'x',
        _csrf.slice(0, -1),
        tokenIn(await payer.browser.get(ownOther)),
        tokenIn(await other.browser.get(foreign)),
      ];
      for (const token of tokens) {
        const page = await payer.browser.post({ ...forms[act], _csrf: token }, path);
        expect([page.status, page.location]).toEqual([403, undefined]);
        expect(page.body).toContain('The page was out of date, so nothing has been approved or declined.');
      }
      // The right one, from a browser that was never given it.
      const elsewhere = openBrowser(bank, payer.browser.session);
      expect((await elsewhere.post({ ...forms[act] }, path)).status).toBe(403);
      await expectUntouched(payer, path);
      expect((await payer.browser.post({ ...forms.decline }, path)).location).toBe(backOf(path));
    },
  );
});

describe('a person who changes between page and press', () => {
  const stranger = (): string => bank.kratos.signIn(randomUUID());

  it.each<readonly [string, (payer: Payer) => Promise<() => void>, number]>([
    [
      'somebody else gets the 404 page',
      async (payer) => {
        payer.browser.session = stranger();
        return () => undefined;
      },
      404,
    ],
    [
      'nobody gets the page that leads to the sign-in',
      async (payer) => {
        payer.browser.session = '';
        return () => undefined;
      },
      401,
    ],
    [
      'a person of whom Kratos says nothing gets the 503 page',
      async () => {
        bank.kratos.instead.whoami = () => kratosDown('whoami');
        return () => {
          bank.kratos.instead.whoami = undefined;
        };
      },
      503,
    ],
  ])('whoever is signed in at the press is asked again, and %s', async (_name, change, status) => {
    const { payer, path, forms } = await atPage();
    const undo = await change(payer);
    for (const act of ACTS) {
      const page = await payer.browser.post({ ...forms[act] }, path);
      expect([act, page.status, page.location]).toEqual([act, status, undefined]);
      expect(page.body).not.toContain('canary-of');
    }
    undo();
    await expectUntouched(payer, path);
  });

  it('a session whose second factor is asked for meanwhile is led to Kratos', async () => {
    const { payer, path, forms } = await atPage();
    bank.kratos.instead.whoami = async () => ({ kind: 'second-factor' });
    for (const act of ACTS) expect((await payer.browser.post({ ...forms[act] }, path)).location).toContain('aal=aal2');
    bank.kratos.instead.whoami = undefined;
    await expectUntouched(payer, path);
  });

  it('another session of the payer answers no attempt of the first, and approves by a press of its own', async () => {
    const { payer, path, forms } = await atPage();
    payer.browser.session = bank.kratos.signIn(payer.id);
    expect((await payer.browser.post({ ...forms.code }, path)).location).toBe(`${path}?notice=new-code`);
    await expectUntouched(payer, path);
    expect((await payer.browser.post({ ...forms.passkey }, path)).location).toBe(backOf(path));
    const [first] = await bank.ctx.ledger.transactions.attemptsOf(idOf(path));
    const approved = await bank.ctx.ledger.transactions.find(idOf(path));
    expect([first?.state, approved?.state]).toEqual(['abandoned', 'approved']);
    expect(approved?.sessionId).not.toBe(first?.sessionId);
  });

  it('a password, a phone or a passkey that is changed meanwhile no longer counts', async () => {
    const { payer, path, forms } = await atPage();
    const { kratos, clock } = bank;
    const known = kratos.payers.get(payer.id);
    if (known === undefined) throw new Error('the payer has credentials');
    kratos.payers.set(payer.id, { ...known, password: { updatedAt: clock.now() - HOUR } });
    expect((await payer.browser.post({ ...forms.code }, path)).location).toBe(path);
    kratos.payers.set(payer.id, known);
    kratos.authentications.set(payer.id, { phones: [{ id: 'another', number: '+4915299999999', verifiedAt: 0 }] });
    expect((await payer.browser.post({ ...forms.code }, path)).location).toBe(`${path}?notice=new-code`);
    kratos.payers.set(payer.id, {
      ...known,
      passkeys: known.passkeys.map((key) => ({ ...key, addedAt: clock.now() - MINUTE })),
    });
    expect((await payer.browser.post({ ...forms.passkey }, path)).location).not.toBe(backOf(path));
    expect(await payer.status(path)).toBe('open');
    expect((await twilio.calls()).filter(({ kind }) => kind === 'check')).toEqual([]);
  });
});

describe('a ledger that cannot be written', () => {
  it('each press is a 503 page with Retry-After: nothing is sent, checked, counted or approved, and the next one works', async () => {
    const { payer, path, forms } = await atPage();
    bank.clock.advance(31_000);
    const release = lockLedger(bank.databaseUrl);
    const pages = await Promise.all(ACTS.map((act) => payer.browser.post({ ...forms[act] }, path)));
    expect(pages.map(({ status, headers }) => [status, Number(headers['retry-after']) > 0])).toEqual(
      ACTS.map(() => [503, true]),
    );
    for (const { body } of pages) expect(body).toContain('Nothing has been approved by this.');
    release();
    await expectUntouched(payer, path);
    expect((await payer.browser.post({ ...forms.code }, path)).location).toBe(backOf(path));
  });
});

/** What a stranger, a payer or an application put in, as far as nothing may repeat it. */
const PUT_IN = 'canary-of-what-was-put-in';

describe('what pages, logs and events say', () => {
  it('no page about a payment repeats anything of its query or its form', async () => {
    const { payer, path, forms, _csrf } = await atPage();
    const query = new URLSearchParams({
      error: PUT_IN,
      message: PUT_IN,
      notice: PUT_IN,
      id_token_hint: PUT_IN,
    }).toString();
    const other = newPayer(bank);
    const foreign = await other.pay();
    const gets = [path, foreign, `/approve/${PUT_IN}`, '/approve', `/approve/${PUT_IN}/${PUT_IN}`];
    const pages = [
      ...(await Promise.all(gets.map((one) => payer.browser.get(`${one}?${query}`)))),
      await openBrowser(bank).get(`${path}?${query}`),
      await payer.browser.post({ ...forms.code, code: PUT_IN, [PUT_IN]: PUT_IN }, `${path}?${query}`),
      await payer.browser.post({ _csrf: PUT_IN, act: PUT_IN }, path),
      await payer.browser.post({ _csrf, act: PUT_IN, assertion: PUT_IN }, path),
      await payer.browser.post({ ...forms.passkey, assertion: PUT_IN }, path),
    ];
    bank.kratos.instead.whoami = () =>
      Promise.reject(new UpstreamError({ upstream: 'kratos', operation: 'whoami', failure: 'status', status: 500 }));
    pages.push(await payer.browser.get(`${path}?${query}`));
    bank.kratos.instead.whoami = undefined;
    expect(pages.map(({ status }) => status)).toEqual([200, 404, 404, 404, 404, 401, 303, 403, 303, 303, 503]);
    for (const { body, location = '' } of pages) expect(body + location).not.toContain(PUT_IN);
    expect(bank.logs.text()).not.toContain(PUT_IN);
  });

  it('amount, name, account, number, code, tag and what a passkey signed are in no line and no event, whatever happens', async () => {
    const { payer, path, code, forms } = await atPage();
    const text = (await twilio.messages(payer.number)).at(-1)?.text ?? '';
    const tag = /#\w{4}/.exec(text)?.[0] ?? 'no tag';
    const wrong = code.replace(/^\d/, (digit) => `${(Number(digit) + 1) % 10}`);
    await payer.browser.post({ ...forms.code, code: wrong }, path);
    for (const fault of [503, 60202, 'html', 401]) {
      await twilio.control('faults', { kind: 'any', fault });
      await payer.press(path, 'code', { code });
      bank.clock.advance(31_000);
      await payer.press(path, 'sms');
    }
    const bad = await payer.signed(path, { isUserVerified: false });
    await payer.browser.post({ ...bad }, path);
    const good = await payer.signed(path);
    expect((await payer.browser.post({ ...good }, path)).location).toBe(backOf(path));
    await bank.consume(idOf(path), 'order-1', { ...PAYMENT, creditorName: 'canary-of-another-payee' });
    const { approval } = (await bank.consume(idOf(path), 'order-1')).json();
    const events = await bank.ctx.ledger.events(payer.id);
    expect(events.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['txn_sent', 'txn_failed_try', 'txn_approved', 'txn_differs', 'txn_consumed']),
    );
    const said = bank.logs.text() + JSON.stringify(events);
    expect(said).toContain('twilio refused to check a code');
    const codes = (await twilio.messages(payer.number)).map((message) => message.code);
    const signature: string = JSON.parse(good.assertion ?? '').signature;
    const signed = [signature, payer.phone.passkey.id, approval];
    const personal = ['50.00', 'canary-of', 'DE02100100109307118603', 'DE..8603', payer.number.slice(1), tag];
    // A code may be in an id or a time by chance.
    const text6 = said.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[\d.]{7,}/g, '');
    for (const canary of [...personal, ...signed]) expect(said).not.toContain(canary);
    for (const digits of [wrong, ...codes]) expect(text6).not.toContain(digits);
  });
});
