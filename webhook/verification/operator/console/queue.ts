import type { CasePlace, CaseQuery, WaitingCase } from '../../../ledger/reports/cases.ts';
import type { Change, IdentityRecord, WaitingOn } from '../../../model.ts';
import type { Context } from '../../context.ts';
import {
  jumioAttempts,
  PROPOSAL_LASTS_MS,
  type Proposal,
  proposalOf,
  standingOf,
  updateIdentity,
  waitingOn,
} from '../../record/index.ts';

/** Somebody who said that they are at work on a case is believed for so long. */
const TAKEN_LASTS_MS = 30 * 60_000;

/** Why a case waits on an operator. */
export type CaseCause = 'warning' | 'inherited' | 'late_pass' | 'proposal';

/** What narrows the queue. */
export type QueueFilter = Exclude<CaseCause, 'proposal'> | 'proposed';

/** Who is at work on a case. */
export interface Taken {
  readonly by: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** One case of the queue. It holds no data of the person. */
export interface QueueEntry extends CasePlace {
  readonly cause: CaseCause;
  readonly waitingOn: WaitingOn;
  /** Jumio's findings in closed words. */
  readonly findings: readonly string[];
  /** Attempts at Jumio. */
  readonly attempts: number;
  readonly proposal: Proposal | undefined;
  readonly taken: Taken | undefined;
}

/** A page of the queue. */
export interface QueuePage {
  readonly entries: readonly QueueEntry[];
  /** Behind which place the next page begins; undefined: this is the last one. */
  readonly next: CasePlace | undefined;
  /** How many cases wait in all, whatever the filter; at most 100,000 are counted. */
  readonly waiting: number;
}

/** Which page to read. */
export interface QueueQuery {
  readonly only?: QueueFilter | undefined;
  /** Only those that wait for so many milliseconds or longer. */
  readonly olderThanMs?: number | undefined;
  /** Only those that this operator has taken. */
  readonly takenBy?: string | undefined;
  readonly after?: CasePlace | undefined;
}

/** Cases on a page. */
const PAGE = 25;

/** Returns who is at work on a case now, by their own word. */
export function takenOf({ identity: { takenBy, takenAt } }: IdentityRecord, now: number): Taken | undefined {
  if (takenBy === null || takenAt === null || now - takenAt >= TAKEN_LASTS_MS) return undefined;
  return { by: takenBy, at: takenAt };
}

/** Returns the findings of the attempt that gives the standing. */
export function findingsOf(record: IdentityRecord): string[] {
  return standingOf(record)?.by?.findings?.split(' ') ?? [];
}

function causeOf({ kind, record }: WaitingCase): CaseCause {
  if (kind === 'late_pass') return kind;
  if (kind === 'proposed') return 'proposal';
  return standingOf(record)?.by === null ? 'inherited' : 'warning';
}

function toEntry(found: WaitingCase, now: number): QueueEntry {
  const { since, identity, record } = found;
  return {
    since,
    identity,
    cause: causeOf(found),
    waitingOn: waitingOn(record),
    findings: findingsOf(record),
    attempts: jumioAttempts(record).length,
    proposal: proposalOf(record, now),
    taken: takenOf(record, now),
  };
}

function toQuery({ only, olderThanMs, takenBy, after }: QueueQuery, now: number): Omit<CaseQuery, 'limit'> {
  return {
    only,
    before: olderThanMs === undefined ? undefined : now - olderThanMs,
    takenBy,
    takenSince: now - TAKEN_LASTS_MS,
    proposedSince: now - PROPOSAL_LASTS_MS,
    after,
  };
}

/** Reads a page of what waits on an operator, the oldest first, in four statements. */
export async function readQueue(ctx: Context, query: QueueQuery): Promise<QueuePage> {
  const now = ctx.clock.now();
  const [found, waiting] = await Promise.all([
    ctx.ledger.cases.waiting({ ...toQuery(query, now), limit: PAGE + 1 }),
    ctx.ledger.cases.countWaiting(now - PROPOSAL_LASTS_MS),
  ]);
  const all = found.map((one) => toEntry(one, now));
  const shown = all.slice(0, PAGE);
  const last = shown.at(-1);
  const next = all.length > PAGE && last !== undefined ? { since: last.since, identity: last.identity } : undefined;
  return { entries: shown, next, waiting };
}

/** Who asks for the next case, and whether they may confirm what another proposed. */
export interface CaseReader {
  readonly id: string;
  readonly confirms: boolean;
}

/** Whether an operator can do something about a case now that nobody else is at work on. */
function isFor({ record }: WaitingCase, { id, confirms }: CaseReader, now: number): boolean {
  const { identity } = record;
  const [proposal, taken] = [proposalOf(record, now), takenOf(record, now)];
  if (identity.id === id || identity.attemptGrantedAt !== null) return false;
  if (taken !== undefined && taken.by !== id) return false;
  return proposal === undefined || proposal.isDraft || (confirms && proposal.by !== id);
}

/** Pages that are looked through for the next case: beyond them the queue itself is of more use. */
const MOST_PAGES = 20;

/** Returns the oldest case that an operator can do something about, and that is not this one; undefined: there is none. */
export async function nextCase(ctx: Context, identityId: string, reader: CaseReader): Promise<string | undefined> {
  const now = ctx.clock.now();
  let after: CasePlace | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const found = await ctx.ledger.cases.waiting({ ...toQuery({ after }, now), limit: PAGE });
    const next = found.find((one) => one.identity !== identityId && isFor(one, reader, now));
    after = found.at(-1);
    if (next !== undefined || after === undefined || found.length < PAGE) return next?.identity;
  }
  return undefined;
}

function take(record: IdentityRecord, by: string, now: number): Change | undefined {
  if (record.identity.erasedAt !== null) return undefined;
  return { record: updateIdentity(record, { takenBy: by, takenAt: now }) };
}

/** Says that an operator is at work on a case, or no longer. Advice to the others, for half an hour: it locks nothing. */
export async function setTaken(ctx: Context, identityId: string, by: string, isTaken: boolean): Promise<void> {
  const now = ctx.clock.now();
  await ctx.ledger.change(identityId, now, (record) => {
    if (record === undefined) return undefined;
    if (isTaken) return take(record, by, now);
    return record.identity.takenBy === by
      ? { record: updateIdentity(record, { takenBy: null, takenAt: null }) }
      : undefined;
  });
}
