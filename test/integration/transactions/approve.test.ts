import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { UpstreamError } from '../../../webhook/errors.ts';
import { openBrowser } from '../../support/clients/browser.ts';
import { unescapeHtml } from '../../support/clients/entities.ts';
import { kratosDown } from '../../support/fakes/kratos.ts';
import { lockLedger } from '../../support/service/locked-ledger.ts';
import { KRATOS_PUBLIC_URL, PUBLIC_URL } from '../../support/service/service.ts';
import { DAY, HOUR, MINUTE } from '../../support/service/shifted-clock.ts';
import { BANK, PAYMENT } from '../../support/transactions/bank.ts';
import { CODE } from '../../support/transactions/fake-twilio.ts';
import { NUMBERS, payerWorld, phone, tokenIn } from '../../support/transactions/payer.ts';

const WRONG = '000000';

const back = (path: string): string => `${BANK.redirectUri}?transaction=${path.slice('/approve/'.length)}`;

const down = () => Promise.reject(new UpstreamError({ upstream: 'twilio', operation: 'start', failure: 'timeout' }));

describe('the page of a payment', () => {
  it('shows amount, name and account before any factor, and loading it starts, sends and decides nothing', async () => {
    const world = await payerWorld();
    const path = await world.pay();
    const page = await world.browser.get(path);
    expect(page.status).toBe(200);
    for (const shown of [
      'EUR',
      '50.00',
      'canary-of-the-payee',
      'DE02 1001 0010 9307 1186 03',
      'Demo Bank',
      'on the phone',
    ])
      expect(page.body).toContain(shown);
    expect(page.body).toContain('>10 minutes<');
    expect(page.headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
    expect(page.headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(world.twilio.started).toEqual([]);
    expect(await world.status(path)).toBe('open');
  });

  it('a code approves the payment, and the payer goes back with the id and nothing else', async () => {
    const world = await payerWorld();
    const path = await world.pay({ reference: 'order-4711' });
    expect((await world.press(path, 'sms')).location).toBe(path);
    const [sent] = world.twilio.started;
    const tag = /#(\w{4})$/.exec(sent?.payee ?? '')?.[1];
    expect(sent).toMatchObject({ to: NUMBERS[0], amount: '50.00 EUR', locale: 'en' });
    expect((await world.browser.get(path)).body).toContain(`#${tag}`);
    expect(await world.press(path, 'code', { code: ` ${CODE.slice(0, 3)} ${CODE.slice(3)} ` })).toMatchObject({
      status: 303,
      location: back(path),
    });
    const consumed = await world.consume(path.slice('/approve/'.length), 'key');
    const claims = JSON.parse(Buffer.from(consumed.json().approval.split('.')[1], 'base64url').toString());
    expect(claims).toMatchObject({
      sub: world.payer,
      sid: 'session-0',
      amr: ['pwd', 'sms', 'otp', 'mfa'],
      authentication_factors: [{ knowledge: 'password' }, { possession: 'sms_otp' }],
      authorization_details: [PAYMENT],
    });
    const over = await world.browser.get(path);
    expect(over.body).toContain('The payment is approved');
    expect(over.body).toContain('Back to Demo Bank');
    expect(over.body).not.toContain('<form');
  });

  it('a second payment needs a second approval', async () => {
    const world = await payerWorld();
    const [first, second] = [await world.pay(), await world.pay()];
    await world.press(first, 'sms');
    await world.press(first, 'code', { code: CODE });
    expect(await world.press(second, 'code', { code: CODE })).toMatchObject({ location: `${second}?notice=new-code` });
    expect(await world.status(second)).toBe('open');
  });

  it('a payer who declines goes back, and the payment cannot be approved any more', async () => {
    const world = await payerWorld();
    const path = await world.pay();
    expect(await world.press(path, 'decline')).toMatchObject({ status: 303, location: back(path) });
    expect(await world.status(path)).toBe('declined');
    expect((await world.press(path, 'sms')).status).toBe(403);
    expect((await world.browser.get(path)).body).toContain('You have declined the payment');
  });

  it('amount, payee, number, factor and client of a form or a query are ignored', async () => {
    const world = await payerWorld();
    const path = await world.pay();
    const foreign = {
      amount: '1.00',
      creditorName: 'Eve',
      phone: NUMBERS[1],
      addressId: 'x',
      factor: 'none',
      client: 'shop',
    };
    const query = new URLSearchParams({ ...foreign, notice: 'canary-of-a-notice' }).toString();
    const page = await world.browser.get(`${path}?${query}`);
    expect(page.body).not.toMatch(/Eve|1\.00|canary-of-a-notice|shop/);
    await world.press(path, 'sms', foreign);
    expect(world.twilio.started).toMatchObject([{ to: NUMBERS[0], amount: '50.00 EUR' }]);
    await world.press(path, 'code', { ...foreign, code: CODE });
    expect((await world.consume(path.slice(9), 'key')).statusCode).toBe(200);
  });

  it.each(['sms-of-another', 'passkey', 'face', 'code', '', '__proto__', 'constructor'])(
    'the act %j begins and answers nothing here',
    async (act) => {
      const world = await payerWorld();
      const path = await world.pay();
      expect((await world.press(path, act, { code: CODE })).status).toBe(303);
      expect(world.twilio.checked).toEqual([]);
      expect(await world.status(path)).toBe('open');
    },
  );

  it('a choice that is none of the payer’s numbers sends nothing, and another number of theirs gets the code', async () => {
    const world = await payerWorld();
    world.kratos.authentications.set(world.payer, { phones: [phone(0), phone(1)] });
    const path = await world.pay();
    await world.press(path, 'sms', { choice: NUMBERS[1] });
    await world.press(path, 'sms');
    expect(world.twilio.started).toEqual([]);
    await world.press(path, 'sms', { choice: phone(0).id });
    await world.press(path, 'sms', { choice: phone(1).id });
    expect(world.twilio.started.map(({ to }) => to)).toEqual([...NUMBERS]);
    expect(new Set(world.twilio.started.map(({ payee }) => payee)).size).toBe(2);
  });

  it('a browser that loads the page in advance gets nothing', async () => {
    const world = await payerWorld();
    const path = await world.pay();
    const headers = { cookie: world.browser.session, 'sec-purpose': 'prefetch' };
    expect(await world.app.inject({ url: path, headers })).toMatchObject({ statusCode: 503, body: '' });
  });

  it('the page with all that it loads is below 20 kB', async () => {
    const world = await payerWorld();
    const path = await world.pay();
    await world.press(path, 'sms');
    const { body } = await world.browser.get(path);
    const urls = [...body.matchAll(/(?:href|src)="(\/jumio\/[^"?]+)/g)].map(([, url = '']) => url);
    const files = await Promise.all(urls.map((url) => world.app.inject(url)));
    expect(files.length).toBeGreaterThan(1);
    expect(files.reduce((sum, { rawPayload }) => sum + rawPayload.length, body.length)).toBeLessThan(20_000);
  });

  it.each(['de', 'fr', 'es'])('the page is in the language of the payer: %s', async (language) => {
    const world = await payerWorld();
    world.browser.language = language;
    const path = await world.pay();
    const { body, headers } = await world.browser.get(path);
    expect(headers['content-language']).toBe(language);
    expect(body).not.toMatch(/Approve|Decline|Payee|minutes left/);
    expect(body).toMatch(/50,00/);
  });
});

