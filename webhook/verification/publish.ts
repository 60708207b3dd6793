import type { UpstreamFacts } from '../errors.ts';
import type { Snapshot } from '../ledger/types.ts';
import { clear } from './clear.ts';
import { onRevoked, onRevokeFailed, onStateSeen, waived } from './consequences.ts';
import type { Desk } from './desk.ts';
import { patchContent, patchState } from './patch.ts';
import { debtToKratos, isBehind, onPublishFailed, onReadBack, restsAt } from './publication.ts';
import { failed, isThrottled, type Step } from './step.ts';

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
 * (design §4).
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
