import type { Change, Identity, LedgerEvent, Snapshot, Verification } from '../../model.ts';
import type { Desk } from '../context.ts';
import { hasAgreed, meet, settle, withIdentity } from '../record/index.ts';
import type { Person } from './person.ts';

/** That a person agrees: to which version of the text, in which language they read it. */
export interface Agreement {
  readonly version: string;
  readonly language: string;
}

/** What waits for the agreement waits no longer: traits, and an attempt that was put on hold by a refusal. */
function dueNow(row: Verification, now: number): Verification {
  const preparedDue = row.prepared === 1 ? (row.preparedDue ?? now) : row.preparedDue;
  const readDue = row.state === 'requested' ? (row.readDue ?? now) : row.readDue;
  return { ...row, preparedDue, readDue };
}

/** The snapshot with the agreement on record, and its event; agreeing again to the same text is nothing new, and of the erased nothing is kept. */
export function agreed(
  snapshot: Snapshot,
  { version, language }: Agreement,
  now: number,
): { readonly snapshot: Snapshot; readonly events: readonly LedgerEvent[] } {
  const { identity } = snapshot;
  if (hasAgreed(identity, version) || identity.erasedAt !== null) return { snapshot, events: [] };
  const columns = { consentVersion: version, consentLanguage: language, consentAt: now, declinedAt: null };
  const verifications = snapshot.verifications.map((row) => dueNow(row, now));
  return {
    snapshot: withIdentity({ ...snapshot, verifications }, columns),
    events: [{ kind: 'consent', detail: { version, language } }],
  };
}

/**
 * Nothing that the person asked for is made after they refused: it costs money, and they do not want it. Only what the
 * sign-up itself asked for goes on (`VERIFICATION_START=registration`).
 */
function onHold(row: Verification, { consentAt }: Identity, startsAt: Desk['startsAt']): Verification {
  const isByPress = startsAt === 'consent' || row.requestedAt >= (consentAt ?? Number.POSITIVE_INFINITY);
  const isHeld = row.state === 'requested' && isByPress;
  return { ...row, renew: 0, readDue: isHeld ? null : row.readDue };
}

function declined(snapshot: Snapshot, returnTo: string | null, startsAt: Desk['startsAt'], now: number): Change {
  const kept = withIdentity(snapshot, { returnTo: returnTo ?? snapshot.identity.returnTo });
  const { identity } = kept;
  if (identity.declinedAt !== null || identity.erasedAt !== null) return settle(kept, now);
  const verifications = kept.verifications.map((row) => onHold(row, identity, startsAt));
  return settle(withIdentity({ ...kept, verifications }, { declinedAt: now }), now, [{ kind: 'declined' }]);
}

/** Whoever is met for the first time by what they say. */
function met(found: Snapshot | undefined, person: Person, now: number): Snapshot {
  return found ?? meet({ id: person.identityId, inherited: person.inherited }, now);
}

/**
 * Keeps that a person agrees. `outdated`: the text that they read is not the one that counts now, and nothing was kept.
 * Rejects with `LedgerUnavailable` where it could not be kept.
 */
export async function agree(desk: Desk, person: Person, agreement: Agreement): Promise<'agreed' | 'outdated'> {
  if (agreement.version !== desk.consentVersion) return 'outdated';
  const now = desk.clock.now();
  await desk.ledger.change(person.identityId, now, (found) => {
    const { snapshot, events } = agreed(met(found, person, now), agreement, now);
    return settle(snapshot, now, events);
  });
  return 'agreed';
}

/**
 * Keeps that a person refuses, once; from here on nothing leads to Jumio until they agree.
 * @param returnTo checked against the allow-list; null: nothing new
 */
export async function decline(desk: Desk, person: Person, returnTo: string | null = null): Promise<void> {
  const now = desk.clock.now();
  await desk.ledger.change(person.identityId, now, (found) =>
    declined(met(found, person, now), returnTo, desk.startsAt, now),
  );
}
