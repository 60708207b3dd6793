import { setTimeout } from 'node:timers/promises';
import { LedgerUnavailable } from '../errors.ts';
import type { Context, OtherWork } from './context.ts';

/** How often days are looked for that are to be counted: those that are over, and those of which something changed since. */
const EVERY_MS = 60_000;

/**
 * Between two slices of a few milliseconds. A year of a million people, which a service meets once when it is updated, takes some ten minutes of it,
 * and a tenth of a processor.
 */
const PAUSE_MS = 25;

/** What counting the days needs. */
type CountingContext = Pick<Context, 'clock' | 'log'> & {
  readonly ledger: { readonly reports: Pick<Context['ledger']['reports'], 'countDays'> };
};

/** Creates the work that counts the days that are over, for the numbers of operators (docs/console.md#numbers). It waits for nobody, and nobody for it. */
export function createDayCounting({ ledger, clock, log }: CountingContext): OtherWork {
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  let nextAt: number | undefined;

  const pause = (): Promise<void> => setTimeout(PAUSE_MS, undefined, { signal: stopping.signal });

  async function run(): Promise<void> {
    try {
      while (await ledger.reports.countDays(clock.now(), pause)) await pause();
    } catch (error) {
      if (stopping.signal.aborted) return;
      const isLedger = error instanceof LedgerUnavailable;
      log.error({ err: error }, isLedger ? 'ledger unavailable to the worker' : 'counting the days failed');
    } finally {
      running = undefined;
    }
  }

  return {
    claim: async (now) => {
      // Not at the start, which has more to do. A clock that was set back is not waited for.
      if (nextAt === undefined || nextAt - now > EVERY_MS) nextAt = now + EVERY_MS;
      if (running === undefined && now >= nextAt) {
        nextAt = now + EVERY_MS;
        running = run();
      }
      return Math.max(nextAt - now, 0) || EVERY_MS;
    },
    ended: async () => {
      stopping.abort();
      await running;
    },
  };
}
