import { LedgerUnavailable } from '../../../webhook/errors.ts';
import type { Context } from '../../../webhook/verification/context.ts';

/** A context in which methods of the ledger fail, as if its database did not answer. */
export function ledgerFailing(...methods: readonly ('gate' | 'change' | 'note')[]) {
  const down = () => Promise.reject(new LedgerUnavailable('the ledger is unavailable'));
  return (ctx: Context): Context => {
    const broken = Object.fromEntries(methods.map((name) => [name, down]));
    return { ...ctx, ledger: { ...ctx.ledger, ...broken } };
  };
}
