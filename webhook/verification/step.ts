import { LedgerUnavailable, UpstreamError, type UpstreamFacts } from '../errors.ts';
import type { Claimed, Debts } from '../ledger/claim.ts';
import type { Change, IdentityRecord, LedgerEvent, Verification } from '../model.ts';
import type { Context } from './context.ts';
import { jumioAttempts, openAttempt, updateIdentity, updateVerification } from './record/index.ts';

/** A claim holds an identity for so long; it ends by itself, so that a killed process blocks nobody for longer. */
export const LEASE_MS = 30_000;

/** What a claimed step is to do. */
export interface Work {
  readonly create?: Verification;
  readonly read?: Verification;
  readonly publish: boolean;
  readonly prepare?: Verification;
  /** What an eID says is to be read. */
  readonly evidence?: true;
}

function due(record: IdentityRecord, now: number, created: boolean): Verification | undefined {
  const rows = jumioAttempts(record).filter(
    ({ state, readDue }) => (state !== 'requested') === created && readDue !== null && readDue <= now,
  );
  return rows.sort((a, b) => (a.readDue ?? 0) - (b.readDue ?? 0))[0];
}

function toPrepare(record: IdentityRecord, now: number): Verification | undefined {
  return jumioAttempts(record).find(({ prefillDue }) => prefillDue !== null && prefillDue <= now);
}

/** Which of the debts that a budget token was taken for are still due. */
export function workOf(record: IdentityRecord, debts: Debts, now: number): Work {
  const create = debts.create ? due(record, now, false) : undefined;
  const read = debts.read ? due(record, now, true) : undefined;
  const prepare = debts.prepare ? toPrepare(record, now) : undefined;
  const ofJumio = { ...(create ? { create } : {}), ...(read ? { read } : {}), ...(prepare ? { prepare } : {}) };
  const isUnread = debts.evidence === true && record.identity.eidCheck > 0;
  return { ...ofJumio, publish: debts.publish, ...(isUnread ? { evidence: true } : {}) };
}

/**
 * Raises the lease and moves what is about to be done to the lease's end: a step that dies leaves its debts due again
 * then, and a nudge that arrives during a read can still bring them forward.
 */
export function lease(record: IdentityRecord, debts: Debts, now: number): Change & { readonly work: Work } {
  const until = now + LEASE_MS;
  const work = workOf(record, debts, now);
  let claimed = updateIdentity(record, { lease: record.identity.lease + 1, leasedUntil: until });
  if (work.create) claimed = updateVerification(claimed, work.create.id, { readDue: until });
  if (work.read) {
    const marks = { readDue: until, lastReadAt: now, lastReadFor: work.read.claimedStatus };
    claimed = updateVerification(claimed, work.read.id, marks);
  }
  if (work.prepare) claimed = updateVerification(claimed, work.prepare.id, { prefillDue: until });
  if (work.publish) claimed = updateIdentity(claimed, { kratosDue: until });
  if (work.evidence) claimed = updateIdentity(claimed, { eidDue: until });
  return { record: claimed, work };
}

export type Claim = Claimed<Work>;

const LEDGER_AGAIN_MS = 250;

/** Without a word from the upstream about when to come back after a 429. */
export const THROTTLED_MS = 5_000;

/** Only an upstream's failure is an outcome; anything else is a mistake of ours and stops the step. */
export function factsOf(error: unknown): UpstreamFacts {
  if (error instanceof UpstreamError) return error.facts;
  throw error;
}

/** What is logged and paused for after a call to Kratos, or an eID provider, that failed. */
export async function reportFailure(ctx: Context, step: Step, error: unknown, words: string): Promise<UpstreamFacts> {
  const facts = factsOf(error);
  ctx.log.warn({ identity: step.identityId, upstream: facts }, words);
  if (isThrottled(facts)) await ctx.ledger.budgets.pause('kratos', ctx.clock.now(), facts.retryAfter ?? THROTTLED_MS);
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
  write(decide: (record: IdentityRecord) => Change): Promise<boolean>;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A result was paid for with a call: a ledger that is locked for a moment is tried again while the lease lasts. */
async function persistently<T>(ctx: Context, until: number, write: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof LedgerUnavailable) || ctx.clock.now() >= until) throw error;
      await sleep(LEDGER_AGAIN_MS);
    }
  }
}

export function beginStep(ctx: Context, claim: Claim): Step {
  const { id, lease, leasedUntil } = claim.record.identity;
  const write = async (decide: (record: IdentityRecord) => Change): Promise<boolean> => {
    let change: Change | undefined;
    await ctx.ledger.change(id, ctx.clock.now(), (record) => {
      change = record?.identity.lease === lease ? decide(record) : undefined;
      return change;
    });
    logWarnings(ctx, id, change?.events);
    return change !== undefined;
  };
  return {
    identityId: id,
    claim,
    mayCall: () => leasedUntil - ctx.clock.now() >= ctx.callDeadlineMs,
    write: (decide) => persistently(ctx, leasedUntil, () => write(decide)),
  };
}

/** Ends our own lease, so that what is due next need not wait for its end. Nobody ends anybody else's. */
export async function endStep(ctx: Context, step: Step): Promise<void> {
  const now = ctx.clock.now();
  await step.write((record) => {
    const waiting = openAttempt(record)?.state === 'requested';
    const priority = waiting ? record.identity.priority : 0;
    return { record: updateIdentity(record, { leasedUntil: now, priority }) };
  });
}

const HOUR_MS = 3_600_000;

const WARNINGS: Readonly<Record<string, string>> = {
  unknown_status: 'Jumio says a word that its documentation does not have; it decides nothing',
  foreign_result: 'Jumio gave a result that is not the one of our execution; it decides nothing',
  no_link: 'Jumio made an execution without a link: set a domain prefix in the Jumio portal',
};

/** What was warned of in this hour. */
const said = new WeakMap<Context, { hour: number; keys: Set<string> }>();

/** One warning per kind, value and hour (docs/design.md#what-jumios-answers-mean): the events have every case. */
export function logWarnings(ctx: Context, identity: string, events: readonly LedgerEvent[] = []): void {
  const hour = Math.floor(ctx.clock.now() / HOUR_MS);
  const known = said.get(ctx);
  const keys = known?.hour === hour ? known.keys : new Set<string>();
  said.set(ctx, { hour, keys });
  for (const { kind, detail } of events) {
    const key = `${kind}:${detail?.seen ?? ''}`;
    const words = WARNINGS[kind];
    if (words === undefined || keys.has(key)) continue;
    keys.add(key);
    ctx.log.warn({ identity, seen: detail?.seen }, words);
  }
}
