import { UpstreamError, type UpstreamFacts } from '../../errors.ts';
import type { KratosIdentity, Patched, State } from '../../kratos/types.ts';
import type { Change, Identity, IdentityRecord } from '../../model.ts';
import type { Context } from '../context.ts';
import { type PublishedContent, publishedContent } from '../record/index.ts';
import { isThrottled, reportFailure, type Step } from '../step.ts';
import { withTimeout } from '../waiting.ts';
import {
  aboutToDeactivate,
  onRevoked,
  onRevokeFailed,
  onStateLeft,
  onStateSeen,
  onStateWritten,
  stateToWrite,
  withoutDisabledConsequences,
} from './consequences.ts';
import {
  isUnpublished,
  matchesPublished,
  onCleared,
  onPublished,
  onPublishFailed,
  onReadBack,
  pendingPublication,
  reschedule,
} from './state.ts';

/** The identity as Kratos has it; undefined: it has it no more. */
async function seen(ctx: Context, step: Step): Promise<KratosIdentity | undefined> {
  try {
    return await ctx.kratos.read(step.identityId);
  } catch (error) {
    if (error instanceof UpstreamError && error.facts.code === 'identity-not-found') return undefined;
    throw error;
  }
}

/** Clears our objects of an erased identity away, and what our mappers had Kratos keep of an eID. What Kratos does not have any more is cleared. */
export async function clearPublished(ctx: Context, step: Step): Promise<void> {
  const { version } = step.claim.record.identity;
  const identity = await seen(ctx, step);
  if (identity !== undefined) {
    if (!step.mayCall()) return;
    // Without an eID nothing there is ours: the names are not so rare that nobody else could have chosen them.
    await ctx.kratos.unpublish(identity, { withEid: ctx.eid !== undefined });
  }
  await step.write((record) => onCleared(record, version, identity === undefined, ctx.clock.now()));
}

async function currentOf(ctx: Context, step: Step): Promise<IdentityRecord | undefined> {
  const record = await ctx.ledger.record(step.identityId);
  return record && withoutDisabledConsequences(record, ctx.onRejected);
}

/** A proxy's `200` is no publication. */
function expectShown(shown: boolean): void {
  if (shown) return;
  const detail = 'the answer does not show what was written: is KRATOS_ADMIN_URL the admin API itself?';
  throw new UpstreamError({ upstream: 'kratos', operation: 'patch', failure: 'unusable', detail });
}

/** The next version, as it stands now. Rejects with `UpstreamError` where it was not written. */
export async function patchContent(ctx: Context, step: Step): Promise<void> {
  const identity = (await currentOf(ctx, step))?.identity;
  if (identity === undefined || identity.content === null) return;
  const seen = await ctx.kratos.publish(step.identityId, publishedContent(identity.content, identity.changedAt));
  expectShown(matchesPublished(identity, seen));
  await step.write((record) => onPublished(record, identity.version, ctx.clock.now()));
}

/**
 * What is to be written of the state that is owed. Kratos is asked before: somebody whom an operator made inactive is
 * left alone for good. `lost`: the lease is somebody else's by now, or another state is owed since Kratos was asked.
 */
async function decideState(ctx: Context, step: Step, record: IdentityRecord): Promise<State | 'leave' | 'lost'> {
  const { pendingState, deactivated } = record.identity;
  if (pendingState === 'inactive' && deactivated) return pendingState;
  const seen = await ctx.kratos.read(step.identityId);
  const state = stateToWrite(record, seen);
  if (state === 'active') return state;
  let isStillOwed = true;
  const decide = (found: IdentityRecord): Change => {
    isStillOwed = found.identity.pendingState === pendingState;
    if (!isStillOwed) return reschedule(found, ctx.clock.now());
    return state === 'leave' ? onStateLeft(found, seen, ctx.clock.now()) : aboutToDeactivate(found);
  };
  return (await step.write(decide)) && isStillOwed ? state : 'lost';
}

function contentOwed(identity: Identity): PublishedContent | undefined {
  const isOwed = pendingPublication(identity) === 'publish' && identity.content !== null;
  return isOwed ? publishedContent(identity.content, identity.changedAt) : undefined;
}

function onPatched(
  record: IdentityRecord,
  state: State,
  answer: Patched,
  version: number | undefined,
  now: number,
): Change {
  const written = onStateWritten(record, state, answer, now);
  if (version === undefined) return written;
  const { record: both, events = [] } = onPublished(written.record, version, now);
  return { record: both, events: [...(written.events ?? []), ...events] };
}

