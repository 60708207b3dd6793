import type { UpstreamFacts } from '../../errors.ts';
import type { Change, IdentityRecord, LedgerEvent, Verification } from '../../model.ts';
import { onIdentityMissing, pendingPublication, publishNow } from '../publication/index.ts';
import {
  cancelRequestedVerification,
  decidedStatus,
  inviteIfUndecided,
  isCopyUnread,
  isEid,
  NO_EID_CHECK,
  newVerification,
  readPublishedCopy,
  startOrInvite,
  updateIdentity,
  updateVerification,
} from '../record/index.ts';
import { isThrottled } from '../step.ts';
import { backOff } from '../waiting.ts';
import { type CredentialFinding, eventFor, isSufficient, type Verified } from './credential.ts';

/** An execution that may be needless waits so long. */
const EID_FIRST_MS = 5_000;

/** `eid` undefined: no eID provider is configured. */
type SignUpOptions = Parameters<typeof startOrInvite>[1] & { readonly eid?: unknown };

/** What is linked is read without a word of a hook: as of when Kratos stored it. What is owed already is due again. */
export function requestCheck(record: IdentityRecord, now: number): IdentityRecord {
  const { eidCheck, erasedAt } = record.identity;
  if (erasedAt !== null) return record;
  return updateIdentity(record, { eidCheck: eidCheck === 'none' ? 'linked' : eidCheck, eidDue: now });
}

/**
 * What an identity is owed of which a hook said that it has an eID. `checkOf`: see `EidCheck`. What an earlier hook
 * told of may still be unread, and is as good as it was. Due at once, whatever back-off runs: what was linked or unlinked
 * now need not wait for a provider that was down before.
 */
export function withCheckDue(
  record: IdentityRecord,
  checkOf: 'sign-up' | 'linked',
  hookAt: number,
  now: number,
): IdentityRecord {
  const { identity } = record;
  const eidCheck = identity.eidCheck === 'sign-up' ? 'sign-up' : checkOf;
  const eidReportedSince = Math.min(identity.eidReportedSince ?? hookAt, hookAt);
  const eidReportedAt = Math.max(identity.eidReportedAt ?? hookAt, hookAt);
  return updateIdentity(record, { eidCheck, eidReportedSince, eidReportedAt, eidDue: now });
}

/**
 * How somebody begins whose sign-up we missed, and of whom a sign-in does not say how it was: what is linked is read, and
 * Jumio is asked a moment later, unless an eID answers by then.
 */
export function startUnobservedSignUp(record: IdentityRecord, how: SignUpOptions, now: number): Change {
  const { record: begun, events = [] } = startOrInvite(record, how, now);
  if (how.eid === undefined) return { record: begun, events };
  const verifications = begun.verifications.map((row) => ({ ...row, readDue: row.readDue && now + EID_FIRST_MS }));
  return { record: requestCheck({ ...begun, verifications }, now), events };
}

/** How a sign-up begins: with an eID, by reading its credential before Jumio is asked for anything. */
export function startSignUp(
  record: IdentityRecord,
  { method, kratosCreatedAt }: { readonly method?: string | undefined; readonly kratosCreatedAt?: number | undefined },
  how: SignUpOptions,
  now: number,
): Change {
  if (how.eid === undefined || method !== 'oidc') return startOrInvite(record, how, now);
  return { record: withCheckDue(record, 'sign-up', kratosCreatedAt ?? now, now) };
}

/** An eID that is there and cannot be judged is told once for each hook; that Kratos is down, readiness says. */
function unread({ identity }: IdentityRecord, { upstream, operation, failure, status }: UpstreamFacts): LedgerEvent[] {
  if (upstream !== 'eid') return [];
  const seen = [operation, failure, status].filter((part) => part !== undefined).join(' ');
  return [{ kind: 'eid_unread', detail: { seen }, once: `eid_unread:${identity.id}:${identity.eidReportedAt}` }];
}

/**
 * Due again, with a back-off of its own: a provider that is down holds up nothing else, and is left alone for as long as
 * it asks. Kratos' 429 pauses its whole budget and counts as no failure. Where Kratos does not have the identity and
 * nothing else is owed to it, that is counted here.
 */
export function onCheckFailed(record: IdentityRecord, facts: UpstreamFacts, now: number, random: number): Change {
  const { identity } = record;
  const isCountedHere = facts.code === 'identity-not-found' && pendingPublication(identity) === 'none';
  const eidFailures = identity.eidFailures + (isThrottled(facts) ? 0 : 1);
  const tried = updateIdentity(publishNow(record, now), { eidFailures });
  if (isCountedHere) return onIdentityMissing(tried, 'eidDue', now);
  const pause = Math.max(facts.retryAfter ?? 0, backOff(eidFailures, random));
  const eidDue = isThrottled(facts) ? now : now + pause;
  return { record: updateIdentity(tried, { eidDue }), events: unread(record, facts) };
}

/** How a sign-up goes on where no eID approved it, and the jitter of retries. */
export type CheckOptions = Parameters<typeof startOrInvite>[1] & { readonly random: () => number };

