import { blanksOf } from '../../columns.ts';
import {
  type Change,
  type Identity,
  type IdentityRecord,
  identityColumns,
  type LedgerEvent,
  type Verification,
  verificationColumns,
} from '../../model.ts';
import type { Inheritance } from './published-copy.ts';
import { isEid, standingOf } from './standing.ts';

/** Returns the record with some columns of its identity changed. */
export function updateIdentity(record: IdentityRecord, patch: Partial<Identity>): IdentityRecord {
  return { ...record, identity: { ...record.identity, ...patch } };
}

/** Returns the record with some columns of one verification changed. */
export function updateVerification(record: IdentityRecord, id: string, patch: Partial<Verification>): IdentityRecord {
  const verifications = record.verifications.map((row) => (row.id === id ? { ...row, ...patch } : row));
  return { ...record, verifications };
}

/** Returns the verification with this id. Throws if there is none: a defect, because rows are never deleted. */
export function findVerification(record: IdentityRecord, id: string): Verification {
  const found = record.verifications.find((row) => row.id === id);
  if (found === undefined) throw new Error(`verification ${id} is not one of identity ${record.identity.id}`);
  return found;
}

/** The details of an identity in a hook or a session. Undefined: the request does not contain it. */
export interface IdentityDetails {
  readonly schemaId?: string | undefined;
  /** Epoch milliseconds. */
  readonly kratosCreatedAt?: number | undefined;
  /** A language tag, guessed from the request; it counts until a page is shown in a language. */
  readonly locale?: string | undefined;
}

type StoredDetails = Pick<Identity, 'schemaId' | 'kratosCreatedAt' | 'locale'>;

/** The schema may change; the time of creation and the first language stay. */
function merged(known: StoredDetails, details: IdentityDetails): StoredDetails {
  return {
    schemaId: details.schemaId ?? known.schemaId,
    kratosCreatedAt: known.kratosCreatedAt ?? details.kratosCreatedAt ?? null,
    locale: known.locale ?? details.locale ?? null,
  };
}

/** Whether a request has details that the row lacks, so that most sign-ins cost no write. An erased identity stores none. */
export function hasNewDetails(known: StoredDetails & Pick<Identity, 'erasedAt'>, details: IdentityDetails): boolean {
  if (known.erasedAt !== null) return false;
  const { schemaId, kratosCreatedAt, locale } = merged(known, details);
  return schemaId !== known.schemaId || kratosCreatedAt !== known.kratosCreatedAt || locale !== known.locale;
}

/** Stores the new details of a request. */
export function withDetails(record: IdentityRecord, details: IdentityDetails): IdentityRecord {
  return hasNewDetails(record.identity, details) ? updateIdentity(record, merged(record.identity, details)) : record;
}

/** The input of `newIdentity`. */
export interface NewIdentity extends IdentityDetails, Partial<Inheritance> {
  readonly id: string;
  readonly returnTo?: string | null;
}

const BLANK_IDENTITY = blanksOf(identityColumns);

const BLANK_VERIFICATION = blanksOf(verificationColumns);

/** Returns the first record of an identity: nothing is due yet. */
export function newIdentity(input: NewIdentity, now: number): IdentityRecord {
  const inherited = input.inherited ?? null;
  const identity: Identity = {
    ...BLANK_IDENTITY,
    id: input.id,
    firstSeenAt: now,
    returnTo: input.returnTo ?? null,
    inherited,
    inheritedSource: input.inheritedSource ?? null,
    inheritedLevel: input.inheritedLevel ?? null,
    standing: inherited,
    status: inherited ?? 'none',
    decidedAt: inherited === null ? null : now,
    changedAt: now,
    schemaId: input.schemaId ?? null,
    kratosCreatedAt: input.kratosCreatedAt ?? null,
    locale: input.locale ?? null,
  };
  return { identity, verifications: [] };
}

function attemptNumber({ verifications }: IdentityRecord): number {
  return (verifications.at(-1)?.attempt ?? 0) + 1;
}

/** Returns the next verification of an identity: requested, and due at once. */
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

/** Adds an attempt that is due for creation at once. The caller has checked that it is allowed (`mayStart`). */
export function requestVerification(record: IdentityRecord, verificationId: string, now: number): Change {
  const verification = newVerification(record, verificationId, now);
  const verifications = [...record.verifications, verification];
  const extended = updateIdentity({ ...record, verifications }, { awaitingConsent: false });
  const detail = { attempt: verification.attempt };
  return { record: extended, events: [{ kind: 'requested', verificationId, detail }] };
}

/** Makes the identity await consent: an attempt is made when the person continues (`VERIFICATION_START=consent`). */
export function awaitConsent(record: IdentityRecord): Change {
  return { record: updateIdentity(record, { awaitingConsent: true }), events: [{ kind: 'invited' }] };
}

/** Makes an identity without standing or attempt at Jumio await consent, so that the published copy no longer shows an approval. */
export function inviteIfUndecided(record: IdentityRecord): IdentityRecord {
  const isBare = record.verifications.every(isEid) && standingOf(record) === null;
  return isBare ? updateIdentity(record, { awaitingConsent: true }) : record;
}

/** Applies a sign-up to an identity that has nothing yet: an attempt, or awaiting consent, as `VERIFICATION_START` says. */
export function startOrInvite(
  record: IdentityRecord,
  { startsAt, newId }: { readonly startsAt: 'registration' | 'consent'; readonly newId: () => string },
  now: number,
): Change {
  return startsAt === 'consent' ? awaitConsent(record) : requestVerification(record, newId(), now);
}

/** Cancels the requested attempt if no create call was made for it, and adds the event to `events`. */
export function cancelRequestedVerification(record: IdentityRecord, events: LedgerEvent[]): IdentityRecord {
  const open = record.verifications.find(({ state, source }) => state === 'requested' && source === 'jumio');
  if (open === undefined || open.attempts > 0) return record;
  events.push({ kind: 'not_needed', verificationId: open.id });
  return updateVerification(record, open.id, { state: 'expired', readDue: null });
}

/** Whether the person has agreed to this consent version. A new version of the text needs a new consent. */
export function hasAgreed({ consentVersion, declinedAt }: Identity, version: string): boolean {
  return consentVersion === version && declinedAt === null;
}
