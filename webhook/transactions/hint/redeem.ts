import type { HintClient, HintFlaw } from '../../hint/client.ts';
import type { TransactionContext } from '../context.ts';
import { recordTransaction } from '../record.ts';
import { hintedRequest } from './claims.ts';

export type { HintClient };

/** What came of a hint. `client`: the one that it was sent for; undefined: the configuration has none such. */
export type RedeemedHint =
  | { readonly kind: 'recorded'; readonly id: string }
  | {
      readonly kind: 'refused';
      readonly client: string | undefined;
      readonly flaw: HintFlaw | `field:${string}` | 'unknown-client' | 'replayed-with-other-content' | 'too-many-open';
    };

/** A hint as a browser brings it. */
export interface PresentedHint {
  readonly clientId: string;
  readonly hint: string;
}

/**
 * Records the payment of a signed hint, once: the same hint again is the same transaction. It sends and decides nothing.
 * Rejects with `UpstreamError` if the keys of the client cannot be read.
 */
export async function redeemHint(
  ctx: TransactionContext,
  hints: HintClient,
  { clientId, hint }: PresentedHint,
): Promise<RedeemedHint> {
  const client = Object.hasOwn(ctx.settings.clients, clientId) ? ctx.settings.clients[clientId] : undefined;
  if (client?.hint === undefined) return { kind: 'refused', client: undefined, flaw: 'unknown-client' };
  const refused = (flaw: (RedeemedHint & { kind: 'refused' })['flaw']): RedeemedHint => {
    return { kind: 'refused', client: clientId, flaw };
  };
  const verified = await hints.verify(clientId, hint);
  if (verified.kind === 'refused') return refused(verified.flaw);
  const hinted = hintedRequest(verified.claims, client.redirect_uris);
  if (hinted.kind === 'refused') return refused(hinted.flaw);
  const outcome = await recordTransaction(ctx, { ...hinted.request, clientId });
  switch (outcome.kind) {
    case 'made':
    case 'repeated':
      return { kind: 'recorded', id: outcome.transaction.id };
    case 'other-content':
      return refused('replayed-with-other-content');
    case 'too-many-open':
      return refused('too-many-open');
    default:
      return outcome satisfies never;
  }
}
