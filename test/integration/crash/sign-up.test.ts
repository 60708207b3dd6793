import { describe, expect, it } from 'vitest';
import type { RunningService } from '../../../sandbox/stack/service.ts';
import { dieAt, dieOnce, expectTheEnd, isPublished, LEASE_OVER } from '../../support/crash/ends.ts';
import { type KillWorld, startKillWorld } from '../../support/crash/stack.ts';
import type { Moment } from '../../support/crash/upstreams.ts';

/** From a sign-up that is not decided to the verdict. */
async function toTheVerdict(world: KillWorld, service: RunningService): Promise<void> {
  world.decide();
  expect(await world.callback(service)).toBe(200);
  await isPublished(world, 'approved');
}

async function wakeUp(world: KillWorld): Promise<RunningService> {
  const service = await world.live(LEASE_OVER);
  expect(await world.signUp(service)).toBe(204);
  return service;
}

describe('kill -9 during a sign-up', () => {
  it.each<[string, Moment, number]>([
    ['the row is committed and nothing was asked of Jumio', 'token sent', 1],
    ['the create call is sent', 'create sent', 2],
    ['the create call is answered', 'create answered', 2],
  ])('after kill -9 of a sign-up when %s, the next process finishes it', async (_when, moment, mostAccounts) => {
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

  it('after kill -9 of a sign-up when the ids are committed, the next process publishes them, and creates no second account', async () => {
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
