import { isDeepStrictEqual } from 'node:util';
import type { UpstreamFacts } from '../../errors.ts';
import type { Change, DecidedStatus, Identity, IdentityRecord, LedgerEvent } from '../../model.ts';
import { kratosTurn, publishedContent, updateIdentity } from '../record/index.ts';
import { backOff } from '../waiting.ts';

const MINUTE_MS = 60_000;

const DAY_MS = 24 * 3_600_000;

/** A settings submit can put an old copy back; after this long a published decision is read back once. */
export const READ_BACK_MS = MINUTE_MS;

/** Kratos' own 404, so often over so long: the identity is gone (docs/design.md#publishing). */
const GONE_AFTER = { times: 3, over: DAY_MS };

/** What is owed to Kratos: the next version, an erased identity's objects cleared away, or one look at the last one. */
export function pendingPublication(identity: Identity): 'publish' | 'clear' | 'read-back' | 'none' {
  const isErased = identity.erasedAt !== null;
  if (identity.deletedInKratos || (identity.content === null && !isErased)) return 'none';
  if (identity.published < identity.version) return isErased ? 'clear' : 'publish';
  return identity.readBack ? 'read-back' : 'none';
}

/** Whether something is to be written, as opposed to looked at. */
export function isUnpublished(identity: Identity): boolean {
  const debt = pendingPublication(identity);
  return debt === 'publish' || debt === 'clear';
}

/** When Kratos' turn comes next, once a debt has been paid: at once, for the last look, or not at all. */
export function restDue(identity: Identity, now: number): number | null {
  if (identity.deletedInKratos) return null;
  const { pendingState, revocation } = identity;
  if (isUnpublished(identity) || pendingState !== null || revocation === 'pending') return now;
  return pendingPublication(identity) === 'read-back' || revocation === 'repeat' ? now + READ_BACK_MS : null;
}

/** Nothing was paid: Kratos' turn comes when what is owed now says. */
export function reschedule(record: IdentityRecord, now: number): Change {
  return { record: updateIdentity(record, { kratosDue: restDue(record.identity, now) }) };
}

/** Whether a `metadata_public.jumio` is what we published last. Key order is Kratos' affair. */
export function matchesPublished(identity: Pick<Identity, 'content' | 'changedAt'>, copy: unknown): boolean {
  if (identity.content === null) return copy === undefined || copy === null;
  return isDeepStrictEqual(copy, publishedContent(identity.content, identity.changedAt).public);
}

const STRICTER_THAN: Readonly<Record<DecidedStatus, readonly unknown[]>> = {
  approved: ['review', 'rejected'],
  review: ['rejected'],
  rejected: [],
};

function member(copy: unknown, key: string): unknown {
  return typeof copy === 'object' && copy !== null ? Reflect.get(copy, key) : undefined;
}

/**
 * Whether a copy tells a stricter decision than ours that is not an old one of ours: a ledger restored from a backup
 * must not overwrite what was decided since (decision 8). Without a date of ours it is somebody else's.
 */
export function isStricterThanOurs(
  identity: Pick<Identity, 'standing' | 'changedAt' | 'erasedAt'>,
  copy: unknown,
): boolean {
  if (identity.erasedAt !== null) return false;
  const worse = identity.standing === null ? ['review', 'rejected'] : STRICTER_THAN[identity.standing];
  const saidAt = Date.parse(String(member(copy, 'updated_at')));
  return worse.includes(member(copy, 'status')) && !(saidAt <= identity.changedAt);
}

const WELL: Partial<Identity> = { kratosAttempts: 0, missingCount: 0, missingSince: null, publishRefused: false };

/** The PATCH of `version` was answered with what we wrote. A change that came meanwhile is due at once. */
export function onPublished(record: IdentityRecord, version: number, now: number): Change {
  const { identity } = record;
  const behind = identity.version > version;
  const paid = { ...identity, ...WELL, published: version, readBack: identity.standing !== null };
  // Where a newer version is owed already, the status of now is not what was written.
  const detail = behind ? { version } : { version, status: identity.status };
  const events = [{ kind: 'published', detail }];
  return { record: updateIdentity(record, { ...paid, kratosDue: restDue(paid, now) }), events };
}

