import { vi } from 'vitest';
import type { IdentityRecord, Status } from '../../../webhook/model.ts';
import { initiate } from '../clients/calls.ts';
import type { Execution } from '../fakes/jumio.ts';
import type { TestService } from './service.ts';

/** Longer than any wait: on a busy machine a step may take seconds. */
const WAIT = { timeout: 20_000, interval: 10 };

/** Waits until the assertion holds. */
export function eventually<T>(assertion: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(assertion, WAIT);
}

/** Advances the clock and wakes the worker. */
export function passTime({ clock, worker }: TestService, milliseconds: number): void {
  clock.advance(milliseconds);
  worker.wake();
}

/** Enough for a try that fails, and an eighth of what the product gives a link. Milliseconds. */
const SHORT_MS = 500;

/** Runs requests whose result is never ready in this test: they are answered after a short wait. */
export async function withShortWaits<T>({ waits }: TestService, work: () => Promise<T>): Promise<T> {
  const before = { ...waits };
  Object.assign(waits, { signUpMs: SHORT_MS, linkMs: SHORT_MS, visitMs: SHORT_MS });
  try {
    return await work();
  } finally {
    Object.assign(waits, before);
  }
}

/** The record of an identity in the ledger; throws if there is none. */
export async function recordOf({ ctx }: TestService, identityId: string): Promise<IdentityRecord> {
  const record = await ctx.ledger.record(identityId);
  if (record === undefined) throw new Error('the ledger has no such identity');
  return record;
}

function isSettled({ clock }: TestService, { identity }: IdentityRecord): boolean {
  return identity.published >= identity.version && identity.leasedUntil <= clock.now();
}

/** Waits until ledger and published copy have the status, and no step is still writing. */
export function untilStatus(service: TestService, identityId: string, status: Status): Promise<IdentityRecord> {
  return eventually(async () => {
    const record = await recordOf(service, identityId);
    const { identity } = record;
    if (identity.status !== status || !isSettled(service, record))
      throw new Error(`it is ${identity.status}, version ${identity.version}, published ${identity.published}`);
    return record;
  });
}

/** Signs up, and waits until the execution is created and the first status published. */
export async function signUp(service: TestService, identityId: string): Promise<Execution> {
  await initiate(service, { kratos_identity_id: identityId });
  await untilStatus(service, identityId, 'pending');
  return service.jumio.latest(identityId);
}

/** The numbers of rows that a refused request must not change. */
export async function rowCounts(service: TestService, identityId: string) {
  const record = await service.ctx.ledger.record(identityId);
  const events = await service.ctx.ledger.events(identityId);
  const unmatched = await service.ctx.ledger.events(null);
  return { verifications: record?.verifications.length, events: events.length, unmatched: unmatched.length };
}
