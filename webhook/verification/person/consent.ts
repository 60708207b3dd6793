import type { Change, Identity, IdentityRecord, LedgerEvent, Verification } from '../../model.ts';
import type { Context } from '../context.ts';
import { hasAgreed, newIdentity, updateIdentity } from '../record/index.ts';
import type { Person } from './person.ts';

/** That a person agrees: to which version of the text, in which language they read it. */
export interface Agreement {
  readonly version: string;
  readonly language: string;
}

/** What waits for the agreement waits no longer: traits, and an attempt that was put on hold by a refusal. */
function dueNow(row: Verification, now: number): Verification {
  const prefillDue = row.prefill === 'pending' ? (row.prefillDue ?? now) : row.prefillDue;
  const readDue = row.state === 'requested' ? (row.readDue ?? now) : row.readDue;
  return { ...row, prefillDue, readDue };
}

/** The record with the agreement on record, and its event; agreeing again to the same text is nothing new, and of the erased nothing is kept. */
export function agreed(
  record: IdentityRecord,
  { version, language }: Agreement,
  now: number,
): { readonly record: IdentityRecord; readonly events: readonly LedgerEvent[] } {
  const { identity } = record;
  if (hasAgreed(identity, version) || identity.erasedAt !== null) return { record, events: [] };
  const columns = { consentVersion: version, consentLanguage: language, consentAt: now, declinedAt: null };
  const verifications = record.verifications.map((row) => dueNow(row, now));
  return {
    record: updateIdentity({ ...record, verifications }, columns),
    events: [{ kind: 'consent', detail: { version, language } }],
  };
}

/**
 * Nothing that the person asked for is made after they refused: it costs money, and they do not want it. Only what the
 * sign-up itself asked for goes on (`VERIFICATION_START=registration`).
 */
function onHold(row: Verification, { consentAt }: Identity, startsAt: Context['startsAt']): Verification {
  const isByPress = startsAt === 'consent' || row.requestedAt >= (consentAt ?? Number.POSITIVE_INFINITY);
  const isHeld = row.state === 'requested' && isByPress;
  return { ...row, renewalRequested: false, readDue: isHeld ? null : row.readDue };
}

function declined(record: IdentityRecord, returnTo: string | null, startsAt: Context['startsAt'], now: number): Change {
  const kept = updateIdentity(record, { returnTo: returnTo ?? record.identity.returnTo });
  const { identity } = kept;
  if (identity.declinedAt !== null || identity.erasedAt !== null) return { record: kept };
  const verifications = kept.verifications.map((row) => onHold(row, identity, startsAt));
  return { record: updateIdentity({ ...kept, verifications }, { declinedAt: now }), events: [{ kind: 'declined' }] };
}

/** Whoever is met for the first time by what they say. */
function met(found: IdentityRecord | undefined, person: Person, now: number): IdentityRecord {
  return found ?? newIdentity({ id: person.identityId, inherited: person.inherited }, now);
}

/**
 * Keeps that a person agrees. `outdated`: the text that they read is not the one that counts now, and nothing was kept.
 * Rejects with `LedgerUnavailable` where it could not be kept.
 */
export async function agree(ctx: Context, person: Person, agreement: Agreement): Promise<'agreed' | 'outdated'> {
  if (agreement.version !== ctx.consentVersion) return 'outdated';
  const now = ctx.clock.now();
  await ctx.ledger.change(person.identityId, now, (found) => agreed(met(found, person, now), agreement, now));
  return 'agreed';
}

/**
 * Keeps that a person refuses, once; from here on nothing leads to Jumio until they agree.
 * @param returnTo checked against the allow-list; null: nothing new
 */
export async function declineConsent(ctx: Context, person: Person, returnTo: string | null = null): Promise<void> {
  const now = ctx.clock.now();
  await ctx.ledger.change(person.identityId, now, (found) =>
    declined(met(found, person, now), returnTo, ctx.startsAt, now),
  );
}
