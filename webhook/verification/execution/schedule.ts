import type { ReadRequestPatch, ReadRequestRow } from '../../ledger/ledger.ts';
import type { Change, IdentityRecord, LedgerEvent, NotFound, Verification } from '../../model.ts';
import { findVerification, updateIdentity, updateVerification } from '../record/index.ts';

/** A verification is read at most once in this time; one more read follows the first callback that reports an end (docs/design.md#reading-jumio). */
export const READ_INTERVAL_MS = 10_000;

/** A settled verification is read at most once in this time; a read request is postponed, not dropped. */
const SETTLED_INTERVAL_MS = 3_600_000;

/** A reason to read an execution soon: a callback, a visit, a sign-in, a command. */
export interface ReadRequest {
  readonly verificationId: string;
  /** The status in a callback's body: a hint, never a fact. Not given: no callback caused the request. */
  readonly claimed?: string;
}

type Readable = ReadRequestRow['verification'];

/**
 * A callback that reports an end shows that the execution exists. So the 404s of both calls no longer prove that it does not. The 404 of
 * one call never proved it, and stays recorded.
 */
function notFoundAfter({ notFound }: Readable, claimed: string | undefined): NotFound {
  return notFound === 'both' && isTerminal(claimed ?? null) ? 'none' : notFound;
}

function isSettled(verification: Readable, claimed: string | undefined): boolean {
  if (verification.decision !== null || notFoundAfter(verification, claimed) === 'both') return true;
  return isTerminal(verification.jumioStatus) && (claimed === undefined || claimed === verification.jumioStatus);
}

/**
 * Returns when a read request may be served, in epoch milliseconds. A callback that reports an end is read for at once, unless the last
 * read was for such a callback.
 */
export function earliestRead(verification: Readable, claimed: string | undefined, now: number): number {
  const { lastReadFor } = verification;
  if (verification.lastReadAt === null) return now;
  // A clock that was ahead for a moment may have written a later time.
  const lastReadAt = Math.min(verification.lastReadAt, now);
  if (isSettled(verification, claimed)) return Math.max(now, lastReadAt + SETTLED_INTERVAL_MS);
  const overtakes = isTerminal(claimed ?? null) && !isTerminal(lastReadFor);
  return overtakes ? now : Math.max(now, lastReadAt + READ_INTERVAL_MS);
}

/** The order in which Jumio reports them; the ends are beyond all (docs/reference/jumio.md#63-status-values). */
const ORDER = ['INITIATED', 'ACQUISITION_STARTED', 'ACQUIRED'];

/** The place of a status in the life of an execution; -1: no callback was there. Undefined: a status that is not known. */
function placeOf(status: string | null): number | undefined {
  if (status === null) return -1;
  if (isTerminal(status)) return ORDER.length;
  return ORDER.includes(status) ? ORDER.indexOf(status) : undefined;
}

/** Whether a claimed status is a later one than the newest so far. That can happen once for each status. */
function isProgress(claimedStatus: string | null, claimed: string): boolean {
  const [before, after] = [placeOf(claimedStatus), placeOf(claimed)];
  return before !== undefined && after !== undefined && after > before;
}

/** A status that is progress is recorded once anyway. So its event needs no unique key (`once`), which costs time and space with every callback (decision 78). */
function callbackEvent({ id, claimedStatus }: Readable, claimed: string | undefined): LedgerEvent | undefined {
  if (claimed === undefined || claimed === claimedStatus) return undefined;
  const text = claimed.slice(0, 64);
  const event = { kind: 'callback', verificationId: id, detail: { claimed: text } };
  return isProgress(claimedStatus, claimed) ? event : { ...event, once: `callback:${id}:${text}` };
}

/** A status stays when a callback of an earlier one, or of one that is not known, arrives after it. So the recorded status never goes back. */
function newestStatus({ claimedStatus }: Readable, claimed: string | undefined): string | null {
  if (claimed === undefined) return claimedStatus;
  const [before, after] = [placeOf(claimedStatus), placeOf(claimed)];
  const isLate = before !== undefined && before >= 0 && (after === undefined || after < before);
  return isLate ? claimedStatus : claimed.slice(0, 64);
}

