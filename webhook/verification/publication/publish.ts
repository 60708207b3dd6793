import { UpstreamError, type UpstreamFacts } from '../../errors.ts';
import type { KratosIdentity, Patched, State } from '../../kratos/types.ts';
import type { Change, Identity, IdentityRecord } from '../../model.ts';
import type { Context } from '../context.ts';
import { member, onCopyCompared, type PublishedContent, publishedContent, uncompared } from '../record/index.ts';
import { isThrottled, reportFailure, type Step } from '../step.ts';
import { withTimeout } from '../waiting.ts';
import {
  onDeactivating,
  onRevoked,
  onRevokeFailed,
  onStateLeft,
  onStateSeen,
  onStateWritten,
  stateToWrite,
  withholdConsequences,
  withoutDisabledConsequences,
} from './consequences.ts';
import { tellPublished } from './decisions.ts';
import { matchesPublished } from './same-copy.ts';
import {
  isUnpublished,
  onCleared,
  onPublished,
  onPublishFailed,
  onReadBack,
  pendingPublication,
  reschedule,
} from './state.ts';

/** Returns an identity from Kratos; undefined: it does not exist there. @throws UpstreamError if Kratos gives no usable answer */
export async function findIdentity(ctx: Context, identityId: string): Promise<KratosIdentity | undefined> {
  try {
    return await ctx.kratos.read(identityId);
  } catch (error) {
    if (error instanceof UpstreamError && error.facts.code === 'identity-not-found') return undefined;
    throw error;
  }
}

/** Removes our objects of an erased identity from Kratos, and what our mappers stored of an eID. A missing identity counts as cleared. */
export async function clearPublished(ctx: Context, step: Step): Promise<void> {
  const { version } = step.claim.record.identity;
  const identity = await findIdentity(ctx, step.identityId);
  if (identity !== undefined) {
    if (!step.mayCall()) return;
    // Without an eID provider those members may be another writer's: their names are common.
    await ctx.kratos.unpublish(identity, { withEid: ctx.eid !== undefined });
  }
  await step.finish((record) => onCleared(record, version, identity === undefined, ctx.clock.now()));
}

async function currentOf(ctx: Context, step: Step): Promise<IdentityRecord | undefined> {
  const record = await ctx.ledger.record(step.identityId);
  return record && withoutDisabledConsequences(record, ctx.onRejected);
}

/** The `200` of a proxy does not count as a publication. */
function expectWritten(isWritten: boolean): void {
  if (isWritten) return;
  const detail = 'the answer does not show what was written: is KRATOS_ADMIN_URL the admin API itself?';
  throw new UpstreamError({ upstream: 'kratos', operation: 'patch', failure: 'unusable', detail });
}

function contentOf({ changedAt, version }: Identity, content: string): PublishedContent {
  return publishedContent({ content, changedAt, version });
}

/** Writes the current version. Rejects with `UpstreamError` if Kratos does not confirm it. */
export async function patchContent(ctx: Context, step: Step): Promise<void> {
  const identity = (await currentOf(ctx, step))?.identity;
  if (identity === undefined || identity.content === null) return;
  const copy = await ctx.kratos.publish(step.identityId, contentOf(identity, identity.content));
  expectWritten(matchesPublished(identity, copy));
  const isOurs = await step.finish((record) => onPublished(record, identity.version, ctx.clock.now()));
  if (isOurs) await tellPublished(ctx, step);
}

/**
 * Returns the state to write, after a read of the current one: a person whom an operator made inactive stays so. `leave`: none.
 * `lost`: the lease was lost, or another state has become pending since the read.
 */
