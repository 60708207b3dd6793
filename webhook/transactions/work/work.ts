import { LedgerUnavailable } from '../../errors.ts';
import type { FaceContext } from '../face/context.ts';
import { readFace } from '../face/read.ts';
import { FACE_START_MS } from '../face/schedule.ts';
import { giveUpFace, startFace } from '../face/start.ts';
import type { ApprovalAttempt } from '../model.ts';
import { createForgetting } from './forgetting.ts';

/** Comparisons of faces at once. */
const CONCURRENCY = 16;

/** Longer than the two calls of a step: ends by itself where its process died. */
const LEASE_MS = 30_000;

/** Pause before the next claim while a budget holds back what is due. */
const HELD_BACK_MS = 200;

/** The work of payments that no request does. The worker of the service runs it (docs/payments.md#for-the-operator). */
export interface TransactionWork {
  /** Claims what is due and begins it. Returns the milliseconds until the next claim. */
  claim(now: number): Promise<number>;
  /** Resolves when what it began has ended. */
  ended(): Promise<void>;
}

/** Creates the work of one process: comparisons of faces at Jumio, and the end of the retention. */
export function createTransactionWork(ctx: FaceContext): TransactionWork {
  const { transactions } = ctx.ledger;
  const running = new Set<Promise<void>>();
  const forget = createForgetting(ctx);

  /** A step that fails is logged, and its attempt is due again when its lease ends. */
  function launch(step: (ctx: FaceContext, attempt: ApprovalAttempt) => Promise<void>, attempt: ApprovalAttempt): void {
    const run: Promise<void> = step(ctx, attempt)
      .catch((error: unknown) => {
        const isLedger = error instanceof LedgerUnavailable;
        ctx.log.error({ err: error }, isLedger ? 'ledger unavailable to the worker' : 'step of a payment failed');
      })
      .finally(() => running.delete(run));
    running.add(run);
  }

  /** Those that Jumio cannot be asked for, e.g. while its budget is paused. */
  async function giveUpUnstarted(now: number): Promise<void> {
    const late = await transactions.unstartedFaces(now - FACE_START_MS);
    for (const attempt of late)
      if ((attempt.leasedUntil ?? 0) <= now) await giveUpFace(ctx, attempt, attempt.lastError ?? 'not started in time');
  }

  return {
    claim: async (now) => {
      await forget(now);
      const next = await transactions.nextAttemptDue();
      if (next === undefined || next > now) return (next ?? Number.POSITIVE_INFINITY) - now;
      await giveUpUnstarted(now);
      const most = CONCURRENCY - running.size;
      if (most <= 0) return HELD_BACK_MS;
      const { create, read } = await transactions.claimAttempts({ now, leaseMs: LEASE_MS, most, rates: ctx.rates });
      for (const attempt of create) launch(startFace, attempt);
      for (const attempt of read) launch(readFace, attempt);
      return create.length + read.length > 0 ? 0 : HELD_BACK_MS;
    },
    ended: async () => {
      await Promise.all(running);
    },
  };
}
