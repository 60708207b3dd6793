import { isDeepStrictEqual } from 'node:util';
import type { Change, LedgerEvent, Snapshot, Verification } from '../ledger/types.ts';
import { find, withIdentity, withVerification } from './edit.ts';
import { isTerminal } from './schedule.ts';
import { settle } from './settle.ts';

/** At most one read per verification, claimed status and this long (design §4). */
export const READ_EVERY_MS = 10_000;
/** A settled verification is read at most once in this time; a nudge is postponed, not dropped. */
const SETTLED_EVERY_MS = 3_600_000;
/** Status and details were both 404 once; the second time only counts an hour later. */
const NOT_FOUND_ONCE = 2;

/** A sign of life: a callback with the status that it claims, or a person (arrival at a page, sign-in). */
export interface Nudge {
  readonly verificationId: string;
  /** From a callback's body: a hint, never a fact. */
  readonly claimed?: string;
}

/** A callback that claims an end shows that the execution exists: the count begins anew. */
function notFoundAfter({ notFound }: Verification, claimed: string | undefined): number {
  return notFound === NOT_FOUND_ONCE && isTerminal(claimed ?? null) ? 0 : notFound;
}

function isSettled(verification: Verification, claimed: string | undefined): boolean {
  if (verification.decision !== null || notFoundAfter(verification, claimed) === NOT_FOUND_ONCE) return true;
  return isTerminal(verification.jumioStatus) && (claimed === undefined || claimed === verification.jumioStatus);
}

/** When this nudge may be followed. A claimed end overtakes a look for something lesser, so that it is not kept waiting. */
export function allowedAt(verification: Verification, claimed: string | undefined, now: number): number {
  const { lastReadAt, lastReadFor } = verification;
  if (lastReadAt === null) return now;
  if (isSettled(verification, claimed)) return Math.max(now, lastReadAt + SETTLED_EVERY_MS);
  const overtakes = isTerminal(claimed ?? null) && !isTerminal(lastReadFor);
  return overtakes ? now : Math.max(now, lastReadAt + READ_EVERY_MS);
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
function isKept({ identity }: Snapshot, before: Verification, after: Verification, now: number): boolean {
  return identity.leasedUntil <= now && isDeepStrictEqual(before, after);
}

/** Makes a verification due for a look, as soon as the rules for reading allow. `undefined`: there is nothing to write. */
export function nudge(snapshot: Snapshot, { verificationId, claimed }: Nudge, now: number): Change | undefined {
  if (snapshot.identity.erasedAt !== null) return undefined;
  const verification = find(snapshot, verificationId);
  if (isUnmade(verification)) return undefined;
  const due = Math.min(verification.readDue ?? Number.POSITIVE_INFINITY, allowedAt(verification, claimed, now));
  const after: Verification = {
    ...verification,
    readDue: due,
    aliveAt: verification.aliveAt ?? now,
    claimedStatus: newestClaim(verification, claimed),
    notFound: notFoundAfter(verification, claimed),
  };
  if (isKept(snapshot, verification, after, now)) return undefined;
  const nudged = withVerification(snapshot, verificationId, after);
  const counted = withIdentity(nudged, { nudges: snapshot.identity.nudges + 1 });
  return settle(counted, now, callbackEvent(verification, claimed));
}
