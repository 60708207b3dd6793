import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LedgerUnavailable } from '../errors.ts';
import { PROBLEMS, type ProblemCode, type ProblemDetails, sendProblem } from './problems.ts';
import { TooManySessionChecks } from './whoami.ts';

/** `Retry-After` in seconds: a ledger that is locked, or whose connection broke, is usually back by then, and a crowd gone. */
export const RETRY_S = 5;

/** Whether an error passes by itself, so that the answer is 503 with `Retry-After`. */
export function isPassing(error: unknown): boolean {
  return error instanceof LedgerUnavailable || error instanceof TooManySessionChecks;
}

/** The problems of the framework and of the limits, by their status. */
const CLIENT_ERRORS: ReadonlyMap<number, ProblemCode> = new Map([
  [403, 'forbidden'],
  [404, 'not-found'],
  [405, 'method-not-allowed'],
  [413, 'too-large'],
  // A part of the path that is longer than any id: nothing is there.
  [414, 'not-found'],
  [415, 'unsupported-media-type'],
  [429, 'too-many-requests'],
]);

const UNREADABLE = [{ pointer: '#', expected: 'JSON that can be read' }];

function problemOf(error: FastifyError, requestId: string): readonly [ProblemCode, ProblemDetails?] {
  if (error instanceof LedgerUnavailable) return ['ledger-down'];
  if (error instanceof TooManySessionChecks) return ['kratos-down'];
  const { statusCode: status = 500, code } = error;
  if (status === 400) return code === 'FST_ERR_BAD_URL' ? ['bad-request'] : ['bad-body', { errors: UNREADABLE }];
  const known = CLIENT_ERRORS.get(status);
  return known === undefined ? ['internal-error', { request_id: requestId }] : [known];
}

/**
 * Answers an error to a machine, as a problem document; no other place does. The texts are ours and fixed: an error's own
 * message may quote the request. An `UpstreamError` never gets here; if one did, its status would not become ours.
 */
export function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const [code, details] = problemOf(error, request.id);
  const { status, title } = PROBLEMS[code];
  if (status >= 500) request.log.error({ err: error }, title);
  if (status === 503) reply.header('retry-after', RETRY_S);
  void sendProblem(reply, code, details);
}

const METHODS = ['GET', 'POST', 'DELETE'] as const;

/** What makes a path the pattern of several routes. `hasRoute` reads the path of a stranger so, and throws for one such as `/*a`. */
const PATTERN = /[:*]/;

/** Returns the handler that answers 404, or 405 with `Allow` if the path is right and the method is not. Never echoes the URL. */
export function answerNotFound(app: FastifyInstance) {
  return (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const [url = ''] = request.url.split('?', 1);
    const allowed = PATTERN.test(url) ? [] : METHODS.filter((method) => app.hasRoute({ method, url }));
    if (allowed.length === 0) return sendProblem(reply, 'not-found');
    return sendProblem(reply.header('allow', allowed.join(', ')), 'method-not-allowed');
  };
}
