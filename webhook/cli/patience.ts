import { setTimeout as sleep } from 'node:timers/promises';
import { LedgerUnavailable } from '../errors.ts';

/** A service at work holds the SQLite file for milliseconds at a time; so long a command waits for its turn. */
const PATIENCE_MS = 5_000;
const AGAIN_MS = 50;

/** Does it again while the ledger is busy, for some seconds; the work does nothing but its one transaction. */
export async function patiently<T>(work: () => Promise<T>, patienceMs = PATIENCE_MS): Promise<T> {
  const end = performance.now() + patienceMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof LedgerUnavailable) || performance.now() >= end) throw error;
      await sleep(AGAIN_MS);
    }
  }
}
