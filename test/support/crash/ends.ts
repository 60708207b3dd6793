import { expect } from 'vitest';
import type { RunningService } from '../../../sandbox/stack/service.ts';
import { death, eventually, type KillWorld } from './stack.ts';
import type { Moment } from './upstreams.ts';

/** Just after the end of the lease of the killed process, in seconds. */
export const LEASE_OVER = 31;

/** Kills the process at a moment of a call to an upstream. */
export function dieAt(world: KillWorld, moment: Moment, service: RunningService): Promise<void> {
  world.at(moment, () => void service.kill());
  return death(service);
}

/** Kills the process once the ledger has a row for the query. */
export async function dieOnce(world: KillWorld, service: RunningService, query: string): Promise<void> {
  await eventually(async () => expect(await world.ledger(query)).toHaveLength(1));
  await service.kill();
}

export async function isPublished(world: KillWorld, status: string): Promise<void> {
  await eventually(() => expect(world.published()).toMatchObject({ jumio: { status } }));
  await eventually(async () =>
    expect(await world.ledger('select 1 from identities where published = version')).toHaveLength(1),
  );
}

export function approvals({ patches }: KillWorld): string[] {
  return patches.filter((body) => body.includes('"approved"'));
}

/** Whatever happened: the metadata are right, and each event is recorded once. */
export async function expectTheEnd(world: KillWorld, service: RunningService): Promise<void> {
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
