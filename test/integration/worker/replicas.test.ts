import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { jobs } from '../../../webhook/verification/jobs.ts';
import { callback, callbackOf, initiate } from '../../support/clients/calls.ts';
import { createFakeJumio, type FakeJumio, process } from '../../support/fakes/jumio.ts';
import { createFakeKratos } from '../../support/fakes/kratos.ts';
import { type RecordedKratos, withRecordedCalls } from '../../support/fakes/recorded-kratos.ts';
import { postgres, whyNoPostgres } from '../../support/service/databases.ts';
import { passTime, recordOf } from '../../support/service/eventually.ts';
import { buildTestService, type TestService } from '../../support/service/service.ts';
import { createShiftedClock, HOUR, MINUTE, SECOND, type ShiftedClock } from '../../support/service/shifted-clock.ts';

const PEOPLE = 200;

/** Few enough that callbacks arrive while the earlier PATCH is still running. */
const AT_ONCE = 20;

const OUTCOMES = ['PASSED', 'WARNING', 'REJECTED'] as const;

const STATUS = { PASSED: 'approved', WARNING: 'review', REJECTED: 'rejected' } as const;

interface World {
  readonly replicas: readonly TestService[];
  readonly jumio: FakeJumio;
  readonly kratos: RecordedKratos;
  readonly clock: ShiftedClock;
  readonly ids: readonly string[];
  /** The number of details calls of each replica. */
  readonly reads: readonly number[];
}

function outcomeOf(n: number): (typeof OUTCOMES)[number] {
  return OUTCOMES[n % OUTCOMES.length] ?? 'PASSED';
}

/** Signs up at both replicas; the callbacks of the verdict, two to each, arrive while the ids are being published. */
async function person(
  { replicas, jumio, clock }: World,
  id: string,
  outcome: (typeof OUTCOMES)[number],
): Promise<void> {
  const signUps = replicas.map((replica) => initiate(replica, { kratos_identity_id: id }));
  const execution = await vi.waitFor(() => jumio.latest(id), { timeout: 30 * SECOND, interval: 10 });
  process(execution, outcome, clock.now());
  const callbacks = [...replicas, ...replicas].map(async (replica) => {
    const { ledger } = replica.ctx;
    await vi.waitFor(async () => expect(await ledger.identityOfExecution(execution.executionId)).toBe(id), {
      timeout: 30 * SECOND,
      interval: 10,
    });
    expect((await callback(replica, callbackOf(execution))).statusCode).toBe(200);
  });
  await Promise.all([...signUps, ...callbacks]);
}

/** Waits until every identity has its status and is published. */
async function settled({ replicas, ids }: World, statusOf: (n: number) => string): Promise<void> {
  const [replica] = replicas;
  if (replica === undefined) throw new Error('there are two');
  await vi.waitFor(
    async () => {
      const rows = await Promise.all(ids.map((id) => recordOf(replica, id)));
      const unsettled = rows.filter(
        ({ identity }, n) => identity.status !== statusOf(n) || identity.published < identity.version,
      );
      expect(unsettled.map(({ identity }) => identity.id)).toEqual([]);
    },
    { timeout: 60 * SECOND, interval: 200 },
  );
}

/** Waits until no job is due: a callback shortly after a read requests another read. */
async function nothingDue({ replicas: [replica], clock }: World): Promise<void> {
  const due = async () => (await replica?.ctx.ledger.nextDue(jobs))?.[0]?.at ?? Number.POSITIVE_INFINITY;
  await vi.waitFor(async () => expect(await due()).toBeGreaterThan(clock.now()), { timeout: 30 * SECOND });
}

async function signUpPeople(databaseUrl: string): Promise<World> {
  const shared = {
    jumio: createFakeJumio(),
    kratos: withRecordedCalls(createFakeKratos(), 100),
    clock: createShiftedClock(),
  };
  const reads = [0, 0];
  const build = (n: 0 | 1) => {
    const counting: FakeJumio['details'] = (asked) => {
      reads[n] = (reads[n] ?? 0) + 1;
      return shared.jumio.details(asked);
    };
    return buildTestService({ databaseUrl, ...shared, jumio: { ...shared.jumio, details: counting } });
  };
  const replicas = await Promise.all([build(0), build(1)]);
  const ids = Array.from({ length: PEOPLE }, () => randomUUID());
  const world = { ...shared, replicas, ids, reads };
  for (let from = 0; from < PEOPLE; from += AT_ONCE)
    await Promise.all(ids.slice(from, from + AT_ONCE).map((id, n) => person(world, id, outcomeOf(from + n))));
  await settled(world, (n) => STATUS[outcomeOf(n)]);
  for (const replica of replicas) passTime(replica, MINUTE);
  await vi.waitFor(() => expect(shared.kratos.calls.read).toHaveLength(PEOPLE), { timeout: 30 * SECOND });
  for (const replica of replicas) passTime(replica, HOUR);
  await nothingDue(world);
  return world;
}

const why = await whyNoPostgres();

describe.skipIf(why !== undefined)(`two replicas on one PostgreSQL${why === undefined ? '' : `: ${why}`}`, () => {
  let world: World | undefined;
  const signedUp = (): World => {
    if (world === undefined) throw new Error('the replicas are not running');
    return world;
  };

  beforeAll(async () => {
    const { url, drop } = await postgres.schema();
    world = await signUpPeople(url);
    return async () => {
      for (const replica of signedUp().replicas) await replica.close();
      await drop();
    };
  }, 3 * MINUTE);

  it('200 people who sign up at two replicas have one verification and one Jumio account each', async () => {
    const { jumio, ids, replicas } = signedUp();
    expect(jumio.calls.create.map(({ identityId }) => identityId).sort()).toEqual([...ids].sort());
    for (const id of ids)
      for (const replica of replicas) expect((await recordOf(replica, id)).verifications).toHaveLength(1);
  });

  it('callbacks sent twice to both replicas decide each identity once', async () => {
    const { ids, replicas } = signedUp();
    for (const [n, id] of ids.entries()) {
      const events = (await replicas[n % 2]?.ctx.ledger.events(id)) ?? [];
      const counted = (kind: string): number => events.filter((event) => event.kind === kind).length;
      expect([counted('requested'), counted('started'), counted('decided')]).toEqual([1, 1, 1]);
    }
  });

  it('two replicas never write to one identity at the same time', () => {
    const { kratos } = signedUp();
    expect(kratos.overlaps()).toEqual([]);
    expect(kratos.spans.length).toBeGreaterThanOrEqual(2 * PEOPLE);
  });

  it('two replicas leave the right copy of every identity in Kratos', () => {
    const { kratos, ids } = signedUp();
    for (const [n, id] of ids.entries()) expect(kratos.copies.get(id)).toMatchObject({ status: STATUS[outcomeOf(n)] });
  });

  it('two replicas share the work', () => {
    expect(Math.min(...signedUp().reads)).toBeGreaterThan(PEOPLE / 10);
  });

  it('two replicas log no warning or error', () => {
    const complaints = signedUp().replicas.flatMap(({ logs }) =>
      logs.lines().filter(({ level }) => Number(level) >= 40),
    );
    expect(complaints).toEqual([]);
  });
});
