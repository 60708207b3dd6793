import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from './problem.ts';

const METHODS = ['GET', 'POST'] as const;

/** 404, or 405 with `Allow` where the address is right and the method is not. Never a byte of the URL. */
export function answerNotFound(app: FastifyInstance) {
  return (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const [url = ''] = request.url.split('?', 1);
    const allowed = METHODS.filter((method) => app.hasRoute({ method, url }));
    if (allowed.length === 0) return sendProblem(reply, { status: 404, title: 'Not found' });
    return sendProblem(reply.header('allow', allowed.join(', ')), { status: 405, title: 'Method not allowed' });
  };
}
