import type { Transaction, TransactionState } from './model.ts';

/** What the state of a transaction depends on. */
export type Timed = Pick<Transaction, 'state' | 'expiresAt' | 'consumeBy'>;

/**
 * Returns the state of a transaction at a time. Its end by time is computed wherever it is read, and stored with the next
 * write of the row: no timer runs.
 */
export function stateAsOf({ state, expiresAt, consumeBy }: Timed, now: number): TransactionState {
  switch (state) {
    case 'open':
      return expiresAt > now ? 'open' : 'expired';
    case 'approved':
      return consumeBy !== null && consumeBy > now ? 'approved' : 'expired';
    case 'consumed':
    case 'declined':
    case 'failed':
    case 'expired':
    case 'cancelled':
      return state;
    default:
      return state satisfies never;
  }
}
