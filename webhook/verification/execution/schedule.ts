import { isDeepStrictEqual } from 'node:util';
import type { Change, IdentityRecord, LedgerEvent, NotFound, Verification } from '../../model.ts';
import { findVerification, updateIdentity, updateVerification } from '../record/index.ts';

/** At most one read per verification, claimed status and this long (docs/design.md#reading-jumio). */
export const READ_INTERVAL_MS = 10_000;

/** A settled verification is read at most once in this time; a nudge is postponed, not dropped. */
const SETTLED_EVERY_MS = 3_600_000;

/** A sign of life: a callback with the status that it claims, or a person (arrival at a page, sign-in). */
export interface ReadRequest {
  readonly verificationId: string;
  /** From a callback's body: a hint, never a fact. */
  readonly claimed?: string;
}

/** A callback that claims an end shows that the execution exists: the count begins anew. */
function notFoundAfter({ notFound }: Verification, claimed: string | undefined): NotFound {
  return notFound === 'both' && isTerminal(claimed ?? null) ? 'none' : notFound;
}

function isSettled(verification: Verification, claimed: string | undefined): boolean {
  if (verification.decision !== null || notFoundAfter(verification, claimed) === 'both') return true;
  return isTerminal(verification.jumioStatus) && (claimed === undefined || claimed === verification.jumioStatus);
}

/** When this nudge may be followed. A claimed end overtakes a look for something lesser, so that it is not kept waiting. */
export function earliestRead(verification: Verification, claimed: string | undefined, now: number): number {
  const { lastReadAt, lastReadFor } = verification;
  if (lastReadAt === null) return now;
  if (isSettled(verification, claimed)) return Math.max(now, lastReadAt + SETTLED_EVERY_MS);
  const overtakes = isTerminal(claimed ?? null) && !isTerminal(lastReadFor);
  return overtakes ? now : Math.max(now, lastReadAt + READ_INTERVAL_MS);
}

function callbackEvent(verification: Verification, claimed: string | undefined): LedgerEvent[] {
  if (claimed === undefined || claimed === verification.claimedStatus) return [];
  const once = `callback:${verification.id}:${claimed.slice(0, 64)}`;
  return [{ kind: 'callback', verificationId: verification.id, detail: { claimed: claimed.slice(0, 64) }, once }];
}

/** An end that was claimed is not forgotten because an older callback arrives after it. */
function newestClaim({ claimedStatus }: Verification, claimed: string | undefined): string | null {
  const isOlder = isTerminal(claimedStatus) && !isTerminal(claimed ?? null);
  return claimed === undefined || isOlder ? claimedStatus : claimed.slice(0, 64);
}

/** Nothing to look at yet, and the create call is due anyway. */
function isUnmade(verification: Verification): boolean {
  return verification.executionId === null;
}

/** Nothing is under way that could miss this nudge, and the ledger holds all that it says: it is durable as it is. */
function isKept({ identity }: IdentityRecord, before: Verification, after: Verification, now: number): boolean {
  return identity.leasedUntil <= now && isDeepStrictEqual(before, after);
}

/** Makes a verification due for a look, as soon as the rules for reading allow. `undefined`: there is nothing to write. */
export function requestRead(
  record: IdentityRecord,
  { verificationId, claimed }: ReadRequest,
  now: number,
): Change | undefined {
  if (record.identity.erasedAt !== null) return undefined;
  const verification = findVerification(record, verificationId);
  if (isUnmade(verification)) return undefined;
  const due = Math.min(verification.readDue ?? Number.POSITIVE_INFINITY, earliestRead(verification, claimed, now));
  const after: Verification = {
    ...verification,
    readDue: due,
    activeAt: verification.activeAt ?? now,
    claimedStatus: newestClaim(verification, claimed),
    notFound: notFoundAfter(verification, claimed),
  };
  if (isKept(record, verification, after, now)) return undefined;
  const nudged = updateVerification(record, verificationId, after);
  const counted = updateIdentity(nudged, { readRequests: record.identity.readRequests + 1 });
  return { record: counted, events: callbackEvent(verification, claimed) };
}

/** Jumio's documented polling schedule, as delays since the last look, in seconds (docs/reference/jumio.md#77-polling-and-errors). */
const DOCUMENTED = [40, 60, 100, 160, 240, 340, 460, 600, 760, 940];

const HOUR_MS = 3_600_000;

const DAY_MS = 24 * HOUR_MS;

/** After this long past the link's end an execution that cannot be read is given up. */
export const GIVE_UP_MS = 30 * DAY_MS;

/** Jumio needs a moment to notice that a link has ended. */
const LINK_END_MARGIN_MS = 1_000;

/** Statuses after which Jumio does nothing more by itself (docs/reference/jumio.md#63-status-values). */
export function isTerminal(status: string | null): boolean {
  return status === 'PROCESSED' || status === 'SESSION_EXPIRED' || status === 'TOKEN_EXPIRED';
}

/** The delay whose turn it is, told by the time and not by a count: a person who reloads a page uses none of it up. */
function delay(elapsed: number): number {
  let turn = 0;
  for (const seconds of DOCUMENTED) {
    turn += seconds * 1000;
    if (elapsed < turn) return seconds * 1000;
  }
  return elapsed < turn + DAY_MS ? HOUR_MS : DAY_MS;
}

/**
 * When an execution that is still under way is looked at next: at its link's end, and from the first sign of life on
 * the documented schedule, then hourly for a day, then daily. Without any, the schedule begins at the link's end.
 */
export function nextRead({ activeAt, linkEndsAt, requestedAt }: Verification, now: number): number {
  const end = (linkEndsAt ?? requestedAt) + LINK_END_MARGIN_MS;
  if (activeAt === null && end > now) return end;
  const scheduled = now + delay(now - (activeAt ?? end));
  return end > now ? Math.min(end, scheduled) : scheduled;
}
