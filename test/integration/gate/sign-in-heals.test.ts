import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { callback, callbackOf, initiate, validate } from '../../support/clients/calls.ts';
import { process } from '../../support/fakes/jumio.ts';
import { createFakeKratos, kratosDown } from '../../support/fakes/kratos.ts';
import { eventually, passTime, recordOf, rowCounts, signUp, untilStatus } from '../../support/service/eventually.ts';
import { type TestService, testService } from '../../support/service/service.ts';
import { DAY, HOUR, MINUTE } from '../../support/service/shifted-clock.ts';

/** A sign-in as Kratos sends it, with the published copy of that moment. */
function signIn(service: TestService, id: string, more: object = {}) {
  const jumio = service.kratos.copies.get(id);
  const metadata = jumio === undefined ? null : { jumio, theirs: 1 };
  return validate(service, { kratos_identity_id: id, metadata_public: metadata, ...more });
}

/** The time of a sign-up so many milliseconds after the ledger was created. */
function created({ ctx }: TestService, after: number): { created_at: string } {
  return { created_at: new Date(ctx.ledger.createdAt + after).toISOString() };
}

async function kinds({ ctx }: TestService, id: string): Promise<string[]> {
  return (await ctx.ledger.events(id)).map(({ kind }) => kind);
}

async function decide(service: TestService, id: string, type: 'PASSED' | 'WARNING' | 'REJECTED') {
  const execution = service.jumio.latest(id);
  process(execution, type, service.clock.now());
  await callback(service, callbackOf(execution));
  return untilStatus(service, id, type === 'PASSED' ? 'approved' : type === 'WARNING' ? 'review' : 'rejected');
}

/** Expects no record of the identity, no create call, and no event but refusals. */
async function expectUnknown(service: TestService, id: string, refusals = 0): Promise<void> {
  expect(await rowCounts(service, id)).toEqual({ verifications: undefined, events: refusals, unmatched: 0 });
  const kinds = (await service.ctx.ledger.events(id)).map(({ kind }) => kind);
  expect(kinds.every((kind) => kind === 'blocked')).toBe(true);
  expect(service.jumio.calls.create).toEqual([]);
}

describe('sign-ins without a sign-up hook', () => {
  it('a sign-in without a sign-up hook creates the missing row, and does not wait for it', async () => {
    const service = await testService();
    const id = randomUUID();
    expect((await signIn(service, id, created(service, 1))).statusCode).toBe(204);
    await untilStatus(service, id, 'pending');
    expect(service.kratos.copies.get(id)).toMatchObject({
      workflow_execution_id: service.jumio.latest(id).executionId,
    });
    expect(await kinds(service, id)).toEqual(expect.arrayContaining(['healed', 'requested', 'started']));
  });

  it('repeated and concurrent sign-ins create the missing row once', async () => {
    const service = await testService();
    const id = randomUUID();
    await Promise.all([1, 2, 3, 4, 5].map(() => signIn(service, id, created(service, 1))));
    await untilStatus(service, id, 'pending');
    await signIn(service, id, created(service, 1));
    await initiate(service, { kratos_identity_id: id });
    expect((await rowCounts(service, id)).verifications).toBe(1);
    expect(service.jumio.calls.create).toHaveLength(1);
  });

  it('a sign-in without `metadata_public` in the request creates the missing row', async () => {
    const service = await testService();
    const id = randomUUID();
    await validate(service, { kratos_identity_id: id, ...created(service, 1) });
    await untilStatus(service, id, 'pending');
  });

  it.each([
    ['was created before this ledger', (service: TestService) => created(service, -1)],
    ['was created we do not know when', () => ({})],
    ['was created at no time', () => ({ created_at: 'yesterday' })],
    [
      'has a copy of ours',
      (s: TestService) => ({ ...created(s, 1), metadata_public: { jumio: { status: 'expired' } } }),
    ],
    [
      'has a copy with an odd word',
      (s: TestService) => ({ ...created(s, 1), metadata_public: { jumio: { status: 1 } } }),
    ],
    [
      'has the published server’s word',
      (s: TestService) => ({ ...created(s, 1), metadata_public: { jumio_verification_status: 'initiated' } }),
    ],
  ])('a sign-in creates no missing row if the identity %s', async (_name, details) => {
    const service = await testService();
    const id = randomUUID();
    expect((await signIn(service, id, details(service))).statusCode).toBe(204);
    await expectUnknown(service, id);
  });

  it('a sign-in that is refused by its published copy creates no row', async () => {
    const service = await testService();
    const id = randomUUID();
    const details = { ...created(service, 1), metadata_public: { jumio: { status: 'rejected' } } };
    expect((await signIn(service, id, details)).statusCode).toBe(403);
    await expectUnknown(service, id, 1);
  });
});

