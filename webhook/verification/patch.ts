import { UpstreamError } from '../errors.ts';
import type { Patched, State } from '../kratos/client.ts';
import type { Change, Identity, Snapshot } from '../ledger/types.ts';
import { aboutToDeactivate, onStateLeft, onStateWritten, stateToWrite, waived } from './consequences.ts';
import { type Content, published } from './content.ts';
import type { Desk } from './desk.ts';
import { debtToKratos, isOurCopy, onPublished, restsAt } from './publication.ts';
import type { Step } from './step.ts';

async function currentOf(desk: Desk, step: Step): Promise<Snapshot | undefined> {
  const snapshot = await desk.ledger.snapshot(step.identityId);
  return snapshot && waived(snapshot, desk.onRejected);
}

/** A proxy's `200` is no publication. */
function expectShown(shown: boolean): void {
  if (shown) return;
  const detail = 'the answer does not show what was written: is KRATOS_ADMIN_URL the admin API itself?';
  throw new UpstreamError({ upstream: 'kratos', operation: 'patch', failure: 'unusable', detail });
}

/** The next version, as it stands now. Rejects with `UpstreamError` where it was not written. */
export async function patchContent(desk: Desk, step: Step): Promise<void> {
  const identity = (await currentOf(desk, step))?.identity;
  if (identity === undefined || identity.content === null) return;
  const seen = await desk.kratos.publish(step.identityId, published(identity.content, identity.changedAt));
  expectShown(isOurCopy(identity, seen));
  await step.write((snapshot) => onPublished(snapshot, identity.version, desk.clock.now()));
}

/**
 * What is to be written of the state that is owed. Kratos is asked before: somebody whom an operator made inactive is
 * left alone for good. `lost`: the lease is somebody else's by now, or another state is owed since Kratos was asked.
 */
async function decideState(desk: Desk, step: Step, snapshot: Snapshot): Promise<State | 'leave' | 'lost'> {
  const { stateOwed, deactivated } = snapshot.identity;
  if (stateOwed === 'inactive' && deactivated === 1) return stateOwed;
  const seen = await desk.kratos.read(step.identityId);
  const state = stateToWrite(snapshot, seen);
  if (state === 'active') return state;
  let isStillOwed = true;
  const decide = (found: Snapshot): Change => {
    isStillOwed = found.identity.stateOwed === stateOwed;
    if (!isStillOwed) return restsAt(found, desk.clock.now());
    return state === 'leave' ? onStateLeft(found, seen, desk.clock.now()) : aboutToDeactivate(found);
  };
  return (await step.write(decide)) && isStillOwed ? state : 'lost';
}

function contentOwed(identity: Identity): Content | undefined {
  const isOwed = debtToKratos(identity) === 'publish' && identity.content !== null;
  return isOwed ? published(identity.content, identity.changedAt) : undefined;
}

function onPatched(
  snapshot: Snapshot,
  state: State,
  answer: Patched,
  version: number | undefined,
  now: number,
): Change {
  const written = onStateWritten(snapshot, state, answer, now);
  if (version === undefined) return written;
  const { snapshot: both, events = [] } = onPublished(written.snapshot, version, now);
  return { snapshot: both, events: [...(written.events ?? []), ...events] };
}

/** The state that is owed, and with it the next version: one PATCH, because Kratos has no compare-and-set. */
export async function patchState(desk: Desk, step: Step): Promise<void> {
  const snapshot = await currentOf(desk, step);
  if (snapshot === undefined) return;
  const state = await decideState(desk, step, snapshot);
  if (state === 'lost') return;
  const { identity } = snapshot;
  const content = contentOwed(identity);
  // What was read took its time: the rest is due again when the lease ends.
  if (!step.mayCall()) return;
  if (state === 'leave') return content === undefined ? undefined : patchContent(desk, step);
  const answer = await desk.kratos.setState(step.identityId, state, content);
  expectShown(answer.state === state && (content === undefined || isOurCopy(identity, answer.jumio)));
  const version = content === undefined ? undefined : identity.version;
  await step.write((found) => onPatched(found, state, answer, version, desk.clock.now()));
}
