import type { Change, Snapshot, Verification } from '../ledger/types.ts';
import { isOnHold } from './attempts.ts';
import { withIdentity } from './edit.ts';
import { lookedAgain } from './evidence-owed.ts';
import { allowedAt } from './nudge.ts';
import { reappeared } from './publication.ts';
import { settle } from './settle.ts';

/** When a row is looked at next: at once, or as soon as the rules for reading allow. */
function lookedAt(row: Verification, force: boolean, now: number): Verification {
  const owesNothing = row.source !== 'jumio' || (row.executionId === null && row.state !== 'requested');
  if (owesNothing || isOnHold(row)) return row;
  const allowed = force ? now : allowedAt(row, undefined, now);
  return { ...row, readDue: Math.min(row.readDue ?? Number.POSITIVE_INFINITY, allowed) };
}

/** The copy is written anew as it is, whatever back-off runs; what was thought gone is tried again. */
function published(snapshot: Snapshot, now: number): Snapshot {
  const { identity } = reappeared(snapshot, now);
  const { content, erasedAt, version } = identity;
  if (content === null && erasedAt === null) return withIdentity(snapshot, identity);
  const owed = { published: Math.min(identity.published, version - 1), kratosDue: now, readBack: 0 };
  return withIdentity(snapshot, { ...identity, ...owed });
}

export interface Recheck {
  /** Settled executions too, though they were read within the hour. */
  readonly force: boolean;
  /** eID providers are believed, so that what is linked counts. */
  readonly hasEid: boolean;
}

/**
 * Makes everything of an identity due: its executions are read, also settled ones (once an hour, unless forced), what
 * waits to be created is tried, what is linked is read, and the published copy is written anew.
 */
export function recheck(snapshot: Snapshot, { force, hasEid }: Recheck, now: number): Change {
  const verifications = snapshot.verifications.map((row) => lookedAt(row, force, now));
  const nudged = withIdentity({ ...snapshot, verifications }, { nudges: snapshot.identity.nudges + 1 });
  const asked = hasEid ? lookedAgain(nudged, now) : nudged;
  return settle(published(asked, now), now, [{ kind: 'rechecked', detail: { force } }]);
}
