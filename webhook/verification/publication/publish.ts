import { UpstreamError, type UpstreamFacts } from '../../errors.ts';
import type { KratosIdentity, Patched, State } from '../../kratos/types.ts';
import type { Change, Identity, Snapshot } from '../../model.ts';
import type { Desk } from '../context.ts';
import { type Content, published } from '../record/index.ts';
import { failed, isThrottled, type Step } from '../step.ts';
import {
  aboutToDeactivate,
  onRevoked,
  onRevokeFailed,
  onStateLeft,
  onStateSeen,
  onStateWritten,
  stateToWrite,
  waived,
} from './consequences.ts';
import {
  debtToKratos,
  isBehind,
  isOurCopy,
  onCleared,
  onPublished,
  onPublishFailed,
  onReadBack,
  restsAt,
} from './state.ts';

/** The identity as Kratos has it; undefined: it has it no more. */
async function seen(desk: Desk, step: Step): Promise<KratosIdentity | undefined> {
  try {
    return await desk.kratos.read(step.identityId);
  } catch (error) {
    if (error instanceof UpstreamError && error.facts.code === 'identity-not-found') return undefined;
    throw error;
  }
}

/** Clears our objects of an erased identity away, and what our mappers had Kratos keep of an eID. What Kratos does not have any more is cleared. */
export async function clear(desk: Desk, step: Step): Promise<void> {
  const { version } = step.claim.snapshot.identity;
  const identity = await seen(desk, step);
  if (identity !== undefined) {
    if (!step.mayCall()) return;
    // Without an eID nothing there is ours: the names are not so rare that nobody else could have chosen them.
    await desk.kratos.unpublish(identity, { withEid: desk.eid !== undefined });
  }
  await step.write((snapshot) => onCleared(snapshot, version, identity === undefined, desk.clock.now()));
}

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

async function readBack(desk: Desk, step: Step): Promise<void> {
  const identity = await desk.kratos.read(step.identityId);
  const { metadataPublic } = identity;
  const copy = isRecord(metadataPublic) ? metadataPublic.jumio : undefined;
  await step.write((snapshot) => {
    const seen = onStateSeen(snapshot, identity);
    const { snapshot: both, events = [] } = onReadBack(seen.snapshot, copy, desk.clock.now());
    return { snapshot: both, events: [...(seen.events ?? []), ...events] };
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Nothing is to be written: what is left is the last look. */
function isAtRest({ identity }: Snapshot): boolean {
  return identity.stateOwed === null && !isBehind(identity);
}

/** Ends the sessions, at once or for the second time. How the call failed, if it did: the rest need not wait for it. */
async function payRevocation(desk: Desk, step: Step): Promise<UpstreamFacts | undefined> {
  const { revoke, gone } = step.claim.snapshot.identity;
  const isOwed = revoke === 1 || (revoke === 2 && isAtRest(step.claim.snapshot));
  if (!isOwed || gone === 1) return undefined;
  try {
    const found = await desk.kratos.revokeSessions(step.identityId);
    await step.write((snapshot) => onRevoked(snapshot, found, desk.clock.now()));
    return undefined;
  } catch (error) {
    return failed(desk, step, error, 'could not revoke the sessions at Kratos');
  }
}

/** The version that was published last is looked at a minute after the last other debt was paid. */
async function payRest(desk: Desk, step: Step): Promise<void> {
  const { identity } = step.claim.snapshot;
  const debt = identity.gone === 1 ? 'none' : debtToKratos(identity);
  if (identity.stateOwed !== null && identity.gone === 0) return patchState(desk, step);
  if (debt === 'publish') return patchContent(desk, step);
  if (debt === 'clear') return clear(desk, step);
  if (debt === 'read-back' && identity.revoke !== 1) return readBack(desk, step);
  await step.write((snapshot) => restsAt(snapshot, desk.clock.now()));
}

async function payContent(desk: Desk, step: Step): Promise<void> {
  if (!step.mayCall()) return;
  try {
    await payRest(desk, step);
  } catch (error) {
    const facts = await failed(desk, step, error, 'could not publish to Kratos');
    await step.write((snapshot) => onPublishFailed(snapshot, facts, desk.clock.now(), desk.random()));
  }
}

/** A step whose rows are without what the policy does not ask for. */
function waiving(desk: Desk, step: Step): Step {
  const snapshot = waived(step.claim.snapshot, desk.onRejected);
  const write: Step['write'] = (decide) => step.write((found) => decide(waived(found, desk.onRejected)));
  return { ...step, claim: { ...step.claim, snapshot }, write };
}

/** Pays what is owed to Kratos: sessions to end, a state, the next version, or one look at the last one. */
export async function payKratos(desk: Desk, unwaived: Step): Promise<void> {
  if (!unwaived.mayCall()) return;
  const step = waiving(desk, unwaived);
  const attempts = step.claim.snapshot.identity.kratosAttempts + 1;
  const facts = await payRevocation(desk, step);
  if (!isThrottled(facts)) await payContent(desk, step);
  if (facts) await step.write((snapshot) => onRevokeFailed(snapshot, facts, attempts, desk.clock.now(), desk.random()));
}

/**
 * The first publication waits for the first create try, or for what an eID says, but not for longer than it is due
 * (docs/design.md#publishing).
 */
export async function payKratosWhenLate(desk: Desk, step: Step, firstTry: Promise<void>): Promise<void> {
  const { published: done, version, kratosDue } = step.claim.snapshot.identity;
  if (done > 0 || version === 0 || kratosDue === null) return;
  const late = new Promise<'late'>((resolve) => {
    const timer = setTimeout(() => resolve('late'), Math.max(0, kratosDue - desk.clock.now()));
    void firstTry.finally(() => clearTimeout(timer)).catch(() => undefined);
  });
  const first = await Promise.race([late, firstTry.then(() => 'tried' as const)]);
  if (first === 'late' && !(await isKratosPaused(desk))) await payKratos(desk, step);
}

/** Every other publication was let through by the claim. */
async function isKratosPaused(desk: Desk): Promise<boolean> {
  const paused = await desk.ledger.budgets.paused(desk.clock.now());
  return paused.some(({ name }) => name === 'kratos');
}
