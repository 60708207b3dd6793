import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { useTwilio } from '../../contract/twilio/driver.ts';
import { buildTestService } from '../../support/service/service.ts';
import { type Bank, bankOf } from '../../support/transactions/bank.ts';
import { backOf, idOf, newPayer, type Payer, withTwilio } from '../../support/transactions/payers.ts';

/** The texts of the page, by their notice in the address. */
const TEXTS = {
  failed: 'That did not work. The payment is not approved.',
  again: 'Something went wrong on our side. Please press the button once more.',
  later: 'We cannot send you another code for now. Please use another way, or come back later.',
  'new-code': 'This code can no longer be used. Please ask for a new one.',
  unavailable: 'This way to approve cannot be used right now. Please use another one.',
};

type NoticeName = keyof typeof TEXTS;

const twilio = useTwilio();

let bank: Bank;

beforeAll(async () => {
  bank = bankOf(await buildTestService({ env: withTwilio(twilio.url()) }));
});

afterAll(() => bank.close());

/** A payer at the page of a payment. */
async function atPage(of?: Partial<Payer>) {
  const payer = newPayer(bank, of);
  const path = await payer.pay();
  const last = async () => (await twilio.messages(payer.number)).at(-1);
  const press = async (act: string, fields?: Readonly<Record<string, string>>) => {
    const { location = '' } = await payer.press(path, act, fields);
    const { body } = location.startsWith(path) ? await payer.browser.get(location) : { body: '' };
    return { location, body };
  };
  return {
    ...payer,
    path,
    /** Presses, follows, and expects the page that says so, and nothing more of why. */
    expectNotice: async (name: NoticeName, act: string, fields?: Readonly<Record<string, string>>) => {
      const { location, body } = await press(act, fields);
      expect(location).toBe(`${path}?notice=${name}`);
      const [notice, ...more] = [...body.matchAll(/role="alert">([^<]*)</g)].map(([, text]) => text);
      expect([notice, more]).toEqual([TEXTS[name], []]);
      expect(body).toContain('Decline this payment');
      expect(await payer.status(path)).toBe('open');
    },
    send: async () => expect((await press('sms')).location).toBe(path),
    /** Sends the code of the last message, and goes back approved. */
    expectApproved: async () => {
      expect((await press('code', { code: (await last())?.code ?? '' })).location).toBe(backOf(path));
      expect(await payer.status(path)).toBe('approved');
    },
    code: async () => (await last())?.code ?? '',
    wrong: async () => (await last())?.code.replace(/^\d/, (digit) => `${(Number(digit) + 1) % 10}`) ?? '',
    message: last,
  };
}

describe('a code from a phone to the approval', () => {
  it.each([
    { shownDetails: 'null', checkStatus: 200, mismatch: 'pending' },
    { shownDetails: 'echo', checkStatus: 201, mismatch: 'not-found' },
  ])(
    'with a Twilio of %j the message says what the page says, and its code approves after a wrong one',
    async (settings) => {
      await twilio.control('settings', settings);
      const payer = await atPage();
      await payer.send();
      const text = (await payer.message())?.text ?? '';
      for (const part of ['50.00 EUR', 'canary-of-the-payee', 'DE..8603']) expect(text).toContain(part);
      const tag = /#\w{4}/.exec(text)?.[0] ?? 'no tag';
      expect((await payer.browser.get(payer.path)).body).toContain(tag);
      await payer.expectNotice('failed', 'code', { code: await payer.wrong() });
      expect(await payer.failures()).toBe(1);
      await payer.expectApproved();
      expect(await payer.failures()).toBe(0);
      const consumed = await bank.consume(idOf(payer.path), 'order-1');
      expect(consumed.json()).toMatchObject({ status: 'consumed', approval: expect.any(String) });
    },
  );

  it.each(['pending', 'not-found'])(
    'the code of one payment approves no other of the same payer, amount and payee, where a mismatch is %s',
    async (mismatch) => {
      await twilio.control('settings', { mismatch });
      const payer = await atPage();
      await payer.send();
      const first = await payer.code();
      const second = await payer.pay();
      await payer.press(second, 'sms');
      const own = await payer.code();
      const enter = async (path: string, code: string) => (await payer.press(path, 'code', { code })).location;
      expect(await enter(payer.path, first)).toBe(`${payer.path}?notice=new-code`);
      if (first !== own) expect(await enter(second, first)).toBe(`${second}?notice=failed`);
      expect(await enter(second, own)).toBe(backOf(second));
      expect(await payer.status(payer.path)).toBe('open');
    },
  );
});

describe('the number of a payer', () => {
  // Of these two countries the published sample makes two others.
  it.each([
    ['Curaçao', '+59995181234'],
    ['the United Arab Emirates', '+971501234567'],
  ])(
    'a payer of %s gets the code at the number that Kratos has verified, with its own country code',
    async (_country, number) => {
      const payer = await atPage({ number });
      await payer.send();
      expect((await twilio.messages()).map(({ to }) => to)).toEqual([number]);
      await payer.expectApproved();
    },
  );
});

