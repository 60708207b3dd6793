import type { TransactionContext } from '../context.ts';

const HOUR_MS = 3_600_000;

/** How often transactions are looked for whose retention is over. */
const EVERY_MS = HOUR_MS;

/** How long amount and payee of a transaction are kept that was never consumed. */
const NOT_CONSUMED_MS = 30 * 24 * HOUR_MS;

/**
 * Returns what clears transactions whose retention is over, in small steps: an hour apart, at once where one was not enough.
 * What one process has looked through it does not look through again.
 */
export function createForgetting({
  ledger,
  settings,
}: { readonly ledger: Pick<TransactionContext['ledger'], 'transactions'> } & Pick<TransactionContext, 'settings'>) {
  const spans = [
    { consumed: true, keptMs: settings.retention, from: 0 },
    { consumed: false, keptMs: NOT_CONSUMED_MS, from: 0 },
  ];
  let nextAt = Number.NEGATIVE_INFINITY;
  return async (now: number): Promise<void> => {
    // A clock that was set back is not waited for.
    if (now < nextAt && nextAt - now <= EVERY_MS) return;
    nextAt = now + EVERY_MS;
    for (const span of spans) {
      const before = now - span.keptMs;
      const hasMore = await ledger.transactions.clearEnded({ consumed: span.consumed, from: span.from, before });
      if (hasMore) nextAt = now;
      else span.from = before;
    }
  };
}
