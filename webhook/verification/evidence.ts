import type { EidFlaw } from '../errors.ts';
import type { Change, Identity, LedgerEvent, Snapshot, Verification } from '../ledger/types.ts';
import { withIdentity, withVerification } from './edit.ts';
import { begin, requested, withoutRequest } from './request.ts';
import { settle } from './settle.ts';
import { isEid, standingOf } from './standing.ts';

/** One credential of an eID provider of ours, as it was found with the identity. */
export type Found =
  | {
      readonly kind: 'verified';
      readonly provider: string;
      /** Keyed hash of issuer and subject. */
      readonly subject: string;
      readonly level: string | null;
      /** Epoch milliseconds. */
      readonly issuedAt: number;
      /** What the policy says to this level. */
      readonly satisfies: boolean;
      /** Another identity was approved by it before, and keeps it. */
      readonly taken: boolean;
    }
  | { readonly kind: 'refused'; readonly provider: string; readonly subject: string; readonly flaw: EidFlaw }
  /** It approved this identity before, and still is linked. */
  | { readonly kind: 'known'; readonly provider: string; readonly subject: string };

const NOTHING_OWED = {
  evidence: 0,
  evidenceSince: null,
  evidenceAt: null,
  evidenceDue: null,
  evidenceTries: 0,
} as const satisfies Partial<Identity>;

type Verified = Extract<Found, { kind: 'verified' }>;

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

/** How a sign-up begins: with an eID, by reading its credential before Jumio is asked for anything. */
export function beginBy(
  snapshot: Snapshot,
  { method, bornAt }: { readonly method?: string | undefined; readonly bornAt?: number | undefined },
  how: Parameters<typeof begin>[1] & { readonly eid?: unknown },
  now: number,
): Change {
  if (how.eid === undefined || method !== 'oidc') return begin(snapshot, how, now);
  return settle(owed(snapshot, 1, bornAt ?? now, now), now);
}

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
  // What is published still says approved: the person is asked to come instead.
  const isBare = lost.length > 0 && without.verifications.every(isEid) && standingOf(without) === null;
  return isBare ? withIdentity(without, { invited: 1 }) : without;
}

function approved(level: string | null, issuedAt: number): Partial<Verification> {
  return { state: 'decided', decision: 'PASSED', level, completedAt: issuedAt };
}

function approve(snapshot: Snapshot, by: Verified, newId: string, now: number, events: LedgerEvent[]): Snapshot {
  const { provider, subject, level, issuedAt } = by;
  const known = snapshot.verifications.find((row) => row.subject === subject);
  if (known?.decision === 'PASSED') return snapshot;
  const id = known?.id ?? newId;
  events.push({ kind: 'eid_approved', verificationId: id, detail: { source: `eid:${provider}`, level } });
  if (known) return withVerification(snapshot, id, approved(level, issuedAt));
  const evidence = { source: `eid:${provider}` as const, subject, readDue: null, ...approved(level, issuedAt) };
  const row = { ...requested(snapshot, id, now), ...evidence };
  return { ...snapshot, verifications: [...snapshot.verifications, row] };
}

function told(found: Found): LedgerEvent | undefined {
  const { provider } = found;
  if (found.kind === 'known') return undefined;
  if (found.kind === 'refused') return { kind: 'eid_refused', detail: { provider, flaw: found.flaw } };
  if (found.taken) return { kind: 'eid_taken', detail: { provider } };
  return found.satisfies ? undefined : { kind: 'eid_not_enough', detail: { provider, level: found.level } };
}

/**
 * The credentials were read. Evidence that satisfies gives a decided row of its own; what is no longer linked gives none.
 * It never lifts a rejection or a review: that is the standing's rule. A sign-up without evidence goes on to Jumio.
 */
export function onEvidence(
  snapshot: Snapshot,
  found: readonly Found[],
  how: Parameters<typeof begin>[1],
  now: number,
): Change {
  const events: LedgerEvent[] = found.map(told).filter((event) => event !== undefined);
  const satisfying = found.filter((one) => one.kind === 'verified' && one.satisfies && !one.taken);
  const isShort = found.length > 0 && satisfying.length === 0 && found.every(({ kind }) => kind !== 'known');
  let changed = withIdentity(withdraw(snapshot, found, events), { evidenceShort: isShort ? 1 : 0 });
  for (const one of satisfying) if (one.kind === 'verified') changed = approve(changed, one, how.newId(), now, events);
  if (satisfying.length > 0) changed = withoutRequest(changed, events);
  const then = withoutEvidence(changed, how, now);
  return { ...then, events: [...events, ...(then.events ?? [])] };
}

/** Nothing more is to be read, be it that no eID is configured any more. A sign-up that nobody answered goes on to Jumio. */
export function withoutEvidence(snapshot: Snapshot, how: Parameters<typeof begin>[1], now: number): Change {
  const isUnanswered = snapshot.identity.evidence === 1 && snapshot.verifications.length === 0;
  const paid = withIdentity(snapshot, NOTHING_OWED);
  return isUnanswered ? begin(paid, how, now) : settle(paid, now);
}