describe('a Twilio that sends no code', () => {
  it.each<[number | string, NoticeName]>([
    [60200, 'unavailable'],
    [60202, 'later'],
    [60203, 'later'],
    [60205, 'unavailable'],
    [60605, 'unavailable'],
    [60238, 'unavailable'],
    [60410, 'unavailable'],
    [60220, 'unavailable'],
    [60206, 'unavailable'],
    [60204, 'unavailable'],
    [60214, 'unavailable'],
    [60217, 'unavailable'],
    [60212, 'again'],
    [20429, 'again'],
    [20404, 'unavailable'],
    [20003, 'unavailable'],
    [401, 'unavailable'],
    [503, 'again'],
    ['reset', 'again'],
    ['executed-then-reset', 'again'],
    ['html', 'again'],
  ])(
    'for %s the page has its text, counts nothing, and the next press sends one that approves',
    async (fault, notice) => {
      const payer = await atPage();
      await twilio.control('faults', { kind: 'start', fault });
      await payer.expectNotice(notice, 'sms');
      expect(await payer.failures()).toBe(0);
      bank.clock.advance(31_000);
      await payer.send();
      await payer.expectApproved();
    },
  );
});

describe('a Twilio that checks no code', () => {
  it.each<[number | string, NoticeName, number]>([
    [60200, 'again', 0],
    [60202, 'failed', 1],
    [60203, 'again', 0],
    [60212, 'again', 0],
    [20429, 'again', 0],
    [60205, 'new-code', 0],
    [60410, 'new-code', 0],
    [60206, 'new-code', 0],
    [60204, 'new-code', 0],
    [60217, 'new-code', 0],
    [20404, 'new-code', 0],
    [20003, 'new-code', 0],
    [401, 'new-code', 0],
    [503, 'again', 0],
    ['reset', 'new-code', 0],
    ['executed-then-reset', 'new-code', 0],
    ['html', 'new-code', 0],
  ])('for %s the page has its text, and the payer approves after all', async (fault, notice, failures) => {
    const payer = await atPage();
    await payer.send();
    await twilio.control('faults', { kind: 'check', fault });
    await payer.expectNotice(notice, 'code', { code: await payer.code() });
    expect(await payer.failures()).toBe(failures);
    if (notice !== 'again') await payer.send();
    await payer.expectApproved();
  });

  it('a code of ten minutes ago can no longer be used, and is not counted', async () => {
    const payer = await atPage();
    await payer.send();
    const code = await payer.code();
    await twilio.advance(600);
    await payer.expectNotice('new-code', 'code', { code });
    expect(await payer.failures()).toBe(0);
    await payer.send();
    await payer.expectApproved();
  });
});

describe('a payment that ends while Twilio checks its code', () => {
  it.each([
    ['its application cancels', 'cancelled'],
    ['its payer declines', 'declined'],
  ])('where %s it stays %s: the right code comes late, counts nothing, and approves nothing', async (_who, state) => {
    const payer = await atPage();
    await payer.send();
    const fields = { code: await payer.code() };
    await twilio.control('faults', { kind: 'check', fault: 'slow', milliseconds: 300 });
    const checking = payer.press(payer.path, 'code', fields);
    await vi.waitFor(async () => expect((await twilio.calls()).at(-1)).toMatchObject({ kind: 'check' }));
    if (state === 'declined') await payer.press(payer.path, 'decline');
    else await bank.ask('DELETE', payer.path.replace('/approve/', '/transactions/'));
    expect((await checking).location).toBe(payer.path);
    expect([await payer.status(payer.path), await payer.failures()]).toEqual([state, 0]);
    const kinds = (await bank.ctx.ledger.events(payer.id)).map(({ kind }) => kind);
    expect(kinds.slice(-2)).toEqual([`txn_${state}`, 'txn_late']);
    expect((await bank.consume(idOf(payer.path), 'order-1')).json()).toMatchObject({ status: 409, code: 'ended' });
  });
});

describe('a service of Twilio that cannot be used', () => {
  it.each([
    ['without PSD2 mode', { psd2Enabled: false }],
    ['without PSD2 mode, which refuses amounts', { psd2Enabled: false, amountWithoutPsd2: 'refuse' }],
    ['whose codes are short', { codeLength: 4 }],
    ['that is another one', { serviceSid: `VA${'00'.repeat(16)}` }],
    ['with another secret', { apiSecret: 'another-secret-of-the-key' }],
  ])('%s sends nothing to anybody; the page says so, and offers the passkey', async (_name, settings) => {
    await twilio.control('settings', settings);
    // What was found out of the service is known for a time.
    bank.clock.advance(600_000);
    const payer = await atPage();
    const { body } = await payer.browser.get(payer.path);
    expect(body).toContain('One way to approve cannot be used right now.');
    expect(body).toContain('data-passkey');
    await payer.press(payer.path, 'sms', { choice: `address-of-${payer.number}` });
    expect(await twilio.messages()).toEqual([]);
    expect(await payer.browser.post(await payer.signed(payer.path), payer.path)).toMatchObject({
      location: backOf(payer.path),
    });
    bank.clock.advance(60_000);
  });

  it.each([503, 'reset', 'html'])(
    'that cannot be read for %s leaves the passkey, and is read again a minute later',
    async (fault) => {
      bank.clock.advance(600_000);
      await twilio.control('faults', { kind: 'service', fault });
      const payer = await atPage();
      const { body } = await payer.browser.get(payer.path);
      expect(body).toContain('One way to approve cannot be used right now.');
      expect(body).toContain('data-passkey');
      bank.clock.advance(60_000);
      await payer.send();
      await payer.expectApproved();
    },
  );
});
