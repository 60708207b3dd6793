import { LedgerUnavailable } from '../../../webhook/errors.ts';
import type { Context } from '../../../webhook/verification/context.ts';

/** A ctx at which one method of the ledger fails, as while its database does not answer it. */
export function ledgerFailing(...methods: readonly ('gate' | 'change' | 'note')[]) {
  const down = () => Promise.reject(new LedgerUnavailable('the ledger is away, says the test'));
  return (ctx: Context): Context => {
    const broken = Object.fromEntries(methods.map((name) => [name, down]));
    return { ...ctx, ledger: { ...ctx.ledger, ...broken } };
  };
}
