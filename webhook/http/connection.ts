import type { ServerOptions } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** For a head, and for a request as a whole; Jumio, Kratos and browsers need less than a second. */
const REQUEST_MS = 15_000;

/** Node looks for requests above their time this often: every 30 seconds if it is not told. */
const CHECK_MS = 1_000;

/**
 * The times after which a connection ends, as options of Fastify. Fastify sets `requestTimeout` after the server is made: the
 * time for a head would stay at Node's 60 seconds, so the server is made with both.
 */
export const CONNECTION_TIMES = {
  http: {
    headersTimeout: REQUEST_MS,
    requestTimeout: REQUEST_MS,
    connectionsCheckingInterval: CHECK_MS,
  } satisfies ServerOptions,
  requestTimeout: REQUEST_MS,
  connectionTimeout: 20_000,
  keepAliveTimeout: 72_000,
};

/**
 * Ends the connection after an answer that was given before the body had arrived, such as 401 and 413. Node would read
 * the rest of the body first, however long it is.
 */
export function closeUnreadBodies(app: FastifyInstance): void {
  app.addHook('onSend', (request, reply, _payload, done) => {
    const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
    const hasBody = length !== '0' || encoding !== undefined;
    if (hasBody && request.raw.complete === false) reply.header('connection', 'close');
    done();
  });
}

/** Answers a request for an unknown route before its body is read, which Fastify would do first. */
export function answerUnknownRoutes(
  app: FastifyInstance,
  answer: (request: FastifyRequest, reply: FastifyReply) => FastifyReply,
): void {
  app.setNotFoundHandler(answer);
  app.addHook('onRequest', (request, reply, done) => {
    if (request.is404) answer(request, reply);
    else done();
  });
}
