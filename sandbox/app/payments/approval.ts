import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose';
import type { Order, Paid } from './orders.ts';
import type { BankOptions } from './service.ts';

/** An approval that is genuine, or the first check that failed. */
export type Judged =
  | { readonly kind: 'approved'; readonly paid: Paid }
  | { readonly kind: 'refused'; readonly why: string };

/** The visitor of the bank at this moment. */
export interface Present {
  readonly id: string;
  readonly sessionId: string;
}

/** The checks that only the application can make: the signature does not say for whom and where a token is used. */
function checksOf({ sub, sid, txn, reference }: JWTPayload, order: Order, me: Present) {
  return [
    { holds: sub === me.id && sub === order.payer, says: 'sub is the person who is signed in here' },
    { holds: sid === me.sessionId, says: 'sid is the session at Kratos that they have now' },
    { holds: txn === order.transaction, says: 'txn is the record of this order' },
    { holds: reference === order.id, says: 'reference is the number of this order' },
  ];
}

/** Returns what judges approvals, by nothing but the well-known keys of the service (docs/payments.md#the-approval). */
export function createApprovals({ verifyUrl, client }: Pick<BankOptions, 'verifyUrl' | 'client'>) {
  const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', verifyUrl));
  return async (approval: string, order: Order, me: Present): Promise<Judged> => {
    const expected = { issuer: verifyUrl, audience: client.id, typ: 'approval+jwt', algorithms: ['ES256'] };
    const { payload, protectedHeader } = await jwtVerify(approval, keys, expected);
    const own = checksOf(payload, order, me);
    const failed = own.find(({ holds }) => !holds);
    if (failed !== undefined) return { kind: 'refused', why: failed.says };
    const checks = [
      `the signature is by the key ${protectedHeader.kid} of ${verifyUrl}/.well-known/jwks.json (ES256)`,
      'typ is approval+jwt: no other token passes for an approval',
      `iss is ${verifyUrl}, and aud is this bank, ${client.id}`,
      'exp lies ahead',
      ...own.map(({ says }) => says),
      'the service compared what is paid with what was approved, when it was consumed',
    ];
    return { kind: 'approved', paid: { approval, header: protectedHeader, payload, checks } };
  };
}
