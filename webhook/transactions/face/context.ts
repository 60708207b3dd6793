import type { JumioClient } from '../../jumio/types.ts';
import type { Rates } from '../../ledger/budgets.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { TransactionContext } from '../context.ts';

/** The signed references of attempts, by which Jumio's callbacks and results name them. */
export interface AttemptReferences {
  /** By the key that signs now. */
  mint(attemptId: string): Promise<string>;
  /** By every key that there was. */
  all(attemptId: string): Promise<readonly string[]>;
}

/** What comparing a face needs. */
export interface FaceContext extends Omit<TransactionContext, 'keys' | 'ledger'> {
  readonly ledger: Pick<Ledger, 'transactions' | 'note' | 'budgets'>;
  readonly jumio: Pick<JumioClient, 'create' | 'status' | 'details'>;
  /** Calls per second at Jumio, shared with verifications. */
  readonly rates: Rates;
  readonly references: AttemptReferences;
  /** Jumio's account that has the face of an approved person who has not withdrawn their consent; undefined: there is none. */
  readonly referenceFace: (identityId: string) => Promise<string | undefined>;
  /** In [0, 1): the jitter of retries. */
  readonly random: () => number;
}