async function decideState(ctx: Context, step: Step, record: IdentityRecord): Promise<State | 'leave' | 'lost'> {
  const { pendingState, deactivated } = record.identity;
  if (pendingState === 'inactive' && deactivated) return pendingState;
  const observed = await ctx.kratos.read(step.identityId);
  const state = stateToWrite(record, observed);
  if (state === 'active') return state;
  let isStillPending = true;
  const decide = (found: IdentityRecord): Change => {
    isStillPending = found.identity.pendingState === pendingState;
    if (!isStillPending) return reschedule(found, ctx.clock.now());
    return state === 'leave' ? onStateLeft(found, observed, ctx.clock.now()) : onDeactivating(found);
  };
  return (await step.write(decide)) && isStillPending ? state : 'lost';
}

function pendingContent(identity: Identity): PublishedContent | undefined {
  const isPending = pendingPublication(identity) === 'publish' && identity.content !== null;
  return isPending ? contentOf(identity, identity.content) : undefined;
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
  const { record: published, events = [] } = onPublished(written.record, version, now);
  return { record: published, events: [...(written.events ?? []), ...events] };
}

/** Writes the pending state and the next version in one PATCH: Kratos has no compare-and-set, so each PATCH may undo another writer's. */
export async function patchState(ctx: Context, step: Step): Promise<void> {
  const record = await currentOf(ctx, step);
  if (record === undefined) return;
  const state = await decideState(ctx, step, record);
  if (state === 'lost') return;
  const { identity } = record;
  const content = pendingContent(identity);
  // The read may have taken too long for another call: the job is due again when the lease ends.
  if (!step.mayCall()) return;
  if (state === 'leave') return content === undefined ? undefined : patchContent(ctx, step);
  const answer = await ctx.kratos.setState(step.identityId, state, content);
  expectWritten(answer.state === state && (content === undefined || matchesPublished(identity, answer.jumio)));
  const version = content === undefined ? undefined : identity.version;
  const isOurs = await step.finish((found) => onPatched(found, state, answer, version, ctx.clock.now()));
  if (isOurs && version !== undefined) await tellPublished(ctx, step);
}

async function readBack(ctx: Context, step: Step): Promise<void> {
  const identity = await ctx.kratos.read(step.identityId);
  const copy = member(identity.metadataPublic, 'jumio');
  await step.finish((record) => {
    const change = onStateSeen(record, identity);
    const { record: compared, events = [] } = onReadBack(change.record, copy, ctx.clock.now());
    return { record: compared, events: [...(change.events ?? []), ...events] };
  });
}

/** Whether nothing is left but the read-back. */
function isAllWritten({ identity }: IdentityRecord): boolean {
  return identity.pendingState === null && !isUnpublished(identity);
}

/** Revokes the sessions, for the first or the second time. Returns the facts of a failure: the rest of the job need not wait for it. */
async function revokeSessions(ctx: Context, step: Step): Promise<UpstreamFacts | undefined> {
  const { revocation, deletedInKratos } = step.claim.record.identity;
  const isDue = revocation === 'pending' || (revocation === 'repeat' && isAllWritten(step.claim.record));
  if (!isDue || deletedInKratos) return undefined;
  try {
    const found = await ctx.kratos.revokeSessions(step.identityId);
    await step.write((record) => onRevoked(record, found, ctx.clock.now()));
    return undefined;
  } catch (error) {
    return reportFailure(ctx, step, error, 'could not revoke the sessions at Kratos');
  }
}

/**
 * Reads the copy before the first write to an identity in an epoch of the ledger: a decision that the ledger has lost is
 * inherited, and not overwritten (docs/design.md#epochs). False: the step may go on no longer.
 */
async function compareCopy(ctx: Context, step: Step): Promise<boolean> {
  const { metadataPublic, metadataAdmin } = await ctx.kratos.read(step.identityId);
  const copy = { public: member(metadataPublic, 'jumio'), admin: member(metadataAdmin, 'jumio') };
  const { epoch } = ctx.ledger;
  const isOurs = await step.write((record) =>
    onCopyCompared(record, copy, { epoch, newId: ctx.newId }, ctx.clock.now()),
  );
  return isOurs && step.mayCall();
}

