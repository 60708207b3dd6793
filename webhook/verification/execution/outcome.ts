import type { JumioResult } from '../../jumio/result.ts';
import type { Change, IdentityRecord, LedgerEvent, Reason, Verdict, Verification } from '../../model.ts';
import { mayStart, type Policy } from '../policy/index.ts';
import {
  findVerification,
  latePassAt,
  NO_PROPOSAL,
  requestVerification,
  UNKNOWN_STATUS,
  updateIdentity,
  updateVerification,
} from '../record/index.ts';
import { GIVE_UP_MS, nextRead } from './schedule.ts';

/** The meaning of an answer of Jumio's retrieval API for its verification (the table of docs/design.md#what-jumios-answers-mean). */
export type ExecutionOutcome =
  | { readonly kind: 'decided'; readonly status: string; readonly verdict: Verdict; readonly reason: Reason | null }
  | { readonly kind: 'expired'; readonly status: string }
  | { readonly kind: 'progress'; readonly status: string }
  /** An undocumented value, which changes nothing. */
  | { readonly kind: 'unknown'; readonly value: string };

/** Returns the outcome of a status without details. PROCESSED is progress: only the details have the decision. */
export function outcomeOfStatus(status: string): ExecutionOutcome {
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
      return { kind: 'unknown', value: status };
  }
}

function outcomeOfDecision(status: string, decision: JumioResult['decision']): ExecutionOutcome {
  if (decision === undefined) return { kind: 'unknown', value: 'PROCESSED without a decision' };
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
      return { kind: 'unknown', value: `decision ${decision.label ?? ''}`.trim() };
    default:
      return decision.type satisfies never;
  }
}

/**
 * Returns the outcome of the details. `workflow.status` comes before `decision`: an expired execution may still carry
 * REJECTED / 100. The decision's type counts, never label or score, which tenants can change (docs/reference/jumio.md#74-decision).
 */
export function outcomeOf(result: Pick<JumioResult, 'status' | 'decision'>): ExecutionOutcome {
  const outcome = outcomeOfStatus(result.status);
  const isProcessed = outcome.kind === 'progress' && outcome.status === 'PROCESSED';
  return isProcessed ? outcomeOfDecision(result.status, result.decision) : outcome;
}

const HOUR_MS = 3_600_000;

/** One read at Jumio: its verification, and the state at the claim. */
export interface ReadInput {
  readonly verificationId: string;
  /** The identity's `readRequests` at the claim. If the counter has risen since, the stored due time stays. */
  readonly readRequests: number;
  /** Epoch milliseconds. */
  readonly now: number;
  /** In [0, 1): the jitter. */
  readonly random: number;
  /** The references that the execution may have been started with: one of each key. */
  readonly references: readonly string[];
  /** For a renewal that this read grants. */
  readonly newId: () => string;
  readonly policy: Policy;
}

/** A read request that arrived during the read keeps its due time. */
function dueAfter(record: IdentityRecord, input: ReadInput, next: number | null): number | null {
  const stored = findVerification(record, input.verificationId).readDue;
  if (record.identity.readRequests === input.readRequests || stored === null) return next;
  return Math.min(stored, next ?? Number.POSITIVE_INFINITY);
}

/** Applies the result of a read, and sets the next due time; null: none. */
export function withRead(
  record: IdentityRecord,
  input: ReadInput,
  patch: Partial<Verification>,
  next: number | null,
): IdentityRecord {
  return updateVerification(record, input.verificationId, { ...patch, readDue: dueAfter(record, input, next) });
}

/** Resets the counts of failures after a usable answer. */
export const NO_FAILURE: Partial<Verification> = { attempts: 0, lastError: null, notFound: 'none' };

/** Whether an execution that cannot be read is given up: its link ended 30 days ago. */
export function isGivenUp(row: Verification, now: number): boolean {
  return now > (row.linkEndsAt ?? row.requestedAt) + GIVE_UP_MS;
}

/** Ends an attempt without a decision. A decision of an earlier read stays. `kind`: of the event. */
export function onEnded(record: IdentityRecord, input: ReadInput, status: string | null, kind: string): Change {
  const row = findVerification(record, input.verificationId);
  if (row.decision !== null) return { record: withRead(record, input, NO_FAILURE, null) };
  const patch = {
    ...NO_FAILURE,
    state: 'expired' as const,
    renewalRequested: false,
    jumioStatus: status ?? row.jumioStatus,
  };
  const events = row.state === 'expired' ? [] : [{ kind, verificationId: row.id, detail: { status } }];
  return renewIfRequested(row, input, { record: withRead(record, input, patch, null), events });
}

/** Adds the next attempt in the same change, if the person requested a new link and may still start. */
function renewIfRequested(row: Verification, input: ReadInput, change: Change): Change {
  if (!row.renewalRequested || mayStart(change.record, input.now, input.policy).kind !== 'start') return change;
  const next = requestVerification(change.record, input.newId(), input.now);
  return { record: next.record, events: [...(change.events ?? []), ...(next.events ?? [])] };
}

