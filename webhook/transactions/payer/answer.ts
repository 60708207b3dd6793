import { type AnswerOutcome, type Judge, judgeAnswer } from '../approve.ts';
import { needsPassword } from '../elements/elements.ts';
import { readKnowledge } from '../elements/knowledge.ts';
import type { Factor } from '../factor.ts';
import type { ApprovalAttempt } from '../model.ts';
import type { AtPage, PayerContext } from './context.ts';
import { isOwn } from './state.ts';

/** What came of an answer. `no-attempt`: this session has none open for it. `not-offered`: the password counts no longer. */
export type Answered = AnswerOutcome | { readonly kind: 'no-attempt' | 'not-offered' };

/** The attempt that an answer is for. A factor without a beginning gets a new one. */
async function attemptFor<Answer>(
  ctx: PayerContext,
  factor: Pick<Factor<never, Answer>, 'name' | 'seed'>,
  { session, transaction }: AtPage,
): Promise<ApprovalAttempt | undefined> {
  const { transactions } = ctx.ledger;
  if (factor.seed === undefined) {
    const of = { transactionId: transaction.id, identityId: session.identityId, sessionId: session.id };
    const made = { id: ctx.newId(), ...of, factor: factor.name, state: 'started' } as const;
    const begun = await transactions.begin(ctx.clock.now(), made);
    return typeof begun === 'string' ? undefined : begun;
  }
  const open = await transactions.openAttempt(session.identityId);
  const isFor = open?.factor === factor.name && open.state === 'started' && isOwn(open, transaction, session);
  return isFor ? open : undefined;
}

/** When the password that a factor stands beside was entered; null: it stands beside none; undefined: it does not count. */
async function passwordAtOf(
  ctx: PayerContext,
  { name }: Pick<Factor<never, never>, 'name'>,
  { session }: AtPage,
  attempt: ApprovalAttempt,
): Promise<number | null | undefined> {
  if (!needsPassword(name)) return null;
  // It was fresh when the attempt began: a code that comes late must not make a password too old.
  const knowledge = await readKnowledge(ctx, session, attempt.startedAt, ctx.clock.now());
  return knowledge.kind === 'counts' ? knowledge.at : undefined;
}

/** Has what a payer sent judged by a factor, and stores what follows. Rejects with `UpstreamError` if Kratos cannot be asked. */
export async function answerAttempt<Answer>(
  ctx: PayerContext,
  factor: Pick<Factor<never, Answer>, 'name' | 'seed' | 'answer'>,
  at: AtPage,
  answer: Answer,
): Promise<Answered> {
  const attempt = await attemptFor(ctx, factor, at);
  if (attempt === undefined) return { kind: 'no-attempt' };
  const passwordAt = await passwordAtOf(ctx, factor, at, attempt);
  if (passwordAt === undefined) return { kind: 'not-offered' };
  const { session, locale, transaction } = at;
  const payer = { session, locale, passwordAt };
  const judge: Judge<Answer> = { answer: (one, of, given, now) => factor.answer(one, of, given, now, payer) };
  return judgeAnswer(ctx, judge, { attempt, transaction, locale }, answer);
}
