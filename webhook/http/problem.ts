import type { FastifyReply } from 'fastify';

/** What is wrong with a request, as an RFC 9457 problem document. Never a byte of the request itself. */
export interface Problem {
  readonly status: number;
  readonly title: string;
  readonly detail?: string;
  /** What is wrong in a word that programs may branch on (docs/applications.md). */
  readonly code?: string;
  /** The field of the body that is at fault. */
  readonly field?: string;
  readonly request_id?: string;
}

/** @param more members of our own, which docs/applications.md names (RFC 9457 §3.2) */
export function sendProblem(reply: FastifyReply, problem: Problem, more: object = {}): FastifyReply {
  return reply
    .code(problem.status)
    .type('application/problem+json')
    .send({ ...more, ...problem });
}

/** 400: the field of the body that is at fault. */
export function sendBadField(reply: FastifyReply, field: string, detail?: string): FastifyReply {
  const problem = { status: 400, title: 'The body is not usable', field };
  return sendProblem(reply, detail === undefined ? problem : { ...problem, detail });
}
