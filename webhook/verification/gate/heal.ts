import type { GateRow } from '../../ledger/ledger.ts';
import type { Change, IdentityRecord } from '../../model.ts';
import { startSignUp, startUnobservedSignUp } from '../eid/index.ts';
import { requestRead } from '../execution/index.ts';
import { isStricterThanOurs, matchesPublished, onIdentityFound, republish } from '../publication/index.ts';
import {
  hasNewDetails,
  newIdentity,
  openAttempt,
  type PublishedCopy,
  standingOf,
  withDetails,
} from '../record/index.ts';
import type { GateSubject } from './check.ts';

/** What a sign-in puts right (docs/design.md#the-sign-in-heals). */
export type Remedy = 'begin' | 'republish' | 'nudge' | 'none';

const UNDER_WAY = new Set(['pending', 'processing', 'review']);

function isOurs(kratosCreatedAt: number | undefined, ledgerCreatedAt: number): boolean {
  return kratosCreatedAt !== undefined && kratosCreatedAt > ledgerCreatedAt;
}

/** Met, and never asked for anything: neither an attempt, nor an invitation, nor a decision of before. */
function hasNothing(row: GateRow): boolean {
  return row.attempts === 0 && row.awaitingConsent === 0 && row.eidCheck === 0 && row.standing === null;
}

/** Something put our object back after it was cleared away. */
function isBack(row: GateRow, { jumio }: PublishedCopy): boolean {
  return row.published === row.version && jumio !== undefined && jumio !== null;
}

/** Which remedy a sign-in calls for. An identity older than this ledger is nobody's sign-up of ours. */
export function remedyFor(row: GateRow | undefined, signIn: GateSubject, ledgerCreatedAt: number): Remedy {
  const { copy } = signIn;
  if (row && row.erasedAt !== null) return isBack(row, copy) ? 'republish' : 'none';
  if (row === undefined || hasNothing(row))
    return copy.statuses.length === 0 && isOurs(signIn.kratosCreatedAt, ledgerCreatedAt) ? 'begin' : 'none';
  // A row that has only inherited a status published nothing: what the copy says is not ours to put right.
  const isPublished = row.content !== null && row.published === row.version;
  if (isPublished && isStricterThanOurs(row, copy.jumio)) return 'nudge';
  if (row.deletedInKratos === 1 || (copy.shown && isPublished && !matchesPublished(row, copy.jumio)))
    return 'republish';
  return row.attempts > 0 && UNDER_WAY.has(row.status) ? 'nudge' : 'none';
}

function underWay(record: IdentityRecord): string | undefined {
  return openAttempt(record)?.id ?? standingOf(record)?.by?.id;
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
  found: IdentityRecord | undefined,
  signIn: GateSubject,
  context: HealContext,
): Change | undefined {
  if (found === undefined || !hasNewDetails(found.identity, signIn)) return heal(remedy, found, signIn, context);
  const told = withDetails(found, signIn);
  return heal(remedy, told, signIn, context) ?? { record: told };
}

/** Carries a remedy out on the row as it stands now. */
export function heal(
  remedy: Remedy,
  found: IdentityRecord | undefined,
  signIn: GateSubject,
  context: HealContext,
): Change | undefined {
  const { now } = context;
  switch (remedy) {
    case 'none':
      return undefined;
    case 'begin': {
      const { identityId: id, schemaId, kratosCreatedAt, locale } = signIn;
      const record = found ?? newIdentity({ id, schemaId, kratosCreatedAt, locale }, now);
      const { awaitingConsent, declinedAt } = record.identity;
      if (record.verifications.length > 0 || awaitingConsent === 1 || declinedAt !== null) return undefined;
      const isEid = signIn.method === 'oidc';
      const change = isEid ? startSignUp(record, signIn, context, now) : startUnobservedSignUp(record, context, now);
      return { ...change, events: [{ kind: 'healed' }, ...(change.events ?? [])] };
    }
    case 'republish':
      if (found === undefined) return undefined;
      return found.identity.deletedInKratos === 1
        ? { record: onIdentityFound(found, now) }
        : republish(found, now, 'sign-in');
    case 'nudge': {
      const id = found && underWay(found);
      return found && id ? requestRead(found, { verificationId: id }, now) : undefined;
    }
    default:
      return remedy satisfies never;
  }
}
