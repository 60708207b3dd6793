import { describe, expect, it } from 'vitest';
import type { RunningService } from '../../../sandbox/stack/service.ts';
import { approvals, dieAt, dieOnce, expectTheEnd, isPublished, LEASE_OVER } from '../../support/crash/ends.ts';
import { type KillWorld, startKillWorld } from '../../support/crash/stack.ts';
import type { Moment } from '../../support/crash/upstreams.ts';

async function signedUp(): Promise<{ world: KillWorld; first: RunningService }> {
  const world = await startKillWorld();
  const first = await world.live(0);
  expect(await world.signUp(first)).toBe(204);
  await isPublished(world, 'pending');
  world.decide();
  return { world, first };
}

describe('kill -9 before a published verdict', () => {
  it.each<[string, Moment]>([
    ['the details are read', 'details answered'],
    ['the PATCH is answered', 'patch answered'],
  ])('after kill -9 when %s, the next process finishes it, without another callback', async (_when, moment) => {
    const { world, first } = await signedUp();
    const dead = dieAt(world, moment, first);
    await world.callback(first);
    await dead;
    const second = await world.live(LEASE_OVER);
    await isPublished(world, 'approved');
    await expectTheEnd(world, second);
    expect(world.executions).toHaveLength(1);
  });

  it('after kill -9 when the decision is committed, the next process publishes that version', async () => {
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

  it('after kill -9 right after the 200 to a callback, the callback is durable', async () => {
    const { world, first } = await signedUp();
    const dead = dieAt(world, 'details sent', first);
    expect([200, undefined]).toContain(await world.callback(first));
    await dead;
    const second = await world.live(LEASE_OVER);
    await isPublished(world, 'approved');
    await expectTheEnd(world, second);
  });

  it('after kill -9 when the PATCH is sent, the next process sends the same version again, byte for byte', async () => {
    const { world, first } = await signedUp();
    const dead = dieAt(world, 'patch sent', first);
    await world.callback(first);
    await dead;
    const [before] = await world.ledger('select version, published from identities');
    expect(approvals(world)).toHaveLength(1);
    const second = await world.live(LEASE_OVER);
    await isPublished(world, 'approved');
    expect(approvals(world)).toHaveLength(2);
    expect(new Set(approvals(world)).size).toBe(1);
    const [after] = await world.ledger('select version, published from identities');
    expect(after).toEqual({ version: before?.version, published: before?.version });
    await expectTheEnd(world, second);
  });
});
