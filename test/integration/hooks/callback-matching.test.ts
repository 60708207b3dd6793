import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { continueVerification } from '../../../webhook/verification/person/continue.ts';
import { agreementInput } from '../../support/builders/people.ts';
import { callback, callbackOf, signed } from '../../support/clients/calls.ts';
import { process } from '../../support/fakes/jumio.ts';
import { eventually, passTime, recordOf, signUp, untilStatus } from '../../support/service/eventually.ts';
import { type TestService, testService } from '../../support/service/service.ts';
import { DAY, HOUR, SECOND } from '../../support/service/shifted-clock.ts';

async function startAgain(service: TestService, identityId: string) {
  await continueVerification(
    service.ctx,
    service.worker,
    { identityId, inherited: null },
    agreementInput(service),
    4_000,
  );
  return service.jumio.latest(identityId);
}

async function unmatched(service: TestService) {
  const events = await service.ctx.ledger.events(null);
  return events.filter(({ kind }) => kind === 'unmatched').map(({ detail }) => detail);
}

describe('genuine callbacks', () => {
  it('a genuine callback causes an immediate read of its execution, and the verdict is published', async () => {
    const service = await testService();
    const id = randomUUID();
    const execution = await signUp(service, id);
    process(execution, 'PASSED', service.clock.now());
    expect((await callback(service, callbackOf(execution))).statusCode).toBe(200);
    await untilStatus(service, id, 'approved');
    expect([service.jumio.calls.details.length, service.jumio.calls.status.length]).toEqual([1, 0]);
    expect(service.kratos.copies.get(id)).toMatchObject({ status: 'approved', verdict: 'PASSED' });
  });

  it('a genuine callback is a notification only: the read decides, not its contents', async () => {
    const service = await testService();
    const id = randomUUID();
    const execution = await signUp(service, id);
    process(execution, 'REJECTED', service.clock.now());
    const body = { ...JSON.parse(callbackOf(execution)), decision: { type: 'PASSED' }, verdict: 'PASSED' };
    await callback(service, body);
    await untilStatus(service, id, 'rejected');
  });

  it('a callback that claims PROCESSED for an unprocessed execution decides nothing', async () => {
    const service = await testService();
    const id = randomUUID();
    const execution = await signUp(service, id);
    await callback(service, callbackOf(execution, 'PROCESSED'));
    await eventually(() => expect(service.jumio.reads()).toBe(1));
    expect((await recordOf(service, id)).identity.standing).toBeNull();
  });
});

describe('callbacks for an unknown execution', () => {
  it('a callback for an unknown execution is 200, is an event `unmatched`, and decides nothing', async () => {
    const service = await testService();
    const id = randomUUID();
    const execution = await signUp(service, id);
    const before = await recordOf(service, id);
    const unknown = { ...execution, executionId: randomUUID() };
    const body = callbackOf(unknown, 'PROCESSED', '');
    expect((await callback(service, body, signed(body))).statusCode).toBe(200);
    expect(await unmatched(service)).toEqual([{ execution: unknown.executionId, verification: null }]);
    expect(await recordOf(service, id)).toEqual(before);
    expect(service.jumio.reads()).toBe(0);
  });

  it('repeated callbacks for an unknown execution are one event', async () => {
    const service = await testService();
    const execution = { ...(await signUp(service, randomUUID())), executionId: randomUUID() };
    const body = callbackOf(execution, 'PROCESSED', '');
    for (const _ of [1, 2, 3]) expect((await callback(service, body, signed(body))).statusCode).toBe(200);
    expect(await unmatched(service)).toHaveLength(1);
  });

  it('callbacks of one verification for unknown executions beyond 20 in an hour are 200, and are no further events', async () => {
    const service = await testService();
    const [one, other] = [await signUp(service, randomUUID()), await signUp(service, randomUUID())];
    const forged = (execution: typeof one) =>
      callback(service, callbackOf({ ...execution, executionId: randomUUID() }));
    service.clock.advance(HOUR - (service.clock.now() % HOUR));
    for (let count = 0; count < 25; count += 1) expect((await forged(one)).statusCode).toBe(200);
    expect(await unmatched(service)).toHaveLength(20);
    await forged(other);
    expect(await unmatched(service)).toHaveLength(21);
    service.clock.advance(HOUR);
    await forged(one);
    expect(await unmatched(service)).toHaveLength(22);
    process(one, 'PASSED', service.clock.now());
    expect((await callback(service, callbackOf(one))).statusCode).toBe(200);
    await untilStatus(service, one.identityId, 'approved');
  });

  it('a callback whose reference names a verification of no row in the ledger is unmatched', async () => {
    const [service, other] = [await testService(), await testService()];
    const execution = await signUp(other, randomUUID());
    const body = callbackOf(execution);
    expect((await callback(service, body)).statusCode).toBe(401);
    expect((await callback(service, body, signed(body))).statusCode).toBe(200);
    expect(await unmatched(service)).toEqual([{ execution: execution.executionId, verification: null }]);
  });
});