/** A captured execution was paid for. One that the person began is kept while its link leads back to it (docs/design.md#starting-a-verification). */
function mayRenew(row: Verification, status: string, now: number): boolean {
  const linkEnded = row.link === null || (row.linkEndsAt ?? 0) <= now;
  return row.state === 'started' && linkEnded && (status === 'INITIATED' || status === 'ACQUISITION_STARTED');
}

/** A person who has begun at Jumio is active too. */
function activeSince(row: Verification, status: string, now: number): number | null {
  return row.activeAt ?? (status === 'INITIATED' ? null : now);
}

/**
 * Schedules the next read of an execution under way, and grants a requested renewal where no paid result is lost. An execution
 * that can be read is followed to its end, however long ago its link ended.
 */
export function onProgress(record: IdentityRecord, input: ReadInput, status: string): Change {
  const row = findVerification(record, input.verificationId);
  if (row.decision !== null) return onEnded(record, input, null, 'gave_up');
  const activeAt = activeSince(row, status, input.now);
  const next = nextRead({ ...row, activeAt }, input.now);
  const patch = { ...NO_FAILURE, reads: row.reads + 1, jumioStatus: status, activeAt };
  if (!row.renewalRequested) return { record: withRead(record, input, patch, next) };
  if (!mayRenew(row, status, input.now))
    return { record: withRead(record, input, { ...patch, renewalRequested: false }, next) };
  const closed = withRead(record, input, { ...patch, renewalRequested: false, state: 'expired' }, next);
  const events = [{ kind: 'renewed', verificationId: row.id, detail: { status } }];
  return renewIfRequested(row, input, { record: closed, events });
}

/** Makes an execution with an undocumented value due again; it decides nothing. One event per row, value and hour. */
export function onUnknown(record: IdentityRecord, input: ReadInput, value: string): Change {
  const row = findVerification(record, input.verificationId);
  if (isGivenUp(row, input.now)) return onEnded(record, input, null, 'gave_up');
  const seen = value.slice(0, 64);
  const once = `unknown:${row.id}:${seen}:${Math.floor(input.now / HOUR_MS)}`;
  const events = [{ kind: 'unknown_status', verificationId: row.id, detail: { seen }, once }];
  const activeAt = row.activeAt ?? input.now;
  const next = row.decision === null ? nextRead({ ...row, activeAt }, input.now) : input.now + HOUR_MS;
  const patch = { reads: row.reads + 1, lastError: UNKNOWN_STATUS, activeAt, renewalRequested: false };
  return { record: withRead(record, input, patch, next), events };
}

/** Stores a decision of Jumio; one that differs from the stored decision is an event. */
export function onDecided(
  record: IdentityRecord,
  input: ReadInput,
  result: JumioResult,
  outcome: ExecutionOutcome & { kind: 'decided' },
): Change {
  const row = findVerification(record, input.verificationId);
  const decision = {
    decision: outcome.verdict,
    reason: outcome.reason,
    decisionLabel: result.decision?.label?.slice(0, 100) ?? null,
    riskScore: result.decision?.score ?? null,
    completedAt: result.completedAt ?? row.completedAt ?? input.now,
  };
  const patch = {
    ...NO_FAILURE,
    ...decision,
    // No part of `decision`: they are published nowhere, and a recheck that finds others is no other decision.
    findings: result.decision?.findings?.join(' ') ?? null,
    state: 'decided' as const,
    jumioStatus: outcome.status,
    renewalRequested: false,
  };
  const read = withRead(record, input, patch, null);
  const isSame = JSON.stringify(decision) === JSON.stringify(decisionOf(row));
  if (isSame && (patch.findings ?? '') === (row.findings ?? '')) return { record: read };
  // Whoever proposed has seen something else.
  const changed = updateIdentity(read, NO_PROPOSAL);
  if (isSame) return { record: changed, events: [{ kind: 'findings_changed', verificationId: row.id }] };
  const detail = { verdict: outcome.verdict, reason: outcome.reason, previous: row.decision };
  const events = [{ kind: 'decided', verificationId: row.id, detail }, ...latePassEvents(record, changed, row)];
  return { record: changed, events };
}

/** A milder decision of an older attempt does not lift a rejection that cannot be retried: the operator decides. */
function latePassEvents(before: IdentityRecord, after: IdentityRecord, { id }: Verification): LedgerEvent[] {
  const isLate = latePassAt(before) === null && latePassAt(after) !== null;
  return isLate ? [{ kind: 'late_pass', verificationId: id }] : [];
}

function decisionOf({ decision, reason, decisionLabel, riskScore, completedAt }: Verification) {
  return { decision, reason, decisionLabel, riskScore, completedAt };
}
