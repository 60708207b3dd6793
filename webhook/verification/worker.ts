import { LedgerUnavailable } from '../errors.ts';
import { repairFutureTimes } from './clock-repair.ts';
import type { Context, Worker } from './context.ts';
import { type Claim, type Job, lease } from './job.ts';
import { jobs } from './jobs.ts';
import { publishAfterFirstTry } from './publication/index.ts';
import { beginStep, endStep } from './step.ts';

/**
 * Runs the jobs of one claimed identity side by side, so that a job at Jumio never waits for one at Kratos, and then ends
 * its lease. Rejects with the first error of a job, once all have ended.
 * @param onDone called for each job when its calls have ended, with or without a failure
 */
export async function runStep(ctx: Context, claim: Claim, onDone: (job: Job) => void): Promise<void> {
  const step = beginStep(ctx, claim);
  const runs = claim.work.map(({ job, run }) => ({ job, ended: run(ctx, step).finally(() => onDone(job)) }));
  const parts = runs.map(({ ended }) => ended);
  const firstTry = runs.find(({ job }) => job.isFirstTry)?.ended;
  const isPublishing = runs.some(({ job }) => job.name === 'publish');
  if (firstTry !== undefined && !isPublishing) parts.push(publishAfterFirstTry(ctx, step, firstTry));
  const results = await Promise.allSettled(parts);
  await endStep(step);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

/** Runs of each job at once: an upstream that does not answer takes no slot from the jobs of another. */
const CONCURRENCY = 16;

/** How often to claim without being woken: another replica makes work due without a signal, and a clock may be set. */
const POLL_EVERY_MS = 1_000;

/** How often to look for times that a wrong clock has written; at once where this clock was set back. */
const REPAIR_EVERY_MS = 60_000;

/** Pause before the next claim while what is due is held back by a budget, a lease or a lack of slots; doubled each time. */
const HELD_BACK_MS = { first: 50, longest: 400 };

/**
 * Creates the loop that claims what is due and runs a step for each claim. A step that fails is logged, and its identity
 * is due again when its lease ends.
 */
export function createWorker(ctx: Context): Worker {
  const running = new Set<Promise<void>>();
  const slots = Object.fromEntries(jobs.map(({ name }) => [name, CONCURRENCY]));
  let heldBack = HELD_BACK_MS.first;
  let repairedAt: number | undefined;
  let stopping = false;
  let woken = false;
  let wakeUp = (): void => undefined;
  let loop: Promise<void> = Promise.resolve();

  const wake = (): void => {
    woken = true;
    wakeUp();
  };

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
      if (woken || stopping) wakeUp();
    });

  function report(error: unknown): void {
    const message = error instanceof LedgerUnavailable ? 'ledger unavailable to the worker' : 'step failed';
    ctx.log.error({ err: error }, message);
  }

  function takeSlots({ name }: Job, count: number): void {
    slots[name] = (slots[name] ?? 0) - count;
  }

  function launch(claim: Claim): void {
    for (const { job } of claim.work) takeSlots(job, 1);
    const onDone = (job: Job): void => {
      takeSlots(job, -1);
      wake();
    };
    const step: Promise<void> = runStep(ctx, claim, onDone)
      .catch(report)
      .finally(() => {
        running.delete(step);
        wake();
      });
    running.add(step);
  }

  async function repair(now: number): Promise<void> {
    if (repairedAt !== undefined && now >= repairedAt && now - repairedAt < REPAIR_EVERY_MS) return;
    await repairFutureTimes(ctx, now);
    repairedAt = now;
  }

  /** Milliseconds until the next claim. */
  async function claimDue(): Promise<number> {
    const now = ctx.clock.now();
    await repair(now);
    const due = await ctx.ledger.nextDue(jobs);
    if (due === undefined || due > now) return Math.min(POLL_EVERY_MS, (due ?? Number.POSITIVE_INFINITY) - now);
    const claims = await ctx.ledger.claim({
      jobs,
      now,
      slots,
      rates: ctx.rates,
      lease: (record, claimed) => lease(record, claimed, now),
    });
    for (const claim of claims) launch(claim);
    heldBack = claims.length > 0 ? HELD_BACK_MS.first : Math.min(HELD_BACK_MS.longest, heldBack * 2);
    return claims.length > 0 ? 0 : heldBack;
  }

  async function run(): Promise<void> {
    while (!stopping) {
      woken = false;
      const idle = await claimDue().catch((error: unknown) => {
        report(error);
        return POLL_EVERY_MS;
      });
      if (idle > 0) await pause(idle);
    }
  }

  return {
    start: () => {
      loop = run();
    },
    wake,
    stop: async () => {
      stopping = true;
      wakeUp();
      await loop;
      await Promise.all(running);
    },
  };
}