/** Our objects are not there any more; looked at once more, because a settings submit can put them back. */
export function onCleared(record: IdentityRecord, version: number, isGone: boolean, now: number): Change {
  const cleared = { ...record.identity, ...WELL, published: version, readBack: !isGone };
  const events = [{ kind: 'cleared', detail: { identity_found: !isGone } }];
  return { record: updateIdentity(record, { ...cleared, kratosDue: restDue(cleared, now) }), events };
}

/** The read-back: what stands there is ours, or is put right. */
export function onReadBack(record: IdentityRecord, copy: unknown, now: number): Change {
  const { identity } = record;
  if (identity.published < identity.version) return { record: updateIdentity(record, { kratosDue: now }) };
  const isOurs = matchesPublished(identity, copy);
  if (!isOurs && !isStricterThanOurs(identity, copy)) return republish(updateIdentity(record, WELL), now, 'read-back');
  const looked = { ...identity, ...WELL, readBack: false };
  const kept = updateIdentity(record, { ...looked, kratosDue: restDue(looked, now) });
  if (isOurs) return { record: kept };
  return { record: kept, events: [{ kind: 'contradiction', detail: { seen_at: 'read-back' } }] };
}

/** The copy is not ours: the same version is owed again, and until then the ledger alone counts at the gate. */
export function republish(record: IdentityRecord, now: number, seenAt: 'read-back' | 'sign-in'): Change {
  const { identity } = record;
  const hasNothing = identity.content === null && identity.erasedAt === null;
  if (hasNothing || identity.published < identity.version) return { record };
  const patch = { published: identity.version - 1, kratosDue: kratosTurn(identity, now), readBack: false };
  return { record: updateIdentity(record, patch), events: [{ kind: 'copy_differs', detail: { seen_at: seenAt } }] };
}

/** Kratos says that it does not have the identity. The debt that met it is due again, until nothing is owed any more. */
export function onIdentityMissing(record: IdentityRecord, debt: 'kratosDue' | 'eidDue', now: number): Change {
  const { identity } = record;
  const missingCount = identity.missingCount + 1;
  const missingSince = identity.missingSince ?? now;
  const kratosAttempts = identity.kratosAttempts + (debt === 'kratosDue' ? 1 : 0);
  const isDeleted = missingCount >= GONE_AFTER.times && now - missingSince >= GONE_AFTER.over;
  const patch = { missingCount, missingSince, deletedInKratos: isDeleted, kratosAttempts };
  const again = now + (missingCount === 1 ? MINUTE_MS : DAY_MS / 2);
  const dues = isDeleted ? { kratosDue: null, eidDue: null } : { [debt]: again };
  return { record: updateIdentity(record, { ...patch, ...dues }), events: isDeleted ? [{ kind: 'gone' }] : [] };
}

/** Kratos will refuse this body tomorrow too, most likely: listed as stuck, tried daily. */
function isPermanent(facts: UpstreamFacts): boolean {
  return facts.failure === 'status' && facts.status === 400 && facts.code !== 'serialization';
}

/** No usable answer, or not ours: due again. `random` in [0, 1). */
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

/** A hook or whoami shows an identity that was thought gone: what it is owed is due again. */
export function onIdentityFound(record: IdentityRecord, now: number): IdentityRecord {
  if (!record.identity.deletedInKratos) return record;
  const eidDue = record.identity.eidCheck !== 'none' ? now : null;
  return updateIdentity(record, { ...WELL, deletedInKratos: false, kratosDue: now, eidDue });
}

/** The first publication need not wait for the first try any more. */
export function publishNow(record: IdentityRecord, now: number): IdentityRecord {
  const { published, version, kratosAttempts, kratosDue, deletedInKratos } = record.identity;
  const waiting = published === 0 && version > 0 && kratosAttempts === 0 && !deletedInKratos && (kratosDue ?? 0) > now;
  return waiting ? updateIdentity(record, { kratosDue: now }) : record;
}
