import type { UpstreamFacts } from '../../errors.ts';
import type { Change, Identity, IdentityRecord, LedgerEvent } from '../../model.ts';
import { isDecided, isStricter, kratosFreeAt, member, updateIdentity } from '../record/index.ts';
import { backOff } from '../waiting.ts';
import { matchesPublished } from './same-copy.ts';

const MINUTE_MS = 60_000;

const DAY_MS = 24 * 3_600_000;

/** A published decision is read back once after this time, because a settings submit can restore an old copy. */
export const READ_BACK_MS = MINUTE_MS;

/** The identity is gone after this many 404s of Kratos' own, over at least this time (docs/design.md#publishing). */
const GONE_AFTER = { count: 3, ms: DAY_MS };

/** Returns what is pending at Kratos: to publish the next version, to clear an erased identity, or to read the last version back. */
export function pendingPublication(identity: Identity): 'publish' | 'clear' | 'read-back' | 'none' {
  const isErased = identity.erasedAt !== null;
  if (identity.deletedInKratos || (identity.content === null && !isErased)) return 'none';
  if (identity.published < identity.version) return isErased ? 'clear' : 'publish';
  return identity.readBack ? 'read-back' : 'none';
}

/** Says what is due at Kratos, for operators. */
export function describePending(identity: Identity): string {
  const { pendingState, revocation } = identity;
  const pending = [
    pendingPublication(identity),
    revocation === 'none' ? 'none' : 'revoke the sessions',
    pendingState === null ? 'none' : `set the state to ${pendingState}`,
  ].filter((text) => text !== 'none');
  return `Kratos: ${pending.length === 0 ? 'check whether anything is due' : pending.join(', ')}`;
}

/** Whether something is still to be written; a read-back is not. */
export function isUnpublished(identity: Identity): boolean {
  const pending = pendingPublication(identity);
  return pending === 'publish' || pending === 'clear';
}

/** Returns when the rest of the work at Kratos is due, in epoch milliseconds: at once, or for the read-back; null: nothing is left. */
export function restDue(identity: Identity, now: number): number | null {
  if (identity.deletedInKratos) return null;
  const { pendingState, revocation } = identity;
  if (isUnpublished(identity) || pendingState !== null || revocation === 'pending') return now;
  return pendingPublication(identity) === 'read-back' || revocation === 'repeat' ? now + READ_BACK_MS : null;
}

/** Sets only the next due time, where a step wrote nothing. */
export function reschedule(record: IdentityRecord, now: number): Change {
  return { record: updateIdentity(record, { kratosDue: restDue(record.identity, now) }) };
}

/**
 * Whether a copy has a stricter decision than ours that is not an old one of ours: a ledger restored from a backup must not
 * overwrite a later decision (decision 8). A copy without a valid `updated_at` is another writer's.
 */
export function isStricterThanOurs(
  identity: Pick<Identity, 'standing' | 'changedAt' | 'erasedAt'>,
  copy: unknown,
): boolean {
  if (identity.erasedAt !== null) return false;
  const status = member(copy, 'status');
  const updatedAt = Date.parse(String(member(copy, 'updated_at')));
  return isDecided(status) && isStricter(status, identity.standing ?? 'approved') && !(updatedAt <= identity.changedAt);
}

/** Resets the counts of failures after a usable answer. */
const NO_FAILURE: Partial<Identity> = { kratosAttempts: 0, missingCount: 0, missingSince: null, publishRefused: false };

/** Records that Kratos confirmed `version`. A change made during the PATCH is due at once. */
export function onPublished(record: IdentityRecord, version: number, now: number): Change {
  const { identity } = record;
  const isBehind = identity.version > version;
  const published = { ...identity, ...NO_FAILURE, published: version, readBack: identity.standing !== null };
  // Behind a newer version, the current status is not the written one.
  const detail = isBehind ? { version } : { version, status: identity.status };
  const events = [{ kind: 'published', detail }];
  return { record: updateIdentity(record, { ...published, kratosDue: restDue(published, now) }), events };
}

/** Records that our objects were removed; a read-back follows, because a settings submit can restore them. `isGone`: Kratos has no such identity. */
export function onCleared(record: IdentityRecord, version: number, isGone: boolean, now: number): Change {
  const cleared = { ...record.identity, ...NO_FAILURE, published: version, readBack: !isGone };
  const events = [{ kind: 'cleared', detail: { identity_found: !isGone } }];
  return { record: updateIdentity(record, { ...cleared, kratosDue: restDue(cleared, now) }), events };
}

