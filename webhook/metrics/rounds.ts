import { setTimeout } from 'node:timers/promises';
import { LedgerUnavailable } from '../errors.ts';
import type { LedgerGauges } from './ledger-gauges.ts';

/** Milliseconds from the end of one round to the next. */
const EVERY_MS = { short: 15_000, long: 60_000 };

/** Between two pages of a long round: a million identities take four minutes, and a fiftieth of a processor. */
const PAGE_PAUSE_MS = 250;

/** The rounds of a process. */
export interface Rounds {
  readonly start: () => void;
  /** Resolves when no round reads the ledger any more. */
  readonly stop: () => Promise<void>;
}

/**
 * Reads the gauges of the ledger again and again, until it is stopped.
 * @param onFault receives an error that is none of the ledger: a gauge must not end the process
 */
export function createRounds({ short, long }: LedgerGauges, onFault: (error: unknown) => void): Rounds {
  const stopping = new AbortController();
  let running: Promise<unknown> = Promise.resolve();

  /** Resolves at once where it is stopped. The timer does not keep a process alive. */
  const pause = (ms: number): Promise<void> =>
    setTimeout(ms, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);

  const pageEnded = async (): Promise<void> => {
    await pause(PAGE_PAUSE_MS);
    stopping.signal.throwIfAborted();
  };

  const again = async (round: () => Promise<void>, everyMs: number): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await round();
      } catch (error) {
        // Readiness and `upstream_up` say it of the ledger.
        if (!(error instanceof LedgerUnavailable) && !stopping.signal.aborted) onFault(error);
      }
      await pause(everyMs);
    }
  };

  return {
    start: () => {
      running = Promise.all([again(short, EVERY_MS.short), again(() => long(pageEnded), EVERY_MS.long)]);
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}
