import type { UpstreamFacts } from '../../errors.ts';
import type { Change, Identity, IdentityRecord, LedgerEvent, Verification } from '../../model.ts';
import { onIdentityMissing, pendingPublication, publishNow } from '../publication/index.ts';
import {
  cancelRequestedVerification,
  inheritanceOf,
  inviteIfUndecided,
  isCopyUnread,
  isEid,
  NO_EID_CHECK,
  NO_INHERITANCE,
  newVerification,
  readPublishedCopy,
  startOrInvite,
  updateIdentity,
  updateVerification,
} from '../record/index.ts';
import { isThrottled } from '../step.ts';
import { backOff } from '../waiting.ts';
import { type CredentialFinding, eventFor, isSufficient, type Verified } from './credential.ts';

/** How long the creation of an execution waits for an eID that may make it unnecessary. */
const EID_FIRST_MS = 5_000;

/** `eid` undefined: no eID provider is configured. */
type SignUpOptions = Parameters<typeof startOrInvite>[1] & { readonly eid?: unknown };

/** Makes a check of the linked eIDs due without a hook: each token is verified as of the time Kratos stored it. A pending check is due at once. */
export function requestCheck(record: IdentityRecord, now: number): IdentityRecord {
  const { eidCheck, erasedAt } = record.identity;
  if (erasedAt !== null) return record;
  return updateIdentity(record, { eidCheck: eidCheck === 'none' ? 'linked' : eidCheck, eidDue: now });
}

/**
 * Makes the check of an eID that a hook reported due. `checkOf`: see `EidCheck`. `hookAt`: epoch milliseconds. The times of
 * earlier hooks stay valid for their unread tokens. It is due at once, despite a running back-off: a new link or unlinking
 * need not wait for another provider's failure.
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
 * Starts an identity whose sign-up no hook reported, and whose method is unknown. The linked eIDs are checked first; the
 * execution is created 5 s later, unless an eID approves before.
 */
export function startUnobservedSignUp(record: IdentityRecord, options: SignUpOptions, now: number): Change {
  const { record: started, events = [] } = startOrInvite(record, options, now);
  if (options.eid === undefined) return { record: started, events };
  const verifications = started.verifications.map((row) => ({ ...row, readDue: row.readDue && now + EID_FIRST_MS }));
  return { record: requestCheck({ ...started, verifications }, now), events };
}

/** Starts a sign-up. One by an eID is checked before an execution is requested. */
export function startSignUp(
  record: IdentityRecord,
  { method, kratosCreatedAt }: { readonly method?: string | undefined; readonly kratosCreatedAt?: number | undefined },
  options: SignUpOptions,
  now: number,
): Change {
  if (options.eid === undefined || method !== 'oidc') return startOrInvite(record, options, now);
  return { record: withCheckDue(record, 'sign-up', kratosCreatedAt ?? now, now) };
}

/** One event per hook for an eID that cannot be read. A failure of Kratos has none: readiness reports it. */
function unreadEvents(
  { identity }: IdentityRecord,
  { upstream, operation, failure, status }: UpstreamFacts,
): LedgerEvent[] {
  if (upstream !== 'eid') return [];
  const seen = [operation, failure, status].filter((part) => part !== undefined).join(' ');
  return [{ kind: 'eid_unread', detail: { seen }, once: `eid_unread:${identity.id}:${identity.eidReportedAt}` }];
}

/**
 * Makes a failed check due again, with a back-off of its own, so that a failing provider delays nothing else, and at least after
 * its `Retry-After`. A 429 of Kratos counts as no failure. A 404 of Kratos' own is counted here only if nothing is pending to
 * publish, because that job counts it otherwise. `random` in [0, 1).
 */
export function onCheckFailed(record: IdentityRecord, facts: UpstreamFacts, now: number, random: number): Change {
  const { identity } = record;
  const isCountedHere = facts.code === 'identity-not-found' && pendingPublication(identity) === 'none';
  const eidFailures = identity.eidFailures + (isThrottled(facts) ? 0 : 1);
  const tried = updateIdentity(publishNow(record, now), { eidFailures });
  if (isCountedHere) return onIdentityMissing(tried, 'eidDue', now);
  const pauseMs = Math.max(facts.retryAfter ?? 0, backOff(eidFailures, random));
  const eidDue = isThrottled(facts) ? now : now + pauseMs;
  return { record: updateIdentity(tried, { eidDue }), events: unreadEvents(record, facts) };
}

/** The options of a sign-up that no eID approves, and the jitter of retries. */
export type CheckOptions = Parameters<typeof startOrInvite>[1] & { readonly random: () => number };

/** Withdraws the approval of an unlinked eID. Its subject stays with this identity for good. */
function withdraw(
  record: IdentityRecord,
  findings: readonly CredentialFinding[],
  events: LedgerEvent[],
): IdentityRecord {
  const linked = new Set(findings.map(({ subject }) => subject));
  const unlinked = record.verifications.filter(
    (row) => isEid(row) && row.decision !== null && !linked.has(row.subject ?? ''),
  );
  for (const { id, source } of unlinked) events.push({ kind: 'eid_withdrawn', verificationId: id, detail: { source } });
  const withdrawn = unlinked.reduce(
    (changed, { id }) => updateVerification(changed, id, { decision: null, state: 'expired' }),
    record,
  );
  return unlinked.length > 0 ? inviteIfUndecided(withdrawn) : withdrawn;
}

