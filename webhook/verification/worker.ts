import { LedgerUnavailable } from '../errors.ts';
import type { Debts } from '../ledger/claim.ts';
import type { Context, Worker } from './context.ts';
import { checkCredentials } from './eid/index.ts';
import { createExecution, readExecution, sendPrefill } from './execution/index.ts';
import { publish, publishAfterFirstTry } from './publication/index.ts';
import { beginStep, type Claim, endStep, lease, type Work } from './step.ts';

/** Which debts a step has calls under way for. */
export function jobsOf(work: Work): (keyof Debts)[] {
  const debts = ['create', 'read', 'publish', 'prepare', 'evidence'] as const;
  return debts.filter((debt) => Boolean(work[debt]));
}

/**
 * The worker's step: does every debt of one claimed identity that a budget token was taken for. Both neighbours are
 * called side by side, so neither waits for the other.
 * @param paid is told of each of `debtsOf(claim.work)` when its calls are over, however they went.
 */
export async function runStep(ctx: Context, claim: Claim, paid: (debt: keyof Debts) => void): Promise<void> {
  const step = beginStep(ctx, claim);
  const { work } = claim;
  const pay = (debt: keyof Debts, calls: Promise<void>): Promise<void> => calls.finally(() => paid(debt));
  const creating = work.create ? pay('create', createExecution(ctx, step, work.create)) : undefined;
  const parts: Promise<void>[] = creating ? [creating] : [];
  if (work.read) parts.push(pay('read', readExecution(ctx, step, work.read)));
  if (work.prepare) parts.push(pay('prepare', sendPrefill(ctx, step, work.prepare)));
  const judging = work.evidence ? pay('evidence', checkCredentials(ctx, step)) : undefined;
  if (judging) parts.push(judging);
  const first = creating ?? judging;
  if (work.publish) parts.push(pay('publish', publish(ctx, step)));
  else if (first) parts.push(publishAfterFirstTry(ctx, step, first));
  const results = await Promise.allSettled(parts);
  await endStep(ctx, step);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

/** Calls under way at once for each debt, so that a neighbour that hangs takes no hand from the other one. */
const CONCURRENCY = 16;

/** Another replica may make something due without a word to us; a moved clock too. */
const POLL_EVERY_MS = 1_000;

/** Due, but held back by a budget, a lease or a lack of hands: looked at again so soon, then less often. */
const HELD_BACK_MS = { first: 50, longest: 400 };

/** Runs `advance` for whatever is due. A failing step is logged and its identity is due again when its lease ends. */
export function createWorker(ctx: Context): Worker {
  const running = new Set<Promise<void>>();
  const hands = {
    create: CONCURRENCY,
    read: CONCURRENCY,
    publish: CONCURRENCY,
    prepare: CONCURRENCY,
    evidence: CONCURRENCY,
  };
  let heldBack = HELD_BACK_MS.first;
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
    const what = error instanceof LedgerUnavailable ? 'the ledger cannot be used' : 'a step failed';
    ctx.log.error({ err: error }, what);
  }

  function launch(claim: Claim): void {
    for (const debt of jobsOf(claim.work)) hands[debt] -= 1;
    const paid = (debt: keyof Debts): void => {
      hands[debt] += 1;
      wake();
    };
    const step: Promise<void> = runStep(ctx, claim, paid)
      .catch(report)
      .finally(() => {
        running.delete(step);
        wake();
      });
    running.add(step);
  }

  async function claimDue(): Promise<number> {
    const now = ctx.clock.now();
    const due = await ctx.ledger.nextDue();
    if (due === undefined || due > now) return Math.min(POLL_EVERY_MS, (due ?? Number.POSITIVE_INFINITY) - now);
    const claims = await ctx.ledger.claim({
      now,
      capacity: hands,
      rates: ctx.rates,
      lease: (record, debts) => lease(record, debts, now),
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
