import { UpstreamError } from '../../errors.ts';
import type { KratosIdentity } from '../../kratos/types.ts';
import type { Change, IdentityRecord, LedgerEvent, Verification } from '../../model.ts';
import type { Context } from '../context.ts';
import { requestCheck } from '../eid/index.ts';
import { earliestRead } from '../execution/index.ts';
import type { Person } from '../person/index.ts';
import { onIdentityFound } from '../publication/index.ts';
import {
  cancelRequestedVerification,
  decidedStatus,
  isOnHold,
  kratosTurn,
  newIdentity,
  newVerification,
  openAttempt,
  readPublishedCopy,
  standingOf,
  updateIdentity,
} from '../record/index.ts';

/**
 * Erases an identity: its accounts at Jumio and our objects in Kratos become debts of the worker, and what is left here
 * is a tombstone (`tombstone`). Repeatable: whatever is still owed is due again, and Kratos is looked at once more.
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
    kratosDue: identity.deletedInKratos ? null : kratosTurn(identity, now),
  };
  const detail = { by, again: identity.erasedAt !== null };
  const change = { record: { identity: erased, verifications }, events: [{ kind: 'erased', detail }] };
  return { ...change, withdrawLinks: true };
}

/**
 * An operator grants one attempt, whatever the standing and the limits say. An attempt that is under way is the granted
 * one; else it is made when the person goes on.
 */
export function grantAttempt(record: IdentityRecord, by: string, reason: string | null, now: number): Change {
  const attemptGrantedAt = openAttempt(record)?.requestedAt ?? now;
  const events = [{ kind: 'granted', detail: { by, reason } }];
  return { record: updateIdentity(record, { attemptGrantedAt }), events };
}

/** The identity as Kratos has it; undefined: it has none of that id. Rejects with `UpstreamError` where it says neither. */
export async function readFromKratos(ctx: Context, identityId: string): Promise<KratosIdentity | undefined> {
  try {
    return await ctx.kratos.read(identityId);
  } catch (error) {
    if (error instanceof UpstreamError && error.facts.code === 'identity-not-found') return undefined;
    throw error;
  }
}

/** As a person of a session would be met: with what their published copy shows. */
export function personOf({ id, schemaId, createdAt, metadataPublic }: KratosIdentity): Person {
  const inherited = decidedStatus(readPublishedCopy({ metadata_public: metadataPublic }));
  return { identityId: id, inherited, schemaId, kratosCreatedAt: createdAt };
}

/** What an operator's act left behind, or would leave behind. */
export interface OperatorResult extends Change {
  readonly before: IdentityRecord;
}

export interface OperatorAct {
  readonly identityId: string;
  /** Only say what would be. */
  readonly dryRun: boolean;
  readonly decide: (record: IdentityRecord, now: number) => Change;
}

/**
 * An operator acts on an identity: one row is written, and the service's worker does the rest. Whom the ledger does not
 * know is met as Kratos shows them. `undefined`: neither knows them. Rejects with `LedgerUnavailable`, `UpstreamError`.
 */
export async function actOn(
  ctx: Context,
  { identityId, dryRun, decide }: OperatorAct,
): Promise<OperatorResult | undefined> {
  const now = ctx.clock.now();
  const known = await ctx.ledger.record(identityId);
  const stranger = known === undefined ? await readFromKratos(ctx, identityId) : undefined;
  if (known === undefined && stranger === undefined) return undefined;
  const beforeOf = (found: IdentityRecord | undefined): IdentityRecord =>
    found ?? newIdentity({ id: identityId, ...(stranger && personOf(stranger)) }, now);
  let done: OperatorResult | undefined;
  const doneOn = (found: IdentityRecord | undefined): OperatorResult => {
    const before = beforeOf(found);
    done = { before, ...decide(before, now) };
    return done;
  };
  const { ledger } = ctx;
  const record = await (dryRun ? ledger.preview(identityId, now, doneOn) : ledger.change(identityId, now, doneOn));
  return done && record && { ...done, record };
}

/** A decision of the operator's own. */
export interface Override {
  readonly verdict: 'PASSED' | 'FAILED';
  /** A key of theirs, or words without personal data; at most 100 characters. */
  readonly reason: string;
  /** Who answers for it. */
  readonly by: string;
}

/** After everything that is decided already, also where Jumio's clock is ahead of ours. */
function decidedAt({ verifications }: IdentityRecord, now: number): number {
  return Math.max(now, ...verifications.map(({ completedAt }) => completedAt ?? 0));
}

/**
 * Decides in place of Jumio. The decision is a verification of its own, with its own time: a rejection ends by the
 * operator only, an approval is replaced by a decision that is completed later (`standingOf`). What was granted before
 * is withdrawn.
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
  const events: LedgerEvent[] = [{ kind: 'overridden', verificationId: id, detail: { verdict, reason, by, previous } }];
  return { record: updateIdentity(cancelRequestedVerification(decided, events), { attemptGrantedAt: null }), events };
}

/** When a row is looked at next: at once, or as soon as the rules for reading allow. */
function lookedAt(row: Verification, force: boolean, now: number): Verification {
  const owesNothing = row.source !== 'jumio' || (row.executionId === null && row.state !== 'requested');
  if (owesNothing || isOnHold(row)) return row;
  const allowed = force ? now : earliestRead(row, undefined, now);
  return { ...row, readDue: Math.min(row.readDue ?? Number.POSITIVE_INFINITY, allowed) };
}

/** The copy is written anew as it is, whatever back-off runs; what was thought gone is tried again. */
function published(record: IdentityRecord, now: number): IdentityRecord {
  const { identity } = onIdentityFound(record, now);
  const { content, erasedAt, version } = identity;
  if (content === null && erasedAt === null) return updateIdentity(record, identity);
  const owed = { published: Math.min(identity.published, version - 1), kratosDue: now, readBack: false };
  return updateIdentity(record, { ...identity, ...owed });
}

export interface Recheck {
  /** Settled executions too, though they were read within the hour. */
  readonly force: boolean;
  /** eID providers are believed, so that what is linked counts. */
  readonly hasEid: boolean;
}

/**
 * Makes everything of an identity due: its executions are read, also settled ones (once an hour, unless forced), what
 * waits to be created is tried, what is linked is read, and the published copy is written anew.
 */
export function recheck(record: IdentityRecord, { force, hasEid }: Recheck, now: number): Change {
  const verifications = record.verifications.map((row) => lookedAt(row, force, now));
  const nudged = updateIdentity({ ...record, verifications }, { readRequests: record.identity.readRequests + 1 });
  const asked = hasEid ? requestCheck(nudged, now) : nudged;
  return { record: published(asked, now), events: [{ kind: 'rechecked', detail: { force } }] };
}
