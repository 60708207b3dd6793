import { UpstreamError } from '../../errors.ts';
import type { JumioResult } from '../../jumio/result.ts';
import { settlementOf } from '../approve.ts';
import type { ApprovalAttempt } from '../model.ts';
import type { FaceContext } from './context.ts';
import { isOurs, judgeFace, meaningOf } from './judge.ts';
import { readPress } from './kept.ts';
import { FACE_GIVE_UP_MS, nextFaceRead } from './schedule.ts';
import { giveUpFace, THROTTLED_MS } from './start.ts';

/** Reads it again later. */
async function again(ctx: FaceContext, attempt: ApprovalAttempt, lastError: string | null): Promise<void> {
  const now = ctx.clock.now();
  const patch = { due: nextFaceRead(attempt, now), looks: attempt.looks + 1, lastError };
  await ctx.ledger.transactions.keepAttempt(now, attempt, patch);
}

/** Ends an attempt whose link nobody used, or that Jumio never ended: it is not counted. */
async function expire(ctx: FaceContext, attempt: ApprovalAttempt): Promise<void> {
  const last = { due: null, looks: attempt.looks + 1 };
  await ctx.ledger.transactions.abandon(ctx.clock.now(), attempt, 'expired', last);
}

async function onProcessed(ctx: FaceContext, attempt: ApprovalAttempt, result: JumioResult): Promise<void> {
  const press = readPress(attempt.evidence);
  const references = await ctx.references.all(attempt.id);
  if (!isOurs(result, { attempt, references, press })) {
    ctx.log.error({ identity: attempt.identityId }, 'result from Jumio for another comparison: it decides nothing');
    return again(ctx, attempt, 'foreign-result');
  }
  const judged = meaningOf(result.status) === 'processed' ? judgeFace(result, press?.authTime ?? 0) : undefined;
  if (judged === undefined) return again(ctx, attempt, 'unknown-status');
  if (judged.kind === 'unanswered') return giveUpFace(ctx, attempt, 'not executed');
  const { transactions } = ctx.ledger;
  const { block } = ctx.settings;
  const now = ctx.clock.now();
  // Whoever withdrew the consent, or was rejected, while they were compared approves nothing.
  if (press !== undefined && judged.kind === 'passed' && (await ctx.referenceFace(attempt.identityId)) === undefined)
    return giveUpFace(ctx, attempt, 'no reference face');
  const settlement = settlementOf(ctx, judged, { attempt, locale: press?.locale ?? 'en' }, now);
  const settled = press === undefined ? 'refused' : await transactions.settleKnown(now, attempt, settlement, block);
  if (settled === 'refused') await transactions.late(now, attempt, judged.kind, block);
}

/**
 * Reads a comparison at Jumio: its status, and once it is processed the result, whose call is the second of the step. What it
 * says counts for this attempt alone, and only while its transaction is open (docs/payments.md#a-face).
 */
export async function readFace(ctx: FaceContext, attempt: ApprovalAttempt): Promise<void> {
  const { accountId, executionId, startedAt } = attempt;
  if (accountId === null || executionId === null) return expire(ctx, attempt);
  if (ctx.clock.now() - startedAt > FACE_GIVE_UP_MS) return expire(ctx, attempt);
  const ids = { accountId, executionId };
  try {
    const status = await ctx.jumio.status(ids);
    switch (meaningOf(status)) {
      case 'progress':
        return await again(ctx, attempt, null);
      case 'ended':
        return await expire(ctx, attempt);
      case 'unknown':
        ctx.log.warn({ identity: attempt.identityId, seen: status.slice(0, 64) }, 'undocumented status from Jumio');
        return await again(ctx, attempt, 'unknown-status');
      case 'processed':
        return await onProcessed(ctx, attempt, await ctx.jumio.details(ids));
    }
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    const { facts } = error;
    ctx.log.warn({ identity: attempt.identityId, upstream: facts }, 'could not read the comparison of a face');
    if (facts.status === 429)
      await ctx.ledger.budgets.pause('retrieval', ctx.clock.now(), facts.retryAfter ?? THROTTLED_MS);
    await again(ctx, attempt, [facts.failure, facts.status].filter((part) => part !== undefined).join(' '));
  }
}
