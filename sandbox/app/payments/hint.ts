import type { FastifyInstance } from 'fastify';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { detailsOf, type Order } from './orders.ts';
import type { BankOptions } from './service.ts';

/** At most ten minutes are accepted; a link is opened at once. */
const LIFETIME = '5m';

/** The bank as an issuer of signed hints (docs/payments.md#signed-hints). */
export interface HintIssuer {
  /** Publishes its keys. */
  routes(app: FastifyInstance): void;
  /** Returns where the payer is sent: the payment stands in the address, signed. */
  linkTo(order: Order): Promise<string>;
}

async function newKey() {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk: JWK = { ...(await exportJWK(publicKey)), kid: 'harbour-1', alg: 'ES256', use: 'sig' };
  return { jwk, privateKey };
}

/** Creates an issuer whose address is the application's, with a key of its own. */
export async function createHintIssuer(
  issuer: string,
  { verifyUrl, client, returnUrl }: BankOptions,
): Promise<HintIssuer> {
  const { jwk, privateKey } = await newKey();
  return {
    routes: (app) => {
      app.get('/.well-known/openid-configuration', () => ({ issuer, jwks_uri: `${issuer}/jwks.json` }));
      app.get('/jwks.json', () => ({ keys: [jwk] }));
    },
    linkTo: async (order) => {
      const claims = { redirect_uri: returnUrl, reference: order.id, authorization_details: detailsOf(order) };
      const hint = await new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', kid: 'harbour-1', typ: 'JWT' })
        .setIssuer(issuer)
        .setAudience(verifyUrl)
        .setSubject(order.payer)
        .setJti(order.hintJti ?? order.id)
        .setIssuedAt()
        .setExpirationTime(LIFETIME)
        .sign(privateKey);
      return `${verifyUrl}/approve?${new URLSearchParams({ client_id: client.id, id_token_hint: hint }).toString()}`;
    },
  };
}
