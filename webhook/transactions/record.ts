import { randomBytes } from 'node:crypto';
import type { TransactionContext } from './context.ts';
import type { Transaction } from './model.ts';
import { type Payment, type RecordedDetails, recordedDetails } from './payment/details.ts';
import { type TransactionView, viewOf } from './view.ts';

/** The lifetime of a transaction in seconds, if the application names none, and its limits. */
export const LIFETIME_S = { least: 60, most: 3_600, byDefault: 600 } as const;

/** What an application, or a hint that it signed, asks to be approved. */
export interface RecordRequest {
  readonly clientId: string;
  /** The payer's id in Kratos. */
  readonly sub: string;
  readonly redirectUri: string;
  readonly reference: string | null;
  readonly lifetimeS: number;
  readonly payment: Payment;
  /** What makes a repeated request the same one; null: nothing does, so each is a new transaction. */
  readonly once: { readonly idempotencyKey: string } | { readonly hintJti: string } | null;
}

/** The result. `other-content`: the same key or hint recorded something else before. */
export type RecordOutcome =
  | { readonly kind: 'made' | 'repeated'; readonly transaction: TransactionView }
  | { readonly kind: 'other-content' | 'too-many-open' };

function keysOf(once: RecordRequest['once']): Pick<Transaction, 'idempotencyKey' | 'hintJti'> {
  if (once === null) return { idempotencyKey: null, hintJti: null };
  return 'hintJti' in once
    ? { idempotencyKey: null, hintJti: once.hintJti }
    : { idempotencyKey: once.idempotencyKey, hintJti: null };
}

/** Whether a stored transaction is what a repeated request asks for. After the retention its address is not known. */
function isSame(stored: Transaction, request: RecordRequest, { hash }: RecordedDetails): boolean {
  return (
    stored.identityId === request.sub &&
    stored.detailsHash === hash &&
    stored.reference === request.reference &&
    (stored.redirectUri === null || stored.redirectUri === request.redirectUri) &&
    stored.expiresAt - stored.createdAt === request.lifetimeS * 1_000
  );
}

/** Records a payment that its payer is to approve. It is durable when this resolves. */
export async function recordTransaction(ctx: TransactionContext, request: RecordRequest): Promise<RecordOutcome> {
  const details = recordedDetails(request.payment);
  const now = ctx.clock.now();
  const recorded = await ctx.ledger.transactions.record(now, {
    id: ctx.newId(),
    clientId: request.clientId,
    identityId: request.sub,
    details: details.text,
    detailsHash: details.hash,
    reference: request.reference,
    redirectUri: request.redirectUri,
    nonce: randomBytes(32).toString('base64url'),
    expiresAt: now + request.lifetimeS * 1_000,
    ...keysOf(request.once),
  });
  switch (recorded.kind) {
    case 'too-many-open':
      return recorded;
    case 'made':
      return { kind: 'made', transaction: viewOf(ctx, recorded.transaction) };
    case 'found':
      if (!isSame(recorded.transaction, request, details)) return { kind: 'other-content' };
      return { kind: 'repeated', transaction: viewOf(ctx, recorded.transaction) };
    default:
      return recorded satisfies never;
  }
}
