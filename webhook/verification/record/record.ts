import type { Change, DecidedStatus, Identity, LedgerEvent, Snapshot, Verification } from '../../model.ts';
import { settle } from './normalize.ts';
import { isEid, standingOf } from './standing.ts';
import { BLANK_ATTEMPT, BLANK_IDENTITY } from './tombstone.ts';

export function withIdentity(snapshot: Snapshot, patch: Partial<Identity>): Snapshot {
  return { ...snapshot, identity: { ...snapshot.identity, ...patch } };
}

export function withVerification(snapshot: Snapshot, id: string, patch: Partial<Verification>): Snapshot {
  const verifications = snapshot.verifications.map((row) => (row.id === id ? { ...row, ...patch } : row));
  return { ...snapshot, verifications };
}

/** The verification of that id; it was there when the id was read, and rows are never deleted. */
export function find(snapshot: Snapshot, id: string): Verification {
  const found = snapshot.verifications.find((row) => row.id === id);
  if (found === undefined) throw new Error(`verification ${id} is not one of identity ${snapshot.identity.id}`);
  return found;
}

/** What a hook or a session tells of an identity beside its id. Undefined: it does not say. */
export interface Particulars {
  readonly schemaId?: string | undefined;
  /** Epoch milliseconds. */
  readonly bornAt?: number | undefined;
  /** A language tag: a guess, which counts until the person has seen a page in a language. */
  readonly locale?: string | undefined;
}

type Kept = Pick<Identity, 'schemaId' | 'bornAt' | 'locale'>;

/** What is kept once it was told: an identity is born once and keeps its language; its schema may change. */
function keptAfter(known: Kept, told: Particulars): Kept {
  return {
    schemaId: told.schemaId ?? known.schemaId,
    bornAt: known.bornAt ?? told.bornAt ?? null,
    locale: known.locale ?? told.locale ?? null,
  };
}

/**
 * Whether there is anything to write: a sign-in that tells nothing new costs no write, and of an erased identity nothing
 * is kept.
 */
export function tellsNews(known: Kept & Pick<Identity, 'erasedAt'>, told: Particulars): boolean {
  if (known.erasedAt !== null) return false;
  const { schemaId, bornAt, locale } = keptAfter(known, told);
  return schemaId !== known.schemaId || bornAt !== known.bornAt || locale !== known.locale;
}

export function withParticulars(snapshot: Snapshot, told: Particulars): Snapshot {
  return tellsNews(snapshot.identity, told) ? withIdentity(snapshot, keptAfter(snapshot.identity, told)) : snapshot;
}

export interface Newcomer extends Particulars {
  readonly id: string;
  readonly inherited?: DecidedStatus | null;
  readonly returnTo?: string | null;
}

/** An identity that we meet for the first time: nothing is owed yet. */
export function meet(newcomer: Newcomer, now: number): Snapshot {
  const inherited = newcomer.inherited ?? null;
  const identity: Identity = {
    ...BLANK_IDENTITY,
    id: newcomer.id,
    metAt: now,
    returnTo: newcomer.returnTo ?? null,
    inherited,
    standing: inherited,
    status: inherited ?? 'none',
    decidedAt: inherited === null ? null : now,
    reason: null,
    rejections: 0,
    attemptWaitsOn: null,
    jumioDue: null,
    kratosDue: null,
    lease: 0,
    leasedUntil: 0,
    nudges: 0,
    version: 0,
    published: 0,
    changedAt: now,
    kratosAttempts: 0,
    readBack: 0,
    missing: 0,
    missingSince: null,
    gone: 0,
    stuck: 0,
    schemaId: newcomer.schemaId ?? null,
    bornAt: newcomer.bornAt ?? null,
    locale: newcomer.locale ?? null,
    revoke: 0,
    stateOwed: null,
    deactivated: 0,
    inactiveSince: null,
    erasedAt: null,
  };
  return { identity, verifications: [] };
}

function attemptNumber({ verifications }: Snapshot): number {
  return (verifications.at(-1)?.attempt ?? 0) + 1;
}

/** A row that is about to be filled in: the next of its identity. */
export function requested(snapshot: Snapshot, id: string, now: number): Verification {
  return {
    ...BLANK_ATTEMPT,
    id,
    identityId: snapshot.identity.id,
    source: 'jumio',
    level: null,
    subject: null,
    attempt: attemptNumber(snapshot),
    state: 'requested',
    requestedAt: now,
    jumioStatus: null,
    accountId: null,
    executionId: null,
    definitionKey: null,
    decision: null,
    completedAt: null,
    attempts: 0,
    lastError: null,
    readDue: now,
    lastReadAt: null,
    lastReadFor: null,
    looks: 0,
    aliveAt: null,
    notFound: 0,
  };
}

/** Adds an attempt that is due for creation at once. Whether it is allowed was asked before (`mayStart`). */
export function request(snapshot: Snapshot, verificationId: string, now: number): Change {
  const verification = requested(snapshot, verificationId, now);
  const verifications = [...snapshot.verifications, verification];
  const grown = withIdentity({ ...snapshot, verifications }, { invited: 0 });
  const detail = { attempt: verification.attempt };
  return settle(grown, now, [{ kind: 'requested', verificationId, detail }]);
}

/** Asks the person to come: an attempt is made when they go on (`VERIFICATION_START=consent`). */
export function invite(snapshot: Snapshot, now: number): Change {
  return settle(withIdentity(snapshot, { invited: 1 }), now, [{ kind: 'invited' }]);
}

/** Whoever has nothing left but eIDs that decided nothing is asked to come: what is published may still say approved. */
export function invitedWhereBare(snapshot: Snapshot): Snapshot {
  const isBare = snapshot.verifications.every(isEid) && standingOf(snapshot) === null;
  return isBare ? withIdentity(snapshot, { invited: 1 }) : snapshot;
}

/** What a sign-up makes of an identity that has nothing yet, as `VERIFICATION_START` says. */
export function begin(
  snapshot: Snapshot,
  { startsAt, newId }: { readonly startsAt: 'registration' | 'consent'; readonly newId: () => string },
  now: number,
): Change {
  return startsAt === 'consent' ? invite(snapshot, now) : request(snapshot, newId(), now);
}

/** An attempt that Jumio was not asked for yet costs nothing to give up. */
export function withoutRequest(snapshot: Snapshot, events: LedgerEvent[]): Snapshot {
  const open = snapshot.verifications.find(({ state, source }) => state === 'requested' && source === 'jumio');
  if (open === undefined || open.attempts > 0) return snapshot;
  events.push({ kind: 'not_needed', verificationId: open.id });
  return withVerification(snapshot, open.id, { state: 'expired', readDue: null });
}

/** Whether this person has agreed to the text as it reads now. Another version, ours or the operator's, asks again. */
export function hasAgreed({ consentVersion, declinedAt }: Identity, version: string): boolean {
  return consentVersion === version && declinedAt === null;
}
