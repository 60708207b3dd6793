import type { FastifyReply } from 'fastify';

/** What is wrong with a request, as an RFC 9457 problem document. Never a byte of the request itself. */
export interface Problem {
  readonly status: number;
  readonly title: string;
  readonly detail?: string;
  /** The field of the body that is at fault. */
  readonly field?: string;
  readonly request_id?: string;
}

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply.code(problem.status).type('application/problem+json').send(problem);
}
