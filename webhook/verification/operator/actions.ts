import type { Change, IdentityRecord, LedgerEvent, Verification } from '../../model.ts';
import type { Context } from '../context.ts';
import { requestCheck } from '../eid/index.ts';
import { earliestRead } from '../execution/index.ts';
import { personFrom } from '../person/index.ts';
import { findIdentity, onIdentityFound } from '../publication/index.ts';
import {
  cancelRequestedVerification,
  endHandovers,
  isOnHold,
  kratosFreeAt,
  NO_PROPOSAL,
  newIdentity,
  newVerification,
  openAttempt,
  standingOf,
  updateIdentity,
  updateVerification,
} from '../record/index.ts';

/**
 * Erases an identity: a tombstone stays in the ledger, and the worker deletes its accounts at Jumio and our objects in
 * Kratos. Repeatable: deletions that are not done are due again, and Kratos is checked once more.
 */
export function erase(record: IdentityRecord, by: string, now: number): Change {
  const { identity } = record;
  const verifications = record.verifications.map((row) => ({ ...row, readDue: row.accountId === null ? null : now }));
  const erased = {
    ...identity,
    erasedAt: identity.erasedAt ?? now,
    version: identity.version + 1,
    changedAt: now,
    readBack: false,
    kratosDue: identity.deletedInKratos ? null : kratosFreeAt(identity, now),
  };
  const detail = { by, again: identity.erasedAt !== null };
  const ended = endHandovers({ identity: erased, verifications });
  return { record: ended, events: [{ kind: 'erased', detail }], withdrawLinks: true };
}

/** What an event says of a decision besides who decided and why. Absent: as before there were doors. */
export interface Circumstances {
  /** The operator's own words; null or absent: none. */
  readonly note?: string | null;
  /** Where it was decided. */
  readonly door?: 'console' | 'cli';
  /** Who proposed it, where two had to decide. */
  readonly proposedBy?: string;
}

function circumstancesOf({ note, door, proposedBy }: Circumstances): NonNullable<LedgerEvent['detail']> {
  return {
    ...(note != null && { note }),
    ...(door !== undefined && { door }),
    ...(proposedBy !== undefined && { proposed_by: proposedBy }),
  };
}

/** What a decision ends: whatever was proposed, and that somebody is at work on the case. */
const CASE_ENDED = { ...NO_PROPOSAL, takenBy: null, takenAt: null } as const;

/**
 * Grants one attempt regardless of the standing and the limits. An open attempt is the granted one; otherwise it is made
 * when the person continues.
 */
export function grantAttempt(
  record: IdentityRecord,
  by: string,
  reason: string | null,
  now: number,
  circumstances: Circumstances = {},
): Change {
  const open = openAttempt(record);
  const events = [{ kind: 'granted', detail: { by, reason, ...circumstancesOf(circumstances) } }];
  const marked = open === undefined ? record : updateVerification(record, open.id, { granted: true });
  const granted = { ...CASE_ENDED, attemptGrantedAt: open?.requestedAt ?? now };
  return { record: updateIdentity(marked, granted), events };
}

/** The record before and after an operator's act. */
export interface OperatorResult extends Change {
  readonly before: IdentityRecord;
}

/** An operator's act on one identity. */
export interface OperatorAct {
  readonly identityId: string;
  /** Returns the result and writes nothing. */
  readonly dryRun: boolean;
  readonly decide: (record: IdentityRecord, now: number) => Change;
}

/**
 * Applies an operator's act to an identity: it writes the ledger only, and the worker of the service does the rest. An
 * identity without a row gets one from Kratos. Undefined: neither the ledger nor Kratos has the identity.
 * @throws LedgerUnavailable if the ledger cannot be read or written
 * @throws UpstreamError if Kratos is needed and gives no usable answer
 */
