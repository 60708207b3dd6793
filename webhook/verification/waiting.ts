import type { IdentityRecord } from '../model.ts';
import type { Context } from './context.ts';

const LOOK_EVERY_MS = 20;

/** What `work` comes to, or `late` after so many milliseconds; the work itself goes on. */
export async function withTimeout<T>(work: Promise<T>, ms: number): Promise<T | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), Math.max(0, ms));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Full jitter, capped at 15 minutes (docs/design.md#retries). `random` is in [0, 1). */
export function backOff(attempts: number, random: number): number {
  const ceiling = Math.min(15 * 60_000, 1000 * 2 ** Math.min(attempts, 20));
  return Math.max(250, Math.floor(random * ceiling));
}

/** Waits until `done` or the time is up; the answer is given all the same. */
export async function waitFor(
  ctx: Context,
  identityId: string,
  withinMs: number,
  done: (record: IdentityRecord) => boolean,
): Promise<IdentityRecord | undefined> {
  const end = performance.now() + withinMs;
  for (;;) {
    const record = await ctx.ledger.record(identityId);
    if (record && done(record)) return record;
    if (performance.now() >= end) return record;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** Whether the budget allows a newcomer's turn within so many milliseconds: else waiting for it is idle. */
export async function isTurnWithin(ctx: Context, ms: number): Promise<boolean> {
  return (await ctx.ledger.budgets.turn(ctx.rates.account, ctx.clock.now())) <= ms;
}