function approval(level: string | null, issuedAt: number): Partial<Verification> {
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
  if (known) return updateVerification(record, id, approval(level, issuedAt));
  const evidence = { source: `eid:${provider}` as const, subject, readDue: null, ...approval(level, issuedAt) };
  const row = { ...newVerification(record, id, now), ...evidence };
  return { ...record, verifications: [...record.verifications, row] };
}

/** An unread credential keeps the check pending. Events of the others are written once all are read, and not with every try. */
function onSomeUnread(
  record: IdentityRecord,
  unread: Extract<CredentialFinding, { kind: 'unread' }>,
  options: CheckOptions,
  now: number,
): Change {
  const { eidCheck } = record.identity;
  const isDecided = record.verifications.some(({ decision }) => decision !== null);
  const changed = updateIdentity(record, { eidCheck: isDecided ? 'linked' : eidCheck });
  return onCheckFailed(changed, unread.facts, now, options.random());
}

function onAllRead(
  record: IdentityRecord,
  findings: readonly CredentialFinding[],
  options: CheckOptions,
  now: number,
): Change {
  const isInsufficient = findings.length > 0 && !findings.some((one) => one.kind === 'known' || isSufficient(one));
  const change = withoutCheck(updateIdentity(record, { eidInsufficient: isInsufficient }), options, now);
  const events = findings.map((one) => eventFor(one, record.identity.id)).filter((event) => event !== undefined);
  return { ...change, events: [...events, ...(change.events ?? [])] };
}

/**
 * Applies the findings. A sufficient eID makes a decided row of its own; an unlinked one loses its decision. Whether a row counts
 * is decided by the standing, so no eID lifts a rejection or a review. A sign-up without a sufficient eID goes on to Jumio.
 */
export function onChecked(
  record: IdentityRecord,
  findings: readonly CredentialFinding[],
  options: CheckOptions,
  now: number,
): Change {
  const events: LedgerEvent[] = [];
  const sufficient = findings.filter(isSufficient);
  let changed = withdraw(record, findings, events);
  for (const one of sufficient) changed = approve(changed, one, options.newId(), now, events);
  if (sufficient.length > 0) changed = cancelRequestedVerification(changed, events);
  const unread = findings.find((one) => one.kind === 'unread');
  const change = unread ? onSomeUnread(changed, unread, options, now) : onAllRead(changed, findings, options, now);
  return { ...change, events: [...events, ...(change.events ?? [])] };
}

/** Ends the check. A sign-up without any verification goes on to Jumio. */
export function withoutCheck(
  record: IdentityRecord,
  options: Parameters<typeof startOrInvite>[1],
  now: number,
): Change {
  const isUndecidedSignUp = record.identity.eidCheck === 'sign-up' && record.verifications.length === 0;
  const checked = updateIdentity(record, NO_EID_CHECK);
  return isUndecidedSignUp ? startOrInvite(checked, options, now) : { record: checked };
}

/** An identity first seen by a link inherits the status of its published copy, so that no eID launders a rejection. */
export function withInherited(record: IdentityRecord, metadataPublic: unknown): IdentityRecord {
  if (!isCopyUnread(record)) return record;
  return updateIdentity(record, inheritanceOf(readPublishedCopy({ metadata_public: metadataPublic })));
}

/** The eID provider that the published copy names as its source. */
function providerOf(metadataPublic: unknown): string | undefined {
  const { jumio } = readPublishedCopy({ metadata_public: metadataPublic });
  const source: unknown = typeof jumio === 'object' && jumio !== null ? Reflect.get(jumio, 'source') : undefined;
  return typeof source === 'string' && source.startsWith('eid:') ? source.slice('eid:'.length) : undefined;
}

/**
 * Withdraws an inherited approval by an eID that is no longer linked: the ledger that had its row was lost, and the approval ends
 * as with a row. Without another standing the identity awaits consent, because the published copy still says approved.
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
  return { record: inviteIfUndecided(updateIdentity(record, NO_INHERITANCE)), events };
}

/** Says how many tries to read an eID failed, and where the operator finds the cause; empty if none did. */
export function describeFailures({ eidFailures }: Pick<Identity, 'eidFailures'>): string {
  if (eidFailures === 0) return '';
  return `; ${eidFailures} tries failed: see eid_unread in the timeline, and whether doctor reaches Kratos and the provider`;
}

/** Says which eIDs are to be read, for operators. */
export function describeCheck(identity: Pick<Identity, 'eidReportedAt' | 'eidFailures'>): string {
  return `read the ${identity.eidReportedAt === null ? 'linked' : 'reported'} eIDs${describeFailures(identity)}`;
}
