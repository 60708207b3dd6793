import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { LedgerUnavailable } from '../errors.ts';
import { type Problem, sendProblem } from './problem.ts';

/** A ledger that is locked, or whose connection broke, is usually back by then. */
export const LEDGER_AGAIN_S = 5;

const CLIENT_ERRORS: ReadonlyMap<number, string> = new Map([
  [400, 'The request could not be read'],
  [403, 'Forbidden'],
  [404, 'Not found'],
  [405, 'Method not allowed'],
  [413, 'The body is too large'],
  [415, 'The content type must be application/json'],
  [429, 'Too many requests; try again later'],
]);

function problemOf(error: FastifyError, requestId: string): Problem {
  if (error instanceof LedgerUnavailable) return { status: 503, title: 'The ledger cannot be written; try again' };
  const { statusCode: status = 500, code } = error;
  const title = CLIENT_ERRORS.get(status);
  const isBody = status === 400 && code !== 'FST_ERR_BAD_URL';
  if (title !== undefined) return { status, title, ...(isBody && { field: 'body' }) };
  return { status: 500, title: 'Internal error', request_id: requestId };
}

/**
 * The only place that turns errors into answers for machines. Texts are ours and fixed: an error's own message may
 * quote the request. An `UpstreamError` never gets here; if one did, its status would not become ours.
 */
export function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const problem = problemOf(error, request.id);
  if (problem.status >= 500) request.log.error({ err: error }, problem.title);
  if (problem.status === 503) reply.header('retry-after', LEDGER_AGAIN_S);
  void sendProblem(reply, problem);
}
