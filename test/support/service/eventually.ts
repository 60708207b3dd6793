import { vi } from 'vitest';
import type { IdentityRecord, Status } from '../../../webhook/model.ts';
import { initiate } from '../clients/calls.ts';
import type { Execution } from '../fakes/jumio.ts';
import type { TestService } from './service.ts';

/** Longer than anything takes: on a machine that is busy with others a moment may last for seconds. */
const PATIENCE = { timeout: 20_000, interval: 10 };

/** Waits until the assertion holds. */
export function eventually<T>(assertion: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(assertion, PATIENCE);
}

/** Lets time pass, and the worker look at once. */
export function pass({ clock, worker }: TestService, milliseconds: number): void {
  clock.advance(milliseconds);
  worker.wake();
}

/** The identity as the ledger has it; fails where it has none. */
export async function snapshotOf({ ctx }: TestService, identityId: string): Promise<IdentityRecord> {
  const record = await ctx.ledger.record(identityId);
  if (record === undefined) throw new Error('the ledger has no such identity');
  return record;
}

function standsStill({ clock }: TestService, { identity }: IdentityRecord): boolean {
  return identity.published >= identity.version && identity.leasedUntil <= clock.now();
}

/** Waits until the ledger says so, Kratos too, and no step is under way that would still write. */
export function reaches(service: TestService, identityId: string, status: Status): Promise<IdentityRecord> {
  return eventually(async () => {
    const record = await snapshotOf(service, identityId);
    const { identity } = record;
    if (identity.status !== status || !standsStill(service, record))
      throw new Error(`it is ${identity.status}, version ${identity.version}, published ${identity.published}`);
    return record;
  });
}

/** A sign-up whose execution was started and whose first status is published. */
export async function signUp(service: TestService, identityId: string): Promise<Execution> {
  await initiate(service, { kratos_identity_id: identityId });
  await reaches(service, identityId, 'pending');
  return service.jumio.latest(identityId);
}

/** How many rows there are of everything that a refused request must not write. */
export async function writtenBy(service: TestService, identityId: string) {
  const record = await service.ctx.ledger.record(identityId);
  const events = await service.ctx.ledger.events(identityId);
  const unmatched = await service.ctx.ledger.events(null);
  return { verifications: record?.verifications.length, events: events.length, unmatched: unmatched.length };
}
