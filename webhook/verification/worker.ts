import { tracingChannel } from 'node:diagnostics_channel';
import { LedgerUnavailable } from '../errors.ts';
import type { Context, OtherWork, Worker } from './context.ts';
import { type Claim, lease } from './job.ts';
import { jobs } from './jobs.ts';
import { isKratosPaused, publish, publishAfterFirstTry } from './publication/index.ts';
import { endDeadLeases, repairFutureTimes } from './repair.ts';
import { beginStep, type Step } from './step.ts';

/** Runs of each job at once: an upstream that does not answer takes no slot from the jobs of another. */
const CONCURRENCY = 16;

/** The runs that each job may still begin. */
export interface Slots {
  /** By the names of the jobs. */
  readonly free: Readonly<Record<string, number>>;
  take(name: string): void;
  give(name: string): void;
}

/** @param onFreed called when a job may begin a run again that could begin none */
export function createSlots(onFreed: () => void): Slots {
  const free = Object.fromEntries(jobs.map(({ name }) => [name, CONCURRENCY]));
  return {
    free,
    take: (name) => {
      free[name] = (free[name] ?? 0) - 1;
    },
    give: (name) => {
      free[name] = (free[name] ?? 0) + 1;
      if (free[name] === 1) onFreed();
    },
  };
}

/**
 * Publishes in the same step what its jobs have made due: a verdict that was read is on the identity without another claim.
 * Left to the next claim while Kratos is paused, or where as many publications are under way as may be.
 */
async function publishResult(ctx: Context, step: Step, slots: Slots): Promise<void> {
  const { kratosDue } = step.current().identity;
  if (kratosDue === null || kratosDue > ctx.clock.now() || !step.mayCall() || (await isKratosPaused(ctx))) return;
  if ((slots.free.publish ?? 0) <= 0) return;
  slots.take('publish');
  const claim = { record: step.current() };
  await step.run(() => publish(ctx, { ...step, claim })).finally(() => slots.give('publish'));
}

/**
 * Runs the jobs of one claimed identity side by side, so that a job at Jumio never waits for one at Kratos, publishes what
 * they have made due, and ends the lease. Rejects with the first error of a job, once all have ended.
 * @param slots those of the claimed jobs are taken, and are given back when their calls have ended
 */
export async function runStep(ctx: Context, claim: Claim, slots: Slots): Promise<void> {
  const step = beginStep(ctx, claim);
  const runs = claim.work.map(({ job, run }) => {
    const ended = step.run(() => run(ctx, step)).finally(() => slots.give(job.name));
    return { job, ended };
  });
  const parts = runs.map(({ ended }) => ended);
  const firstTry = runs.find(({ job }) => job.delaysFirstPublication)?.ended;
  const isPublishing = runs.some(({ job }) => job.name === 'publish');
  if (firstTry !== undefined && !isPublishing) parts.push(publishAfterFirstTry(ctx, step, firstTry));
  const results = await Promise.allSettled(parts);
  const failed = results.find((result) => result.status === 'rejected');
  try {
    if (failed === undefined && !isPublishing) await publishResult(ctx, step, slots);
  } finally {
    await step.end();
  }
  if (failed !== undefined) throw failed.reason;
}

/** A step, as it is told to whoever traces: the ids of its identity and executions, and the names of its jobs. */
interface TracedStep {
  readonly ids: readonly string[];
  readonly jobs: readonly string[];
}

/** Steps for tracing/start.js. Without a subscriber nothing is done for it. */
const steps = tracingChannel('jumio-bridge.step');

function tracedStep({ record: { identity, verifications }, work }: Claim): TracedStep {
  const executions = verifications.flatMap(({ executionId }) => executionId ?? []);
  return { ids: [identity.id, ...executions], jobs: work.map(({ job }) => job.name) };
}

/** Runs a step in the context that whoever traces gives it. */
function runTraced(ctx: Context, claim: Claim, slots: Slots): Promise<void> {
  if (!steps.start.hasSubscribers) return runStep(ctx, claim, slots);
  return steps.tracePromise(() => runStep(ctx, claim, slots), tracedStep(claim));
}

/** How often to claim without being woken: another replica makes work due without a signal, and a clock may be set. */
const POLL_EVERY_MS = 1_000;

/** How often to look for times that a wrong clock has written; at once where this clock was set back. */
const REPAIR_EVERY_MS = 60_000;

/** Pause before the next claim while what is due is held back by a budget, a lease or a lack of slots; doubled each time. */
const HELD_BACK_MS = { first: 50, longest: 400 };

/**
 * Creates the loop that claims what is due and runs a step for each claim. A step that fails is logged, and its identity
 * is due again when its lease ends.
 * @param others claimed before identities: people wait for it on a page
 */
export function createWorker(ctx: Context, others: readonly OtherWork[] = []): Worker {
  const running = new Set<Promise<void>>();
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

  const slots = createSlots(wake);

  function launch(claim: Claim): void {
    for (const { job } of claim.work) slots.take(job.name);
    const step: Promise<void> = runTraced(ctx, claim, slots)
      .catch(report)
      .finally(() => {
        running.delete(step);
        wake();
      });
    running.add(step);
  }

  async function repair(now: number): Promise<void> {
    if (repairedAt !== undefined && now >= repairedAt && now - repairedAt < REPAIR_EVERY_MS) return;
    if (repairedAt === undefined) await endDeadLeases(ctx, now);
    await repairFutureTimes(ctx, now);
    repairedAt = now;
  }

  /** Milliseconds until the next claim. */
  async function claimDue(): Promise<number> {
    const now = ctx.clock.now();
    await repair(now);
    const next = await ctx.ledger.nextDue(jobs);
    const due = next.filter(({ at }) => at <= now).map(({ job }) => job);
    if (due.length === 0) return Math.min(POLL_EVERY_MS, (next[0]?.at ?? Number.POSITIVE_INFINITY) - now);
    const claims = await ctx.ledger.claim({
      jobs: due,
      now,
      slots: slots.free,
      rates: ctx.rates,
      lease: (record, claimed) => lease(record, claimed, now),
    });
    for (const claim of claims) launch(claim);
    heldBack = claims.length > 0 ? HELD_BACK_MS.first : Math.min(HELD_BACK_MS.longest, heldBack * 2);
    return claims.length > 0 ? 0 : heldBack;
  }

  const claimed = (claim: Promise<number>): Promise<number> =>
    claim.catch((error: unknown) => {
      report(error);
      return POLL_EVERY_MS;
    });

  async function run(): Promise<void> {
    while (!stopping) {
      woken = false;
      let idle = POLL_EVERY_MS;
      for (const other of others) idle = Math.min(idle, await claimed(other.claim(ctx.clock.now())));
      idle = Math.min(idle, await claimed(claimDue()));
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
      await Promise.all([...running, ...others.map((other) => other.ended())]);
    },
  };
}
