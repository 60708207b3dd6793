import type { GateRow } from '../../ledger/ledger.ts';
import type { Change, IdentityRecord } from '../../model.ts';
import { startSignUp, startUnobservedSignUp } from '../eid/index.ts';
import { applyReadRequest } from '../execution/index.ts';
import { isStricterThanOurs, matchesPublished, onIdentityFound, republish } from '../publication/index.ts';
import {
  hasNewDetails,
  kratosFreeAt,
  mayBeLostDecision,
  newIdentity,
  openAttempt,
  type PublishedCopy,
  standingOf,
  updateIdentity,
  withDetails,
} from '../record/index.ts';
import type { GateSubject } from './check.ts';

/** The repair of a sign-in (docs/design.md#the-sign-in-heals): it starts a missing sign-up, compares a copy that the ledger may have lost, publishes a stale copy again, or requests a read. */
export type Remedy = 'start' | 'compare' | 'republish' | 'read' | 'none';

const UNDER_WAY = new Set(['pending', 'processing', 'review']);

function isOurs(kratosCreatedAt: number | undefined, ledgerCreatedAt: number): boolean {
  return kratosCreatedAt !== undefined && kratosCreatedAt > ledgerCreatedAt;
}

/** The identity has a row, and neither an attempt, nor an open consent, nor a decision. */
function hasNothing(row: GateRow): boolean {
  return row.attempts === 0 && !row.awaitingConsent && row.eidCheck === 'none' && row.standing === null;
}

/** Another writer restored our object in Kratos after it was removed. */
function isRestored(row: GateRow, { jumio }: PublishedCopy): boolean {
  return row.published === row.version && jumio !== undefined && jumio !== null;
}

/** The remedy that a sign-in calls for. An identity older than this ledger had no sign-up that the service could have missed. */
export function remedyFor(row: GateRow | undefined, signIn: GateSubject, ledgerCreatedAt: number): Remedy {
  const { copy } = signIn;
  if (row && row.erasedAt !== null) return isRestored(row, copy) ? 'republish' : 'none';
  if (row === undefined || hasNothing(row))
    return copy.statuses.length === 0 && isOurs(signIn.kratosCreatedAt, ledgerCreatedAt) ? 'start' : 'none';
  if (mayBeLostDecision(row.uncomparedSince, copy)) return 'compare';
  // A row that only inherited a status has published nothing, so the copy is not ours to repair.
  const isPublished = row.content !== null && row.published === row.version;
  if (isPublished && isStricterThanOurs(row, copy.jumio)) return 'read';
  if (row.deletedInKratos || (copy.shown && isPublished && !matchesPublished(row, copy.jumio))) return 'republish';
  return row.attempts > 0 && UNDER_WAY.has(row.status) ? 'read' : 'none';
}

function waitingAttempt(record: IdentityRecord): string | undefined {
  return openAttempt(record)?.id ?? standingOf(record)?.by?.id;
}

interface HealContext {
  readonly now: number;
  readonly newId: () => string;
  readonly startsAt: 'registration' | 'consent';
  /** Undefined: no eID provider is configured. */
  readonly eid?: unknown;
}

/** Applies a remedy to the current record, and keeps the details of the identity that the sign-in shows. */
export function healed(
  remedy: Remedy,
  found: IdentityRecord | undefined,
  signIn: GateSubject,
  context: HealContext,
): Change | undefined {
  if (found === undefined || !hasNewDetails(found.identity, signIn)) return heal(remedy, found, signIn, context);
  const detailed = withDetails(found, signIn);
  return heal(remedy, detailed, signIn, context) ?? { record: detailed };
}

/** Applies a remedy to the current record; undefined where nothing is left to do. */
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
    case 'start': {
      const { identityId: id, schemaId, kratosCreatedAt, locale } = signIn;
      const record = found ?? newIdentity({ id, schemaId, kratosCreatedAt, locale }, now);
      const { awaitingConsent, declinedAt } = record.identity;
      if (record.verifications.length > 0 || awaitingConsent || declinedAt !== null) return undefined;
      const isEid = signIn.method === 'oidc';
      const change = isEid ? startSignUp(record, signIn, context, now) : startUnobservedSignUp(record, context, now);
      return { ...change, events: [{ kind: 'healed' }, ...(change.events ?? [])] };
    }
    case 'compare':
      // The publish job compares the copy before anything else.
      return found && { record: updateIdentity(found, { kratosDue: kratosFreeAt(found.identity, now) }) };
    case 'republish':
      if (found === undefined) return undefined;
      return found.identity.deletedInKratos
        ? { record: onIdentityFound(found, now) }
        : republish(found, now, 'sign-in');
    case 'read': {
      const id = found && waitingAttempt(found);
      return found && id ? applyReadRequest(found, { verificationId: id }, now) : undefined;
    }
    default:
      return remedy satisfies never;
  }
}
