import { setTimeout as sleep } from 'node:timers/promises';
import type { IdentityRecord } from '../model.ts';
import type { Context, WriteSignal } from './context.ts';

/** How often the ledger is read for the writes of other replicas, which send no signal here. */
const POLL_EVERY_MS = 250;

/** Resolves to the result of `work`, or to `timeout` after `ms` milliseconds; the work itself continues. */
export async function withTimeout<T>(work: Promise<T>, ms: number): Promise<T | 'timeout'> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<'timeout'>((resolve) => {
    timer = setTimeout(() => resolve('timeout'), Math.max(0, ms));
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Runs `work` until it succeeds. Rejects with the error of the last try.
 * @param pauseAfter milliseconds until the next try; undefined: there is none. `failures` counts from 1.
 * @param options.ref false: a pause does not keep the process alive.
 */
export async function retry<T>(
  work: () => Promise<T>,
  pauseAfter: (error: unknown, failures: number) => number | undefined,
  options: { readonly ref?: boolean } = {},
): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await work();
    } catch (error) {
      const pause = pauseAfter(error, failures);
      if (pause === undefined) throw error;
      await sleep(pause, undefined, options);
    }
  }
}

/** Full jitter, capped at 15 minutes (docs/design.md#retries). `random` is in [0, 1). */
export function backOff(attempts: number, random: number): number {
  const ceiling = Math.min(15 * 60_000, 1000 * 2 ** Math.min(attempts, 20));
  return Math.max(250, Math.floor(random * ceiling));
}

/** Creates the signal of one process. */
export function createWriteSignal(): WriteSignal {
  const listeners = new Map<string, Set<() => void>>();
  return {
    notify: (identityId) => {
      for (const listener of listeners.get(identityId) ?? []) listener();
    },
    subscribe: (identityId, listener) => {
      const ofIdentity = listeners.get(identityId) ?? new Set();
      listeners.set(identityId, ofIdentity.add(listener));
      return () => {
        ofIdentity.delete(listener);
        if (ofIdentity.size === 0) listeners.delete(identityId);
      };
    },
  };
}

/**
 * Reads the record until `isDone` accepts it, at most for `timeoutMs` milliseconds, and returns what was read last. A
 * step of this process that writes the record causes a read at once; for other replicas it is read every 250 ms.
 */
export async function waitFor(
  ctx: Context,
  identityId: string,
  timeoutMs: number,
  isDone: (record: IdentityRecord) => boolean,
): Promise<IdentityRecord | undefined> {
  const end = performance.now() + timeoutMs;
  let wake = (): void => undefined;
  const unsubscribe = ctx.writes.subscribe(identityId, () => wake());
  try {
    for (;;) {
      // Made before the read: a write that the read misses still ends the pause.
      const written = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const record = await ctx.ledger.record(identityId);
      const left = end - performance.now();
      if ((record && isDone(record)) || left <= 0) return record;
      await withTimeout(written, Math.min(POLL_EVERY_MS, left));
    }
  } finally {
    unsubscribe();
  }
}

/** Whether the budget allows the next create call within `ms` milliseconds; otherwise waiting for it is useless. */
export async function isCreateAllowedWithin(ctx: Context, ms: number): Promise<boolean> {
  return (await ctx.ledger.budgets.turn(ctx.rates.account, ctx.clock.now())) <= ms;
}