describe('sign-ins with a foreign published copy', () => {
  const foreign: readonly [string, unknown][] = [
    ['was wiped', undefined],
    ['is older', { status: 'pending', source: 'jumio', updated_at: '2020-01-01T00:00:00.000Z' }],
    ['was written by somebody', { status: 'approved', source: 'jumio' }],
    ['is a text', 'approved'],
  ];

  it.each(foreign)('a sign-in whose copy is not ours causes a new publication if it %s', async (_name, theirs) => {
    const service = await testService();
    const id = randomUUID();
    await signUp(service, id);
    await decide(service, id, 'PASSED');
    const ours = service.kratos.copies.get(id);
    if (theirs === undefined) service.kratos.copies.delete(id);
    else service.kratos.copies.set(id, theirs);
    expect((await signIn(service, id)).statusCode).toBe(204);
    await eventually(() => expect(service.kratos.copies.get(id)).toStrictEqual(ours));
    expect(await kinds(service, id)).toContain('copy_differs');
  });

  it('a sign-in whose copy is ours, or is not in the request, causes no publication', async () => {
    const service = await testService();
    const id = randomUUID();
    await signUp(service, id);
    await decide(service, id, 'PASSED');
    const published = service.kratos.calls.publish.length;
    await signIn(service, id);
    await validate(service, { kratos_identity_id: id });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(service.kratos.calls.publish).toHaveLength(published);
    expect(await kinds(service, id)).not.toContain('copy_differs');
  });

  it('a sign-in is refused if ledger or copy says rejected, and the contradiction is one event', async () => {
    const service = await testService();
    const id = randomUUID();
    await signUp(service, id);
    await decide(service, id, 'PASSED');
    service.kratos.instead.publish = () => kratosDown('patch');
    service.kratos.copies.set(id, { status: 'rejected', source: 'jumio' });
    expect((await signIn(service, id)).statusCode).toBe(403);
    const events = await service.ctx.ledger.events(id);
    expect(events.filter(({ kind }) => kind === 'contradiction').map(({ detail }) => detail)).toEqual([
      { ledger: 'approved', copy: 'rejected' },
    ]);
  });

  it('a different copy does not count while our own last change is not published', async () => {
    const service = await testService();
    const id = randomUUID();
    await signUp(service, id);
    await decide(service, id, 'REJECTED');
    service.kratos.instead.publish = () => kratosDown('patch');
    process(service.jumio.latest(id), 'PASSED', service.clock.now());
    passTime(service, HOUR + MINUTE);
    await callback(service, callbackOf(service.jumio.latest(id)));
    await eventually(async () => expect((await recordOf(service, id)).identity.standing).toBe('approved'));
    expect(service.kratos.copies.get(id)).toMatchObject({ status: 'rejected' });
    expect((await signIn(service, id)).statusCode).toBe(204);
  });
});

describe('sign-ins during a verification', () => {
  it('a sign-in during pending or processing makes Jumio be read at once', async () => {
    const service = await testService();
    const id = randomUUID();
    const execution = await signUp(service, id);
    execution.status = 'ACQUIRED';
    await signIn(service, id);
    await untilStatus(service, id, 'processing');
    process(execution, 'PASSED', service.clock.now());
    passTime(service, 11_000);
    await signIn(service, id);
    await untilStatus(service, id, 'approved');
  });

  it('a sign-in during review makes Jumio be read, at most once an hour', async () => {
    const service = await testService();
    const id = randomUUID();
    await signUp(service, id);
    await decide(service, id, 'WARNING');
    process(service.jumio.latest(id), 'PASSED', service.clock.now() + 1);
    const reads = service.jumio.reads();
    await signIn(service, id);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(service.jumio.reads()).toBe(reads);
    passTime(service, HOUR);
    await untilStatus(service, id, 'approved');
  });

  it('a sign-in after approval or rejection makes no call to Jumio', async () => {
    const service = await testService();
    for (const type of ['PASSED', 'REJECTED'] as const) {
      const id = randomUUID();
      await signUp(service, id);
      await decide(service, id, type);
      passTime(service, DAY);
      const before = (await recordOf(service, id)).identity.readRequests;
      await signIn(service, id);
      expect((await recordOf(service, id)).identity.readRequests).toBe(before);
    }
  });
});

describe('sign-ins after a lost ledger', () => {
  it('after a lost ledger, a rejected identity is still refused by its published copy', async () => {
    const kratos = createFakeKratos();
    const before = await testService({ kratos });
    const id = randomUUID();
    await signUp(before, id);
    await decide(before, id, 'REJECTED');
    const after = await testService({ kratos });
    expect((await signIn(after, id, created(after, -1))).statusCode).toBe(403);
    expect((await signIn(after, id, created(after, 1))).statusCode).toBe(403);
    await expectUnknown(after, id, 1);
  });
});
