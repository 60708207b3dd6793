import type { FastifyInstance, FastifyReply } from 'fastify';
import { UpstreamError } from '../../errors.ts';
import type { Context } from '../../verification/context.ts';
import { findPerson, issueLink, linkUrl } from '../../verification/person/index.ts';
import { type IsSecret, requireBearer } from '../authenticity.ts';
import { sendBadField, sendProblem } from '../errors.ts';
import type { ReturnTo } from '../return-to.ts';
import { handoverBody, NIL_UUID } from '../schemas.ts';

const RETRY_AFTER_S = 30;

/** Options of `POST /jumio/handover`. */
export interface HandoverOptions {
  readonly ctx: Context;
  readonly isSecret: IsSecret;
  readonly returnTo: ReturnTo;
  readonly publicUrl: string;
}

function unauthorized(reply: FastifyReply): FastifyReply {
  return sendProblem(reply, { status: 401, title: 'The bearer token is missing or is not HANDOVER_SECRET' });
}

const BAD_ID = 'kratos_identity_id must be the UUID of an identity';

const BAD_RETURN_TO = 'return_to must be an absolute URL that ALLOWED_RETURN_URLS allows';

function badBody(reply: FastifyReply, body: unknown): FastifyReply {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return sendBadField(reply, 'body', 'the body must be a JSON object');
  const hasId = handoverBody.pick({ kratos_identity_id: true }).safeParse(body).success;
  return hasId ? sendBadField(reply, 'return_to', BAD_RETURN_TO) : sendBadField(reply, 'kratos_identity_id', BAD_ID);
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
    if (!body.success) return badBody(reply, request.body);
    const { kratos_identity_id: identityId, return_to: requested } = body.data;
    const returnTo = options.returnTo(requested);
    if (identityId === NIL_UUID) return sendBadField(reply, 'kratos_identity_id', BAD_ID);
    if (requested !== undefined && returnTo === null) return sendBadField(reply, 'return_to', BAD_RETURN_TO);
    try {
      const person = await findPerson(ctx, identityId);
      if (person === undefined) return sendProblem(reply, { status: 404, title: 'There is no such identity' });
      const { token, endsAt } = await issueLink(ctx, person, { purpose: 'handover', returnTo });
      const answer = { url: linkUrl(publicUrl, token), expires_at: new Date(endsAt).toISOString() };
      return reply.code(201).header('cache-control', 'no-store').send(answer);
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      request.log.warn({ identity: identityId, upstream: error.facts }, 'could not ask Kratos for the identity');
      const title = 'Kratos cannot be asked whether it has this identity; try again';
      return sendProblem(reply.header('retry-after', RETRY_AFTER_S), { status: 503, title });
    }
  });
}