/** Without an execution there is nothing to read, and the create call is due anyway. */
function isUncreated(verification: Readable): boolean {
  return verification.executionId === null;
}

type Requested = ReadRequestPatch['verification'];

function isSame(before: Readable, after: Requested): boolean {
  const isRead = after.readDue === before.readDue && after.activeAt === before.activeAt;
  return isRead && after.claimedStatus === before.claimedStatus && after.notFound === before.notFound;
}

/** The earlier of two due times; null: none. */
function earlier(one: number | null, other: number): number {
  return Math.min(one ?? Number.POSITIVE_INFINITY, other);
}

/**
 * Makes a read of a verification due, as soon as the reading rules allow. Undefined: the request changes nothing, and no step is
 * under way that could miss it, so it need not be written.
 */
export function patchOfReadRequest(
  { verification, identity }: ReadRequestRow,
  claimed: string | undefined,
  now: number,
): ReadRequestPatch | undefined {
  if (identity.erasedAt !== null || isUncreated(verification)) return undefined;
  const readDue = earlier(verification.readDue, earliestRead(verification, claimed, now));
  const after: Requested = {
    readDue,
    activeAt: verification.activeAt ?? now,
    claimedStatus: newestStatus(verification, claimed),
    notFound: notFoundAfter(verification, claimed),
  };
  if (identity.leasedUntil <= now && isSame(verification, after)) return undefined;
  const { readRequests, jumioDue } = identity;
  const due = { readRequests: readRequests + 1, jumioDue: earlier(jumioDue, readDue) };
  return { verification: after, identity: due, event: callbackEvent(verification, claimed) };
}

/** Applies a read request to a whole record. Undefined: there is nothing to write. */
export function applyReadRequest(
  record: IdentityRecord,
  { verificationId, claimed }: ReadRequest,
  now: number,
): Change | undefined {
  const verification = findVerification(record, verificationId);
  const patch = patchOfReadRequest({ verification, identity: record.identity }, claimed, now);
  if (patch === undefined) return undefined;
  const requested = updateVerification(record, verificationId, patch.verification);
  const counted = updateIdentity(requested, patch.identity);
  return { record: counted, events: patch.event === undefined ? [] : [patch.event] };
}

/** Jumio's documented polling schedule, as delays since the last read, in seconds (docs/reference/jumio.md#77-polling-and-errors). */
const DOCUMENTED_S = [40, 60, 100, 160, 240, 340, 460, 600, 760, 940];

const HOUR_MS = 3_600_000;

const DAY_MS = 24 * HOUR_MS;

/** An execution that is still unreadable this long after its link's end is given up. */
export const GIVE_UP_MS = 30 * DAY_MS;

/** Jumio reports the end of a link a moment late. */
const LINK_END_MARGIN_MS = 1_000;

/** Whether a status is one after which Jumio does nothing more by itself (docs/reference/jumio.md#63-status-values). */
export function isTerminal(status: string | null): boolean {
  return status === 'PROCESSED' || status === 'SESSION_EXPIRED' || status === 'TOKEN_EXPIRED';
}

/** Returns the delay by the time since the first activity, not by the number of reads, so that reloads of a page do not use up the schedule. */
function delayAfter(elapsed: number): number {
  let end = 0;
  for (const seconds of DOCUMENTED_S) {
    end += seconds * 1000;
    if (elapsed < end) return seconds * 1000;
  }
  return elapsed < end + DAY_MS ? HOUR_MS : DAY_MS;
}

/**
 * Returns when an execution under way is read next, in epoch milliseconds: at its link's end, and from the first activity
 * on the documented schedule, then hourly for a day, then daily. Without activity the schedule begins at the link's end.
 */
export function nextRead({ activeAt, linkEndsAt, requestedAt }: Verification, now: number): number {
  const end = (linkEndsAt ?? requestedAt) + LINK_END_MARGIN_MS;
  if (activeAt === null && end > now) return end;
  const scheduled = now + delayAfter(now - (activeAt ?? end));
  return end > now ? Math.min(end, scheduled) : scheduled;
}
