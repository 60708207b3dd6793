import type { TransactionContext } from './context.ts';
import type { Transaction, TransactionState } from './model.ts';
import { type Payment, paymentOf } from './payment/details.ts';
import { stateAsOf } from './states.ts';

/** A transaction as its application sees it. Times are epoch milliseconds. */
export interface TransactionView {
  readonly id: string;
  readonly status: TransactionState;
  readonly reference: string | null;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly approvedAt: number | null;
  readonly consumeBy: number | null;
  /** The page where the payer approves. */
  readonly url: string;
  /** Null after the retention. */
  readonly payment: Payment | null;
}

/** Returns the address of the page where the payer approves. */
export function approvalUrl({ publicUrl }: Pick<TransactionContext, 'publicUrl'>, id: string): string {
  return `${publicUrl}/approve/${id}`;
}

/** Returns a transaction as it is now. */
export function viewOf(ctx: TransactionContext, transaction: Transaction): TransactionView {
  const { id, reference, createdAt, expiresAt, approvedAt, consumeBy, details } = transaction;
  const status = stateAsOf(transaction, ctx.clock.now());
  const payment = details === null ? null : paymentOf(details);
  return { id, status, reference, createdAt, expiresAt, approvedAt, consumeBy, url: approvalUrl(ctx, id), payment };
}

/** Finds a transaction of a client by its id, or by the `jti` of the signed hint that recorded it; undefined: the client has none such. */
export async function findTransaction(
  ctx: TransactionContext,
  clientId: string,
  by: { readonly id: string } | { readonly hintJti: string },
): Promise<TransactionView | undefined> {
  const { transactions } = ctx.ledger;
  const found = await ('id' in by ? transactions.find(by.id) : transactions.findByHint(clientId, by.hintJti));
  return found?.clientId === clientId ? viewOf(ctx, found) : undefined;
}

/** Cancels a transaction of a client. `consumed`: too late. One that ended otherwise stays as it is; the answer is `cancelled` too, so a repeat does no harm. */
export async function cancelTransaction(
  ctx: TransactionContext,
  clientId: string,
  id: string,
): Promise<'cancelled' | 'consumed' | 'unknown'> {
  const { transaction } = await ctx.ledger.transactions.cancel(ctx.clock.now(), { id, clientId });
  if (transaction === undefined) return 'unknown';
  return transaction.state === 'consumed' ? 'consumed' : 'cancelled';
}
