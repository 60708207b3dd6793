import type { UpstreamFacts } from '../../errors.ts';
import type { KratosIdentity, Patched, State } from '../../kratos/types.ts';
import type { Change, LedgerEvent, Snapshot } from '../../model.ts';
import type { OnRejected } from '../policy/index.ts';
import { settle, withIdentity } from '../record/index.ts';
import { backOff } from '../waiting.ts';
import { debtToKratos, isBehind, restDue } from './state.ts';

/** Databases round Kratos' times, and it tells the unrounded one in the answer to the PATCH itself. */
const ROUNDED_BY_MS = 2_000;

/** Without what the policy does not ask for. A state that we set is set back under every policy. */
export function waived(snapshot: Snapshot, onRejected: OnRejected): Snapshot {
  const { revoke, stateOwed } = snapshot.identity;
  return withIdentity(snapshot, {
    revoke: onRejected.revokeSessions ? revoke : 0,
    stateOwed: onRejected.deactivate || stateOwed === 'active' ? stateOwed : null,
  });
}

/**
 * The sessions are over. Once more with the read-back: a sign-in that the gate let pass just before the verdict stores
 * its session just after.
 */
export function onRevoked(snapshot: Snapshot, found: boolean, now: number): Change {
  const { identity } = snapshot;
  const isFirst = identity.revoke === 1;
  const debt = debtToKratos(identity);
  const isAtRest = !isBehind(identity) && identity.stateOwed === null;
  const kratosAttempts = isAtRest ? 0 : identity.kratosAttempts;
  const revoked = { ...identity, kratosAttempts, revoke: isFirst && debt !== 'none' ? 2 : 0 };
  const events: LedgerEvent[] = isFirst || found ? [{ kind: 'sessions_revoked', detail: { found } }] : [];
  return settle(withIdentity(snapshot, { ...revoked, kratosDue: restDue(revoked, now) }), now, events);
}

/** Due again, with one back-off for all that is owed to Kratos: `attempts` counts this step once. */
export function onRevokeFailed(
  snapshot: Snapshot,
  facts: UpstreamFacts,
  attempts: number,
  now: number,
  random: number,
): Change {
  const kratosAttempts = facts.status === 429 ? snapshot.identity.kratosAttempts : attempts;
  const kratosDue = facts.status === 429 ? now : now + backOff(attempts, random);
  return settle(withIdentity(snapshot, { kratosAttempts, kratosDue }), now);
}

type Seen = Pick<KratosIdentity, 'state' | 'stateChangedAt'>;

/** Whether a state that we see was set later than ours, and so by somebody else. */
function isLater({ stateChangedAt }: Seen, { inactiveSince }: Snapshot['identity']): boolean {
  if (stateChangedAt === undefined || inactiveSince === null) return false;
  return stateChangedAt > inactiveSince + ROUNDED_BY_MS;
}

/** What to do about an owed state where Kratos shows `seen`: write it, or leave it as it is. */
export function stateToWrite({ identity }: Snapshot, seen: Seen): State | 'leave' {
  if (identity.stateOwed === null || seen.state === identity.stateOwed) return 'leave';
  return identity.stateOwed === 'active' && isLater(seen, identity) ? 'leave' : identity.stateOwed;
}

/** Before the PATCH: a crash after it must not leave somebody inactive whom nobody sets back. */
export function aboutToDeactivate(snapshot: Snapshot): Change {
  return { snapshot: withIdentity(snapshot, { deactivated: 1, inactiveSince: null }) };
}

/** Kratos has that state already, or an operator's: nothing is ours any more. */
export function onStateLeft(snapshot: Snapshot, seen: Seen, now: number): Change {
  const left = { ...snapshot.identity, stateOwed: null, deactivated: 0, inactiveSince: null };
  const events = [{ kind: 'state_left', detail: { seen: seen.state ?? null } }];
  return settle(withIdentity(snapshot, { ...left, kratosDue: restDue(left, now) }), now, events);
}

/** The PATCH was answered with the state that it carried. Where another is owed by now, that is paid next. */
export function onStateWritten(snapshot: Snapshot, state: State, answer: Patched, now: number): Change {
  const { identity } = snapshot;
  const isActive = state === 'active';
  const written = {
    ...identity,
    stateOwed: identity.stateOwed === state ? null : identity.stateOwed,
    deactivated: isActive ? 0 : 1,
    inactiveSince: isActive ? null : (answer.stateChangedAt ?? now),
    kratosAttempts: 0,
  };
  const events = [{ kind: isActive ? 'reactivated' : 'deactivated' }];
  return settle(withIdentity(snapshot, { ...written, kratosDue: restDue(written, now) }), now, events);
}

/**
 * The last look also sees the state. Active again with an older date: a whole row was written over ours (a settings
 * submit that was under way), so it is owed again. With a later one it is an operator's word, and stands.
 */
export function onStateSeen(snapshot: Snapshot, seen: Seen): Change {
  const { identity } = snapshot;
  const isOurs = identity.deactivated === 1 && identity.stateOwed === null;
  if (!isOurs || seen.state !== 'active') return { snapshot };
  if (!isLater(seen, identity))
    return { snapshot: withIdentity(snapshot, { stateOwed: 'inactive' }), events: [{ kind: 'state_differs' }] };
  const left = withIdentity(snapshot, { deactivated: 0, inactiveSince: null });
  return { snapshot: left, events: [{ kind: 'state_left', detail: { seen: 'active' } }] };
}
