import type { Logger } from 'pino';
import type { Ledger } from '../ledger/ledger.ts';
import type { SigningKeys } from '../signing/index.ts';
import type { TransactionSettings } from './settings.ts';

/** The collaborators of everything in this folder. */
export interface TransactionContext {
  readonly ledger: Pick<Ledger, 'transactions' | 'note'>;
  readonly settings: TransactionSettings;
  readonly keys: SigningKeys;
  /** PUBLIC_URL without a slash at its end: the issuer of approvals, and the start of the page's address. */
  readonly publicUrl: string;
  readonly clock: { now(): number };
  readonly newId: () => string;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
}
