import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JumioResult } from '../../jumio/result.ts';
import type { Knowledge } from '../elements/elements.ts';
import type { Factor, FactorOffer, FactorStart, NotOffered, PayerSession } from '../factor.ts';
import type { ApprovalAttempt, Transaction } from '../model.ts';
import type { FaceContext } from './context.ts';
import { judgeFace } from './judge.ts';
import { readPress, storedPress } from './kept.ts';
import { FACE_LINK, MOST_FACES } from './schedule.ts';

/** How often the ledger is asked for a link: another replica may create it. */
const LINK_EVERY_MS = 100;

/** What the face needs beside its context. */
export interface FaceFactorOptions {
  /** Reads whether the password of the session counts. Rejects with `UpstreamError` if that cannot be found out. */
  readonly knowledge: (session: PayerSession, now: number) => Promise<Knowledge>;
  /** Wakes the worker, which calls Jumio. */
  readonly wake: () => void;
}

/** What the page needs to offer a face. */
export interface FaceOffer {
  readonly authTime: number;
}

/** The press of the button. */
export interface PressedFace extends FaceOffer {
  readonly session: Pick<PayerSession, 'id' | 'identityId'>;
  readonly transaction: Pick<Transaction, 'id'>;
  /** The language in which the payer saw the payment. */
  readonly locale: string;
}

/** The link of a comparison. `later`: Jumio has not answered yet. */
export type FaceLink =
  | { readonly kind: 'link'; readonly url: string; readonly endsAt: number }
  | { readonly kind: 'later' | 'ended' };

/** The comparison of a face at Jumio, as a factor. Its answer is Jumio's result, which the worker reads. */
export interface FaceFactor extends Factor<FaceOffer, JumioResult> {
  /** Stores an attempt, for which `start` then asks Jumio. `blocked`, `ended`: it cannot begin. */
  begin(pressed: PressedFace, now: number): Promise<ApprovalAttempt | 'blocked' | 'ended'>;
  /** Makes the attempt due for the worker, which asks Jumio. */
  start(attempt: ApprovalAttempt, transaction: Transaction, now: number): Promise<FactorStart>;
  /** Waits for the link of an attempt, at most so many milliseconds. */
  link(attempt: Pick<ApprovalAttempt, 'id'>, waitMs: number): Promise<FaceLink>;
}

/** How many comparisons of a transaction were created at Jumio. */
export async function facesOf({ ledger }: FaceContext, transactionId: string): Promise<number> {
  const attempts = await ledger.transactions.attemptsOf(transactionId);
  return attempts.filter(({ executionId }) => executionId !== null).length;
}

function linkOf(attempt: ApprovalAttempt | undefined): FaceLink {
  if (attempt?.state === 'requested') return { kind: 'later' };
  if (attempt?.state !== 'started' || attempt.link === null || attempt.linkEndsAt === null) return { kind: 'ended' };
  return { kind: 'link', url: attempt.link, endsAt: attempt.linkEndsAt };
}

async function whyNot(ctx: FaceContext, transaction: Transaction, now: number): Promise<NotOffered | undefined> {
  if (ctx.settings.face === undefined) return { why: 'unavailable' };
  if ((await ctx.referenceFace(transaction.identityId)) === undefined) return { why: 'missing' };
  if (transaction.expiresAt - now < FACE_LINK.ms) return { why: 'unavailable' };
  if ((await facesOf(ctx, transaction.id)) >= MOST_FACES) return { why: 'unavailable' };
  const paused = await ctx.ledger.budgets.paused(now);
  return paused.some(({ name }) => name === 'account') ? { why: 'unavailable' } : undefined;
}

/** Returns the factor `face` (docs/payments.md#a-face). */
export function createFaceFactor(ctx: FaceContext, { knowledge, wake }: FaceFactorOptions): FaceFactor {
  const { transactions } = ctx.ledger;

  async function offer(session: PayerSession, transaction: Transaction, now: number): Promise<FactorOffer<FaceOffer>> {
    const not = await whyNot(ctx, transaction, now);
    if (not !== undefined) return { kind: 'not-usable', ...not };
    const known = await knowledge(session, now);
    if (known.kind === 'counts') return { kind: 'usable', options: { authTime: known.at } };
    return { ...known, kind: 'not-usable' };
  }

  return {
    name: 'face',
    offer,
    begin: async ({ session, transaction, locale, authTime }, now) => {
      const { workflow_key: workflowKey = '' } = ctx.settings.face ?? {};
      return transactions.begin(now, {
        id: randomUUID(),
        transactionId: transaction.id,
        identityId: session.identityId,
        sessionId: session.id,
        factor: 'face',
        state: 'requested',
        evidence: storedPress({ authTime, locale, workflowKey }),
      });
    },
    start: async (attempt, _transaction, now) => {
      if (await transactions.makeAttemptDue(now, attempt)) wake();
      return { kind: 'later' };
    },
    answer: async ({ evidence }, _transaction, result) =>
      judgeFace(result, readPress(evidence)?.authTime ?? 0) ?? { kind: 'unanswered' },
    link: async ({ id }, waitMs) => {
      const end = performance.now() + waitMs;
      for (;;) {
        const link = linkOf(await transactions.attempt(id));
        if (link.kind !== 'later' || performance.now() >= end) return link;
        await sleep(LINK_EVERY_MS);
      }
    },
  };
}
