import type { Identity, IdentityRecord, Verification } from '../../model.ts';
import { isGrantUsed, jumioAttempts } from './attempts.ts';
import { contentOf } from './content.ts';
import { deriveStanding } from './standing.ts';
import { tombstone } from './tombstone.ts';

/** The first publication waits so long for the first try to create, so that it can name the ids (docs/design.md#jobs-and-steps), or to read an eID. */
export const FIRST_PUBLICATION_WAITS_MS = 5_000;

function earliest(record: IdentityRecord): number | null {
  const dues = jumioAttempts(record)
    .flatMap(({ readDue, prefillDue }) => [readDue, prefillDue])
    .filter((due) => due !== null);
  return dues.length === 0 ? null : Math.min(...dues);
}

/** Now, or when the back-off from Kratos that is running ends: nothing shortens it. */
export function kratosTurn({ kratosAttempts, kratosDue }: Identity, now: number): number {
  return kratosAttempts > 0 ? (kratosDue ?? now) : now;
}

/** When a changed content is to be published. */
function publishDue({ identity, verifications }: IdentityRecord, now: number): number | null {
  if (identity.deletedInKratos) return null;
  const awaitsTry = verifications.some(({ state }) => state === 'requested') || identity.eidCheck === 'sign-up';
  return identity.version === 0 && awaitsTry ? now + FIRST_PUBLICATION_WAITS_MS : kratosTurn(identity, now);
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
 * What follows at Kratos where the standing becomes rejected, or is so no longer. Owed whatever the policy says: whoever
 * pays knows the policy and waives what it does not ask for (consequences.ts).
 */
function withConsequences(before: Identity, identity: Identity, now: number): Identity {
  if (before.standing === identity.standing) return identity;
  if (identity.standing === 'rejected')
    return dueAtOnce({ ...identity, revocation: 'pending', pendingState: 'inactive' }, now);
  if (before.standing !== 'rejected') return identity;
  if (!identity.deactivated) return { ...identity, revocation: 'none', pendingState: null };
  return dueAtOnce({ ...identity, revocation: 'none', pendingState: 'active' }, now);
}

/** What was not sent by now is of no use any more. */
function unprepared({ prefill }: Verification): Partial<Verification> {
  return { prefill: prefill === 'pending' ? 'given-up' : prefill, prefillDue: null, prefillUrl: null };
}

/** The hosted link and the tokens are kept until the link ends or is of no more use, and not longer (docs/design.md#what-is-stored-where). */
function withoutStaleSecrets(verification: Verification, now: number): Verification {
  const { state, link, sdkToken, transactionToken, linkEndsAt } = verification;
  if (link === null && sdkToken === null && transactionToken === null) return verification;
  const useful = state === 'started' && (linkEndsAt ?? Number.POSITIVE_INFINITY) > now;
  return useful
    ? verification
    : { ...verification, link: null, sdkToken: null, transactionToken: null, ...unprepared(verification) };
}

/**
 * Ends every change: what follows from the verifications is computed anew, and a content that differs from the last
 * version becomes the next one and due for publishing. Called by the ledger alone, which applies it to whatever it
 * writes (decision 56).
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
    jumioDue: earliest(record),
  };
  const published = withContent({ ...record, identity }, contentOf(record, derived), now);
  return { verifications, identity: withConsequences(changed.identity, published, now) };
}