export async function actOn(
  ctx: Context,
  { identityId, dryRun, decide }: OperatorAct,
): Promise<OperatorResult | undefined> {
  const now = ctx.clock.now();
  const known = await ctx.ledger.record(identityId);
  const shown = known === undefined ? await findIdentity(ctx, identityId) : undefined;
  if (known === undefined && shown === undefined) return undefined;
  const beforeOf = (found: IdentityRecord | undefined): IdentityRecord =>
    found ?? newIdentity({ id: identityId, ...(shown && personFrom(shown)) }, now);
  let result: OperatorResult | undefined;
  const apply = (found: IdentityRecord | undefined): OperatorResult => {
    const before = beforeOf(found);
    result = { before, ...decide(before, now) };
    return result;
  };
  const { ledger } = ctx;
  const record = await (dryRun ? ledger.preview(identityId, now, apply) : ledger.change(identityId, now, apply));
  return result && record && { ...result, record };
}

/** A decision of the operator. */
export interface Override extends Circumstances {
  readonly verdict: 'PASSED' | 'FAILED';
  /** A key or a text without personal data; at most 100 characters. */
  readonly reason: string;
  /** The name of the responsible operator. */
  readonly by: string;
}

/** Now, or the time of the latest decision where Jumio's clock is ahead of ours: the override must be the latest. */
function decidedAt({ verifications }: IdentityRecord, now: number): number {
  return Math.max(now, ...verifications.map(({ completedAt }) => completedAt ?? 0));
}

/**
 * Decides in place of Jumio. The decision is a verification of its own (docs/design.md#standing): only the operator can end
 * its rejection, and a later decision replaces its approval. A grant ends.
 */
export function override(record: IdentityRecord, decision: Override, id: string, now: number): Change {
  const { verdict, reason, by } = decision;
  const row: Verification = {
    ...newVerification(record, id, now),
    source: 'operator',
    state: 'decided',
    decision: verdict,
    decisionLabel: reason,
    completedAt: decidedAt(record, now),
    readDue: null,
  };
  const decided = { ...record, verifications: [...record.verifications, row] };
  const previous = standingOf(record)?.status ?? null;
  const detail = { verdict, reason, by, previous, ...circumstancesOf(decision) };
  const events: LedgerEvent[] = [{ kind: 'overridden', verificationId: id, detail }];
  const ended = { ...CASE_ENDED, attemptGrantedAt: null };
  return { record: updateIdentity(cancelRequestedVerification(decided, events), ended), events };
}

/** Makes a read or a creation due: at once if forced, else as soon as the reading schedule allows. */
function withReadDue(row: Verification, force: boolean, now: number): Verification {
  const hasNoJob = row.source !== 'jumio' || (row.executionId === null && row.state !== 'requested');
  if (hasNoJob || isOnHold(row)) return row;
  const allowed = force ? now : earliestRead(row, undefined, now);
  return { ...row, readDue: Math.min(row.readDue ?? Number.POSITIVE_INFINITY, allowed) };
}

/** Makes the published copy due for writing now, without back-off, also for an identity marked as deleted in Kratos. */
function withPublishDue(record: IdentityRecord, now: number): IdentityRecord {
  const { identity } = onIdentityFound(record, now);
  const { content, erasedAt, version } = identity;
  if (content === null && erasedAt === null) return updateIdentity(record, identity);
  // A version is due for publishing while the published one is older.
  const due = { published: Math.min(identity.published, version - 1), kratosDue: now, readBack: false };
  return updateIdentity(record, { ...identity, ...due });
}

/** The options of `recheck`. */
export interface Recheck {
  /** Reads settled executions also if they were read within the hour. */
  readonly force: boolean;
  /** Whether eID providers are configured, so that linked eIDs are read. */
  readonly hasEid: boolean;
}

/**
 * Makes every job of an identity due: reading its executions, also settled ones (once an hour, unless forced), creating
 * one that was requested, reading its linked eIDs, and publishing.
 */
export function recheck(record: IdentityRecord, { force, hasEid }: Recheck, now: number): Change {
  const verifications = record.verifications.map((row) => withReadDue(row, force, now));
  const requested = updateIdentity({ ...record, verifications }, { readRequests: record.identity.readRequests + 1 });
  const checked = hasEid ? requestCheck(requested, now) : requested;
  return { record: withPublishDue(checked, now), events: [{ kind: 'rechecked', detail: { force } }] };
}
