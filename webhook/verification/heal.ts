import type { GateRow } from '../ledger/ledger.ts';
import type { Change, Snapshot } from '../ledger/types.ts';
import type { Copy } from './gate.ts';
import { nudge } from './nudge.ts';
import { isOurCopy, knowsWorse, reappeared, republish } from './publication.ts';
import { meet, request } from './request.ts';
import { settle } from './settle.ts';
import { openAttempt, standingOf } from './standing.ts';

/** What a sign-in puts right (design §4, "The sign-in heals"). */
export type Remedy = 'request' | 'republish' | 'nudge' | 'none';

export interface SignIn {
  readonly identityId: string;
  /** Epoch milliseconds; undefined: the request does not say. */
  readonly createdAt: number | undefined;
  readonly copy: Copy;
}

const UNDER_WAY = new Set(['pending', 'processing', 'review']);

function isOurs(createdAt: number | undefined, ledgerCreatedAt: number): boolean {
  return createdAt !== undefined && createdAt > ledgerCreatedAt;
}

/** Which remedy a sign-in calls for. An identity older than this ledger is nobody's sign-up of ours. */
export function remedyFor(row: GateRow | undefined, signIn: SignIn, ledgerCreatedAt: number): Remedy {
  const { copy } = signIn;
  if (row === undefined || (row.attempts === 0 && row.standing === null))
    return copy.statuses.length === 0 && isOurs(signIn.createdAt, ledgerCreatedAt) ? 'request' : 'none';
  // A row that has only inherited a status published nothing: what the copy says is not ours to put right.
  const isPublished = row.content !== null && row.published === row.version;
  if (isPublished && knowsWorse(row, copy.jumio)) return 'nudge';
  if (row.gone === 1 || (copy.shown && isPublished && !isOurCopy(row, copy.jumio))) return 'republish';
  return UNDER_WAY.has(row.status) ? 'nudge' : 'none';
}

function underWay(snapshot: Snapshot): string | undefined {
  return openAttempt(snapshot)?.id ?? standingOf(snapshot)?.by?.id;
}

/** Carries a remedy out on the row as it stands now. */
export function heal(
  remedy: Remedy,
  found: Snapshot | undefined,
  signIn: SignIn,
  context: { readonly now: number; readonly newId: () => string },
): Change | undefined {
  const { now } = context;
  switch (remedy) {
    case 'none':
      return undefined;
    case 'request': {
      const snapshot = found ?? meet({ id: signIn.identityId }, now);
      if (snapshot.verifications.length > 0) return undefined;
      const change = request(snapshot, context.newId(), now);
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
