import type { TransactionContext } from '../context.ts';
import type { AtPage } from './context.ts';

/** Ends an open transaction as its payer wants it; whether it did. One that has ended stays as it is. */
export async function declineTransaction(
  { ledger, clock }: Pick<TransactionContext, 'ledger' | 'clock'>,
  { transaction, session }: Pick<AtPage, 'transaction' | 'session'>,
): Promise<boolean> {
  const of = { id: transaction.id, identityId: session.identityId };
  return (await ledger.transactions.decline(clock.now(), of)).isChanged;
}

/**
 * Returns where a payer goes back to, with the id of the transaction and nothing else: the application asks how it stands.
 * Undefined: the client has no such address any more.
 */
export function backTo(
  { settings }: Pick<TransactionContext, 'settings'>,
  { id, clientId, redirectUri }: Pick<AtPage['transaction'], 'id' | 'clientId' | 'redirectUri'>,
): string | undefined {
  const isRegistered = redirectUri !== null && settings.clients[clientId]?.redirect_uris.includes(redirectUri);
  if (!isRegistered) return undefined;
  // The registered text stays as it is: to write its query anew could change what the application compares.
  return `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}transaction=${id}`;
}
