import type { Change, LedgerEvent, Snapshot, Verification } from '../ledger/types.ts';
import { NOTHING_OWED } from './blank.ts';
import { withIdentity, withVerification } from './edit.ts';
import { type Found, isEnough, told, type Verified } from './evidence-found.ts';
import { onEvidenceFailed } from './evidence-unread.ts';
import { begin, invitedWhereBare, requested, withoutRequest } from './request.ts';
import { settle } from './settle.ts';
import { isEid } from './standing.ts';

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
