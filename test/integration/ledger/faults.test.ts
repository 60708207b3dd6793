import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { LedgerUnavailable } from '../../../webhook/errors.ts';
import type { Ledger } from '../../../webhook/ledger/ledger.ts';
import { callback, callbackOf, initiate, validate } from '../../support/clients/calls.ts';
import { process } from '../../support/fakes/jumio.ts';
import { recordOf, signUp, untilStatus } from '../../support/service/eventually.ts';
import { lockLedger } from '../../support/service/locked-ledger.ts';
import { type TestService, testService } from '../../support/service/service.ts';

const ERROR = 50;

/** The ledger's own timeout of a second, and another second for a busy machine. */
const IN_TIME_MS = 2_000;

function errorLines({ logs }: TestService, text: string) {
  return logs.lines().filter(({ level, msg }) => level === ERROR && String(msg).includes(text));
}

async function timed<T>(call: Promise<T>): Promise<{ answer: T; ms: number }> {
  const started = performance.now();
  return { answer: await call, ms: performance.now() - started };
}

describe('an unwritable ledger', () => {
  it('with an unwritable ledger, initiate is 204 and logs an error line, and the first sign-in makes the missing row', async () => {
    const service = await testService();
    const id = randomUUID();
    const release = lockLedger(service.databaseUrl);
    const { answer, ms } = await timed(initiate(service, { kratos_identity_id: id }));
    expect(answer.statusCode).toBe(204);
    expect(ms).toBeLessThan(IN_TIME_MS);
    expect(errorLines(service, 'could not record the sign-up')).toEqual([expect.objectContaining({ identity: id })]);
    release();
    expect(await service.ctx.ledger.record(id)).toBeUndefined();
    const created = new Date(service.clock.now() + 1).toISOString();
    await validate(service, { kratos_identity_id: id, metadata_public: null, created_at: created });
    await untilStatus(service, id, 'pending');
  });

  it('with an unwritable ledger, a callback is 503, never 200, and nothing is lost when it is sent again', async () => {
    const service = await testService();
    const id = randomUUID();
    const execution = await signUp(service, id);
    process(execution, 'PASSED', service.clock.now());
    const release = lockLedger(service.databaseUrl);
    const answer = await callback(service, callbackOf(execution));
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    release();
    expect((await recordOf(service, id)).identity.readRequests).toBe(0);
    expect((await callback(service, callbackOf(execution))).statusCode).toBe(200);
    await untilStatus(service, id, 'approved');
  });

  it('with an unwritable ledger, an unmatched callback is 503: its event is not durable', async () => {
    const service = await testService();
    const execution = await signUp(service, randomUUID());
    lockLedger(service.databaseUrl);
    const unknown = { ...execution, executionId: randomUUID() };
    expect((await callback(service, callbackOf(unknown))).statusCode).toBe(503);
  });

  it('with an unwritable ledger, the gate decides from the ledger within its second, also for many concurrent requests', async () => {
    const service = await testService();
    const rejected = randomUUID();
    process(await signUp(service, rejected), 'REJECTED', service.clock.now());
    await callback(service, callbackOf(service.jumio.latest(rejected)));
    await untilStatus(service, rejected, 'rejected');
    const pending = randomUUID();
    await signUp(service, pending);
    lockLedger(service.databaseUrl);
    const bodies = [rejected, pending, randomUUID()].flatMap((id) =>
      Array.from({ length: 10 }, () => ({ kratos_identity_id: id, metadata_public: { jumio: { status: 'pending' } } })),
    );
    const { answer, ms } = await timed(Promise.all(bodies.map((body) => validate(service, body))));
    expect(answer.map(({ statusCode }) => statusCode)).toEqual([
      ...Array(10).fill(403),
      ...Array(10).fill(204),
      ...Array(10).fill(204),
    ]);
    expect(ms).toBeLessThan(IN_TIME_MS);
  });

  it('with a locked ledger, a result of a create call is written when the lock is gone', async () => {
    const service = await testService();
    const id = randomUUID();
    const execution = await signUp(service, id);
    process(execution, 'PASSED', service.clock.now());
    let release = (): void => undefined;
    service.jumio.instead.details = async (ids) => {
      service.jumio.instead.details = undefined;
      release = lockLedger(service.databaseUrl);
      return service.jumio.details(ids);
    };
    await callback(service, callbackOf(execution));
    await expect.poll(() => service.jumio.calls.details.length).toBeGreaterThan(0);
    release();
    await untilStatus(service, id, 'approved');
  });
});

