import { expect } from 'vitest';
import type { RunningService } from '../../../sandbox/stack/service.ts';
import { type CrashStack, eventually, untilExit } from './stack.ts';
import type { Moment } from './upstreams.ts';

/** Just after the end of the lease of the killed process, in seconds. */
export const AFTER_LEASE_S = 31;

/** Kills the process at a moment of a call to an upstream. */
export function killAt(stack: CrashStack, moment: Moment, service: RunningService): Promise<void> {
  stack.at(moment, () => void service.kill());
  return untilExit(service);
}

/** Kills the process once the ledger has a row for the query. */
export async function killOnce(stack: CrashStack, service: RunningService, query: string): Promise<void> {
  await eventually(async () => expect(await stack.ledger(query)).toHaveLength(1));
  await service.kill();
}

/** Waits until Kratos and the ledger have the status. */
export async function untilPublished(stack: CrashStack, status: string): Promise<void> {
  await eventually(() => expect(stack.published()).toMatchObject({ jumio: { status } }));
  await eventually(async () =>
    expect(await stack.ledger('select 1 from identities where published = version')).toHaveLength(1),
  );
}

/** The PATCH bodies that publish an approval. */
export function approvalPatches({ patches }: CrashStack): string[] {
  return patches.filter((body) => body.includes('"approved"'));
}

/** Expects one approved verdict: the right metadata, one event of each kind, and no further PATCH. */
export async function expectOneVerdict(stack: CrashStack, service: RunningService): Promise<void> {
  const [verification] = await stack.ledger('select id, account_id, execution_id from verifications');
  expect(await stack.ledger('select id from verifications')).toHaveLength(1);
  expect(stack.published()).toEqual({
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
  expect(await stack.ledger(`select 1 from events where kind = 'decided'`)).toHaveLength(1);
  expect(await stack.ledger(`select 1 from events where kind = 'requested'`)).toHaveLength(1);
  expect(new Set(approvalPatches(stack)).size).toBe(1);
  const before = stack.patches.length;
  await service.advance(61);
  await eventually(async () =>
    expect(await stack.ledger('select 1 from identities where read_back = 0 and kratos_due is null')).toHaveLength(1),
  );
  expect(stack.patches).toHaveLength(before);
}
