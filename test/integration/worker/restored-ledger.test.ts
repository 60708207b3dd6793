import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { actOn, grantAttempt, recheck } from '../../../webhook/verification/operator/actions.ts';
import { decide, signedUp, visitor } from '../../support/builders/people.ts';
import { callback, callbackOf, validate } from '../../support/clients/calls.ts';
import { createFakeJumio, type FakeJumio } from '../../support/fakes/jumio.ts';
import { createFakeKratos, type FakeKratos } from '../../support/fakes/kratos.ts';
import { freshFolder } from '../../support/service/databases.ts';
import { eventually, passTime, recordOf, untilStatus } from '../../support/service/eventually.ts';
import { type TestService, testService } from '../../support/service/service.ts';
import { createShiftedClock, DAY, HOUR, SECOND, type ShiftedClock } from '../../support/service/shifted-clock.ts';

/** What a ledger goes back to: Jumio, Kratos and the clock are as they are now. */
interface World {
  readonly id: string;
  readonly jumio: FakeJumio;
  readonly kratos: FakeKratos;
  readonly clock: ShiftedClock;
  /** A backup of each step, by its name. */
  readonly backups: ReadonlyMap<string, string>;
}

type Steps = (service: TestService, id: string, backup: (step: string) => Promise<void>) => Promise<void>;

async function live(steps: Steps): Promise<World> {
  const [folder, jumio, clock] = [await freshFolder(), createFakeJumio(), createShiftedClock()];
  const kratos = createFakeKratos(() => clock.now());
  const service = await testService({ jumio, kratos, clock });
  const { id } = await signedUp(service);
  const backups = new Map<string, string>();
  await steps(service, id, async (step) => {
    const file = join(folder, `${backups.size}.sqlite`);
    await service.ctx.ledger.copyTo?.(file);
    backups.set(step, file);
  });
  await service.worker.stop();
  return { id, jumio, kratos, clock, backups };
}

/** The service, started with a backup. */
async function restore({ jumio, kratos, clock, backups }: World, step: string): Promise<TestService> {
  const file = join(await freshFolder(), 'ledger.sqlite');
  await copyFile(backups.get(step) ?? '', file);
  return testService({ jumio, kratos, clock, databaseUrl: `file:${file}` });
}

async function signIn(service: TestService, id: string): Promise<number> {
  const body = { kratos_identity_id: id, metadata_public: { jumio: service.kratos.copies.get(id) } };
  return (await validate(service, body)).statusCode;
}

const EVENTS: Readonly<Record<string, (service: TestService, id: string) => Promise<unknown>>> = {
  'a day passes': async (service) => passTime(service, DAY + HOUR),
  'a sign-in': (service, id) => signIn(service, id),
  'a visit': (service, id) => visitor(service, id).browser.get('/jumio/verify'),
  'a press': (service, id) => visitor(service, id).browser.press(),
  'a refused consent': async (service, id) => {
    const { browser } = visitor(service, id);
    const { fields } = await browser.get('/jumio/verify');
    return browser.post(fields, '/jumio/decline');
  },
  'callbacks of every execution': async (service) => {
    for (const execution of service.jumio.executions) await callback(service, callbackOf(execution));
  },
  'a recheck by the operator': ({ ctx }, identityId) =>
    actOn(ctx, {
      identityId,
      dryRun: false,
      decide: (record, now) => recheck(record, { force: true, hasEid: false }, now),
    }),
  'a grant by the operator': ({ ctx }, identityId) =>
    actOn(ctx, { identityId, dryRun: false, decide: (record, now) => grantAttempt(record, 'op', null, now) }),
};

/** Every status that is written from now on. */
function watchCopies({ copies }: FakeKratos): unknown[] {
  const statuses: unknown[] = [];
  copies.set = (id, copy) => {
    statuses.push(typeof copy === 'object' && copy !== null ? Reflect.get(copy, 'status') : copy);
    return Map.prototype.set.call(copies, id, copy);
  };
  return statuses;
}

/** Neither due at Kratos nor at Jumio within the next seconds, and no step is running. */
async function isQuiet(service: TestService, id: string): Promise<void> {
  await eventually(async () => {
    passTime(service, SECOND);
    const soon = service.clock.now() + 30 * SECOND;
    const { identity } = await recordOf(service, id);
    expect(identity.leasedUntil).toBe(0);
    expect([identity.kratosDue, identity.jumioDue].every((due) => due === null || due > soon)).toBe(true);
  });
}

/** Rejected for good by a further execution, after a rejection that could be mended. */
const REJECTED_TWICE: Steps = async (service, id, backup) => {
  const { browser } = visitor(service, id);
  await backup('the first attempt is open');
  service.jumio.latest(id).status = 'ACQUIRED';
  await callback(service, callbackOf(service.jumio.latest(id), 'ACQUIRED'));
  await untilStatus(service, id, 'processing');
  await backup('the first attempt is under way');
  await decide(service, id, 'REJECTED', 'unreadable');
  await backup('the first attempt is rejected for a reason that can be mended');
  await browser.press();
  await eventually(() => expect(service.jumio.executions).toHaveLength(2));
  await backup('the second attempt is open');
  await decide(service, id, 'REJECTED', 'other');
};

/** Approved, granted a further attempt, and rejected by it. */
const APPROVED_THEN_REJECTED: Steps = async (service, id, backup) => {
  const { browser } = visitor(service, id);
  await decide(service, id, 'PASSED');
  await backup('approved');
  await EVENTS['a grant by the operator']?.(service, id);
  await browser.press();
  await eventually(() => expect(service.jumio.executions).toHaveLength(2));
  await backup('approved, with a further attempt');
  await decide(service, id, 'REJECTED', 'other');
};

const STORIES: readonly [name: string, steps: Steps, backups: readonly string[]][] = [
  [
    'rejected twice',
    REJECTED_TWICE,
    [
      'the first attempt is open',
      'the first attempt is under way',
      'the first attempt is rejected for a reason that can be mended',
      'the second attempt is open',
    ],
  ],
  ['approved, then rejected', APPROVED_THEN_REJECTED, ['approved', 'approved, with a further attempt']],
];

describe.each(STORIES)('a ledger restored from a backup of an identity that was %s', (_name, steps, backups) => {
  describe.each(backups)('when %s', (step) => {
    it.each(Object.keys(EVENTS))('no copy becomes milder after %s, and sign-in is refused', async (event) => {
      const world = await live(steps);
      const { id, kratos } = world;
      expect(kratos.copies.get(id)).toMatchObject({ status: 'rejected' });
      const service = await restore(world, step);
      const published = watchCopies(kratos);
      expect(await signIn(service, id)).toBe(403);
      await EVENTS[event]?.(service, id);
      expect(await signIn(service, id)).toBe(403);
      service.worker.wake();
      await isQuiet(service, id);
      expect(kratos.copies.get(id)).toMatchObject({ status: 'rejected' });
      expect(await signIn(service, id)).toBe(403);
      passTime(service, 2 * DAY);
      await isQuiet(service, id);
      expect(kratos.copies.get(id)).toMatchObject({ status: 'rejected' });
      expect(published.filter((status) => status !== 'rejected')).toEqual([]);
    });
  });
});
