import type { JumioResult } from '../../jumio/result.ts';
import type { Change, IdentityRecord, Reason, Verdict, Verification } from '../../model.ts';
import { mayStart, type Policy } from '../policy/index.ts';
import { findVerification, requestVerification, UNKNOWN_WORD, updateVerification } from '../record/index.ts';
import { GIVE_UP_MS, nextRead } from './schedule.ts';

/** What an answer of Jumio's retrieval API means for the verification that it belongs to (the table of docs/design.md#what-jumios-answers-mean). */
export type ExecutionOutcome =
  | { readonly kind: 'decided'; readonly status: string; readonly verdict: Verdict; readonly reason: Reason | null }
  | { readonly kind: 'expired'; readonly status: string }
  | { readonly kind: 'progress'; readonly status: string }
  /** A word that is not documented: changes nothing. */
  | { readonly kind: 'unknown'; readonly word: string };

/** Reads Jumio's word alone, as the status call gives it. A terminal one says nothing yet: the details do. */
export function readStatus(status: string): ExecutionOutcome {
  switch (status) {
    case 'INITIATED':
    case 'ACQUISITION_STARTED':
    case 'ACQUIRED':
    case 'PROCESSED':
      return { kind: 'progress', status };
    case 'SESSION_EXPIRED':
    case 'TOKEN_EXPIRED':
      return { kind: 'expired', status };
    default:
      return { kind: 'unknown', word: status };
  }
}

function readDecision(status: string, decision: JumioResult['decision']): ExecutionOutcome {
  if (decision === undefined) return { kind: 'unknown', word: 'PROCESSED without a decision' };
  switch (decision.type) {
    case 'PASSED':
      return { kind: 'decided', status, verdict: 'PASSED', reason: null };
    case 'WARNING':
      return { kind: 'decided', status, verdict: 'WARNING', reason: null };
    case 'REJECTED':
      return { kind: 'decided', status, verdict: 'FAILED', reason: decision.reason ?? 'other' };
    case 'NOT_EXECUTED':
      return { kind: 'expired', status };
    case 'UNKNOWN':
      return { kind: 'unknown', word: `decision ${decision.label ?? ''}`.trim() };
    default:
      return decision.type satisfies never;
  }
}

/**
 * Reads the details. `workflow.status` comes before `decision`: an expired execution may still carry REJECTED / 100.
 * Branches on the decision's type, never on label or score, which tenants can change (docs/reference/jumio.md#74-decision).
 */
export function outcomeOf(result: Pick<JumioResult, 'status' | 'decision'>): ExecutionOutcome {
  const read = readStatus(result.status);
  const processed = read.kind === 'progress' && read.status === 'PROCESSED';
  return processed ? readDecision(result.status, result.decision) : read;
}

const HOUR_MS = 3_600_000;

/** One look at Jumio: which verification, and what the claim saw. */
export interface ReadInput {
  readonly verificationId: string;
  /** The identity's `readRequests` when the look was claimed: one more since then and its due time stands. */
  readonly readRequests: number;
  readonly now: number;
  /** In [0, 1): the jitter. */
  readonly random: number;
  /** The reference that the execution was started with. */
  readonly reference: string;
  /** For a renewal that this look grants. */
  readonly newId: () => string;
  readonly policy: Policy;
}

/** The next due time; a nudge that arrived during the look is not lost. */
function dueAfter(record: IdentityRecord, look: ReadInput, next: number | null): number | null {
  const stored = findVerification(record, look.verificationId).readDue;
  if (record.identity.readRequests === look.readRequests || stored === null) return next;
  return Math.min(stored, next ?? Number.POSITIVE_INFINITY);
}

/** The verification with what was learnt, and its next due time. */
export function withRead(
  record: IdentityRecord,
  look: ReadInput,
  patch: Partial<Verification>,
  next: number | null,
): IdentityRecord {
  return updateVerification(record, look.verificationId, { ...patch, readDue: dueAfter(record, look, next) });
}

/** A look that was answered usefully. */
export const READ_WELL: Partial<Verification> = { attempts: 0, lastError: null, notFound: 'none' };

/** Unreadable for so long past its link's end that nobody waits for it any more. */
export function isGivenUp(row: Verification, now: number): boolean {
  return now > (row.linkEndsAt ?? row.requestedAt) + GIVE_UP_MS;
}

