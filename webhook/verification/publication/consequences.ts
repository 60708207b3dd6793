import type { UpstreamFacts } from '../../errors.ts';
import type { KratosIdentity, Patched, State } from '../../kratos/types.ts';
import type { Change, Identity, IdentityRecord, LedgerEvent } from '../../model.ts';
import type { OnRejected } from '../policy/index.ts';
import { endHandovers, updateIdentity } from '../record/index.ts';
import { backOff } from '../waiting.ts';
import { isUnpublished, pendingPublication, restDue } from './state.ts';

/** Tolerance, because Kratos answers a PATCH with an exact time and its database stores a rounded one. */
const ROUNDING_MS = 2_000;

/** Drops the consequences that the policy does not ask for. A state that the service set is set back under every policy. */
export function withoutDisabledConsequences(record: IdentityRecord, onRejected: OnRejected): IdentityRecord {
  const { revocation, pendingState } = record.identity;
  return updateIdentity(record, {
    revocation: onRejected.revokeSessions ? revocation : 'none',
    pendingState: onRejected.deactivate || pendingState === 'active' ? pendingState : null,
  });
}

/** The events of the consequences that shadow mode withholds. A state that the service set before is set back all the same. */
function withheldEvents({ identity }: IdentityRecord, onRejected: OnRejected): LedgerEvent[] {
  const { revocation, pendingState } = identity;
  return [
    ...(onRejected.revokeSessions && revocation === 'pending' ? [{ kind: 'would_revoke' }] : []),
    ...(onRejected.deactivate && pendingState === 'inactive' ? [{ kind: 'would_deactivate' }] : []),
  ];
}

/** Replaces the consequences that the policy asks for by events, in shadow mode. Undefined: there is none. */
export function withholdConsequences(record: IdentityRecord, onRejected: OnRejected): Change | undefined {
  const events = withheldEvents(record, onRejected);
  if (events.length === 0) return undefined;
  return { record: withoutDisabledConsequences(record, { revokeSessions: false, deactivate: false }), events };
}

/**
 * Records that the sessions were revoked. They are revoked once more with the read-back: a sign-in that the gate allowed just
 * before the verdict stores its session just after. `found` false: there were no sessions. Hand-over cookies end with them.
 */
export function onRevoked(record: IdentityRecord, found: boolean, now: number): Change {
  const { identity } = record;
  const isFirst = identity.revocation === 'pending';
  const isAllWritten = !isUnpublished(identity) && identity.pendingState === null;
  const kratosAttempts = isAllWritten ? 0 : identity.kratosAttempts;
  const revocation = isFirst && pendingPublication(identity) !== 'none' ? 'repeat' : 'none';
  const revoked: Identity = { ...identity, kratosAttempts, revocation };
  const events: LedgerEvent[] = isFirst || found ? [{ kind: 'sessions_revoked', detail: { found } }] : [];
  const done = updateIdentity(record, { ...revoked, kratosDue: restDue(revoked, now) });
  return { record: isFirst || found ? endHandovers(done) : done, events };
}

/** Makes a failed revocation due again. All work at Kratos shares one back-off; `attempts` counts this step once. `random` in [0, 1). */
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

type ObservedState = Pick<KratosIdentity, 'state' | 'stateChangedAt'>;

/** Whether the state in Kratos was set after ours, and so by another writer. */
function isLater({ stateChangedAt }: ObservedState, { inactiveSince }: IdentityRecord['identity']): boolean {
  if (stateChangedAt === undefined || inactiveSince === null) return false;
  return stateChangedAt > inactiveSince + ROUNDING_MS;
}

/** Returns the state to write where Kratos shows `observed`; `leave`: none. */
export function stateToWrite({ identity }: IdentityRecord, observed: ObservedState): State | 'leave' {
  if (identity.pendingState === null || observed.state === identity.pendingState) return 'leave';
  return identity.pendingState === 'active' && isLater(observed, identity) ? 'leave' : identity.pendingState;
}

/** Records a deactivation before its PATCH: after a crash between the two the service still knows to set the state back. */
export function onDeactivating(record: IdentityRecord): Change {
  return { record: updateIdentity(record, { deactivated: true, inactiveSince: null }) };
}

/** Leaves a state as it is: Kratos has it already, or an operator set it. The service does not set it back. */
export function onStateLeft(record: IdentityRecord, observed: ObservedState, now: number): Change {
  const left = { ...record.identity, pendingState: null, deactivated: false, inactiveSince: null };
  const events = [{ kind: 'state_left', detail: { seen: observed.state ?? null } }];
  return { record: updateIdentity(record, { ...left, kratosDue: restDue(left, now) }), events };
}

/** Records a state that Kratos confirmed. If another one is pending by now, it is due next. */
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
 * Compares the state that the read-back shows. `active` with an older date: a settings submit under way wrote an old row over
 * ours, so `inactive` is pending again. `active` with a later date: an operator set it, and it stays.
 */
export function onStateSeen(record: IdentityRecord, observed: ObservedState): Change {
  const { identity } = record;
  const isOurs = identity.deactivated && identity.pendingState === null;
  if (!isOurs || observed.state !== 'active') return { record };
  if (!isLater(observed, identity))
    return { record: updateIdentity(record, { pendingState: 'inactive' }), events: [{ kind: 'state_differs' }] };
  const left = updateIdentity(record, { deactivated: false, inactiveSince: null });
  return { record: left, events: [{ kind: 'state_left', detail: { seen: 'active' } }] };
}
