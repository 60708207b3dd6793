import { forgottenOf } from '../../columns.ts';
import {
  type Identity,
  type IdentityRecord,
  identityColumns,
  type Verification,
  verificationColumns,
} from '../../model.ts';
import { contentOf } from './content.ts';
import { withoutStaleProposal } from './proposal.ts';
import { deriveStanding } from './standing.ts';

/** How long the first publication waits for the ids of the first create call, or for the first read of an eID (docs/design.md#jobs-and-steps). */
export const FIRST_PUBLICATION_WAITS_MS = 5_000;

function jumioDueOf(attempts: readonly Verification[]): number | null {
  const dues = attempts.flatMap(({ readDue, prefillDue }) => [readDue, prefillDue]).filter((due) => due !== null);
  return dues.length === 0 ? null : Math.min(...dues);
}

/** Returns when work at Kratos may run, in epoch milliseconds: now, or at the end of a running back-off, which nothing shortens. */
export function kratosFreeAt({ kratosAttempts, kratosDue }: Identity, now: number): number {
  return kratosAttempts > 0 ? (kratosDue ?? now) : now;
}

/** Returns when changed content is due for publishing. */
function publishDue({ identity, verifications }: IdentityRecord, now: number): number | null {
  if (identity.deletedInKratos) return null;
  const isBeforeFirstTry = verifications.some(({ state }) => state === 'requested') || identity.eidCheck === 'sign-up';
  return identity.version === 0 && isBeforeFirstTry ? now + FIRST_PUBLICATION_WAITS_MS : kratosFreeAt(identity, now);
}

/** @param before as it was stored: another reason is another version too, because applications are told of it (docs/events.md) */
function withContent(before: Identity, record: IdentityRecord, content: string | null, now: number): Identity {
  const { identity } = record;
  if (content === null || (content === identity.content && before.reason === identity.reason)) return identity;
  return {
    ...identity,
    content,
    changedAt: now,
    kratosDue: publishDue(record, now),
    readBack: false,
    version: identity.version + 1,
  };
}

function dueAtOnce(identity: Identity, now: number): Identity {
  return identity.deletedInKratos ? identity : { ...identity, kratosDue: kratosFreeAt(identity, now) };
}

/**
 * Sets what follows at Kratos where the standing becomes rejected, or is so no longer. It sets every consequence: the
 * publish job knows the policy and drops those that the policy does not ask for (consequences.ts).
 */
function withConsequences(before: Identity, identity: Identity, now: number): Identity {
  if (before.standing === identity.standing) return identity;
  if (identity.standing === 'rejected')
    return dueAtOnce({ ...identity, revocation: 'pending', pendingState: 'inactive' }, now);
  if (before.standing !== 'rejected') return identity;
  if (!identity.deactivated) return { ...identity, revocation: 'none', pendingState: null };
  return dueAtOnce({ ...identity, revocation: 'none', pendingState: 'active' }, now);
}

/** Gives up prepared data that were not sent: after the end of the link or of the attempt Jumio takes none. */
function withoutPrefill({ prefill }: Verification): Partial<Verification> {
  return { prefill: prefill === 'pending' ? 'given-up' : prefill, prefillDue: null, prefillUrl: null };
}

/** Deletes the hosted link and the tokens when the link or the attempt ends (docs/design.md#what-is-stored-where). */
function withoutStaleSecrets(verification: Verification, now: number): Verification {
  const { state, link, sdkToken, transactionToken, linkEndsAt } = verification;
  if (link === null && sdkToken === null && transactionToken === null) return verification;
  const isUseful = state === 'started' && (linkEndsAt ?? Number.POSITIVE_INFINITY) > now;
  return isUseful
    ? verification
    : { ...verification, link: null, sdkToken: null, transactionToken: null, ...withoutPrefill(verification) };
}

/** The columns of the check of eIDs when no check is due. */
export const NO_EID_CHECK = {
  eidCheck: 'none',
  eidReportedSince: null,
  eidReportedAt: null,
  eidDue: null,
  eidFailures: 0,
} as const satisfies Partial<Identity>;

/** The columns that model.ts marks as `forgotten`, with their blank values. */
const FORGOTTEN_IDENTITY = forgottenOf(identityColumns);

const FORGOTTEN_VERIFICATION = forgottenOf(verificationColumns);

/** Milliseconds: a read of an erased attempt may have been due days ahead; its account is deleted sooner than that. */
const DELETION_DUE_WITHIN_MS = 15 * 60_000;

/** Returns when to delete the account that Jumio still has; null if it has none. It becomes `readDue`: an erased attempt is read no more. */
function deletionDue({ accountId, readDue }: Verification, now: number): number | null {
  return accountId === null ? null : Math.min(readDue ?? now, now + DELETION_DUE_WITHIN_MS);
}

function forgetAttempt(row: Verification, now: number): Verification {
  const state = row.decision === null ? 'expired' : 'decided';
  return { ...row, ...FORGOTTEN_VERIFICATION, state, readDue: deletionDue(row, now) };
}

/**
 * Returns what may be left of an erased identity: its standing, and what is still to be done at Jumio and Kratos. Any other
 * record is returned as it is. Applied to every change, so that results of work that was under way store nothing again.
 */
function tombstone(record: IdentityRecord, now: number): IdentityRecord {
  if (record.identity.erasedAt === null) return record;
  const verifications = record.verifications.map((row) => forgetAttempt(row, now));
  return { identity: { ...record.identity, ...FORGOTTEN_IDENTITY }, verifications };
}

/**
 * Ends every change: computes the derived columns, and, if the content differs from the last version, makes it the next
 * version, due for publishing. Only the ledger calls it, for every record that it writes (decision 56).
 */
export function normalize(changed: IdentityRecord, now: number): IdentityRecord {
  const kept = tombstone(changed, now);
  const verifications = kept.verifications.map((verification) => withoutStaleSecrets(verification, now));
  const record = { verifications, identity: kept.identity };
  const derived = deriveStanding(record);
  const identity: Identity = {
    ...record.identity,
    ...derived.facts,
    status: derived.status,
    // Nothing can be decided any more about who was erased.
    latePassAt: record.identity.erasedAt === null ? derived.latePassAt : null,
    jumioDue: jumioDueOf(derived.attempts),
  };
  const content = withContent(changed.identity, { ...record, identity }, contentOf(record, derived), now);
  const published = withoutStaleProposal(content, now);
  // `changed` still has the standing of before: only this function computes it.
  return { verifications, identity: withConsequences(changed.identity, published, now) };
}
