import { setTimeout as sleep } from 'node:timers/promises';
import type { NotOffered, Offering } from '../factor.ts';
import type { ApprovalAttempt, Transaction } from '../model.ts';
import type { FaceContext } from './context.ts';
import { storedPress } from './kept.ts';
import { FACE_LINK, MOST_FACES } from './schedule.ts';

/** How often the ledger is asked for a link: another replica may create it. */
const LINK_EVERY_MS = 100;

/** What the face needs beside its context. */
export interface FaceFactorOptions {
  /** The workflow that compares: only its result counts. */
  readonly workflowKey: string;
  /** Wakes the worker, which calls Jumio. */
  readonly wake: () => void;
}

/** The comparison of a face at Jumio, as a factor. The page shows nothing of it but a button, and its answer is Jumio's result, which the worker reads. */
export type FaceFactor = Required<Offering<undefined>>;

/**
 * How many comparisons of a transaction Jumio has created, or is asked to create at this moment: a payer may press again before
 * it has answered.
 * @param but an attempt that does not count, by its id
 */
export async function facesOf({ ledger, clock }: FaceContext, transactionId: string, but?: string): Promise<number> {
  const attempts = await ledger.transactions.attemptsOf(transactionId);
  const now = clock.now();
  const counts = ({ executionId, leasedUntil }: ApprovalAttempt) => executionId !== null || (leasedUntil ?? 0) > now;
  return attempts.filter((attempt) => attempt.id !== but && counts(attempt)).length;
}

/** Returns the link of an attempt; null: Jumio has not answered yet; undefined: there is none any more. */
function linkOf(attempt: ApprovalAttempt | undefined, now: number): string | null | undefined {
  if (attempt?.state === 'requested') return null;
  if (attempt?.state !== 'started' || (attempt.linkEndsAt ?? 0) <= now) return undefined;
  return attempt.link ?? undefined;
}

async function whyNot(ctx: FaceContext, transaction: Transaction, now: number): Promise<NotOffered | undefined> {
  if ((await ctx.referenceFace(transaction.identityId)) === undefined) return { why: 'missing' };
  if (transaction.expiresAt - now < FACE_LINK.ms) return { why: 'unavailable' };
  if ((await facesOf(ctx, transaction.id)) >= MOST_FACES) return { why: 'unavailable' };
  const paused = await ctx.ledger.budgets.paused(now);
  return paused.some(({ name }) => name === 'account') ? { why: 'unavailable' } : undefined;
}

/** Returns the factor `face` (docs/payments.md#a-face). */
export function createFaceFactor(ctx: FaceContext, { workflowKey, wake }: FaceFactorOptions): FaceFactor {
  return {
    name: 'face',
    offer: async (_session, transaction, now) => {
      const not = await whyNot(ctx, transaction, now);
      return not === undefined ? { kind: 'usable', options: undefined } : { ...not, kind: 'not-usable' };
    },
    // Due with its first write: a process that dies now leaves an attempt that any worker begins.
    seed: (_options, _transaction, _choice, { locale, passwordAt }) =>
      passwordAt === null
        ? undefined
        : {
            state: 'requested',
            due: ctx.clock.now(),
            evidence: storedPress({ authTime: passwordAt, locale, workflowKey }),
          },
    start: async () => {
      wake();
      return { kind: 'later' };
    },
    lead: async ({ id }, waitMs) => {
      const end = performance.now() + waitMs;
      for (;;) {
        const link = linkOf(await ctx.ledger.transactions.attempt(id), ctx.clock.now());
        if (link !== null || performance.now() >= end) return link ?? undefined;
        await sleep(LINK_EVERY_MS);
      }
    },
  };
}
