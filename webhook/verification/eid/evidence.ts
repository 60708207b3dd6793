import type { UpstreamFacts } from '../../errors.ts';
import type { Change, LedgerEvent, Snapshot, Verification } from '../../model.ts';
import { debtToKratos, missed, publishedNow } from '../publication/index.ts';
import {
  begin,
  decidedStatus,
  invitedWhereBare,
  isCopyUnread,
  isEid,
  NOTHING_OWED,
  readCopy,
  requested,
  settle,
  withIdentity,
  withoutRequest,
  withVerification,
} from '../record/index.ts';
import { isThrottled } from '../step.ts';
import { backOff } from '../waiting.ts';
import { type Found, isEnough, told, type Verified } from './credential.ts';

/** An execution that may be needless waits so long. */
const EID_FIRST_MS = 5_000;

/** `eid` undefined: no eID provider is configured. */
type SignUpOptions = Parameters<typeof begin>[1] & { readonly eid?: unknown };

/** What is linked is read without a word of a hook: as of when Kratos stored it. What is owed already is due again. */
export function lookedAgain(snapshot: Snapshot, now: number): Snapshot {
  const { evidence, erasedAt } = snapshot.identity;
  if (erasedAt !== null) return snapshot;
  return withIdentity(snapshot, { evidence: evidence === 0 ? 2 : evidence, evidenceDue: now });
}

/**
 * What an identity is owed of which a hook said that it has an eID. `for`: see `Identity.evidence`. What an earlier hook
 * told of may still be unread, and is as good as it was. Due at once, whatever back-off runs: what was linked or unlinked
 * now need not wait for a provider that was down before.
 */
export function owed(snapshot: Snapshot, owedFor: 1 | 2, hookAt: number, now: number): Snapshot {
  const { identity } = snapshot;
  const evidence = identity.evidence === 1 ? 1 : owedFor;
  const evidenceSince = Math.min(identity.evidenceSince ?? hookAt, hookAt);
  const evidenceAt = Math.max(identity.evidenceAt ?? hookAt, hookAt);
  return withIdentity(snapshot, { evidence, evidenceSince, evidenceAt, evidenceDue: now });
}

/**
 * How somebody begins whose sign-up we missed, and of whom a sign-in does not say how it was: what is linked is read, and
 * Jumio is asked a moment later, unless an eID answers by then.
 */
export function beginUntold(snapshot: Snapshot, how: SignUpOptions, now: number): Change {
  const { snapshot: begun, events = [] } = begin(snapshot, how, now);
  if (how.eid === undefined) return { snapshot: begun, events };
  const verifications = begun.verifications.map((row) => ({ ...row, readDue: row.readDue && now + EID_FIRST_MS }));
  return settle(lookedAgain({ ...begun, verifications }, now), now, events);
}

/** How a sign-up begins: with an eID, by reading its credential before Jumio is asked for anything. */
export function beginBy(
  snapshot: Snapshot,
  { method, bornAt }: { readonly method?: string | undefined; readonly bornAt?: number | undefined },
  how: SignUpOptions,
  now: number,
): Change {
  if (how.eid === undefined || method !== 'oidc') return begin(snapshot, how, now);
  return settle(owed(snapshot, 1, bornAt ?? now, now), now);
}

/** An eID that is there and cannot be judged is told once for each hook; that Kratos is down, readiness says. */
function unread({ identity }: Snapshot, { upstream, operation, failure, status }: UpstreamFacts): LedgerEvent[] {
  if (upstream !== 'eid') return [];
  const seen = [operation, failure, status].filter((part) => part !== undefined).join(' ');
  return [{ kind: 'eid_unread', detail: { seen }, once: `eid_unread:${identity.id}:${identity.evidenceAt}` }];
}

/**
 * Due again, with a back-off of its own: a provider that is down holds up nothing else, and is left alone for as long as
 * it asks. Kratos' 429 pauses its whole budget and counts as no failure. Where Kratos does not have the identity and
 * nothing else is owed to it, that is counted here.
 */
export function onEvidenceFailed(snapshot: Snapshot, facts: UpstreamFacts, now: number, random: number): Change {
  const { identity } = snapshot;
  const isCountedHere = facts.code === 'identity-not-found' && debtToKratos(identity) === 'none';
  const evidenceTries = identity.evidenceTries + (isThrottled(facts) ? 0 : 1);
  const tried = withIdentity(publishedNow(snapshot, now), { evidenceTries });
  if (isCountedHere) return missed(tried, 'evidenceDue', now);
  const pause = Math.max(facts.retryAfter ?? 0, backOff(evidenceTries, random));
  const evidenceDue = isThrottled(facts) ? now : now + pause;
  return settle(withIdentity(tried, { evidenceDue }), now, unread(snapshot, facts));
}

/** How a sign-up goes on where no eID approved it, and the jitter of retries. */
export type How = Parameters<typeof begin>[1] & { readonly random: () => number };

/** What an unlinked eID approved is no longer so. The subject stays: it belongs to this identity for ever. */
function withdraw(snapshot: Snapshot, found: readonly Found[], events: LedgerEvent[]): Snapshot {
  const linked = new Set(found.map(({ subject }) => subject));
  const lost = snapshot.verifications.filter(
    (row) => isEid(row) && row.decision !== null && !linked.has(row.subject ?? ''),
  );
  for (const { id, source } of lost) events.push({ kind: 'eid_withdrawn', verificationId: id, detail: { source } });
  const without = lost.reduce(
    (now, { id }) => withVerification(now, id, { decision: null, state: 'expired' }),
    snapshot,
  );
  return lost.length > 0 ? invitedWhereBare(without) : without;
}

