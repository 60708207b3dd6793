import type { Payment, TransactionView } from '../../transactions/index.ts';

/** The answer to a payment that was recorded. */
export interface RecordedAnswer {
  readonly id: string;
  readonly status: TransactionView['status'];
  /** Where the payer approves. */
  readonly url: string;
  /** ISO 8601. */
  readonly expires_at: string;
  /** As it is recorded, and shown to the payer. */
  readonly authorization_details: readonly [Payment];
}

/** A transaction, for its application. Times are ISO 8601. */
export interface TransactionAnswer {
  readonly id: string;
  readonly status: TransactionView['status'];
  readonly reference?: string;
  readonly created_at: string;
  readonly expires_at: string;
  readonly approved_at?: string;
  readonly consume_by?: string;
}

/** The answer to the call that consumes an approval. */
export interface ConsumedAnswer {
  readonly status: 'consumed';
  /** A JWS (docs/payments.md#the-approval). */
  readonly approval: string;
}

function iso(time: number): string {
  return new Date(time).toISOString();
}

/** Returns the answer to a payment that was recorded. */
export function recordedAnswer({ id, status, url, expiresAt }: TransactionView, payment: Payment): RecordedAnswer {
  return { id, status, url, expires_at: iso(expiresAt), authorization_details: [payment] };
}

/** Returns how a transaction stands. */
export function transactionAnswer(view: TransactionView): TransactionAnswer {
  const { id, status, reference, createdAt, expiresAt, approvedAt, consumeBy } = view;
  return {
    id,
    status,
    ...(reference === null ? {} : { reference }),
    created_at: iso(createdAt),
    expires_at: iso(expiresAt),
    ...(approvedAt === null ? {} : { approved_at: iso(approvedAt) }),
    ...(consumeBy === null ? {} : { consume_by: iso(consumeBy) }),
  };
}
