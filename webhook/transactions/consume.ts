import { APPROVAL_TYPE, approvalClaims } from './approval.ts';
import type { TransactionContext } from './context.ts';
import type { Transaction } from './model.ts';
import { type Payment, recordedDetails } from './payment/details.ts';
import { stateAsOf } from './states.ts';

/** What an application asks just before it pays. */
export interface ConsumeRequest {
  readonly clientId: string;
  readonly id: string;
  /** What it is about to pay. */
  readonly payment: Payment;
  readonly idempotencyKey: string;
}

/** Why there is no approval for a request. */
export type NotConsumed = 'unknown' | 'not-approved' | 'ended' | 'differs' | 'consumed';

/** The result: the approval as a JWS, or why there is none. */
export type ConsumeOutcome = { readonly kind: 'approval'; readonly approval: string } | { readonly kind: NotConsumed };

/** Why a request consumed nothing; `repeated`: it is the one that consumed it before. Pure. */
export function whyNotConsumed(
  transaction: Transaction | undefined,
  { detailsHash, consumeKey }: Pick<Transaction, 'detailsHash'> & { readonly consumeKey: string },
  now: number,
): NotConsumed | 'repeated' {
  if (transaction === undefined) return 'unknown';
  const isOther = transaction.detailsHash !== detailsHash;
  const state = stateAsOf(transaction, now);
  switch (state) {
    case 'open':
      return 'not-approved';
    // With the same details it was approved after it was tried: the next try consumes it.
    case 'approved':
      return isOther ? 'differs' : 'not-approved';
    case 'consumed':
      if (transaction.consumeKey !== consumeKey) return 'consumed';
      return isOther ? 'differs' : 'repeated';
    case 'declined':
    case 'failed':
    case 'expired':
    case 'cancelled':
      return 'ended';
    default:
      return state satisfies never;
  }
}

async function approvalOf(ctx: TransactionContext, transaction: Transaction, payment: Payment): Promise<string> {
  const { clients } = ctx.settings;
  const acr = clients[transaction.clientId]?.acr ?? '';
  const claims = approvalClaims(transaction, payment, { issuer: ctx.publicUrl, acr });
  return ctx.keys.sign(claims, APPROVAL_TYPE, ctx.clock.now());
}

/** Notes that an application was about to pay something else than what was approved; once for each other payment. */
async function noteDiffers(ctx: TransactionContext, { id, clientId, identityId }: Transaction, hash: string) {
  const event = {
    kind: 'txn_differs',
    detail: { transaction: id, client: clientId },
    once: `txn_differs:${id}:${hash}`,
  };
  await ctx.ledger.note(ctx.clock.now(), { ...event, cap: `txn_differs:${id}` }, identityId);
}

/**
 * Consumes an approval: once, for exactly what was approved. The same idempotency key gets the same approval again. It is
 * signed when it is consumed durably, so nothing is signed twice for two payments.
 */
export async function consumeApproval(ctx: TransactionContext, request: ConsumeRequest): Promise<ConsumeOutcome> {
  const { id, clientId, payment, idempotencyKey: consumeKey } = request;
  const { hash: detailsHash } = recordedDetails(payment);
  const now = ctx.clock.now();
  const consumption = { id, clientId, detailsHash, consumeKey, jti: ctx.newId() };
  const { isChanged, transaction } = await ctx.ledger.transactions.consume(now, consumption);
  const why = isChanged ? 'repeated' : whyNotConsumed(transaction, consumption, now);
  if (why === 'differs' && transaction !== undefined) await noteDiffers(ctx, transaction, detailsHash);
  if (why !== 'repeated' || transaction === undefined) return { kind: why === 'repeated' ? 'unknown' : why };
  return { kind: 'approval', approval: await approvalOf(ctx, transaction, payment) };
}
