import type { UpstreamFacts } from '../../errors.ts';
import type { Change, IdentityRecord, Verification } from '../../model.ts';
import type { Context } from '../context.ts';
import { findVerification, updateVerification } from '../record/index.ts';
import { factsOf, type Step, THROTTLED_MS } from '../step.ts';
import { backOff } from '../waiting.ts';

/** Removes the ids of a deleted account from every attempt. `found` false: Jumio did not have the account. */
export function onDeleted(record: IdentityRecord, accountId: string, found: boolean): Change {
  const deleted = { accountId: null, executionId: null, definitionKey: null, attempts: 0, lastError: null };
  const verifications = record.verifications.map((row) => (row.accountId === accountId ? { ...row, ...deleted } : row));
  const detail = { account: accountId, found };
  return { record: { ...record, verifications }, events: [{ kind: 'deleted_at_jumio', detail }] };
}

/** Makes a failed deletion due again after a back-off. A refusal (4xx) is an event, once per answer. `random` in [0, 1). */
export function onDeleteFailed(record: IdentityRecord, id: string, facts: UpstreamFacts, now: number, random: number) {
  const attempts = findVerification(record, id).attempts + (facts.status === 429 ? 0 : 1);
  const seen = [facts.failure, facts.status].filter((part) => part !== undefined).join(' ');
  const readDue = facts.status === 429 ? now : now + backOff(attempts, random);
  const isRefusal = facts.failure === 'status' && facts.status !== 429 && (facts.status ?? 0) < 500;
  const refusal = { kind: 'delete_refused', verificationId: id, detail: { seen }, once: `delete:${id}:${seen}` };
  const failed = updateVerification(record, id, { attempts, lastError: seen, readDue });
  return { record: failed, events: isRefusal ? [refusal] : [] };
}

/** Deletes an account of an erased identity at Jumio. A 404 counts as deleted. */
export async function deleteAccount(ctx: Context, step: Step, row: Verification): Promise<void> {
  const { accountId } = row;
  if (!step.mayCall() || accountId === null) return;
  const deleted = (found: boolean) => step.finish((record) => onDeleted(record, accountId, found));
  try {
    await ctx.jumio.deleteAccount(accountId);
    await deleted(true);
  } catch (error) {
    const facts = factsOf(error);
    if (facts.status === 404 && facts.operation === 'delete') return void (await deleted(false));
    ctx.log.warn({ identity: step.identityId, upstream: facts }, 'could not delete the account at Jumio');
    const now = ctx.clock.now();
    if (facts.status === 429) await ctx.ledger.budgets.pause('retrieval', now, facts.retryAfter ?? THROTTLED_MS);
    await step.finish((record) => onDeleteFailed(record, row.id, facts, now, ctx.random()));
  }
}
