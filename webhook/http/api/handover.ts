import type { FastifyInstance, FastifyReply } from 'fastify';
import { UpstreamError } from '../../errors.ts';
import type { Context } from '../../verification/context.ts';
import { findPerson, issueLink, linkUrl } from '../../verification/person/index.ts';
import { type IsSecret, requireBearer } from '../authenticity.ts';
import { sendBadBody, sendProblem } from '../problems.ts';
import type { ReturnTo } from '../return-to.ts';
import { BAD_RETURN_TO, handoverBody, mistakesIn } from './bodies.ts';

const RETRY_AFTER_S = 30;

/** Options of `POST /jumio/handover`. */
export interface HandoverOptions {
  readonly ctx: Context;
  readonly isSecret: IsSecret;
  readonly returnTo: ReturnTo;
  readonly publicUrl: string;
}

function unauthorized(reply: FastifyReply): FastifyReply {
  return sendProblem(reply, 'wrong-secret', { detail: 'the bearer token must be HANDOVER_SECRET' });
}

/**
 * `POST /jumio/handover`: gives an application's back end, which has checked the session itself, a one-time link for the
 * person, valid for ten minutes. For applications whose people have no cookie of Kratos that reaches this service.
 */
export async function handoverRoute(app: FastifyInstance, options: HandoverOptions): Promise<void> {
  const { ctx, publicUrl } = options;
  app.addHook('onRequest', requireBearer(options.isSecret, unauthorized));

  app.post('/jumio/handover', { bodyLimit: 16 * 1024 }, async (request, reply) => {
    const body = handoverBody.safeParse(request.body);
    if (!body.success) return sendBadBody(reply, mistakesIn(body.error));
    const { kratos_identity_id: identityId, return_to: requested } = body.data;
    const returnTo = options.returnTo(requested);
    if (requested !== undefined && returnTo === null) return sendBadBody(reply, [BAD_RETURN_TO]);
    try {
      const person = await findPerson(ctx, identityId);
      if (person === undefined) return sendProblem(reply, 'unknown-identity');
      const { token, endsAt } = await issueLink(ctx, person, { purpose: 'handover', returnTo });
      const answer = { url: linkUrl(publicUrl, token), expires_at: new Date(endsAt).toISOString() };
      return reply.code(201).header('cache-control', 'no-store').send(answer);
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      request.log.warn({ identity: identityId, upstream: error.facts }, 'could not ask Kratos for the identity');
      return sendProblem(reply.header('retry-after', RETRY_AFTER_S), 'kratos-down');
    }
  });
}
