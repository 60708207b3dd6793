import type { SigningKeyRow } from '../transactions/model.ts';

/*
 * When a signing key is made, signs and is published (docs/payments.md#keys). Pure: the keys are read and written by
 * the ledger, which lets one replica change them at a time.
 */

const HOUR_MS = 3_600_000;

const DAY_MS = 24 * HOUR_MS;

/** A new key is published so long before it signs: verifiers that cache the keys know it by then. */
const PUBLISHED_BEFORE_MS = 48 * HOUR_MS;

/** A key signs for so long. */
const SIGNS_MS = 90 * DAY_MS;

/** A key that was replaced stays published for so long: its approvals are valid for minutes. */
const PUBLISHED_AFTER_MS = 7 * DAY_MS;

/** A key pair that no ledger has yet. */
export interface NewSigningKey extends Pick<SigningKeyRow, 'kid' | 'privateJwk' | 'publicJwk'> {}

/** The state of a key. `next`: it signs later. `published`: it signs no more. `ended`: it is no longer published. */
export type SigningKeyState = 'signs' | 'next' | 'published' | 'ended' | 'revoked';

function isPublished({ revokedAt, publishedUntil }: SigningKeyRow, now: number): boolean {
  return revokedAt === null && (publishedUntil === null || publishedUntil > now);
}

/** Returns the keys that verifiers may see, the newest first. */
export function publishedKeys(rows: readonly SigningKeyRow[], now: number): SigningKeyRow[] {
  return rows.filter((row) => isPublished(row, now)).sort((one, other) => other.signsFrom - one.signsFrom);
}

/** Returns the key that signs: the newest that may; the first to come where a clock is behind. Undefined: there is none. */
export function signingKey(rows: readonly SigningKeyRow[], now: number): SigningKeyRow | undefined {
  const published = publishedKeys(rows, now);
  return published.find(({ signsFrom }) => signsFrom <= now) ?? published.at(-1);
}

/** Returns the state of a key. */
export function stateOfKey(rows: readonly SigningKeyRow[], row: SigningKeyRow, now: number): SigningKeyState {
  if (row.revokedAt !== null) return 'revoked';
  if (!isPublished(row, now)) return 'ended';
  if (row === signingKey(rows, now)) return 'signs';
  return row.signsFrom > now ? 'next' : 'published';
}

/** The key behind which none is: that signs, or will. */
function newest(rows: readonly SigningKeyRow[]): SigningKeyRow | undefined {
  return rows.findLast(({ revokedAt, publishedUntil }) => revokedAt === null && publishedUntil === null);
}

/** Whether the next key is to be made: there is none, or the newest one will have signed long enough. */
export function isNextDue(rows: readonly SigningKeyRow[], now: number): boolean {
  const last = newest(rows);
  return last === undefined || last.signsFrom + SIGNS_MS - PUBLISHED_BEFORE_MS <= now;
}

function rowOf(made: NewSigningKey, now: number, signsFrom: number): SigningKeyRow {
  return { ...made, madeAt: now, signsFrom, publishedUntil: null, revokedAt: null };
}

/** Returns the rows of a new key and of the one that it replaces. The first key of a ledger signs at once: nobody has cached anything. */
function replaced(rows: readonly SigningKeyRow[], made: NewSigningKey, now: number): SigningKeyRow[] {
  const last = newest(rows);
  if (last === undefined) return [rowOf(made, now, now)];
  const signsFrom = now + PUBLISHED_BEFORE_MS;
  return [{ ...last, publishedUntil: signsFrom + PUBLISHED_AFTER_MS }, rowOf(made, now, signsFrom)];
}

/** Returns the rows that make the next key; undefined: it is not due, e.g. because another replica has made it. */
export function withNextKey(
  rows: readonly SigningKeyRow[],
  made: NewSigningKey,
  now: number,
): SigningKeyRow[] | undefined {
  return isNextDue(rows, now) ? replaced(rows, made, now) : undefined;
}

/** The same before its time, because an operator asks; undefined: the next key is under way. */
export function withRotation(
  rows: readonly SigningKeyRow[],
  made: NewSigningKey,
  now: number,
): SigningKeyRow[] | undefined {
  const last = newest(rows);
  return last !== undefined && last.signsFrom > now ? undefined : replaced(rows, made, now);
}

/** Returns the rows after a leak: every published key is withdrawn, and the new one signs at once. */
export function withLeak(rows: readonly SigningKeyRow[], made: NewSigningKey, now: number): SigningKeyRow[] {
  return [...publishedKeys(rows, now).map((row) => ({ ...row, revokedAt: now })), rowOf(made, now, now)];
}

/**
 * Returns the rows after one key is withdrawn. If it signed, the next one signs at once; where there is none, the new one.
 * Undefined: there is no such key, or it is withdrawn or no longer published.
 */
export function withoutKey(
  rows: readonly SigningKeyRow[],
  kid: string,
  made: NewSigningKey,
  now: number,
): SigningKeyRow[] | undefined {
  const row = rows.find((one) => one.kid === kid);
  if (row === undefined || !isPublished(row, now)) return undefined;
  const revoked = { ...row, revokedAt: now };
  const rest = rows.filter((one) => one !== row);
  const isSigning = row === signingKey(rows, now);
  const last = newest(rest);
  if (isSigning) return [revoked, last === undefined ? rowOf(made, now, now) : { ...last, signsFrom: now }];
  const signs = signingKey(rest, now);
  // The next one was withdrawn, so that the one that signs is the newest again.
  return last === undefined && signs !== undefined ? [revoked, { ...signs, publishedUntil: null }] : [revoked];
}
