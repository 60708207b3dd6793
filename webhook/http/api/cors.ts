import cors from '@fastify/cors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from '../errors.ts';
import { isJson, isResource } from '../negotiation.ts';
import { tokenOf } from '../session.ts';

/** An hour: how long a browser may remember that it asked. */
const PREFLIGHT_S = 3_600;

/**
 * CORS with credentials for exactly these origins: for any other, and at any other address, as if there were none.
 * @param allowed origins as browsers send them
 */
export async function allowOrigins(app: FastifyInstance, allowed: ReadonlySet<string>): Promise<void> {
  await app.register(cors, {
    delegator: (request, done) => {
      const { origin = '' } = request.headers;
      done(null, {
        origin: isResource(request.raw.url) && allowed.has(origin) ? origin : false,
        credentials: true,
        methods: ['GET', 'POST'],
        allowedHeaders: ['authorization', 'content-type', 'x-session-token'],
        exposedHeaders: ['retry-after'],
        maxAge: PREFLIGHT_S,
      });
    },
  });
}

/**
 * A browser sends its cookies with what any page asks it to send. So whoever comes by cookie says in a way that a foreign
 * page cannot forge whence they come; a token is sent on purpose, and needs nothing besides.
 */
export function requireOrigin(allowed: ReadonlySet<string>) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const { headers } = request;
    if (tokenOf(headers) !== undefined) return undefined;
    if (!isJson(headers['content-type']))
      return sendProblem(reply, { status: 415, title: 'The content type must be application/json' });
    if (allowed.has(headers.origin ?? '')) return undefined;
    const detail = 'a POST by cookie comes from one of ALLOWED_ORIGINS; a session token may come from anywhere';
    return sendProblem(reply, { status: 403, title: 'This origin may not do this', detail });
  };
}