describe('who may approve', () => {
  it('without a session there is a page that leads to the sign-in and back', async () => {
    const world = await payerWorld();
    const path = await world.pay();
    const page = await openBrowser(world).get(path);
    expect(page.status).toBe(401);
    expect(page.body).not.toContain('canary-of');
    const signIn = `${KRATOS_PUBLIC_URL}/self-service/login/browser?return_to=${encodeURIComponent(PUBLIC_URL + path)}`;
    expect(unescapeHtml(page.body)).toContain(signIn);
  });

  it('a session that needs a second factor is led to Kratos, and back to the payment', async () => {
    const world = await payerWorld();
    const path = await world.pay();
    world.kratos.instead.whoami = async () => ({ kind: 'second-factor', redirectTo: 'https://evil.example.com/' });
    const { status, location = '' } = await world.browser.get(path);
    expect(status).toBe(303);
    const url = new URL(location);
    expect(url.origin).toBe(KRATOS_PUBLIC_URL);
    expect(Object.fromEntries(url.searchParams)).toEqual({ aal: 'aal2', return_to: PUBLIC_URL + path });
  });

  it('the payment of another person, an unknown one and no id at all are the same 404 page', async () => {
    const world = await payerWorld();
    const path = await world.pay();
    const other = openBrowser(world, world.kratos.signIn(randomUUID()));
    const pages = await Promise.all([other.get(path), other.get(`/approve/${randomUUID()}`), other.get('/approve/x')]);
    expect(pages.map(({ status }) => status)).toEqual([404, 404, 404]);
    expect(new Set(pages.map(({ body }) => body)).size).toBe(1);
    expect((await other.post({ act: 'decline' }, path)).status).toBe(404);
    expect(await world.status(path)).toBe('open');
  });

  it('whoever the gate refuses sees a neutral refusal, can decline, and approves nothing', async () => {
    const world = await payerWorld();
    const path = await world.pay();
    await world.press(path, 'sms');
    const token = tokenIn(await world.browser.get(path));
    world.kratos.copies.set(world.payer, { status: 'rejected' });
    const page = await world.browser.get(path);
    expect(page.body).toContain('Your account cannot approve payments at the moment.');
    expect(page.body).not.toContain('value="code"');
    await world.browser.post({ _csrf: token, act: 'code', code: CODE }, path);
    expect(world.twilio.checked).toEqual([]);
    expect(await world.status(path)).toBe('open');
    expect((await world.press(path, 'decline')).location).toBe(back(path));
  });

  it('a password that is too old leads to its renewal and back, and nothing can be sent', async () => {
    const world = await payerWorld();
    world.clock.advance(6 * MINUTE);
    const path = await world.pay();
    const { body } = await world.browser.get(path);
    const url = new URLSearchParams({ refresh: 'true', return_to: PUBLIC_URL + path }).toString();
    expect(unescapeHtml(body)).toContain(`/self-service/login/browser?${url}`);
    expect(body).not.toMatch(/value="sms"|no way for you/);
    await world.press(path, 'sms');
    expect(world.twilio.started).toEqual([]);
  });

  it('a code is good though the password grew too old while it came', async () => {
    const world = await payerWorld();
    const path = await world.pay();
    world.clock.advance(4 * MINUTE);
    await world.press(path, 'sms');
    world.clock.advance(2 * MINUTE);
    expect((await world.press(path, 'code', { code: CODE })).location).toBe(back(path));
  });

  it.each([
    ['a recovered password', { createdAt: 0, password: { updatedAt: -HOUR } }, phone(), 'can be used from'],
    ['a phone of this hour', { createdAt: 0, password: { updatedAt: 0 } }, 'young', 'can be used from'],
    ['no phone', { createdAt: 0, password: { updatedAt: 0 } }, undefined, 'a verified phone number'],
    ['no password', { createdAt: 0 }, phone(), 'a verified phone number'],
  ] as const)(
    'with %s the page says why nothing is offered, and nothing is sent',
    async (_name, times, number, text) => {
      const world = await payerWorld();
      const now = world.clock.now();
      const { password } = { password: undefined, ...times };
      const updatedAt = password && password.updatedAt < 0 ? now + password.updatedAt : 0;
      world.kratos.payers.set(world.payer, {
        passkeys: [],
        unreadable: [],
        createdAt: 0,
        ...(password && { password: { updatedAt } }),
      });
      const phones = number === undefined ? [] : [number === 'young' ? phone(0, now - HOUR) : number];
      world.kratos.authentications.set(world.payer, { phones });
      const path = await world.pay();
      const { body } = await world.browser.get(path);
      expect(body).toContain(text);
      expect(body).toContain('no way for you to approve');
      expect(body).toContain('Decline this payment');
      await world.press(path, 'sms', { choice: phone().id });
      expect(world.twilio.started).toEqual([]);
      world.clock.advance(DAY);
    },
  );

  it.each(['whoami', 'payerCredentials'] as const)(
    'while Kratos is down (%s) there is a 503 page, and no factor',
    async (method) => {
      const world = await payerWorld();
      const path = await world.pay();
      const token = tokenIn(await world.browser.get(path));
      world.kratos.instead[method] = () => kratosDown(method === 'whoami' ? 'whoami' : 'read');
      expect((await world.browser.get(path)).status).toBe(503);
      expect((await world.browser.post({ _csrf: token, act: 'sms' }, path)).status).toBe(503);
      expect(world.twilio.started).toEqual([]);
      expect(world.twilio.checked).toEqual([]);
    },
  );

  it('a session that Kratos says nothing of approves nothing', async () => {
    const world = await payerWorld();
    const path = await world.pay();
    world.kratos.instead.whoami = async () => ({
      kind: 'session',
      identity: { id: world.payer, metadataPublic: null },
    });
    expect((await world.browser.get(path)).status).toBe(503);
  });
});