/** The read-back is the last: it is due a minute after everything else is written. */
async function publishNext(ctx: Context, step: Step): Promise<void> {
  if (uncompared(step.claim.record.identity, ctx.ledger.epoch) !== undefined) {
    if (!(await compareCopy(ctx, step))) return;
    const record = await currentOf(ctx, step);
    return record && publishRecord(ctx, { ...step, claim: { record } });
  }
  return publishRecord(ctx, step);
}

async function publishRecord(ctx: Context, step: Step): Promise<void> {
  const { identity } = step.claim.record;
  const pending = identity.deletedInKratos ? 'none' : pendingPublication(identity);
  if (identity.pendingState !== null && !identity.deletedInKratos) return patchState(ctx, step);
  if (pending === 'publish') return patchContent(ctx, step);
  if (pending === 'clear') return clearPublished(ctx, step);
  if (pending === 'read-back' && identity.revocation !== 'pending') return readBack(ctx, step);
  await step.finish((record) => reschedule(record, ctx.clock.now()));
}

async function publishContent(ctx: Context, step: Step): Promise<void> {
  if (!step.mayCall()) return;
  try {
    await publishNext(ctx, step);
  } catch (error) {
    const facts = await reportFailure(ctx, step, error, 'could not publish to Kratos');
    await step.finish((record) => onPublishFailed(record, facts, ctx.clock.now(), ctx.random()));
  }
}

/** Returns the step with records that have only the consequences of the policy. */
function underPolicy(ctx: Context, step: Step): Step {
  const record = withoutDisabledConsequences(step.claim.record, ctx.onRejected);
  const under = (write: Step['write']): Step['write'] => {
    return (decide) => write((found) => decide(withoutDisabledConsequences(found, ctx.onRejected)));
  };
  return { ...step, claim: { ...step.claim, record }, write: under(step.write), finish: under(step.finish) };
}

/** Writes the events of what a rejection would do outside shadow mode. */
async function withhold({ policy }: Context, step: Step): Promise<void> {
  const { onRejected } = policy;
  if (withholdConsequences(step.claim.record, onRejected) === undefined) return;
  await step.write((record) => withholdConsequences(record, onRejected) ?? { record });
}

/** Runs the publish job: revokes sessions, sets a state, and writes the next version or reads the last one back. */
export async function publish(ctx: Context, claimed: Step): Promise<void> {
  if (!claimed.mayCall()) return;
  if (ctx.gate.mode === 'shadow') await withhold(ctx, claimed);
  const step = underPolicy(ctx, claimed);
  const attempts = step.claim.record.identity.kratosAttempts + 1;
  const facts = await revokeSessions(ctx, step);
  if (facts === undefined) return publishContent(ctx, step);
  // The last result is that of the revocation.
  if (!isThrottled(facts)) await publishContent(ctx, { ...step, finish: step.write });
  await step.finish((record) => onRevokeFailed(record, facts, attempts, ctx.clock.now(), ctx.random()));
}

/**
 * Publishes for the first time where the job that the publication waits for has not ended when it is due
 * (docs/design.md#publishing). Does nothing where that job ends in time, or something was published before.
 */
export async function publishAfterFirstTry(ctx: Context, step: Step, firstTry: Promise<void>): Promise<void> {
  const { published, version, kratosDue } = step.claim.record.identity;
  if (published > 0 || version === 0 || kratosDue === null) return;
  const first = await withTimeout(firstTry, kratosDue - ctx.clock.now());
  if (first === 'timeout' && !(await isKratosPaused(ctx))) await step.run(() => publish(ctx, step));
}

/** Whether calls to Kratos are paused. For a claimed publication the claim has checked it. */
export async function isKratosPaused(ctx: Context): Promise<boolean> {
  const paused = await ctx.ledger.budgets.paused(ctx.clock.now());
  return paused.some(({ name }) => name === 'kratos');
}
