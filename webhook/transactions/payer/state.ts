import type { TransactionContext } from '../context.ts';
import type { PayerSession } from '../factor.ts';
import type { ApprovalAttempt, PayerRow, Transaction, TransactionState } from '../model.ts';
import { stateAsOf } from '../states.ts';

/** A failure in a row that this one follows blocks the payer. */
const LAST_TRY = 4;

/** What the page of a transaction is about. Times are epoch milliseconds. */
export type ApprovalState =
  /** Approved, or at an end. `blockedUntil`: of the payer; null: not blocked. */
  | { readonly kind: 'over'; readonly state: Exclude<TransactionState, 'open'>; readonly blockedUntil: number | null }
  | { readonly kind: 'blocked'; readonly until: number }
  /** The gate refuses the payer. */
  | { readonly kind: 'refused' }
  | {
      readonly kind: 'open';
      /** The open attempt of this session for this transaction. */
      readonly attempt: ApprovalAttempt | undefined;
      /** Where none is open: the last one of this session for this transaction, which has ended. */
      readonly ended: ApprovalAttempt | undefined;
      /** One more failure blocks. */
      readonly isLastTry: boolean;
    };

/** What the state depends on. */
export interface StateFacts {
  readonly transaction: Transaction;
  /** Undefined: the payer never failed. */
  readonly payer: Pick<PayerRow, 'failures' | 'blockedUntil'> | undefined;
  /** The attempts of the transaction, the oldest first. */
  readonly attempts: readonly ApprovalAttempt[];
  readonly session: Pick<PayerSession, 'id'>;
  /** Whether the gate lets the payer in now. */
  readonly isAllowed: boolean;
}

/** Whether an attempt is the one that a session has begun for a transaction. */
export function isOwn(
  attempt: ApprovalAttempt,
  transaction: Pick<Transaction, 'id'>,
  session: Pick<PayerSession, 'id'>,
): boolean {
  return attempt.transactionId === transaction.id && attempt.sessionId === session.id;
}

/** Returns what the page of a transaction is about at a time. Pure. */
export function approvalStateOf(facts: StateFacts, now: number): ApprovalState {
  const { transaction, payer, attempts, session, isAllowed } = facts;
  const until = payer?.blockedUntil ?? 0;
  const state = stateAsOf(transaction, now);
  if (state !== 'open') return { kind: 'over', state, blockedUntil: until > now ? until : null };
  if (!isAllowed) return { kind: 'refused' };
  if (until > now) return { kind: 'blocked', until };
  const own = attempts.filter((one) => isOwn(one, transaction, session));
  const attempt = own.find(({ endedAt }) => endedAt === null);
  const ended = attempt === undefined ? own.at(-1) : undefined;
  const isLastTry = payer?.blockedUntil === null && payer.failures >= LAST_TRY;
  return { kind: 'open', attempt, ended, isLastTry };
}

/** Finds the transaction of a payer; undefined: there is none such, or its client is no longer configured. */
export async function findForPayer(
  ctx: Pick<TransactionContext, 'ledger' | 'settings'>,
  id: string,
  identityId: string,
): Promise<Transaction | undefined> {
  const found = await ctx.ledger.transactions.find(id);
  const isTheirs = found?.identityId === identityId && Object.hasOwn(ctx.settings.clients, found.clientId);
  return isTheirs ? found : undefined;
}

/** Reads what the page of a transaction is about. */
export async function readApprovalState(
  ctx: Pick<TransactionContext, 'ledger' | 'clock'>,
  { transaction, session }: Pick<StateFacts, 'transaction'> & { readonly session: PayerSession },
  isAllowed: boolean,
): Promise<ApprovalState> {
  const { transactions } = ctx.ledger;
  const [payer, attempts] = await Promise.all([
    transactions.payer(session.identityId),
    transactions.attemptsOf(transaction.id),
  ]);
  return approvalStateOf({ transaction, payer, attempts, session, isAllowed }, ctx.clock.now());
}