/** Compares the copy of the read-back: one that is not ours is published again, unless it is stricter. */
export function onReadBack(record: IdentityRecord, copy: unknown, now: number): Change {
  const { identity } = record;
  if (identity.published < identity.version) return { record: updateIdentity(record, { kratosDue: now }) };
  const isOurs = matchesPublished(identity, copy);
  if (!isOurs && !isStricterThanOurs(identity, copy))
    return republish(updateIdentity(record, NO_FAILURE), now, 'read-back');
  const compared = { ...identity, ...NO_FAILURE, readBack: false };
  const kept = updateIdentity(record, { ...compared, kratosDue: restDue(compared, now) });
  if (isOurs) return { record: kept };
  return { record: kept, events: [{ kind: 'contradiction', detail: { seen_at: 'read-back' } }] };
}

/** Makes the same version due again where the copy is not ours. Until it is published the ledger alone counts at the gate. */
export function republish(record: IdentityRecord, now: number, seenAt: 'read-back' | 'sign-in'): Change {
  const { identity } = record;
  const hasNothing = identity.content === null && identity.erasedAt === null;
  if (hasNothing || identity.published < identity.version) return { record };
  const patch = { published: identity.version - 1, kratosDue: kratosFreeAt(identity, now), readBack: false };
  return { record: updateIdentity(record, patch), events: [{ kind: 'copy_differs', detail: { seen_at: seenAt } }] };
}

/** Counts a 404 of Kratos' own. The job that received it is due again, until the identity counts as gone; then no job is due. */
export function onIdentityMissing(record: IdentityRecord, dueColumn: 'kratosDue' | 'eidDue', now: number): Change {
  const { identity } = record;
  const missingCount = identity.missingCount + 1;
  const missingSince = identity.missingSince ?? now;
  const kratosAttempts = identity.kratosAttempts + (dueColumn === 'kratosDue' ? 1 : 0);
  const isDeleted = missingCount >= GONE_AFTER.count && now - missingSince >= GONE_AFTER.ms;
  const patch = { missingCount, missingSince, deletedInKratos: isDeleted, kratosAttempts };
  const retryAt = now + (missingCount === 1 ? MINUTE_MS : DAY_MS / 2);
  const dues = isDeleted ? { kratosDue: null, eidDue: null } : { [dueColumn]: retryAt };
  return { record: updateIdentity(record, { ...patch, ...dues }), events: isDeleted ? [{ kind: 'gone' }] : [] };
}

/** Whether Kratos will probably refuse this body again: the identity is listed as stuck and tried daily. */
function isPermanent(facts: UpstreamFacts): boolean {
  return facts.failure === 'status' && facts.status === 400 && facts.code !== 'serialization';
}

/** Makes a failed publication due again: after a back-off, or daily after a permanent 400. `random` in [0, 1). */
export function onPublishFailed(record: IdentityRecord, facts: UpstreamFacts, now: number, random: number): Change {
  const { identity } = record;
  if (facts.code === 'identity-not-found') return onIdentityMissing(record, 'kratosDue', now);
  const kratosAttempts = identity.kratosAttempts + (facts.status === 429 ? 0 : 1);
  if (!isPermanent(facts)) {
    const kratosDue = facts.status === 429 ? now : now + backOff(kratosAttempts, random);
    return { record: updateIdentity(record, { kratosAttempts, kratosDue }) };
  }
  const events: LedgerEvent[] = identity.publishRefused ? [] : [{ kind: 'publish_stuck' }];
  return { record: updateIdentity(record, { kratosAttempts, publishRefused: true, kratosDue: now + DAY_MS }), events };
}

/** Makes all work at Kratos due again, where a hook or whoami shows an identity that counted as gone. */
export function onIdentityFound(record: IdentityRecord, now: number): IdentityRecord {
  if (!record.identity.deletedInKratos) return record;
  const eidDue = record.identity.eidCheck !== 'none' ? now : null;
  return updateIdentity(record, { ...NO_FAILURE, deletedInKratos: false, kratosDue: now, eidDue });
}

/** Ends the wait of the first publication for the first try. */
export function publishNow(record: IdentityRecord, now: number): IdentityRecord {
  const { published, version, kratosAttempts, kratosDue, deletedInKratos } = record.identity;
  const isWaiting =
    published === 0 && version > 0 && kratosAttempts === 0 && !deletedInKratos && (kratosDue ?? 0) > now;
  return isWaiting ? updateIdentity(record, { kratosDue: now }) : record;
}
