import { LedgerUnavailable } from '../errors.ts';
import type { Debts } from '../ledger/claim.ts';
import type { Desk, Worker } from './context.ts';
import { payEvidence } from './eid/index.ts';
import { create, prepare, read } from './execution/index.ts';
import { payKratos, payKratosWhenLate } from './publication/index.ts';
import { beginStep, type Claim, endStep, lease, type Work } from './step.ts';

/** Which debts a step has calls under way for. */
export function debtsOf(work: Work): (keyof Debts)[] {
  const debts = ['create', 'read', 'publish', 'prepare', 'evidence'] as const;
  return debts.filter((debt) => Boolean(work[debt]));
}

/**
 * The worker's step: does every debt of one claimed identity that a budget token was taken for. Both neighbours are
 * called side by side, so neither waits for the other.
 * @param paid is told of each of `debtsOf(claim.work)` when its calls are over, however they went.
 */
export async function advance(desk: Desk, claim: Claim, paid: (debt: keyof Debts) => void): Promise<void> {
  const step = beginStep(desk, claim);
  const { work } = claim;
  const pay = (debt: keyof Debts, calls: Promise<void>): Promise<void> => calls.finally(() => paid(debt));
  const creating = work.create ? pay('create', create(desk, step, work.create)) : undefined;
  const parts: Promise<void>[] = creating ? [creating] : [];
  if (work.read) parts.push(pay('read', read(desk, step, work.read)));
  if (work.prepare) parts.push(pay('prepare', prepare(desk, step, work.prepare)));
  const judging = work.evidence ? pay('evidence', payEvidence(desk, step)) : undefined;
  if (judging) parts.push(judging);
  const first = creating ?? judging;
  if (work.publish) parts.push(pay('publish', payKratos(desk, step)));
  else if (first) parts.push(payKratosWhenLate(desk, step, first));
  const results = await Promise.allSettled(parts);
  await endStep(desk, step);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

/** Calls under way at once for each debt, so that a neighbour that hangs takes no hand from the other one. */
const HANDS = 16;

/** Another replica may make something due without a word to us; a moved clock too. */
const LOOK_AGAIN_MS = 1_000;

/** Due, but held back by a budget, a lease or a lack of hands: looked at again so soon, then less often. */
const HELD_BACK_MS = { first: 50, longest: 400 };

/** Runs `advance` for whatever is due. A failing step is logged and its identity is due again when its lease ends. */
export function createWorker(desk: Desk): Worker {
  const running = new Set<Promise<void>>();
  const hands = { create: HANDS, read: HANDS, publish: HANDS, prepare: HANDS, evidence: HANDS };
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
    desk.log.error({ err: error }, what);
  }

  function launch(claim: Claim): void {
    for (const debt of debtsOf(claim.work)) hands[debt] -= 1;
    const paid = (debt: keyof Debts): void => {
      hands[debt] += 1;
      wake();
    };
    const step: Promise<void> = advance(desk, claim, paid)
      .catch(report)
      .finally(() => {
        running.delete(step);
        wake();
      });
    running.add(step);
  }

  async function claimDue(): Promise<number> {
    const now = desk.clock.now();
    const due = await desk.ledger.nextDue();
    if (due === undefined || due > now) return Math.min(LOOK_AGAIN_MS, (due ?? Number.POSITIVE_INFINITY) - now);
    const claims = await desk.ledger.claim({
      now,
      capacity: hands,
      rates: desk.rates,
      lease: (snapshot, debts) => lease(snapshot, debts, now),
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
        return LOOK_AGAIN_MS;
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
