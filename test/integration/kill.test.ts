import { describe, expect, it } from 'vitest';
import type { RunningService } from '../../sandbox/service.ts';
import type { Moment } from '../support/kill-neighbours.ts';
import { death, eventually, type KillWorld, startKillWorld } from '../support/kill-world.ts';

/** Past the lease that the killed process held, in seconds. */
const LEASE_OVER = 31;

/** Kills the process at a moment of its neighbours' choosing. */
function dieAt(world: KillWorld, moment: Moment, service: RunningService): Promise<void> {
  world.at(moment, () => void service.kill());
  return death(service);
}

/** Kills the process as soon as the ledger shows what the query asks for. */
async function dieOnce(world: KillWorld, service: RunningService, query: string): Promise<void> {
  await eventually(async () => expect(await world.ledger(query)).toHaveLength(1));
  await service.kill();
}

async function isPublished(world: KillWorld, status: string): Promise<void> {
  await eventually(() => expect(world.published()).toMatchObject({ jumio: { status } }));
  await eventually(async () =>
    expect(await world.ledger('select 1 from identities where published = version')).toHaveLength(1),
  );
}

/** From a sign-up that is not decided to the verdict. */
async function toTheVerdict(world: KillWorld, service: RunningService): Promise<void> {
  world.decide();
  expect(await world.callback(service)).toBe(200);
  await isPublished(world, 'approved');
}

function approvals({ patches }: KillWorld): string[] {
  return patches.filter((body) => body.includes('"approved"'));
}

/** Whatever happened: the metadata are right, and what happened once is told once. */
async function expectTheEnd(world: KillWorld, service: RunningService): Promise<void> {
  const [verification] = await world.ledger('select id, account_id, execution_id from verifications');
  expect(await world.ledger('select id from verifications')).toHaveLength(1);
  expect(world.published()).toEqual({
    jumio: {
      status: 'approved',
      verdict: 'PASSED',
      source: 'jumio',
      account_id: verification?.account_id,
      workflow_execution_id: verification?.execution_id,
      verification_id: verification?.id,
      updated_at: expect.any(String),
    },
  });
  expect(await world.ledger(`select 1 from events where kind = 'decided'`)).toHaveLength(1);
  expect(await world.ledger(`select 1 from events where kind = 'requested'`)).toHaveLength(1);
  expect(new Set(approvals(world)).size).toBe(1);
  const before = world.patches.length;
  await service.advance(61);
  await eventually(async () =>
    expect(await world.ledger('select 1 from identities where read_back = 0 and kratos_due is null')).toHaveLength(1),
  );
  expect(world.patches).toHaveLength(before);
}

async function wakeUp(world: KillWorld): Promise<RunningService> {
  const service = await world.live(LEASE_OVER);
  expect(await world.signUp(service)).toBe(204);
  return service;
}

describe('kill -9 during a sign-up, when', () => {
  it.each<[string, Moment, number]>([
    ['the row is committed and nothing was asked of Jumio', 'token sent', 1],
    ['the create call is sent', 'create sent', 2],
    ['the create call is answered', 'create answered', 2],
  ])('%s: the next process finishes it', async (_when, moment, mostAccounts) => {
    const world = await startKillWorld();
    const first = await world.live(0);
    const dead = dieAt(world, moment, first);
    await world.signUp(first);
    await dead;
    expect(await world.ledger('select 1 from verifications')).toHaveLength(1);
    const second = await wakeUp(world);
    await isPublished(world, 'pending');
    await toTheVerdict(world, second);
    await expectTheEnd(world, second);
    expect(world.executions.length).toBeLessThanOrEqual(mostAccounts);
  });

  it('the ids are committed: the next process publishes them, and asks Jumio for no second account', async () => {
    const world = await startKillWorld();
    const first = await world.live(0);
    world.deaf(true);
    const signingUp = world.signUp(first);
    await dieOnce(world, first, 'select 1 from verifications where execution_id is not null');
    await signingUp;
    world.deaf(false);
    const second = await wakeUp(world);
    await isPublished(world, 'pending');
    await toTheVerdict(world, second);
    await expectTheEnd(world, second);
    expect(world.executions).toHaveLength(1);
  });
});

async function signedUp(): Promise<{ world: KillWorld; first: RunningService }> {
  const world = await startKillWorld();
  const first = await world.live(0);
  expect(await world.signUp(first)).toBe(204);
  await isPublished(world, 'pending');
  world.decide();
  return { world, first };
}

describe('kill -9 on the way to a verdict, when', () => {
  it.each<[string, Moment]>([
    ['the details are read', 'details answered'],
    ['the PATCH is sent', 'patch sent'],
    ['the PATCH is answered', 'patch answered'],
  ])('%s: the next process finishes it, without another callback', async (_when, moment) => {
    const { world, first } = await signedUp();
    const dead = dieAt(world, moment, first);
    await world.callback(first);
    await dead;
    const second = await world.live(LEASE_OVER);
    await isPublished(world, 'approved');
    await expectTheEnd(world, second);
    expect(world.executions).toHaveLength(1);
  });

  it('the decision is committed: the next process publishes that version', async () => {
    const { world, first } = await signedUp();
    world.deaf(true);
    await world.callback(first);
    await dieOnce(world, first, 'select 1 from verifications where decision is not null');
    const [before] = await world.ledger('select version, changed_at from identities');
    world.deaf(false);
    const second = await world.live(LEASE_OVER);
    await isPublished(world, 'approved');
    expect(await world.ledger('select version, changed_at from identities')).toEqual([before]);
    await expectTheEnd(world, second);
    expect(world.executions).toHaveLength(1);
  });

  it('the callback was answered and nothing more: what was answered 200 is durable', async () => {
    const { world, first } = await signedUp();
    const dead = dieAt(world, 'details sent', first);
    expect([200, undefined]).toContain(await world.callback(first));
    await dead;
    const second = await world.live(LEASE_OVER);
    await isPublished(world, 'approved');
    await expectTheEnd(world, second);
  });

  it('a second PATCH, if any, is of the same version and byte for byte the first', async () => {
    const { world, first } = await signedUp();
    const dead = dieAt(world, 'patch sent', first);
    await world.callback(first);
    await dead;
    const [before] = await world.ledger('select version, published from identities');
    expect(approvals(world)).toHaveLength(1);
    await world.live(LEASE_OVER);
    await isPublished(world, 'approved');
    expect(approvals(world)).toHaveLength(2);
    expect(new Set(approvals(world)).size).toBe(1);
    const [after] = await world.ledger('select version, published from identities');
    expect(after).toEqual({ version: before?.version, published: before?.version });
  });
});
