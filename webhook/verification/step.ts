import { LedgerUnavailable, UpstreamError, type UpstreamFacts } from '../errors.ts';
import type { Change, IdentityRecord, LedgerEvent } from '../model.ts';
import type { Context } from './context.ts';
import { openAttempt, updateIdentity } from './record/index.ts';
import { retry } from './waiting.ts';

/** Every claim is the exclusive right to write an identity for 30 s. It ends by itself, also where its process died. */
export const LEASE_MS = 30_000;

const LEDGER_RETRY_MS = 250;

/** The pause after a 429 without a usable `Retry-After`. */
export const THROTTLED_MS = 5_000;

/** The facts of an upstream's failure. Throws any other error: that is a defect of ours, and it ends the step. */
export function factsOf(error: unknown): UpstreamFacts {
  if (error instanceof UpstreamError) return error.facts;
  throw error;
}

/** Logs a failed call to Kratos or to an eID provider, and pauses all calls to Kratos after its 429. */
export async function reportFailure(ctx: Context, step: Step, error: unknown, message: string): Promise<UpstreamFacts> {
  const facts = factsOf(error);
  ctx.log.warn({ identity: step.identityId, upstream: facts }, message);
  if (isThrottled(facts)) await ctx.ledger.budgets.pause('kratos', ctx.clock.now(), facts.retryAfter ?? THROTTLED_MS);
  return facts;
}

/** Whether Kratos asks for a pause (429): the job itself did not fail. */
export function isThrottled(facts: UpstreamFacts | undefined): boolean {
  return facts?.upstream === 'kratos' && facts.status === 429;
}

/** One claimed step: what it may still do, and how its results are written. */
export interface Step {
  readonly identityId: string;
  readonly claim: { readonly record: IdentityRecord };
  /** The record as the step last wrote it; at first as it was claimed. */
  current(): IdentityRecord;
  /** Whether a call that starts now ends within the lease. */
  mayCall(): boolean;
  /** Writes a result if the lease is still ours. False: the lease was lost, and nothing was written. */
  readonly write: (decide: (record: IdentityRecord) => Change) => Promise<boolean>;
  /** Writes the last result of a job. It ends the lease with the same write where no other job of the step is under way. */
  readonly finish: Step['write'];
  /** Runs a job of the step. */
  run(job: () => Promise<void>): Promise<void>;
  /** Ends the step's own lease, so that what is due next need not wait for its end; never the lease of a later claim. */
  end(): Promise<void>;
}

/** Returns the record without the lease. The identity keeps its priority while its person still waits for an execution. */
function released(record: IdentityRecord): IdentityRecord {
  const isWaiting = openAttempt(record)?.state === 'requested';
  return updateIdentity(record, { leasedUntil: 0, priority: isWaiting && record.identity.priority });
}

/**
 * Creates the step of a claim. Its writes retry an unavailable ledger while the lease lasts, because a result has cost a
 * call, and wake the handlers that wait for the identity.
 */
export function beginStep(ctx: Context, claim: Step['claim']): Step {
  const { id, lease, leasedUntil } = claim.record.identity;
  let current = claim.record;
  let running = 0;
  let hasEnded = false;
  const writeOnce = async (decide: (record: IdentityRecord) => Change): Promise<boolean> => {
    let change: Change | undefined;
    const after = await ctx.ledger.change(id, ctx.clock.now(), (record) => {
      change = record?.identity.lease === lease ? decide(record) : undefined;
      return change;
    });
    if (change === undefined || after === undefined) return false;
    current = after;
    ctx.writes.notify(id);
    logWarnings(ctx, id, change.events);
    return true;
  };
  const pauseAfter = (error: unknown): number | undefined =>
    error instanceof LedgerUnavailable && ctx.clock.now() < leasedUntil ? LEDGER_RETRY_MS : undefined;
  const write: Step['write'] = (decide) => retry(() => writeOnce(decide), pauseAfter);
  const writeAndEnd: Step['write'] = async (decide) => {
    const isOurs = await write((record) => {
      const change = decide(record);
      return { ...change, record: released(change.record) };
    });
    hasEnded = true;
    return isOurs;
  };
  return {
    identityId: id,
    claim,
    current: () => current,
    mayCall: () => leasedUntil - ctx.clock.now() >= ctx.callDeadlineMs,
    write,
    finish: (decide) => (running > 1 ? write(decide) : writeAndEnd(decide)),
    run: async (job) => {
      running += 1;
      await job().finally(() => {
        running -= 1;
      });
    },
    end: async () => {
      if (!hasEnded) await writeAndEnd((record) => ({ record }));
    },
  };
}

const HOUR_MS = 3_600_000;

const WARNINGS: Readonly<Record<string, string>> = {
  unknown_status: 'undocumented status from Jumio: it decides nothing',
  foreign_result: 'result from Jumio for another execution: it decides nothing',
  no_link: 'execution without a link from Jumio: set a domain prefix in the Jumio portal',
};

/** The warnings of the current hour. */
const logged = new WeakMap<Context, { hour: number; keys: Set<string> }>();

/** Logs one warning per kind, value and hour (docs/design.md#what-jumios-answers-mean); the events hold every case. */
export function logWarnings(ctx: Context, identity: string, events: readonly LedgerEvent[] = []): void {
  const hour = Math.floor(ctx.clock.now() / HOUR_MS);
  const known = logged.get(ctx);
  const keys = known?.hour === hour ? known.keys : new Set<string>();
  logged.set(ctx, { hour, keys });
  for (const { kind, detail } of events) {
    const key = `${kind}:${detail?.seen ?? ''}`;
    const message = WARNINGS[kind];
    if (message === undefined || keys.has(key)) continue;
    keys.add(key);
    ctx.log.warn({ identity, seen: detail?.seen }, message);
  }
}
