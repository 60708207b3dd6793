import type { UpstreamFacts } from '../../errors.ts';
import type { KratosIdentity, Patched, State } from '../../kratos/types.ts';
import type { Change, Identity, IdentityRecord, LedgerEvent } from '../../model.ts';
import type { OnRejected } from '../policy/index.ts';
import { updateIdentity } from '../record/index.ts';
import { backOff } from '../waiting.ts';
import { isUnpublished, pendingPublication, restDue } from './state.ts';

/** Databases round Kratos' times, and it tells the unrounded one in the answer to the PATCH itself. */
const ROUNDED_BY_MS = 2_000;

/** Without what the policy does not ask for. A state that we set is set back under every policy. */
export function withoutDisabledConsequences(record: IdentityRecord, onRejected: OnRejected): IdentityRecord {
  const { revocation, pendingState } = record.identity;
  return updateIdentity(record, {
    revocation: onRejected.revokeSessions ? revocation : 'none',
    pendingState: onRejected.deactivate || pendingState === 'active' ? pendingState : null,
  });
}

/**
 * The sessions are over. Once more with the read-back: a sign-in that the gate let pass just before the verdict stores
 * its session just after.
 */
export function onRevoked(record: IdentityRecord, found: boolean, now: number): Change {
  const { identity } = record;
  const isFirst = identity.revocation === 'pending';
  const debt = pendingPublication(identity);
  const isAtRest = !isUnpublished(identity) && identity.pendingState === null;
  const kratosAttempts = isAtRest ? 0 : identity.kratosAttempts;
  const revocation = isFirst && debt !== 'none' ? 'repeat' : 'none';
  const revoked: Identity = { ...identity, kratosAttempts, revocation };
  const events: LedgerEvent[] = isFirst || found ? [{ kind: 'sessions_revoked', detail: { found } }] : [];
  return { record: updateIdentity(record, { ...revoked, kratosDue: restDue(revoked, now) }), events };
}

/** Due again, with one back-off for all that is owed to Kratos: `attempts` counts this step once. */
export function onRevokeFailed(
  record: IdentityRecord,
  facts: UpstreamFacts,
  attempts: number,
  now: number,
  random: number,
): Change {
  const kratosAttempts = facts.status === 429 ? record.identity.kratosAttempts : attempts;
  const kratosDue = facts.status === 429 ? now : now + backOff(attempts, random);
  return { record: updateIdentity(record, { kratosAttempts, kratosDue }) };
}

type Seen = Pick<KratosIdentity, 'state' | 'stateChangedAt'>;

/** Whether a state that we see was set later than ours, and so by somebody else. */
function isLater({ stateChangedAt }: Seen, { inactiveSince }: IdentityRecord['identity']): boolean {
  if (stateChangedAt === undefined || inactiveSince === null) return false;
  return stateChangedAt > inactiveSince + ROUNDED_BY_MS;
}

/** What to do about an owed state where Kratos shows `seen`: write it, or leave it as it is. */
export function stateToWrite({ identity }: IdentityRecord, seen: Seen): State | 'leave' {
  if (identity.pendingState === null || seen.state === identity.pendingState) return 'leave';
  return identity.pendingState === 'active' && isLater(seen, identity) ? 'leave' : identity.pendingState;
}

/** Before the PATCH: a crash after it must not leave somebody inactive whom nobody sets back. */
export function aboutToDeactivate(record: IdentityRecord): Change {
  return { record: updateIdentity(record, { deactivated: true, inactiveSince: null }) };
}

/** Kratos has that state already, or an operator's: nothing is ours any more. */
export function onStateLeft(record: IdentityRecord, seen: Seen, now: number): Change {
  const left = { ...record.identity, pendingState: null, deactivated: false, inactiveSince: null };
  const events = [{ kind: 'state_left', detail: { seen: seen.state ?? null } }];
  return { record: updateIdentity(record, { ...left, kratosDue: restDue(left, now) }), events };
}

/** The PATCH was answered with the state that it carried. Where another is owed by now, that is paid next. */
export function onStateWritten(record: IdentityRecord, state: State, answer: Patched, now: number): Change {
  const { identity } = record;
  const isActive = state === 'active';
  const written = {
    ...identity,
    pendingState: identity.pendingState === state ? null : identity.pendingState,
    deactivated: !isActive,
    inactiveSince: isActive ? null : (answer.stateChangedAt ?? now),
    kratosAttempts: 0,
  };
  const events = [{ kind: isActive ? 'reactivated' : 'deactivated' }];
  return { record: updateIdentity(record, { ...written, kratosDue: restDue(written, now) }), events };
}

/**
 * The last look also sees the state. Active again with an older date: a whole row was written over ours (a settings
 * submit that was under way), so it is owed again. With a later one it is an operator's word, and stands.
 */
export function onStateSeen(record: IdentityRecord, seen: Seen): Change {
  const { identity } = record;
  const isOurs = identity.deactivated && identity.pendingState === null;
  if (!isOurs || seen.state !== 'active') return { record };
  if (!isLater(seen, identity))
    return { record: updateIdentity(record, { pendingState: 'inactive' }), events: [{ kind: 'state_differs' }] };
  const left = updateIdentity(record, { deactivated: false, inactiveSince: null });
  return { record: left, events: [{ kind: 'state_left', detail: { seen: 'active' } }] };
}
