import { setTimeout as sleep } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { useTwilio } from '../../contract/twilio/driver.ts';
import { openBrowser } from '../../support/clients/browser.ts';
import { createFakeKratos } from '../../support/fakes/kratos.ts';
import { postgres, whyNoPostgres } from '../../support/service/databases.ts';
import { buildTestService } from '../../support/service/service.ts';
import { createShiftedClock, DAY } from '../../support/service/shifted-clock.ts';
import { BANK, type Bank, bankOf, PAYMENT } from '../../support/transactions/bank.ts';
import { tokenIn } from '../../support/transactions/payer.ts';
import { backOf, idOf, newPayer, type Payer, withTwilio } from '../../support/transactions/payers.ts';

/** Parallel requests for one payment. */
const MANY = 50;

/** A machine with other work to do lets some wait too long for a connection of the database. */
const BUSY = 'ledger-down';

const RACES = 200;

/** Few enough that a connection of the database is free for each. */
const RACES_AT_ONCE = 10;

const keySet = z.object({ keys: z.array(z.object({ kid: z.string() })) });

const twilio = useTwilio();

const why = await whyNoPostgres();

describe.skipIf(why !== undefined)(`payments at two replicas on one PostgreSQL${why ? `: ${why}` : ''}`, () => {
  const clock = createShiftedClock();
  let replicas: readonly [Bank, Bank];
  let databaseUrl = '';
  let drop = async (): Promise<void> => undefined;

  beforeAll(async () => {
    const schema = await postgres.schema();
    drop = schema.drop;
    databaseUrl = schema.url;
    replicas = [await start(), await start()];
  });

  const kratos = createFakeKratos(() => clock.now());

  /** One more process on the database. */
  async function start(): Promise<Bank> {
    return bankOf(await buildTestService({ kratos, clock, databaseUrl, idle: true, env: withTwilio(twilio.url()) }));
  }

  afterAll(async () => {
    for (const replica of replicas) await replica.close();
    await drop();
  });

  const nth = (n: number): Bank => replicas[n % 2 === 0 ? 0 : 1];

  /** A payer with a browser at each replica, both in the same session. */
  function payerAtBoth() {
    const payer = newPayer(replicas[0]);
    const browsers = [payer.browser, openBrowser(replicas[1], payer.browser.session)] as const;
    return { ...payer, browsers };
  }

  /** The tokens of a page at both replicas, whose browsers then send forms at the same moment. */
  async function formsAt({ browsers }: ReturnType<typeof payerAtBoth>, path: string) {
    const tokens = await Promise.all(browsers.map(async (browser) => tokenIn(await browser.get(path))));
    return (n: number, fields: Readonly<Record<string, string>>) =>
      browsers[n % 2 === 0 ? 0 : 1].post({ _csrf: tokens[n % 2], ...fields }, path);
  }

  const checks = async (): Promise<number> => (await twilio.calls()).filter(({ kind }) => kind === 'check').length;

  async function approved(payer: Payer): Promise<string> {
    const path = await payer.pay();
    expect((await payer.browser.post(await payer.signed(path), path)).location).toBe(backOf(path));
    return path;
  }

  it(`${MANY} parallel consumes with different keys: one gets the approval, the others learn that it is consumed`, async () => {
    const path = await approved(payerAtBoth());
    const keys = Array.from({ length: MANY }, (_, n) => `order-${n}`);
    const answers = await Promise.all(keys.map((key, n) => nth(n).consume(idOf(path), key)));
    const codes = answers.map(({ statusCode }) => statusCode);
    const winner = codes.indexOf(200);
    expect(codes.filter((code) => code === 200)).toHaveLength(1);
    const others = answers.filter((_, n) => n !== winner).map((answer) => answer.json().code);
    expect(others.filter((code) => !['consumed', BUSY].includes(code))).toEqual([]);
    expect(others).toContain('consumed');
    // The same key at the other replica gets the same authentication code.
    const again = await nth(winner + 1).consume(idOf(path), keys[winner] ?? '');
    const [first, second] = [answers[winner], again].map((answer) => decodeJwt(answer?.json().approval).jti);
    expect(second).toBe(first);
  });

  it(`${MANY} parallel codes at both replicas: at most five reach Twilio, then the payer is blocked at both`, async () => {
    const payer = payerAtBoth();
    const path = await payer.pay();
    await payer.press(path, 'sms');
    const send = await formsAt(payer, path);
    const wrong = await twilio.wrongCode();
    const pages = await Promise.all(Array.from({ length: MANY }, (_, n) => send(n, { act: 'code', code: wrong })));
    expect(pages.filter(({ status }) => status !== 303 && status !== 503)).toEqual([]);
    expect(pages.map(({ location }) => location)).not.toContain(backOf(path));
    expect(await checks()).toBe(5);
    expect(await payer.status(path)).toBe('failed');
    expect(await payer.failures()).toBe(5);
    const other = await payer.pay();
    for (const browser of payer.browsers)
      expect((await browser.get(other)).body).toContain('You cannot approve payments right now');
  });

  it('five codes of two payments at both replicas are five failures of the payer, and the right one comes too late', async () => {
    const payer = payerAtBoth();
    const [one, two] = [await payer.pay(), await payer.pay()];
    await payer.press(one, 'sms');
    const wrong = await twilio.wrongCode();
    for (let n = 0; n < 3; n += 1) await payer.press(one, 'code', { code: wrong });
    await payer.press(two, 'sms');
    const code = await twilio.lastCode();
    const otherWrong = await twilio.wrongCode();
    const send = await formsAt(payer, two);
    await Promise.all([send(0, { act: 'code', code: otherWrong }), send(1, { act: 'code', code: otherWrong })]);
    expect(await payer.failures()).toBe(5);
    expect((await send(0, { act: 'code', code })).location).toBe(two);
    expect([await payer.status(one), await payer.status(two)]).toEqual(['open', 'failed']);
    expect(await checks()).toBe(5);
  });

  it('a right code that is sent to both replicas at once is one approval, and is checked once with success', async () => {
    const payer = payerAtBoth();
    const path = await payer.pay();
    await payer.press(path, 'sms');
    const send = await formsAt(payer, path);
    const code = await twilio.lastCode();
    const pages = await Promise.all(Array.from({ length: 4 }, (_, n) => send(n, { act: 'code', code })));
    expect(pages.map(({ location }) => location)).toContain(backOf(path));
    expect(await payer.status(path)).toBe('approved');
    const kinds = (await replicas[0].ctx.ledger.events(payer.id)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'txn_approved')).toHaveLength(1);
    expect(await payer.failures()).toBe(0);
  });

  it(`of a cancellation and an approval at the same moment one happens, in ${RACES} races`, async () => {
    const approveAt = async (): Promise<number> => {
      const before = performance.now();
      await approved(payerAtBoth());
      return performance.now() - before;
    };
    // An approval takes some statements, a cancellation one: it is sent at any moment of the other and after it.
    const longest = Math.max(...(await Promise.all(Array.from({ length: RACES_AT_ONCE }, approveAt))));
    const race = async (n: number): Promise<string> => {
      const payer = payerAtBoth();
      const path = await payer.pay();
      const form = await payer.signed(path);
      const cancel = async () => {
        await sleep((longest * (n % RACES_AT_ONCE)) / RACES_AT_ONCE);
        return replicas[1].ask('DELETE', path.replace('/approve/', '/transactions/'));
      };
      const [page, gone] = await Promise.all([payer.browser.post(form, path), cancel()]);
      expect(gone.statusCode).toBe(204);
      // An approval that came first is cancelled too, so nothing can be consumed after a 204 in either case.
      expect(await payer.status(path)).toBe('cancelled');
      const answer = await nth(n).consume(idOf(path), 'order-1');
      expect([answer.statusCode, answer.json().code]).toEqual([409, 'ended']);
      const kinds = (await replicas[0].ctx.ledger.events(payer.id)).map(({ kind }) => kind);
      const isApproved = kinds.includes('txn_approved');
      expect(page.location === backOf(path)).toBe(isApproved);
      if (isApproved) expect(kinds.indexOf('txn_approved')).toBeLessThan(kinds.indexOf('txn_cancelled'));
      return isApproved ? 'approved first' : 'cancelled first';
    };
    const seen = new Set<string>();
    for (let from = 0; from < RACES; from += RACES_AT_ONCE)
      for (const how of await Promise.all(Array.from({ length: RACES_AT_ONCE }, (_, n) => race(from + n))))
        seen.add(how);
    expect([...seen].sort()).toEqual(['approved first', 'cancelled first']);
  });

  it('of a cancellation and a consumption at the same moment one happens', async () => {
    const paths = await Promise.all(Array.from({ length: 20 }, () => approved(payerAtBoth())));
    const ends = await Promise.all(
      paths.map(async (path, n) => {
        const cancel = () => nth(n).ask('DELETE', path.replace('/approve/', '/transactions/'));
        const consume = () => nth(n + 1).consume(idOf(path), 'order-1');
        const [gone, got] = await Promise.all([cancel(), consume()]);
        return [gone.statusCode, got.statusCode].join();
      }),
    );
    expect(ends.filter((end) => end !== '204,409' && end !== '409,200')).toEqual([]);
  });

  it('a payer has one open attempt, whichever payments and factors they press at both replicas at once', async () => {
    const payer = payerAtBoth();
    const paths = await Promise.all(Array.from({ length: 4 }, () => payer.pay()));
    const sends = await Promise.all(paths.map((path) => formsAt(payer, path)));
    await Promise.all(sends.flatMap((send) => [send(0, { act: 'sms' }), send(1, { act: 'sms' })]));
    const { transactions } = replicas[0].ctx.ledger;
    const attempts = (await Promise.all(paths.map((path) => transactions.attemptsOf(idOf(path))))).flat();
    const open = attempts.filter(({ state }) => state === 'requested' || state === 'started');
    expect(open).toHaveLength(1);
    expect(new Set(attempts.map(({ sentPayee }) => sentPayee)).size).toBe(attempts.length);
    // Of all codes that were sent at most the one of the open attempt approves.
    const codes = (await twilio.messages(payer.number)).map(({ code }) => code);
    expect(codes.length).toBeLessThanOrEqual(10);
    const states = await Promise.all(paths.map((path) => payer.status(path)));
    expect(states).toEqual(['open', 'open', 'open', 'open']);
  });

  it('both replicas change the key of approvals when it is due, and there is one new key', async () => {
    const published = async (replica: Bank) =>
      keySet.parse((await replica.app.inject('/.well-known/jwks.json')).json()).keys.map(({ kid }) => kid);
    const path = await approved(payerAtBoth());
    const [before] = await published(replicas[0]);
    // The next one is made 48 hours before the first has signed for 90 days. Processes that know the keys read them again
    // after two seconds; two that have just started do at once.
    clock.advance(88 * DAY + 60_000);
    const fresh = [await start(), await start()] as const;
    const sets = await Promise.all(Array.from({ length: 20 }, (_, n) => published(fresh[n % 2 === 0 ? 0 : 1])));
    const [first = []] = sets;
    expect(first).toHaveLength(2);
    expect(first).toContain(before);
    expect(new Set(sets.map((kids) => kids.join())).size).toBe(1);
    const made = (await replicas[0].ctx.ledger.events(null)).filter(({ kind }) => kind === 'signing_key_made');
    expect(made).toHaveLength(2);
    for (const replica of fresh) await replica.close();
    // What was approved before has expired since.
    expect((await nth(1).consume(idOf(path), 'order-1')).json()).toMatchObject({ code: 'ended' });
  });

  it('an idempotency key that both replicas get at once is one payment', async () => {
    const payer = payerAtBoth();
    const body = { sub: payer.id, redirect_uri: BANK.redirectUri, authorization_details: [PAYMENT] };
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => nth(n).ask('POST', '/transactions', body, { key: 'order-1' })),
    );
    expect(new Set(answers.map((answer) => answer.json().id)).size).toBe(1);
    expect(answers.filter(({ statusCode }) => statusCode === 201)).toHaveLength(1);
  });
});
