import type { Identity, IdentityRecord, Verification } from '../../model.ts';
import { isGrantUsed, jumioAttempts } from './attempts.ts';
import { contentOf } from './content.ts';
import { deriveStanding } from './standing.ts';
import { tombstone } from './tombstone.ts';

/** How long the first publication waits for the ids of the first create call, or for the first read of an eID (docs/design.md#jobs-and-steps). */
export const FIRST_PUBLICATION_WAITS_MS = 5_000;

function jumioDueOf(record: IdentityRecord): number | null {
  const dues = jumioAttempts(record)
    .flatMap(({ readDue, prefillDue }) => [readDue, prefillDue])
    .filter((due) => due !== null);
  return dues.length === 0 ? null : Math.min(...dues);
}

/** Returns when work at Kratos may run, in epoch milliseconds: now, or at the end of a running back-off, which nothing shortens. */
export function kratosTurn({ kratosAttempts, kratosDue }: Identity, now: number): number {
  return kratosAttempts > 0 ? (kratosDue ?? now) : now;
}

/** Returns when changed content is due for publishing. */
function publishDue({ identity, verifications }: IdentityRecord, now: number): number | null {
  if (identity.deletedInKratos) return null;
  const isBeforeFirstTry = verifications.some(({ state }) => state === 'requested') || identity.eidCheck === 'sign-up';
  return identity.version === 0 && isBeforeFirstTry ? now + FIRST_PUBLICATION_WAITS_MS : kratosTurn(identity, now);
}

function withContent(record: IdentityRecord, content: string | null, now: number): Identity {
  const { identity } = record;
  if (content === identity.content || content === null) return identity;
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
  return identity.deletedInKratos ? identity : { ...identity, kratosDue: kratosTurn(identity, now) };
}

/**
 * Sets what follows at Kratos where the standing becomes rejected, or is so no longer. It ignores the policy: the publish job
 * knows it and drops the consequences that it does not ask for (consequences.ts).
 */
function withConsequences(before: Identity, identity: Identity, now: number): Identity {
  if (before.standing === identity.standing) return identity;
  if (identity.standing === 'rejected')
    return dueAtOnce({ ...identity, revocation: 'pending', pendingState: 'inactive' }, now);
  if (before.standing !== 'rejected') return identity;
  if (!identity.deactivated) return { ...identity, revocation: 'none', pendingState: null };
  return dueAtOnce({ ...identity, revocation: 'none', pendingState: 'active' }, now);
}

/** Jumio no longer takes traits that were not sent by then. */
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

/**
 * Ends every change: computes the derived columns, and makes a content that differs from the last version the next one, due
 * for publishing. Only the ledger calls it, for every record that it writes (decision 56).
 */
export function normalize(changed: IdentityRecord, now: number): IdentityRecord {
  const kept = tombstone(changed, now);
  const verifications = kept.verifications.map((verification) => withoutStaleSecrets(verification, now));
  const attemptGrantedAt = isGrantUsed(kept) ? null : kept.identity.attemptGrantedAt;
  const record = { verifications, identity: { ...kept.identity, attemptGrantedAt } };
  const derived = deriveStanding(record);
  const identity: Identity = {
    ...record.identity,
    ...derived.facts,
    status: derived.status,
    latePassAt: derived.latePassAt,
    jumioDue: jumioDueOf(record),
  };
  const published = withContent({ ...record, identity }, contentOf(record, derived), now);
  return { verifications, identity: withConsequences(changed.identity, published, now) };
}
