import type { GateRow } from '../../ledger/ledger.ts';
import type { Change, Snapshot } from '../../model.ts';
import { beginBy, beginUntold } from '../eid/index.ts';
import { nudge } from '../execution/index.ts';
import { isOurCopy, knowsWorse, reappeared, republish } from '../publication/index.ts';
import { type Copy, meet, openAttempt, settle, standingOf, tellsNews, withParticulars } from '../record/index.ts';
import type { Asking } from './check.ts';

/** What a sign-in puts right (docs/design.md#the-sign-in-heals). */
export type Remedy = 'begin' | 'republish' | 'nudge' | 'none';

const UNDER_WAY = new Set(['pending', 'processing', 'review']);

function isOurs(bornAt: number | undefined, ledgerCreatedAt: number): boolean {
  return bornAt !== undefined && bornAt > ledgerCreatedAt;
}

/** Met, and never asked for anything: neither an attempt, nor an invitation, nor a decision of before. */
function hasNothing(row: GateRow): boolean {
  return row.attempts === 0 && row.invited === 0 && row.evidence === 0 && row.standing === null;
}

/** Something put our object back after it was cleared away. */
function isBack(row: GateRow, { jumio }: Copy): boolean {
  return row.published === row.version && jumio !== undefined && jumio !== null;
}

/** Which remedy a sign-in calls for. An identity older than this ledger is nobody's sign-up of ours. */
export function remedyFor(row: GateRow | undefined, signIn: Asking, ledgerCreatedAt: number): Remedy {
  const { copy } = signIn;
  if (row && row.erasedAt !== null) return isBack(row, copy) ? 'republish' : 'none';
  if (row === undefined || hasNothing(row))
    return copy.statuses.length === 0 && isOurs(signIn.bornAt, ledgerCreatedAt) ? 'begin' : 'none';
  // A row that has only inherited a status published nothing: what the copy says is not ours to put right.
  const isPublished = row.content !== null && row.published === row.version;
  if (isPublished && knowsWorse(row, copy.jumio)) return 'nudge';
  if (row.gone === 1 || (copy.shown && isPublished && !isOurCopy(row, copy.jumio))) return 'republish';
  return row.attempts > 0 && UNDER_WAY.has(row.status) ? 'nudge' : 'none';
}

function underWay(snapshot: Snapshot): string | undefined {
  return openAttempt(snapshot)?.id ?? standingOf(snapshot)?.by?.id;
}

interface HealContext {
  readonly now: number;
  readonly newId: () => string;
  readonly startsAt: 'registration' | 'consent';
  /** Undefined: no eID provider is configured. */
  readonly eid?: unknown;
}

/** Carries a remedy out on the row as it stands now, and keeps what the sign-in tells of the identity. */
export function healed(
  remedy: Remedy,
  found: Snapshot | undefined,
  signIn: Asking,
  context: HealContext,
): Change | undefined {
  if (found === undefined || !tellsNews(found.identity, signIn)) return heal(remedy, found, signIn, context);
  const told = withParticulars(found, signIn);
  return heal(remedy, told, signIn, context) ?? { snapshot: told };
}

/** Carries a remedy out on the row as it stands now. */
export function heal(
  remedy: Remedy,
  found: Snapshot | undefined,
  signIn: Asking,
  context: HealContext,
): Change | undefined {
  const { now } = context;
  switch (remedy) {
    case 'none':
      return undefined;
    case 'begin': {
      const { identityId: id, schemaId, bornAt, locale } = signIn;
      const snapshot = found ?? meet({ id, schemaId, bornAt, locale }, now);
      const { invited, declinedAt } = snapshot.identity;
      if (snapshot.verifications.length > 0 || invited === 1 || declinedAt !== null) return undefined;
      const isEid = signIn.method === 'oidc';
      const change = isEid ? beginBy(snapshot, signIn, context, now) : beginUntold(snapshot, context, now);
      return { ...change, events: [{ kind: 'healed' }, ...(change.events ?? [])] };
    }
    case 'republish':
      if (found === undefined) return undefined;
      return found.identity.gone === 1 ? settle(reappeared(found, now), now) : republish(found, now, 'sign-in');
    case 'nudge': {
      const id = found && underWay(found);
      return found && id ? nudge(found, { verificationId: id }, now) : undefined;
    }
    default:
      return remedy satisfies never;
  }
}