describe('callbacks for another identity’s execution', () => {
  it.each([
    ['by reference', () => ({})],
    ['signed', signed],
  ])(
    'a callback for another identity’s execution is 200, is an event `unmatched`, and decides nothing for either, %s',
    async (_name, headers) => {
      const service = await testService();
      const [one, two] = [randomUUID(), randomUUID()];
      const [mine, theirs] = [await signUp(service, one), await signUp(service, two)];
      for (const execution of [mine, theirs]) process(execution, 'PASSED', service.clock.now());
      const before = await Promise.all([recordOf(service, one), recordOf(service, two)]);
      const body = callbackOf(theirs, 'PROCESSED', mine.reference);
      expect((await callback(service, body, headers(body))).statusCode).toBe(200);
      const verification = mine.reference.split('.')[1];
      expect(await unmatched(service)).toEqual([{ execution: theirs.executionId, verification }]);
      expect(await Promise.all([recordOf(service, one), recordOf(service, two)])).toEqual(before);
      expect(service.jumio.reads()).toBe(0);
    },
  );
});

describe('callbacks for an older attempt of the same identity', () => {
  it('a callback for an older attempt reads its own row, and its verdict counts while the further attempt is open', async () => {
    const service = await testService();
    const id = randomUUID();
    const first = await signUp(service, id);
    passTime(service, DAY + HOUR);
    const second = await startAgain(service, id);
    expect(second.executionId).not.toBe(first.executionId);
    const read = service.jumio.calls.details.length;
    process(first, 'PASSED', service.clock.now());
    await callback(service, callbackOf(first));
    const { verifications } = await untilStatus(service, id, 'approved');
    expect(service.jumio.calls.details.slice(read)).toEqual([
      { accountId: first.accountId, executionId: first.executionId },
    ]);
    expect(verifications.map(({ state }) => state)).toEqual(['decided', 'started']);
  });

  it('a callback with the reference of one attempt and the execution of another is unmatched', async () => {
    const service = await testService();
    const id = randomUUID();
    const first = await signUp(service, id);
    passTime(service, DAY + HOUR);
    const second = await startAgain(service, id);
    const reads = service.jumio.reads();
    const before = (await recordOf(service, id)).identity.readRequests;
    expect((await callback(service, callbackOf(second, 'PROCESSED', first.reference))).statusCode).toBe(200);
    const verification = first.reference.split('.')[1];
    expect(await unmatched(service)).toEqual([{ execution: second.executionId, verification }]);
    expect([service.jumio.reads(), (await recordOf(service, id)).identity.readRequests]).toEqual([reads, before]);
  });

  it('a verdict on an older attempt changes the standing only if Jumio completed it later than the one that counts', async () => {
    const service = await testService();
    const id = randomUUID();
    const first = await signUp(service, id);
    const early = service.clock.now();
    process(first, 'REJECTED', early, 'unreadable');
    await callback(service, callbackOf(first));
    await untilStatus(service, id, 'rejected');
    const second = await startAgain(service, id);
    passTime(service, HOUR);
    process(second, 'PASSED', service.clock.now());
    await callback(service, callbackOf(second));
    await untilStatus(service, id, 'approved');

    process(first, 'WARNING', early + 1);
    passTime(service, 2 * HOUR);
    await callback(service, callbackOf(first));
    await eventually(async () => {
      const [older] = (await recordOf(service, id)).verifications;
      expect(older).toMatchObject({ decision: 'WARNING' });
    });
    expect((await recordOf(service, id)).identity.standing).toBe('approved');
  });
});

describe('1,000 replays of one genuine callback', () => {
  async function replay(service: TestService, body: string, times: number): Promise<void> {
    const answers = await Promise.all(Array.from({ length: times }, () => callback(service, body)));
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
  }

  it('1,000 replays of a callback cause at most one read per 10 s, and the postponed read is not lost', async () => {
    const service = await testService();
    const id = randomUUID();
    const execution = await signUp(service, id);
    const readAt: number[] = [];
    service.jumio.instead.status = async () => {
      readAt.push((await recordOf(service, id)).verifications[0]?.lastReadAt ?? 0);
      return 'ACQUISITION_STARTED';
    };
    const body = callbackOf(execution, 'ACQUISITION_STARTED');
    for (let round = 0; round < 8; round += 1) {
      await replay(service, body, 125);
      passTime(service, 2.5 * SECOND);
    }
    await eventually(() => expect(readAt.length).toBeGreaterThan(1));
    const gaps = readAt.slice(1).map((at, index) => at - (readAt[index] ?? 0));
    for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(10 * SECOND);
  });

  it('1,000 replays of a callback for a settled verification cause at most one read an hour', async () => {
    const service = await testService();
    const id = randomUUID();
    const execution = await signUp(service, id);
    process(execution, 'PASSED', service.clock.now());
    const body = callbackOf(execution);
    await replay(service, body, 1);
    await untilStatus(service, id, 'approved');
    passTime(service, HOUR / 2);
    await replay(service, body, 1_000);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(service.jumio.reads()).toBe(1);
    passTime(service, HOUR / 2);
    await eventually(() => expect(service.jumio.reads()).toBe(2));
  });

  it('1,000 replays of a callback are one event', async () => {
    const service = await testService();
    const id = randomUUID();
    const execution = await signUp(service, id);
    await replay(service, callbackOf(execution, 'ACQUIRED'), 100);
    const events = await service.ctx.ledger.events(id);
    expect(events.filter(({ kind }) => kind === 'callback')).toHaveLength(1);
  });
});
