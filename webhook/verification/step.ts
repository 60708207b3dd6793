import { LedgerUnavailable, UpstreamError, type UpstreamFacts } from '../errors.ts';
import type { Claimed, Debts } from '../ledger/claim.ts';
import type { Change, LedgerEvent, Snapshot, Verification } from '../model.ts';
import type { Desk } from './context.ts';
import { attemptsOf, openAttempt, settle, withIdentity, withVerification } from './record/index.ts';

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

function due(snapshot: Snapshot, now: number, created: boolean): Verification | undefined {
  const rows = attemptsOf(snapshot).filter(
    ({ state, readDue }) => (state !== 'requested') === created && readDue !== null && readDue <= now,
  );
  return rows.sort((a, b) => (a.readDue ?? 0) - (b.readDue ?? 0))[0];
}

function toPrepare(snapshot: Snapshot, now: number): Verification | undefined {
  return attemptsOf(snapshot).find(({ preparedDue }) => preparedDue !== null && preparedDue <= now);
}

/** Which of the debts that a budget token was taken for are still due. */
export function workOf(snapshot: Snapshot, debts: Debts, now: number): Work {
  const create = debts.create ? due(snapshot, now, false) : undefined;
  const read = debts.read ? due(snapshot, now, true) : undefined;
  const prepare = debts.prepare ? toPrepare(snapshot, now) : undefined;
  const ofJumio = { ...(create ? { create } : {}), ...(read ? { read } : {}), ...(prepare ? { prepare } : {}) };
  const isUnread = debts.evidence === true && snapshot.identity.evidence > 0;
  return { ...ofJumio, publish: debts.publish, ...(isUnread ? { evidence: true } : {}) };
}

/**
 * Raises the lease and moves what is about to be done to the lease's end: a step that dies leaves its debts due again
 * then, and a nudge that arrives during a read can still bring them forward.
 */
export function lease(snapshot: Snapshot, debts: Debts, now: number): Change & { readonly work: Work } {
  const until = now + LEASE_MS;
  const work = workOf(snapshot, debts, now);
  let claimed = withIdentity(snapshot, { lease: snapshot.identity.lease + 1, leasedUntil: until });
  if (work.create) claimed = withVerification(claimed, work.create.id, { readDue: until });
  if (work.read) {
    const marks = { readDue: until, lastReadAt: now, lastReadFor: work.read.claimedStatus };
    claimed = withVerification(claimed, work.read.id, marks);
  }
  if (work.prepare) claimed = withVerification(claimed, work.prepare.id, { preparedDue: until });
  if (work.publish) claimed = withIdentity(claimed, { kratosDue: until });
  if (work.evidence) claimed = withIdentity(claimed, { evidenceDue: until });
  return { ...settle(claimed, now), work };
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

const HOUR_MS = 3_600_000;

const WARNINGS: Readonly<Record<string, string>> = {
  unknown_status: 'Jumio says a word that its documentation does not have; it decides nothing',
  foreign_result: 'Jumio gave a result that is not the one of our execution; it decides nothing',
  no_link: 'Jumio made an execution without a link: set a domain prefix in the Jumio portal',
};

/** What was warned of in this hour. */
const said = new WeakMap<Desk, { hour: number; keys: Set<string> }>();

/** One warning per kind, value and hour (docs/design.md#what-jumios-answers-mean): the events have every case. */
export function warnOf(desk: Desk, identity: string, events: readonly LedgerEvent[] = []): void {
  const hour = Math.floor(desk.clock.now() / HOUR_MS);
  const known = said.get(desk);
  const keys = known?.hour === hour ? known.keys : new Set<string>();
  said.set(desk, { hour, keys });
  for (const { kind, detail } of events) {
    const key = `${kind}:${detail?.seen ?? ''}`;
    const words = WARNINGS[kind];
    if (words === undefined || keys.has(key)) continue;
    keys.add(key);
    desk.log.warn({ identity, seen: detail?.seen }, words);
  }
}
