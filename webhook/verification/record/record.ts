import { blanksOf } from '../../columns.ts';
import {
  type Change,
  type DecidedStatus,
  type Identity,
  type IdentityRecord,
  identityColumns,
  type LedgerEvent,
  type Verification,
  verificationColumns,
} from '../../model.ts';
import { isEid, standingOf } from './standing.ts';

export function updateIdentity(record: IdentityRecord, patch: Partial<Identity>): IdentityRecord {
  return { ...record, identity: { ...record.identity, ...patch } };
}

export function updateVerification(record: IdentityRecord, id: string, patch: Partial<Verification>): IdentityRecord {
  const verifications = record.verifications.map((row) => (row.id === id ? { ...row, ...patch } : row));
  return { ...record, verifications };
}

/** The verification of that id; it was there when the id was read, and rows are never deleted. */
export function findVerification(record: IdentityRecord, id: string): Verification {
  const found = record.verifications.find((row) => row.id === id);
  if (found === undefined) throw new Error(`verification ${id} is not one of identity ${record.identity.id}`);
  return found;
}

/** What a hook or a session tells of an identity beside its id. Undefined: it does not say. */
export interface IdentityDetails {
  readonly schemaId?: string | undefined;
  /** Epoch milliseconds. */
  readonly kratosCreatedAt?: number | undefined;
  /** A language tag: a guess, which counts until the person has seen a page in a language. */
  readonly locale?: string | undefined;
}

type Kept = Pick<Identity, 'schemaId' | 'kratosCreatedAt' | 'locale'>;

/** What is kept once it was told: an identity is born once and keeps its language; its schema may change. */
function keptAfter(known: Kept, told: IdentityDetails): Kept {
  return {
    schemaId: told.schemaId ?? known.schemaId,
    kratosCreatedAt: known.kratosCreatedAt ?? told.kratosCreatedAt ?? null,
    locale: known.locale ?? told.locale ?? null,
  };
}

/**
 * Whether there is anything to write: a sign-in that tells nothing new costs no write, and of an erased identity nothing
 * is kept.
 */
export function hasNewDetails(known: Kept & Pick<Identity, 'erasedAt'>, told: IdentityDetails): boolean {
  if (known.erasedAt !== null) return false;
  const { schemaId, kratosCreatedAt, locale } = keptAfter(known, told);
  return schemaId !== known.schemaId || kratosCreatedAt !== known.kratosCreatedAt || locale !== known.locale;
}

export function withDetails(record: IdentityRecord, told: IdentityDetails): IdentityRecord {
  return hasNewDetails(record.identity, told) ? updateIdentity(record, keptAfter(record.identity, told)) : record;
}

export interface Newcomer extends IdentityDetails {
  readonly id: string;
  readonly inherited?: DecidedStatus | null;
  readonly returnTo?: string | null;
}

const BLANK_IDENTITY = blanksOf(identityColumns);

const BLANK_VERIFICATION = blanksOf(verificationColumns);

/** The first record of an identity: nothing is due yet. */
export function newIdentity(newcomer: Newcomer, now: number): IdentityRecord {
  const inherited = newcomer.inherited ?? null;
  const identity: Identity = {
    ...BLANK_IDENTITY,
    id: newcomer.id,
    firstSeenAt: now,
    returnTo: newcomer.returnTo ?? null,
    inherited,
    standing: inherited,
    status: inherited ?? 'none',
    decidedAt: inherited === null ? null : now,
    changedAt: now,
    schemaId: newcomer.schemaId ?? null,
    kratosCreatedAt: newcomer.kratosCreatedAt ?? null,
    locale: newcomer.locale ?? null,
  };
  return { identity, verifications: [] };
}

function attemptNumber({ verifications }: IdentityRecord): number {
  return (verifications.at(-1)?.attempt ?? 0) + 1;
}

/** The next verification of an identity, requested and due at once. */
export function newVerification(record: IdentityRecord, id: string, now: number): Verification {
  return {
    ...BLANK_VERIFICATION,
    id,
    identityId: record.identity.id,
    attempt: attemptNumber(record),
    requestedAt: now,
    readDue: now,
  };
}

/** Adds an attempt that is due for creation at once. Whether it is allowed was asked before (`mayStart`). */
export function requestVerification(record: IdentityRecord, verificationId: string, now: number): Change {
  const verification = newVerification(record, verificationId, now);
  const verifications = [...record.verifications, verification];
  const grown = updateIdentity({ ...record, verifications }, { awaitingConsent: false });
  const detail = { attempt: verification.attempt };
  return { record: grown, events: [{ kind: 'requested', verificationId, detail }] };
}

/** Asks the person to come: an attempt is made when they go on (`VERIFICATION_START=consent`). */
export function awaitConsent(record: IdentityRecord): Change {
  return { record: updateIdentity(record, { awaitingConsent: true }), events: [{ kind: 'invited' }] };
}

/** Whoever has nothing left but eIDs that decided nothing is asked to come: what is published may still say approved. */
export function inviteIfUndecided(record: IdentityRecord): IdentityRecord {
  const isBare = record.verifications.every(isEid) && standingOf(record) === null;
  return isBare ? updateIdentity(record, { awaitingConsent: true }) : record;
}

/** What a sign-up makes of an identity that has nothing yet, as `VERIFICATION_START` says. */
export function startOrInvite(
  record: IdentityRecord,
  { startsAt, newId }: { readonly startsAt: 'registration' | 'consent'; readonly newId: () => string },
  now: number,
): Change {
  return startsAt === 'consent' ? awaitConsent(record) : requestVerification(record, newId(), now);
}

/** An attempt that Jumio was not asked for yet costs nothing to give up. */
export function cancelRequestedVerification(record: IdentityRecord, events: LedgerEvent[]): IdentityRecord {
  const open = record.verifications.find(({ state, source }) => state === 'requested' && source === 'jumio');
  if (open === undefined || open.attempts > 0) return record;
  events.push({ kind: 'not_needed', verificationId: open.id });
  return updateVerification(record, open.id, { state: 'expired', readDue: null });
}

/** Whether this person has agreed to the text as it reads now. Another version, ours or the operator's, asks again. */
export function hasAgreed({ consentVersion, declinedAt }: Identity, version: string): boolean {
  return consentVersion === version && declinedAt === null;
}
