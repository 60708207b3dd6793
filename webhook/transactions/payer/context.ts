import type { TransactionContext } from '../context.ts';
import type { KnowledgeContext } from '../elements/knowledge.ts';
import type { PayerSession } from '../factor.ts';
import type { Transaction } from '../model.ts';

/** The collaborators of what a payer does. */
export interface PayerContext extends TransactionContext, Pick<KnowledgeContext, 'passwordOf'> {}

/** A payer at the page of a transaction. */
export interface AtPage {
  readonly session: PayerSession;
  readonly transaction: Transaction;
  /** The language of the page, a tag. */
  readonly locale: string;
}
