import { LedgerUnavailable } from '../errors.ts';
import type { Debts } from '../ledger/claim.ts';
import { advance, debtsOf } from './advance.ts';
import type { Desk } from './desk.ts';
import { type Claim, lease } from './lease.ts';

/** Calls under way at once for each debt, so that a neighbour that hangs takes no hand from the other one. */
const HANDS = 16;
/** Another replica may make something due without a word to us; a moved clock too. */
const LOOK_AGAIN_MS = 1_000;
/** Due, but held back by a budget, a lease or a lack of hands: looked at again so soon, then less often. */
const HELD_BACK_MS = { first: 50, longest: 400 };

export interface Worker {
  start(): void;
  /** Something was made due: look at once. */
  wake(): void;
  /** Claims nothing more, and waits for the steps under way. */
  stop(): Promise<void>;
}

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