function approved(level: string | null, issuedAt: number): Partial<Verification> {
  return { state: 'decided', decision: 'PASSED', level, completedAt: issuedAt };
}

function approve(snapshot: Snapshot, by: Verified, newId: string, now: number, events: LedgerEvent[]): Snapshot {
  const { provider, subject, level, issuedAt } = by;
  const known = snapshot.verifications.find((row) => row.subject === subject);
  if (known?.decision === 'PASSED' && (known.completedAt ?? 0) >= issuedAt) return snapshot;
  const id = known?.id ?? newId;
  events.push({ kind: 'eid_approved', verificationId: id, detail: { source: `eid:${provider}`, level } });
  if (known) return withVerification(snapshot, id, approved(level, issuedAt));
  const evidence = { source: `eid:${provider}` as const, subject, readDue: null, ...approved(level, issuedAt) };
  const row = { ...requested(snapshot, id, now), ...evidence };
  return { ...snapshot, verifications: [...snapshot.verifications, row] };
}

/** What could not be read stays owed. What is no evidence is told when all was read, and not with every try. */
function restOwed(snapshot: Snapshot, rest: Extract<Found, { kind: 'unread' }>, how: How, now: number): Change {
  const { evidence } = snapshot.identity;
  const isAnswered = snapshot.verifications.some(({ decision }) => decision !== null);
  const answered = withIdentity(snapshot, { evidence: isAnswered ? 2 : evidence });
  return onEvidenceFailed(answered, rest.facts, now, how.random());
}

function readThrough(snapshot: Snapshot, found: readonly Found[], how: How, now: number): Change {
  const isShort = found.length > 0 && !found.some((one) => one.kind === 'known' || isEnough(one));
  const then = withoutEvidence(withIdentity(snapshot, { evidenceShort: isShort ? 1 : 0 }), how, now);
  const events = found.map((one) => told(one, snapshot.identity.id)).filter((event) => event !== undefined);
  return { ...then, events: [...events, ...(then.events ?? [])] };
}

/**
 * The credentials were read, each for itself. Evidence that satisfies gives a decided row of its own; what is no longer
 * linked gives none. It never lifts a rejection or a review: that is the standing's rule. A sign-up without evidence goes
 * on to Jumio.
 */
export function onEvidence(snapshot: Snapshot, found: readonly Found[], how: How, now: number): Change {
  const events: LedgerEvent[] = [];
  const enough = found.filter(isEnough);
  let changed = withdraw(snapshot, found, events);
  for (const one of enough) changed = approve(changed, one, how.newId(), now, events);
  if (enough.length > 0) changed = withoutRequest(changed, events);
  const rest = found.find((one) => one.kind === 'unread');
  const then = rest ? restOwed(changed, rest, how, now) : readThrough(changed, found, how, now);
  return { ...then, events: [...events, ...(then.events ?? [])] };
}

/** Nothing more is to be read, be it that no eID is configured any more. A sign-up that nobody answered goes on to Jumio. */
export function withoutEvidence(snapshot: Snapshot, how: Parameters<typeof begin>[1], now: number): Change {
  const isUnanswered = snapshot.identity.evidence === 1 && snapshot.verifications.length === 0;
  const paid = withIdentity(snapshot, NOTHING_OWED);
  return isUnanswered ? begin(paid, how, now) : settle(paid, now);
}

/** Somebody whom we meet by a link brings the status that their copy tells: a rejection is not laundered by an eID. */
export function inheriting(snapshot: Snapshot, metadataPublic: unknown): Snapshot {
  if (!isCopyUnread(snapshot)) return snapshot;
  return withIdentity(snapshot, { inherited: decidedStatus(readCopy({ metadata_public: metadataPublic })) });
}

/** The provider whose eID gave what the copy says, by the copy's own word. */
function providerOf(metadataPublic: unknown): string | undefined {
  const { jumio } = readCopy({ metadata_public: metadataPublic });
  const source: unknown = typeof jumio === 'object' && jumio !== null ? Reflect.get(jumio, 'source') : undefined;
  return typeof source === 'string' && source.startsWith('eid:') ? source.slice('eid:'.length) : undefined;
}

/**
 * An approval that only the copy tells of (ours of before the ledger was lost) ends with the eID that gave it, like one
 * that is a row. What is published still says approved: whoever has nothing else is asked to come.
 */
export function withoutLostEid(
  snapshot: Snapshot,
  metadataPublic: unknown,
  linked: readonly { readonly provider: string }[],
): { readonly snapshot: Snapshot; readonly events: readonly LedgerEvent[] } {
  const provider = providerOf(metadataPublic);
  const isLinked = linked.some((one) => one.provider === provider);
  if (snapshot.identity.inherited !== 'approved' || provider === undefined || isLinked) return { snapshot, events: [] };
  const events = [{ kind: 'eid_withdrawn', detail: { source: `eid:${provider}` } }];
  return { snapshot: invitedWhereBare(withIdentity(snapshot, { inherited: null })), events };
}
