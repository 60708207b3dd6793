import type { FastifyInstance } from 'fastify';
import type { TransactionContext } from '../../transactions/index.ts';

/** Verifiers read the keys again after so many seconds. A new key is published for days before it signs. */
const MAX_AGE_S = 3_600;

/** The part of a discovery document that says how approvals are verified (OpenID Connect Discovery 1.0 §3). */
export interface IssuerAnswer {
  readonly issuer: string;
  readonly jwks_uri: string;
  readonly id_token_signing_alg_values_supported: readonly ['ES256'];
}

/** `/.well-known/`: with what anybody verifies an approval. */
export async function wellKnownRoutes(
  app: FastifyInstance,
  { ctx }: { readonly ctx: TransactionContext },
): Promise<void> {
  const caching = { 'cache-control': `public, max-age=${MAX_AGE_S}` };
  const discovery: IssuerAnswer = {
    issuer: ctx.publicUrl,
    jwks_uri: `${ctx.publicUrl}/.well-known/jwks.json`,
    id_token_signing_alg_values_supported: ['ES256'],
  };

  app.get('/.well-known/openid-configuration', async (_request, reply) => reply.headers(caching).send(discovery));

  app.get('/.well-known/jwks.json', async (_request, reply) => {
    const keys = await ctx.keys.published(ctx.clock.now());
    return reply.headers(caching).send({ keys });
  });
}