/** The state that is owed, and with it the next version: one PATCH, because Kratos has no compare-and-set. */
export async function patchState(ctx: Context, step: Step): Promise<void> {
  const record = await currentOf(ctx, step);
  if (record === undefined) return;
  const state = await decideState(ctx, step, record);
  if (state === 'lost') return;
  const { identity } = record;
  const content = contentOwed(identity);
  // What was read took its time: the rest is due again when the lease ends.
  if (!step.mayCall()) return;
  if (state === 'leave') return content === undefined ? undefined : patchContent(ctx, step);
  const answer = await ctx.kratos.setState(step.identityId, state, content);
  expectShown(answer.state === state && (content === undefined || matchesPublished(identity, answer.jumio)));
  const version = content === undefined ? undefined : identity.version;
  await step.write((found) => onPatched(found, state, answer, version, ctx.clock.now()));
}

async function readBack(ctx: Context, step: Step): Promise<void> {
  const identity = await ctx.kratos.read(step.identityId);
  const { metadataPublic } = identity;
  const copy = isRecord(metadataPublic) ? metadataPublic.jumio : undefined;
  await step.write((record) => {
    const seen = onStateSeen(record, identity);
    const { record: both, events = [] } = onReadBack(seen.record, copy, ctx.clock.now());
    return { record: both, events: [...(seen.events ?? []), ...events] };
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Nothing is to be written: what is left is the last look. */
function isAtRest({ identity }: IdentityRecord): boolean {
  return identity.pendingState === null && !isUnpublished(identity);
}

/** Ends the sessions, at once or for the second time. How the call failed, if it did: the rest need not wait for it. */
async function revokeSessions(ctx: Context, step: Step): Promise<UpstreamFacts | undefined> {
  const { revocation, deletedInKratos } = step.claim.record.identity;
  const isOwed = revocation === 'pending' || (revocation === 'repeat' && isAtRest(step.claim.record));
  if (!isOwed || deletedInKratos) return undefined;
  try {
    const found = await ctx.kratos.revokeSessions(step.identityId);
    await step.write((record) => onRevoked(record, found, ctx.clock.now()));
    return undefined;
  } catch (error) {
    return reportFailure(ctx, step, error, 'could not revoke the sessions at Kratos');
  }
}

/** The version that was published last is looked at a minute after the last other debt was paid. */
async function publishRest(ctx: Context, step: Step): Promise<void> {
  const { identity } = step.claim.record;
  const debt = identity.deletedInKratos ? 'none' : pendingPublication(identity);
  if (identity.pendingState !== null && !identity.deletedInKratos) return patchState(ctx, step);
  if (debt === 'publish') return patchContent(ctx, step);
  if (debt === 'clear') return clearPublished(ctx, step);
  if (debt === 'read-back' && identity.revocation !== 'pending') return readBack(ctx, step);
  await step.write((record) => reschedule(record, ctx.clock.now()));
}

async function publishContent(ctx: Context, step: Step): Promise<void> {
  if (!step.mayCall()) return;
  try {
    await publishRest(ctx, step);
  } catch (error) {
    const facts = await reportFailure(ctx, step, error, 'could not publish to Kratos');
    await step.write((record) => onPublishFailed(record, facts, ctx.clock.now(), ctx.random()));
  }
}

/** A step whose rows are without what the policy does not ask for. */
function waiving(ctx: Context, step: Step): Step {
  const record = withoutDisabledConsequences(step.claim.record, ctx.onRejected);
  const write: Step['write'] = (decide) =>
    step.write((found) => decide(withoutDisabledConsequences(found, ctx.onRejected)));
  return { ...step, claim: { ...step.claim, record }, write };
}

/** Runs the publish job: revokes sessions, sets a state, and writes the next version or reads the last one back. */
export async function publish(ctx: Context, unwaived: Step): Promise<void> {
  if (!unwaived.mayCall()) return;
  const step = waiving(ctx, unwaived);
  const attempts = step.claim.record.identity.kratosAttempts + 1;
  const facts = await revokeSessions(ctx, step);
  if (!isThrottled(facts)) await publishContent(ctx, step);
  if (facts) await step.write((record) => onRevokeFailed(record, facts, attempts, ctx.clock.now(), ctx.random()));
}

/**
 * Publishes for the first time where the job that the publication waits for has not ended when it is due
 * (docs/design.md#publishing). Does nothing where that job ends in time, or something was published before.
 */
export async function publishAfterFirstTry(ctx: Context, step: Step, firstTry: Promise<void>): Promise<void> {
  const { published: done, version, kratosDue } = step.claim.record.identity;
  if (done > 0 || version === 0 || kratosDue === null) return;
  const first = await withTimeout(firstTry, kratosDue - ctx.clock.now());
  if (first === 'timeout' && !(await isKratosPaused(ctx))) await publish(ctx, step);
}

/** The claim has checked the pause for every other publication. */
async function isKratosPaused(ctx: Context): Promise<boolean> {
  const paused = await ctx.ledger.budgets.paused(ctx.clock.now());
  return paused.some(({ name }) => name === 'kratos');
}
