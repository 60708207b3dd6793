import cors from '@fastify/cors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isJson, isResource } from '../negotiation.ts';
import { sendProblem } from '../problems.ts';
import { tokenOf } from '../session.ts';

/** How long a browser may cache the answer to a preflight. */
const PREFLIGHT_S = 3_600;

/**
 * Allows CORS with credentials for exactly these origins, at the resources only: any other origin or URL gets no CORS header.
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
 * Returns a hook against cross-site requests. A browser sends its cookies with any page's request, so a request by cookie
 * must be JSON and carry an allowed `Origin`, which a foreign page cannot forge. A token is sent on purpose and suffices.
 */
export function requireOrigin(allowed: ReadonlySet<string>) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const { headers } = request;
    if (tokenOf(headers) !== undefined) return undefined;
    if (!isJson(headers['content-type'])) return sendProblem(reply, 'unsupported-media-type');
    if (allowed.has(headers.origin ?? '')) return undefined;
    const detail = 'a POST by cookie comes from one of ALLOWED_ORIGINS; a session token may come from anywhere';
    return sendProblem(reply, 'foreign-origin', { detail });
  };
}
