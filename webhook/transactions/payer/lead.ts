import type { Offering } from '../factor.ts';
import type { AtPage, PayerContext } from './context.ts';
import { isOwn } from './state.ts';

/**
 * Returns where a payer goes on at the vendor of the attempt that they have open; undefined: nowhere, or not yet. Waits for it
 * at most so many milliseconds.
 */
export async function leadOn(
  { ledger }: Pick<PayerContext, 'ledger'>,
  factor: Pick<Offering<never>, 'name' | 'lead'>,
  { session, transaction }: AtPage,
  waitMs: number,
): Promise<string | undefined> {
  if (factor.lead === undefined) return undefined;
  const open = await ledger.transactions.openAttempt(session.identityId);
  const isFor = open?.factor === factor.name && isOwn(open, transaction, session);
  return isFor ? factor.lead(open, waitMs) : undefined;
}
