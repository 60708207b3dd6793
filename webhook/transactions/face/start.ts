import { UpstreamError, type UpstreamFacts } from '../../errors.ts';
import type { ApprovalAttempt } from '../model.ts';
import { approvalUrl } from '../view.ts';
import type { FaceContext } from './context.ts';
import { facesOf } from './factor.ts';
import { readPress } from './kept.ts';
import { FACE_LINK, FACE_START_MS, MOST_FACES, nextFaceRead, nextFaceStart } from './schedule.ts';

/** The pause after a 429 without a usable `Retry-After`. */
export const THROTTLED_MS = 5_000;

/** Ends an attempt that nobody can judge, in favour of another factor: it is not counted. */
export async function giveUpFace(ctx: FaceContext, attempt: ApprovalAttempt, lastError: string): Promise<void> {
  const last = { due: null, looks: attempt.looks + (attempt.executionId === null ? 0 : 1), lastError };
  await ctx.ledger.transactions.abandon(ctx.clock.now(), attempt, 'unavailable', last);
}

function inWords({ failure, status }: UpstreamFacts): string {
  return status === undefined ? failure : `${failure} ${status}`;
}

/** Whether a create call may be repeated: nothing was created by it, and the cause may pass. */
function mayRepeat({ failure, status, operation }: UpstreamFacts): boolean {
  if (failure === 'unreachable' || status === 429) return true;
  return operation === 'token' && (failure !== 'status' || (status ?? 0) >= 500);
}

/** Repeats a failed call while the payer may still wait; else the attempt is over. One without a usable answer may cost an execution. */
async function onFailed(ctx: FaceContext, attempt: ApprovalAttempt, facts: UpstreamFacts): Promise<void> {
  const now = ctx.clock.now();
  ctx.log.warn({ identity: attempt.identityId, upstream: facts }, 'could not create the comparison of a face');
  if (facts.status === 429) await ctx.ledger.budgets.pause('account', now, facts.retryAfter ?? THROTTLED_MS);
  const due = facts.status === 429 ? now : nextFaceStart(attempt, now, ctx.random());
  if (!mayRepeat(facts) || due - attempt.startedAt > FACE_START_MS) return giveUpFace(ctx, attempt, inWords(facts));
  const patch = { due, lastError: inWords(facts) };
  await ctx.ledger.transactions.keepAttempt(now, attempt, patch);
}

/**
 * Asks Jumio to compare the face of a payer with that of their account. Neither amount nor payee nor client is in the request.
 * Never a second time where the first may have been taken: each costs money.
 */
export async function startFace(ctx: FaceContext, attempt: ApprovalAttempt): Promise<void> {
  const { identityId, transactionId } = attempt;
  const press = readPress(attempt.evidence);
  const accountId = await ctx.referenceFace(identityId);
  if (press === undefined || accountId === undefined) return giveUpFace(ctx, attempt, 'no reference face');
  if ((await facesOf(ctx, transactionId, attempt.id)) >= MOST_FACES)
    return giveUpFace(ctx, attempt, 'too many comparisons');
  const reference = await ctx.references.mint(attempt.id);
  const { workflowKey, locale } = press;
  const comparison = { workflowKey, linkLifetime: FACE_LINK.lifetime, returnUrl: approvalUrl(ctx, transactionId) };
  try {
    const { link, executionId } = await ctx.jumio.create({ identityId, accountId, reference, locale, comparison });
    const now = ctx.clock.now();
    const linkEndsAt = now + FACE_LINK.ms;
    const facts = { accountId, executionId, link: link ?? null, linkEndsAt, due: nextFaceRead(attempt, now) };
    await ctx.ledger.transactions.faceStarted(now, attempt, facts);
    if (link !== undefined) return;
    ctx.log.error({ identity: identityId }, 'comparison without a link from Jumio: set a domain prefix in the portal');
    await giveUpFace(ctx, attempt, 'no link');
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    await onFailed(ctx, attempt, error.facts);
  }
}