describe('the token of the page', () => {
  it('is bound to the payment and to the person, and without the right one nothing happens', async () => {
    const world = await payerWorld();
    const [path, other] = [await world.pay(), await world.pay()];
    const token = tokenIn(await world.browser.get(path));
    for (const _csrf of [undefined, '', 'x', tokenIn(await world.browser.get(other))])
      expect(await world.browser.post({ _csrf, act: 'decline' }, path)).toMatchObject({ status: 403 });
    // The same browser, signed in as somebody else: also for a payment of theirs.
    const stranger = randomUUID();
    const theirs = `/approve/${await world.record({ sub: stranger })}`;
    world.browser.session = world.kratos.signIn(stranger);
    expect((await world.browser.post({ _csrf: token, act: 'decline' }, path)).status).toBe(404);
    expect((await world.browser.post({ _csrf: token, act: 'decline' }, theirs)).status).toBe(403);
    const states = [await world.status(path), await world.status(other), await world.status(theirs)];
    expect(states).toEqual(['open', 'open', 'open']);
  });

  it('of a verification page is no token of a payment', async () => {
    const world = await payerWorld();
    const path = await world.pay();
    world.kratos.copies.delete(world.payer);
    const verify = await world.browser.get('/jumio/verify');
    expect(tokenIn(verify)).not.toBe('');
    expect((await world.browser.post({ _csrf: tokenIn(verify), act: 'decline' }, path)).status).toBe(403);
  });

  it('a session that changes between page and press: another session of the payer answers no attempt of the first', async () => {
    const world = await payerWorld();
    const path = await world.pay();
    await world.press(path, 'sms');
    world.browser.session = world.kratos.signIn(world.payer);
    expect((await world.browser.get(path)).body).not.toContain('name="code"');
    expect((await world.press(path, 'code', { code: CODE })).location).toBe(`${path}?notice=new-code`);
    expect(world.twilio.checked).toEqual([]);
    expect(await world.status(path)).toBe('open');
  });
});