/** An end without a decision. A decision that was read before stays: a read without one changes nothing. */
export function ended(record: IdentityRecord, look: ReadInput, status: string | null, kind: string): Change {
  const row = findVerification(record, look.verificationId);
  if (row.decision !== null) return { record: withRead(record, look, READ_WELL, null) };
  const patch = {
    ...READ_WELL,
    state: 'expired' as const,
    renewalRequested: false,
    jumioStatus: status ?? row.jumioStatus,
  };
  const events = row.state === 'expired' ? [] : [{ kind, verificationId: row.id, detail: { status } }];
  return renewed(row, look, { record: withRead(record, look, patch, null), events });
}

/** The person asked for a new link, and nothing paid is lost: the next attempt, in the same change. */
function renewed(row: Verification, look: ReadInput, change: Change): Change {
  if (!row.renewalRequested || mayStart(change.record, look.now, look.policy).kind !== 'start') return change;
  const next = requestVerification(change.record, look.newId(), look.now);
  return { record: next.record, events: [...(change.events ?? []), ...(next.events ?? [])] };
}

/** Captured is paid for; begun is not given up while its link still leads back to it (docs/design.md#starting-a-verification). */
function mayBeReplaced(row: Verification, status: string, now: number): boolean {
  const linkEnded = row.link === null || (row.linkEndsAt ?? 0) <= now;
  return row.state === 'started' && linkEnded && (status === 'INITIATED' || status === 'ACQUISITION_STARTED');
}

/** That the person has begun at Jumio is a sign of life too. */
function aliveSince(row: Verification, status: string, now: number): number | null {
  return row.activeAt ?? (status === 'INITIATED' ? null : now);
}

/**
 * Still under way: the next look is planned, and a renewal that was asked for is granted where nothing paid is lost.
 * However long ago the link ended: what can be read is followed to its end.
 */
export function progressed(record: IdentityRecord, look: ReadInput, status: string): Change {
  const row = findVerification(record, look.verificationId);
  if (row.decision !== null) return ended(record, look, null, 'gave_up');
  const activeAt = aliveSince(row, status, look.now);
  const next = nextRead({ ...row, activeAt }, look.now);
  const seen = { ...READ_WELL, reads: row.reads + 1, jumioStatus: status, activeAt };
  if (!row.renewalRequested) return { record: withRead(record, look, seen, next) };
  if (!mayBeReplaced(row, status, look.now))
    return { record: withRead(record, look, { ...seen, renewalRequested: false }, next) };
  const closed = withRead(record, look, { ...seen, renewalRequested: false, state: 'expired' }, next);
  const events = [{ kind: 'renewed', verificationId: row.id, detail: { status } }];
  return renewed(row, look, { record: closed, events });
}

/** A word that is not documented changes nothing and is due again; one event per row, word and hour. */
export function unknown(record: IdentityRecord, look: ReadInput, word: string): Change {
  const row = findVerification(record, look.verificationId);
  if (isGivenUp(row, look.now)) return ended(record, look, null, 'gave_up');
  const seen = word.slice(0, 64);
  const once = `unknown:${row.id}:${seen}:${Math.floor(look.now / HOUR_MS)}`;
  const events = [{ kind: 'unknown_status', verificationId: row.id, detail: { seen }, once }];
  const activeAt = row.activeAt ?? look.now;
  const next = row.decision === null ? nextRead({ ...row, activeAt }, look.now) : look.now + HOUR_MS;
  const patch = { reads: row.reads + 1, lastError: UNKNOWN_WORD, activeAt, renewalRequested: false };
  return { record: withRead(record, look, patch, next), events };
}

/** Jumio decided, or decided anew. */
export function decided(
  record: IdentityRecord,
  look: ReadInput,
  result: JumioResult,
  decision: ExecutionOutcome & { kind: 'decided' },
): Change {
  const row = findVerification(record, look.verificationId);
  const news = {
    decision: decision.verdict,
    reason: decision.reason,
    decisionLabel: result.decision?.label?.slice(0, 100) ?? null,
    riskScore: result.decision?.score ?? null,
    completedAt: result.completedAt ?? row.completedAt ?? look.now,
  };
  const patch = {
    ...READ_WELL,
    ...news,
    state: 'decided' as const,
    jumioStatus: decision.status,
    renewalRequested: false,
  };
  const change = { record: withRead(record, look, patch, null) };
  const same = JSON.stringify(news) === JSON.stringify(pick(row));
  const detail = { verdict: decision.verdict, reason: decision.reason, previous: row.decision };
  return same ? change : { ...change, events: [{ kind: 'decided', verificationId: row.id, detail }] };
}

function pick({ decision, reason, decisionLabel, riskScore, completedAt }: Verification) {
  return { decision, reason, decisionLabel, riskScore, completedAt };
}