/** A ledger in which one method fails with this error. */
function failing(name: 'gate' | 'change' | 'record' | 'requestRead', fail: () => Promise<never>) {
  let broken = false;
  const breakable = (ledger: Ledger): Ledger => ({
    ...ledger,
    [name]: (...parameters: Parameters<Ledger[typeof name]>) =>
      broken ? fail() : Reflect.apply(ledger[name], ledger, parameters),
  });
  return {
    service: () => testService({ ctx: (ctx) => ({ ...ctx, ledger: breakable(ctx.ledger) }) }),
    fail: () => {
      broken = true;
    },
  };
}

const FAILURES: readonly [string, () => Promise<never>][] = [
  ['refuses', () => Promise.reject(new LedgerUnavailable('the SQLite file cannot be read'))],
  ['throws what nobody expects', () => Promise.reject(new TypeError('a mistake'))],
  ['throws what is no error', () => Promise.reject('a text')],
  [
    'throws at once',
    () => {
      throw new Error('a mistake');
    },
  ],
  ['never answers', () => new Promise(() => undefined)],
];

describe('an unreadable ledger', () => {
  describe.each(FAILURES)('with a ledger that %s', (_name, fail) => {
    it.each([
      ['allows what the copy alone allows', { jumio: { status: 'approved' } }, 204, undefined],
      ['blocks what the copy alone blocks', { jumio: { status: 'rejected' } }, 403, 4990001],
      ['blocks where there is no copy', null, 403, 4990004],
      ['blocks where the copy says nothing', {}, 403, 4990004],
    ])('with an unreadable ledger, the gate %s, within its second', async (_case, metadata, status, text) => {
      const { service: build, fail: breakIt } = failing('gate', fail);
      const service = await build();
      breakIt();
      const body = { kratos_identity_id: randomUUID(), metadata_public: metadata };
      const { answer, ms } = await timed(validate(service, body));
      expect(answer.statusCode).toBe(status);
      expect(ms).toBeLessThan(IN_TIME_MS);
      if (text !== undefined) expect(answer.json().messages[0].messages[0].id).toBe(text);
    });
  });

  describe.each(FAILURES)('when the missing row is made, with a ledger that %s', (_name, fail) => {
    it('with a ledger that fails at the missing row, the gate still decides, within its second', async () => {
      const { service: build, fail: breakIt } = failing('change', fail);
      const service = await build();
      const id = randomUUID();
      await signUp(service, id);
      breakIt();
      const body = { kratos_identity_id: id, metadata_public: { jumio: { status: 'approved' } } };
      const { answer, ms } = await timed(validate(service, body));
      expect(answer.statusCode).toBe(204);
      expect(ms).toBeLessThan(IN_TIME_MS);
    });
  });

  it('with an unreadable ledger after the write, initiate is 204 once the row is durable', async () => {
    const { service: build, fail } = failing('record', () => Promise.reject(new Error('read failed')));
    const service = await build();
    const id = randomUUID();
    fail();
    expect((await initiate(service, { kratos_identity_id: id })).statusCode).toBe(204);
    expect(errorLines(service, 'could not record the sign-up')).toEqual([]);
    await expect.poll(() => service.jumio.calls.create.length).toBe(1);
  });

  it('with an unreadable ledger, a callback whose row cannot be read is 503', async () => {
    const { service: build, fail } = failing('requestRead', () =>
      Promise.reject(new LedgerUnavailable('the SQLite file cannot be read')),
    );
    const service = await build();
    const execution = await signUp(service, randomUUID());
    fail();
    expect((await callback(service, callbackOf(execution))).statusCode).toBe(503);
  });
});

describe('an internal error', () => {
  it('after an internal error, initiate is 204, and logs it: a 5xx would strand the account', async () => {
    const service = await testService({
      ctx: (ctx) => ({ ...ctx, ledger: { ...ctx.ledger, change: () => Promise.reject(new TypeError('odd')) } }),
    });
    expect((await initiate(service, { kratos_identity_id: randomUUID() })).statusCode).toBe(204);
    expect(service.logs.lines()).toContainEqual(expect.objectContaining({ level: 50 }));
  });
});