describe('wrong and lost codes', () => {
  it.each(['', 'abc', '123', '12345678901', '१२३४५६'])(
    'a code that is none (%j) is asked for again, and not counted',
    async (code) => {
      const world = await payerWorld();
      const path = await world.pay();
      await world.press(path, 'sms');
      expect((await world.press(path, 'code', { code })).location).toBe(`${path}?notice=form`);
      expect(world.twilio.checked).toEqual([]);
      expect(await world.ctx.ledger.transactions.payer(world.payer)).toMatchObject({ failures: 0 });
    },
  );

  it('after the fourth failure the page warns, the fifth blocks, and the page says until when', async () => {
    const world = await payerWorld();
    const [path, other] = [await world.pay(), await world.pay()];
    await world.press(path, 'sms');
    for (let n = 0; n < 4; n += 1) {
      expect((await world.browser.get(path)).body).not.toContain('for 30 minutes');
      expect((await world.press(path, 'code', { code: WRONG })).location).toBe(`${path}?notice=failed`);
    }
    expect((await world.browser.get(path)).body).toContain('for 30 minutes');
    expect((await world.press(path, 'code', { code: WRONG })).location).toBe(path);
    expect(await world.status(path)).toBe('failed');
    const failed = await world.browser.get(path);
    expect(failed.body).toContain('The payment was not approved');
    expect(failed.body).toContain('again from');
    const blocked = await world.browser.get(other);
    expect(blocked.body).toContain('You cannot approve payments right now');
    await world.press(other, 'sms');
    expect(world.twilio.started).toHaveLength(1);
    expect((await world.press(other, 'decline')).location).toBe(back(other));
  });

  it('six codes in parallel: at most five are judged, then the payer is blocked', async () => {
    const world = await payerWorld();
    const path = await world.pay();
    await world.press(path, 'sms');
    const _csrf = tokenIn(await world.browser.get(path));
    await Promise.all(Array.from({ length: 6 }, () => world.browser.post({ _csrf, act: 'code', code: WRONG }, path)));
    expect(world.twilio.checked.length).toBeLessThanOrEqual(5);
    expect(await world.status(path)).toBe('failed');
  });

  it('the right code twice in parallel is one approval, and both go back', async () => {
    const world = await payerWorld();
    const path = await world.pay();
    await world.press(path, 'sms');
    const _csrf = tokenIn(await world.browser.get(path));
    const send = () => world.browser.post({ _csrf, act: 'code', code: CODE }, path);
    const pages = await Promise.all([send(), send()]);
    expect(pages.map(({ location }) => location)).toContain(back(path));
    expect(await world.status(path)).toBe('approved');
    const events = await world.ctx.ledger.transactions.attemptsOf(path.slice(9));
    expect(events.map(({ state }) => state)).toEqual(['passed']);
  });

  it('the same press again sends the code again, half a minute later and twice at most', async () => {
    const world = await payerWorld();
    const path = await world.pay();
    expect((await world.press(path, 'sms')).location).toBe(path);
    expect((await world.press(path, 'sms')).location).toBe(`${path}?notice=soon`);
    for (let n = 0; n < 2; n += 1) {
      world.clock.advance(31_000);
      expect((await world.press(path, 'sms')).location).toBe(path);
    }
    world.clock.advance(HOUR / 60);
    expect((await world.press(path, 'sms')).location).toBe(`${path}?notice=later`);
    expect(new Set(world.twilio.started.map(({ payee }) => payee)).size).toBe(1);
    expect(world.twilio.started).toHaveLength(3);
    expect((await world.press(path, 'code', { code: CODE })).location).toBe(back(path));
  });

  it('ten codes a day are sent to a payer', async () => {
    const world = await payerWorld();
    for (let n = 0; n < 11; n += 1) await world.press(await world.pay(), 'sms');
    expect(world.twilio.started).toHaveLength(10);
    world.kratos.authentications.set(world.payer, {
      phones: [phone()],
      methods: [{ method: 'password', completedAt: world.clock.now() + DAY }],
    });
    world.clock.advance(DAY);
    await world.press(await world.pay(), 'sms');
    expect(world.twilio.started).toHaveLength(11);
  });

  it('a Twilio that cannot be reached, or refuses, uses up no codes of the day; one that may have sent does', async () => {
    const world = await payerWorld();
    const start = async (failure: 'unreachable' | 'timeout' | undefined) => {
      world.twilio.instead.startVerification = async () => {
        if (failure === undefined) return { kind: 'refused', why: 'busy', status: 429 };
        throw new UpstreamError({ upstream: 'twilio', operation: 'start', failure });
      };
      await world.press(await world.pay(), 'sms');
      return (await world.ctx.ledger.transactions.payer(world.payer))?.sends;
    };
    expect([await start('unreachable'), await start(undefined), await start('timeout')]).toEqual([0, 0, 1]);
    const path = await world.pay();
    world.twilio.instead.startVerification = undefined;
    await world.press(path, 'sms');
    world.clock.advance(31_000);
    world.twilio.instead.startVerification = async () => ({ kind: 'refused', why: 'busy', status: 429 });
    await world.press(path, 'sms');
    expect(world.twilio.started).toHaveLength(5);
    expect(await world.ctx.ledger.transactions.payer(world.payer)).toMatchObject({ sends: 2 });
  });

  it.each([
    ['does not answer', down, 'again'],
    [
      'refuses the number',
      async () => ({ kind: 'refused', why: 'number-refused', status: 400 }) as const,
      'unavailable',
    ],
    ['has sent too many', async () => ({ kind: 'refused', why: 'sends-used-up', status: 429 }) as const, 'later'],
    ['is misconfigured', async () => ({ kind: 'refused', why: 'misconfigured', status: 401 }) as const, 'unavailable'],
  ])('a Twilio that %s at the start has its text, and nothing is counted', async (_name, start, notice) => {
    const world = await payerWorld();
    const path = await world.pay();
    world.twilio.instead.startVerification = start;
    expect((await world.press(path, 'sms')).location).toBe(`${path}?notice=${notice}`);
    expect((await world.browser.get(`${path}?notice=${notice}`)).body).toContain('role="alert"');
    expect((await world.ctx.ledger.transactions.payer(world.payer))?.failures).toBe(0);
    world.twilio.instead.startVerification = undefined;
    await world.press(path, 'sms');
    expect((await world.press(path, 'code', { code: CODE })).location).toBe(back(path));
  });

  it('without PSD2 mode nothing is sent, and the page says that the way cannot be used', async () => {
    const world = await payerWorld();
    world.twilio.instead.readService = async () => ({ kind: 'service', psd2Enabled: false, codeLength: 6 });
    const path = await world.pay();
    expect((await world.browser.get(path)).body).toContain('cannot be used right now');
    await world.press(path, 'sms');
    expect(world.twilio.started).toEqual([]);
  });

  it('a payment that expires while a code is on its way is not approved by it', async () => {
    const world = await payerWorld();
    const path = await world.pay({ expires_in: 60 });
    await world.press(path, 'sms');
    const _csrf = tokenIn(await world.browser.get(path));
    world.clock.advance(MINUTE);
    await world.browser.post({ _csrf, act: 'code', code: CODE }, path);
    expect(world.twilio.checked).toEqual([]);
    expect((await world.browser.get(path)).body).toContain('The time for this payment is over');
  });

  it('a payment that its application deletes while the code is being checked is not approved', async () => {
    const world = await payerWorld();
    const path = await world.pay();
    await world.press(path, 'sms');
    const { to } = world.twilio.started[0] ?? { to: '' };
    world.twilio.instead.checkVerification = async () => {
      await world.ask('DELETE', path.replace('/approve/', '/transactions/'));
      const sid = `VE${'0'.repeat(32)}`;
      return { kind: 'checked', sid, to, status: 'approved', amount: null, payee: null };
    };
    expect((await world.press(path, 'code', { code: CODE })).location).toBe(path);
    expect(await world.status(path)).toBe('cancelled');
    expect(await world.ctx.ledger.transactions.payer(world.payer)).toMatchObject({ failures: 0, blockedUntil: null });
    expect((await world.ctx.ledger.events(world.payer)).at(-1)).toMatchObject({ kind: 'txn_late' });
  });

  it('while the ledger cannot be written there is a 503 page: nothing is sent, and no code is judged', async () => {
    const world = await payerWorld({ idle: true });
    const [path, other] = [await world.pay(), await world.pay()];
    await world.press(path, 'sms');
    const tokens = [tokenIn(await world.browser.get(path)), tokenIn(await world.browser.get(other))];
    const release = lockLedger(world.databaseUrl);
    const pages = [
      await world.browser.post({ _csrf: tokens[0], act: 'code', code: CODE }, path),
      await world.browser.post({ _csrf: tokens[1], act: 'sms' }, other),
      await world.browser.post({ _csrf: tokens[0], act: 'decline' }, path),
    ];
    release();
    for (const { status, headers } of pages) expect([status, headers['retry-after']]).toEqual([503, '5']);
    expect([world.twilio.started.length, world.twilio.checked.length]).toEqual([1, 0]);
    expect(await world.ctx.ledger.transactions.payer(world.payer)).toMatchObject({ failures: 0, sends: 1 });
    expect((await world.press(path, 'code', { code: CODE })).location).toBe(back(path));
  });

  it('a payment that its application cancels says so', async () => {
    const world = await payerWorld();
    const path = await world.pay();
    await world.ask('DELETE', path.replace('/approve/', '/transactions/'));
    expect((await world.browser.get(path)).body).toContain('The payment was withdrawn');
  });
});

describe('what stays out of logs and events', () => {
  it('amount, name, account, number, code and tag of a payment are in no line and in no event', async () => {
    const world = await payerWorld();
    const path = await world.pay();
    await world.press(path, 'sms');
    await world.press(path, 'code', { code: WRONG });
    await world.press(path, 'code', { code: CODE });
    const tag = /#(\w{4})$/.exec(world.twilio.started[0]?.payee ?? '')?.[0] ?? 'no tag';
    const events = await world.ctx.ledger.events(world.payer);
    expect(events.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['txn_created', 'txn_sent', 'txn_failed_try', 'txn_approved']),
    );
    const text = world.logs.text() + JSON.stringify(events);
    expect(text.length).toBeGreaterThan(1_000);
    for (const canary of ['50.00', 'canary-of', 'DE02100100109307118603', 'DE02 1001', NUMBERS[0], CODE, WRONG, tag])
      expect(text).not.toContain(canary);
  });
});
