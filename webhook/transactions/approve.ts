import type { Judgement, NoAttempt, Settled } from '../ledger/transactions/transaction-ledger.ts';
import { storedFactors } from './approval.ts';
import type { TransactionContext } from './context.ts';
import type { FactorResult } from './factor.ts';
import type { ApprovalAttempt, Transaction } from './model.ts';

/** What followed from an answer. `failures`: of the payer in a row, this one included, until a success. */
export type AnswerOutcome =
  | { readonly kind: Settled; readonly failures: number }
  | { readonly kind: 'refused'; readonly why: NoAttempt };

/** The transaction, and the attempt that an answer is for. */
export interface Approving {
  readonly attempt: ApprovalAttempt;
  readonly transaction: Transaction;
  /** The language in which the payer saw the payment. */
  readonly locale: string;
}

/** Returns what is stored of a judgement: of an approval what it rests on. */
export function settlementOf(
  { settings }: Pick<TransactionContext, 'settings'>,
  result: FactorResult,
  { attempt, locale }: Pick<Approving, 'attempt' | 'locale'>,
  now: number,
): Judgement {
  if (result.kind !== 'passed') return result;
  const { factors, authTime, evidence } = result;
  const approval = {
    sessionId: attempt.sessionId,
    factors: storedFactors(factors),
    authTime,
    consumeBy: now + settings.consume_within,
    locale,
  };
  return { kind: result.kind, approval, ...(evidence === undefined ? {} : { evidence }) };
}

/** Has an answer judged: the method of a factor, for one payer. */
export interface Judge<Answer> {
  answer(attempt: ApprovalAttempt, transaction: Transaction, answer: Answer, now: number): Promise<FactorResult>;
}

/**
 * Has an answer of a payer judged by a factor, and stores what follows. It is reserved as a failure first, so that answers in
 * parallel are never judged more often than five times, and a process that dies in between leaves nobody without a block.
 */
export async function judgeAnswer<Answer>(
  ctx: TransactionContext,
  factor: Judge<Answer>,
  approving: Approving,
  answer: Answer,
): Promise<AnswerOutcome> {
  const { attempt, transaction } = approving;
  const { transactions } = ctx.ledger;
  const reserved = await transactions.reserve(ctx.clock.now(), attempt, ctx.settings.block);
  if (reserved.kind === 'refused') return reserved;
  const result = await factor.answer(attempt, transaction, answer, ctx.clock.now());
  const now = ctx.clock.now();
  const kind = await transactions.settle(now, attempt, settlementOf(ctx, result, approving, now));
  return { kind, failures: reserved.failures };
}
