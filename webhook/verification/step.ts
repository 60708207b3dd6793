import { LedgerUnavailable, UpstreamError, type UpstreamFacts } from '../errors.ts';
import type { Change, Snapshot } from '../ledger/types.ts';
import { openAttempt } from './attempts.ts';
import type { Desk } from './desk.ts';
import { withIdentity } from './edit.ts';
import type { Claim } from './lease.ts';
import { warnOf } from './warn.ts';

const LEDGER_AGAIN_MS = 250;

/** Without a word from the upstream about when to come back after a 429. */
export const THROTTLED_MS = 5_000;

/** Only an upstream's failure is an outcome; anything else is a mistake of ours and stops the step. */
export function factsOf(error: unknown): UpstreamFacts {
  if (error instanceof UpstreamError) return error.facts;
  throw error;
}

/** What is logged and paused for after a call to Kratos, or an eID provider, that failed. */
export async function failed(desk: Desk, step: Step, error: unknown, words: string): Promise<UpstreamFacts> {
  const facts = factsOf(error);
  desk.log.warn({ identity: step.identityId, upstream: facts }, words);
  if (isThrottled(facts)) await desk.ledger.budgets.pause('kratos', desk.clock.now(), facts.retryAfter ?? THROTTLED_MS);
  return facts;
}

/** Kratos asks for a pause: nothing of this debt failed. */
export function isThrottled(facts: UpstreamFacts | undefined): boolean {
  return facts?.upstream === 'kratos' && facts.status === 429;
}

/** One claimed step: what it may still do, and how its results are written. */
export interface Step {
  readonly identityId: string;
  readonly claim: Claim;
  /** Whether a call that starts now would end within the lease. */
  mayCall(): boolean;
  /** Writes a result if the lease is still ours; false: it was lost, and nothing was written. */
  write(decide: (snapshot: Snapshot) => Change): Promise<boolean>;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A result was paid for with a call: a ledger that is locked for a moment is tried again while the lease lasts. */
async function persistently<T>(desk: Desk, until: number, write: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof LedgerUnavailable) || desk.clock.now() >= until) throw error;
      await sleep(LEDGER_AGAIN_MS);
    }
  }
}

export function beginStep(desk: Desk, claim: Claim): Step {
  const { id, lease, leasedUntil } = claim.snapshot.identity;
  const write = async (decide: (snapshot: Snapshot) => Change): Promise<boolean> => {
    let change: Change | undefined;
    await desk.ledger.change(id, desk.clock.now(), (snapshot) => {
      change = snapshot?.identity.lease === lease ? decide(snapshot) : undefined;
      return change;
    });
    warnOf(desk, id, change?.events);
    return change !== undefined;
  };
  return {
    identityId: id,
    claim,
    mayCall: () => leasedUntil - desk.clock.now() >= desk.callDeadlineMs,
    write: (decide) => persistently(desk, leasedUntil, () => write(decide)),
  };
}

/** Ends our own lease, so that what is due next need not wait for its end. Nobody ends anybody else's. */
export async function endStep(desk: Desk, step: Step): Promise<void> {
  const now = desk.clock.now();
  await step.write((snapshot) => {
    const waiting = openAttempt(snapshot)?.state === 'requested';
    const priority = waiting ? snapshot.identity.priority : 0;
    return { snapshot: withIdentity(snapshot, { leasedUntil: now, priority }) };
  });
}
