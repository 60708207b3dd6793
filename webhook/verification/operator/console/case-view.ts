import { UpstreamError } from '../../../errors.ts';
import type { KratosIdentity } from '../../../kratos/types.ts';
import type { StoredEvent } from '../../../ledger/reads.ts';
import type { IdentityRecord, Status, Verification, WaitingOn } from '../../../model.ts';
import type { Context } from '../../context.ts';
import { personFrom } from '../../person/index.ts';
import { findIdentity } from '../../publication/index.ts';
import { newIdentity, type Proposal, proposalOf, statusOf, waitingOn } from '../../record/index.ts';
import { caseVersion, isAttemptInVain } from '../decide.ts';
import { compareCopies, type DueLine, explainWaiting, nextDue } from '../describe.ts';
import { findingsOf, type Taken, takenOf } from './queue.ts';

/** One attempt, without its link, its tokens and its texts. Times are epoch milliseconds. */
export interface AttemptView
  extends Pick<
    Verification,
    | 'id'
    | 'attempt'
    | 'source'
    | 'level'
    | 'state'
    | 'jumioStatus'
    | 'accountId'
    | 'executionId'
    | 'decision'
    | 'decisionLabel'
    | 'riskScore'
    | 'reason'
    | 'requestedAt'
    | 'completedAt'
    | 'lastError'
  > {
  readonly findings: readonly string[];
}

/** What Kratos shows beside the ledger. `unreachable`: it cannot be asked at this moment. */
export type CopyView =
  | {
      readonly kind: 'found';
      readonly state: string | undefined;
      readonly publicCopy: unknown;
      readonly adminCopy: unknown;
      readonly differences: readonly string[];
    }
  | { readonly kind: 'gone' }
  | { readonly kind: 'unreachable' };

/** All that the console shows of a case. It holds ids, words and times of ours, and nothing that the person is known by. */
export interface CaseView {
  readonly identityId: string;
  /** See `caseVersion`. */
  readonly version: string;
  readonly status: Status;
  readonly waitingOn: WaitingOn;
  /** In one sentence. */
  readonly why: string;
  readonly findings: readonly string[];
  readonly isErased: boolean;
  readonly isAttemptGranted: boolean;
  readonly isAttemptInVain: boolean;
  readonly proposal: Proposal | undefined;
  readonly taken: Taken | undefined;
  readonly attempts: readonly AttemptView[];
  /** The newest, oldest first. */
  readonly events: readonly StoredEvent[];
  readonly hasMoreEvents: boolean;
  readonly due: readonly DueLine[];
  /** What the ledger publishes, as JSON; null: nothing yet. */
  readonly content: string | null;
  readonly copy: CopyView;
}

function attemptView(row: Verification): AttemptView {
  const { id, attempt, source, level, state, jumioStatus, accountId, executionId, decision, decisionLabel } = row;
  const { riskScore, reason, requestedAt, completedAt, lastError } = row;
  return {
    id,
    attempt,
    source,
    level,
    state,
    jumioStatus,
    accountId,
    executionId,
    decision,
    decisionLabel,
    riskScore,
    reason,
    requestedAt,
    completedAt,
    lastError,
    findings: row.findings?.split(' ') ?? [],
  };
}

/** What Kratos shows of an identity, or why it shows nothing. */
async function lookUp(ctx: Context, identityId: string): Promise<KratosIdentity | 'gone' | UpstreamError> {
  try {
    return (await findIdentity(ctx, identityId)) ?? 'gone';
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    return error;
  }
}

function copyView(record: IdentityRecord, seen: Awaited<ReturnType<typeof lookUp>>): CopyView {
  if (seen === 'gone') return { kind: seen };
  if (seen instanceof UpstreamError) return { kind: 'unreachable' };
  const { copy, differences } = compareCopies(record, seen);
  return { kind: 'found', state: seen.state, publicCopy: copy.public, adminCopy: copy.admin, differences };
}

/** A person who signs in again and again makes events: a page shows the newest. */
const MOST_EVENTS = 200;

/**
 * Reads all that the console shows of a case; undefined: neither the ledger nor Kratos has the identity.
 * @throws UpstreamError if Kratos, which alone might have it, gives no usable answer
 */
export async function readCase(ctx: Context, identityId: string): Promise<CaseView | undefined> {
  const [known, seen, events] = await Promise.all([
    ctx.ledger.record(identityId),
    lookUp(ctx, identityId),
    ctx.ledger.events(identityId, MOST_EVENTS + 1),
  ]);
  if (known === undefined && seen === 'gone') return undefined;
  if (known === undefined && seen instanceof UpstreamError) throw seen;
  const now = ctx.clock.now();
  const details = seen === 'gone' || seen instanceof UpstreamError ? {} : personFrom(seen);
  const record = known ?? newIdentity({ id: identityId, ...details }, now);
  const { identity } = record;
  return {
    identityId,
    version: caseVersion(record),
    status: statusOf(record),
    waitingOn: waitingOn(record),
    why: explainWaiting(record, now),
    findings: findingsOf(record),
    isErased: identity.erasedAt !== null,
    isAttemptGranted: identity.attemptGrantedAt !== null,
    isAttemptInVain: isAttemptInVain(record),
    proposal: proposalOf(record, now),
    taken: takenOf(record, now),
    attempts: record.verifications.map(attemptView),
    events: events.slice(-MOST_EVENTS),
    hasMoreEvents: events.length > MOST_EVENTS,
    due: nextDue(record),
    content: identity.content,
    copy: copyView(record, seen),
  };
}

/** The events that change nothing that an operator decides by: somebody looked, or was told. */
const LOOKS: readonly string[] = [
  'case_viewed',
  'evidence_viewed',
  'evidence_refused',
  'published',
  'callback',
  'rechecked',
];

/** The most changes that a page lists. */
const MOST_CHANGES = 10;

/** Returns what happened to a case since its reader was shown it (epoch milliseconds), the oldest first. */
export function changesSince(events: readonly StoredEvent[], shownAt: number): StoredEvent[] {
  return events.filter(({ at, kind }) => at >= shownAt && !LOOKS.includes(kind)).slice(-MOST_CHANGES);
}

const HOUR_MS = 3_600_000;

/** Records that an operator has opened a case: once for each operator, case and hour. @throws LedgerUnavailable */
export function noteView(ctx: Context, identityId: string, by: string): Promise<void> {
  const now = ctx.clock.now();
  const once = `case_viewed ${by} ${identityId} ${Math.floor(now / HOUR_MS)}`;
  return ctx.ledger.note(now, { kind: 'case_viewed', detail: { by }, once }, identityId);
}
