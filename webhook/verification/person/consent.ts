import type { Change, Identity, IdentityRecord, LedgerEvent, Verification } from '../../model.ts';
import type { Context } from '../context.ts';
import { hasAgreed, newIdentity, updateIdentity } from '../record/index.ts';
import type { Person } from './person.ts';

/** The agreement of a person: the version of the consent text, and the language in which they read it. */
export interface Agreement {
  readonly version: string;
  readonly language: string;
}

/** Makes due what waits for the agreement: the prefill, and an attempt that a refusal put on hold. */
function resume(row: Verification, now: number): Verification {
  const prefillDue = row.prefill === 'pending' ? (row.prefillDue ?? now) : row.prefillDue;
  const readDue = row.state === 'requested' ? (row.readDue ?? now) : row.readDue;
  return { ...row, prefillDue, readDue };
}

/** Stores an agreement, with its event. Changes nothing if the person agreed to this text before, or if the identity is erased. */
export function withAgreement(
  record: IdentityRecord,
  { version, language }: Agreement,
  now: number,
): { readonly record: IdentityRecord; readonly events: readonly LedgerEvent[] } {
  const { identity } = record;
  if (hasAgreed(identity, version) || identity.erasedAt !== null) return { record, events: [] };
  const columns = { consentVersion: version, consentLanguage: language, consentAt: now, declinedAt: null };
  const verifications = record.verifications.map((row) => resume(row, now));
  return {
    record: updateIdentity({ ...record, verifications }, columns),
    events: [{ kind: 'consent', detail: { version, language } }],
  };
}

/**
 * Puts an attempt on hold that the person requested: after a refusal no execution is created for it, because each costs
 * money. An attempt that the sign-up made continues (docs/design.md#consent).
 */
function hold(row: Verification, { consentAt }: Identity, startsAt: Context['startsAt']): Verification {
  const isByPerson = startsAt === 'consent' || row.requestedAt >= (consentAt ?? Number.POSITIVE_INFINITY);
  const isHeld = row.state === 'requested' && isByPerson;
  return { ...row, renewalRequested: false, readDue: isHeld ? null : row.readDue };
}

function withDecline(
  record: IdentityRecord,
  returnTo: string | null,
  startsAt: Context['startsAt'],
  now: number,
): Change {
  const updated = updateIdentity(record, { returnTo: returnTo ?? record.identity.returnTo });
  const { identity } = updated;
  if (identity.declinedAt !== null || identity.erasedAt !== null) return { record: updated };
  const verifications = updated.verifications.map((row) => hold(row, identity, startsAt));
  return { record: updateIdentity({ ...updated, verifications }, { declinedAt: now }), events: [{ kind: 'declined' }] };
}

/** The stored record, or a new one. */
function recordFor(found: IdentityRecord | undefined, person: Person, now: number): IdentityRecord {
  if (found !== undefined) return found;
  const { identityId: id, inherited, inheritedSource = null, inheritedLevel = null } = person;
  return newIdentity({ id, inherited, inheritedSource, inheritedLevel }, now);
}

/**
 * Stores the agreement of a person. `outdated`: it is to another version than the current one, and nothing was stored.
 * @throws LedgerUnavailable if it could not be stored
 */
export async function agree(ctx: Context, person: Person, agreement: Agreement): Promise<'agreed' | 'outdated'> {
  if (agreement.version !== ctx.consentVersion) return 'outdated';
  const now = ctx.clock.now();
  await ctx.ledger.change(person.identityId, now, (found) =>
    withAgreement(recordFor(found, person, now), agreement, now),
  );
  return 'agreed';
}

/**
 * Stores that a person refuses. Until they agree nothing leads to Jumio.
 * @param returnTo checked against the allow-list; null: the stored one stays
 * @throws LedgerUnavailable if it could not be stored
 */
export async function declineConsent(ctx: Context, person: Person, returnTo: string | null = null): Promise<void> {
  const now = ctx.clock.now();
  await ctx.ledger.change(person.identityId, now, (found) =>
    withDecline(recordFor(found, person, now), returnTo, ctx.startsAt, now),
  );
}
