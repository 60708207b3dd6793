import { LedgerUnavailable } from '../../../webhook/errors.ts';
import type { Desk } from '../../../webhook/verification/context.ts';

/** A desk at which one method of the ledger fails, as while its database does not answer it. */
export function ledgerFailing(...methods: readonly ('gate' | 'change' | 'note')[]) {
  const down = () => Promise.reject(new LedgerUnavailable('the ledger is away, says the test'));
  return (desk: Desk): Desk => {
    const broken = Object.fromEntries(methods.map((name) => [name, down]));
    return { ...desk, ledger: { ...desk.ledger, ...broken } };
  };
}