/** What an unlinked eID approved is no longer so. The subject stays: it belongs to this identity for ever. */
function withdraw(record: IdentityRecord, found: readonly CredentialFinding[], events: LedgerEvent[]): IdentityRecord {
  const linked = new Set(found.map(({ subject }) => subject));
  const lost = record.verifications.filter(
    (row) => isEid(row) && row.decision !== null && !linked.has(row.subject ?? ''),
  );
  for (const { id, source } of lost) events.push({ kind: 'eid_withdrawn', verificationId: id, detail: { source } });
  const without = lost.reduce(
    (now, { id }) => updateVerification(now, id, { decision: null, state: 'expired' }),
    record,
  );
  return lost.length > 0 ? inviteIfUndecided(without) : without;
}

function approved(level: string | null, issuedAt: number): Partial<Verification> {
  return { state: 'decided', decision: 'PASSED', level, completedAt: issuedAt };
}

function approve(
  record: IdentityRecord,
  by: Verified,
  newId: string,
  now: number,
  events: LedgerEvent[],
): IdentityRecord {
  const { provider, subject, level, issuedAt } = by;
  const known = record.verifications.find((row) => row.subject === subject);
  if (known?.decision === 'PASSED' && (known.completedAt ?? 0) >= issuedAt) return record;
  const id = known?.id ?? newId;
  events.push({ kind: 'eid_approved', verificationId: id, detail: { source: `eid:${provider}`, level } });
  if (known) return updateVerification(record, id, approved(level, issuedAt));
  const evidence = { source: `eid:${provider}` as const, subject, readDue: null, ...approved(level, issuedAt) };
  const row = { ...newVerification(record, id, now), ...evidence };
  return { ...record, verifications: [...record.verifications, row] };
}

/** What could not be read stays owed. What is no evidence is told when all was read, and not with every try. */
function restOwed(
  record: IdentityRecord,
  rest: Extract<CredentialFinding, { kind: 'unread' }>,
  how: CheckOptions,
  now: number,
): Change {
  const { eidCheck } = record.identity;
  const isAnswered = record.verifications.some(({ decision }) => decision !== null);
  const answered = updateIdentity(record, { eidCheck: isAnswered ? 'linked' : eidCheck });
  return onCheckFailed(answered, rest.facts, now, how.random());
}

function readThrough(
  record: IdentityRecord,
  found: readonly CredentialFinding[],
  how: CheckOptions,
  now: number,
): Change {
  const isShort = found.length > 0 && !found.some((one) => one.kind === 'known' || isSufficient(one));
  const then = withoutCheck(updateIdentity(record, { eidInsufficient: isShort }), how, now);
  const events = found.map((one) => eventFor(one, record.identity.id)).filter((event) => event !== undefined);
  return { ...then, events: [...events, ...(then.events ?? [])] };
}

/**
 * The credentials were read, each for itself. Evidence that satisfies gives a decided row of its own; what is no longer
 * linked gives none. It never lifts a rejection or a review: that is the standing's rule. A sign-up without evidence goes
 * on to Jumio.
 */
export function onChecked(
  record: IdentityRecord,
  found: readonly CredentialFinding[],
  how: CheckOptions,
  now: number,
): Change {
  const events: LedgerEvent[] = [];
  const enough = found.filter(isSufficient);
  let changed = withdraw(record, found, events);
  for (const one of enough) changed = approve(changed, one, how.newId(), now, events);
  if (enough.length > 0) changed = cancelRequestedVerification(changed, events);
  const rest = found.find((one) => one.kind === 'unread');
  const then = rest ? restOwed(changed, rest, how, now) : readThrough(changed, found, how, now);
  return { ...then, events: [...events, ...(then.events ?? [])] };
}

/** Nothing more is to be read, be it that no eID is configured any more. A sign-up that nobody answered goes on to Jumio. */
export function withoutCheck(record: IdentityRecord, how: Parameters<typeof startOrInvite>[1], now: number): Change {
  const isUnanswered = record.identity.eidCheck === 'sign-up' && record.verifications.length === 0;
  const paid = updateIdentity(record, NO_EID_CHECK);
  return isUnanswered ? startOrInvite(paid, how, now) : { record: paid };
}

/** Somebody whom we meet by a link brings the status that their copy tells: a rejection is not laundered by an eID. */
export function withInherited(record: IdentityRecord, metadataPublic: unknown): IdentityRecord {
  if (!isCopyUnread(record)) return record;
  return updateIdentity(record, { inherited: decidedStatus(readPublishedCopy({ metadata_public: metadataPublic })) });
}

/** The provider whose eID gave what the copy says, by the copy's own word. */
function providerOf(metadataPublic: unknown): string | undefined {
  const { jumio } = readPublishedCopy({ metadata_public: metadataPublic });
  const source: unknown = typeof jumio === 'object' && jumio !== null ? Reflect.get(jumio, 'source') : undefined;
  return typeof source === 'string' && source.startsWith('eid:') ? source.slice('eid:'.length) : undefined;
}

/**
 * An approval that only the copy tells of (ours of before the ledger was lost) ends with the eID that gave it, like one
 * that is a row. What is published still says approved: whoever has nothing else is asked to come.
 */
export function withoutLostEid(
  record: IdentityRecord,
  metadataPublic: unknown,
  linked: readonly { readonly provider: string }[],
): { readonly record: IdentityRecord; readonly events: readonly LedgerEvent[] } {
  const provider = providerOf(metadataPublic);
  const isLinked = linked.some((one) => one.provider === provider);
  if (record.identity.inherited !== 'approved' || provider === undefined || isLinked) return { record, events: [] };
  const events = [{ kind: 'eid_withdrawn', detail: { source: `eid:${provider}` } }];
  return { record: inviteIfUndecided(updateIdentity(record, { inherited: null })), events };
}
