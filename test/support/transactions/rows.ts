import { blanksOf } from '../../../webhook/columns.ts';
import {
  type ApprovalAttempt,
  attemptColumns,
  type Transaction,
  transactionColumns,
} from '../../../webhook/transactions/model.ts';

/** A transaction that is open for a long time, for tests that need no ledger. */
export const blankTransaction: Transaction = {
  ...blanksOf(transactionColumns),
  id: '',
  clientId: 'bank',
  identityId: '',
  state: 'open',
  detailsHash: '',
  nonce: '',
  createdAt: 0,
  expiresAt: Number.MAX_SAFE_INTEGER,
};

/** An attempt that has started. */
export const blankAttempt: ApprovalAttempt = {
  ...blanksOf(attemptColumns),
  id: '',
  transactionId: '',
  identityId: '',
  factor: 'passkey',
  state: 'started',
  sessionId: 'a-session',
  startedAt: 0,
};
