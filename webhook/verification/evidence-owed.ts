import type { Change, Snapshot } from '../ledger/types.ts';
import { withIdentity } from './edit.ts';
import { begin } from './request.ts';
import { settle } from './settle.ts';

/** An execution that may be needless waits so long. */
const EID_FIRST_MS = 5_000;

/** `eid` undefined: no eID provider is configured. */
type How = Parameters<typeof begin>[1] & { readonly eid?: unknown };

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
export function beginUntold(snapshot: Snapshot, how: How, now: number): Change {
  const { snapshot: begun, events = [] } = begin(snapshot, how, now);
  if (how.eid === undefined) return { snapshot: begun, events };
  const verifications = begun.verifications.map((row) => ({ ...row, readDue: row.readDue && now + EID_FIRST_MS }));
  return settle(lookedAgain({ ...begun, verifications }, now), now, events);
}

/** How a sign-up begins: with an eID, by reading its credential before Jumio is asked for anything. */
export function beginBy(
  snapshot: Snapshot,
  { method, bornAt }: { readonly method?: string | undefined; readonly bornAt?: number | undefined },
  how: How,
  now: number,
): Change {
  if (how.eid === undefined || method !== 'oidc') return begin(snapshot, how, now);
  return settle(owed(snapshot, 1, bornAt ?? now, now), now);
}
