import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LedgerUnavailable } from '../errors.ts';
import { TooManySessionChecks } from './whoami.ts';

/** `Retry-After` in seconds: a ledger that is locked, or whose connection broke, is usually back by then, and a crowd gone. */
export const RETRY_S = 5;

/** Whether an error passes by itself, so that the answer is 503 with `Retry-After`. */
export function isPassing(error: unknown): boolean {
  return error instanceof LedgerUnavailable || error instanceof TooManySessionChecks;
}

const CLIENT_ERRORS: ReadonlyMap<number, string> = new Map([
  [400, 'The request could not be read'],
  [403, 'Forbidden'],
  [404, 'Not found'],
  [405, 'Method not allowed'],
  [413, 'The body is too large'],
  [415, 'The content type must be application/json'],
  [429, 'Too many requests; try again later'],
]);

function problemOf(error: FastifyError, requestId: string): ProblemDocument {
  if (error instanceof LedgerUnavailable) return { status: 503, title: 'The ledger cannot be written; try again' };
  if (error instanceof TooManySessionChecks)
    return { status: 503, code: 'kratos-down', title: 'Kratos cannot be asked who this is; try again' };
  const { statusCode: status = 500, code } = error;
  const title = CLIENT_ERRORS.get(status);
  const isBody = status === 400 && code !== 'FST_ERR_BAD_URL';
  if (title !== undefined) return { status, title, ...(isBody && { field: 'body' }) };
  return { status: 500, title: 'Internal error', request_id: requestId };
}

/**
 * Answers an error to a machine, as a problem document; no other place does. The texts are ours and fixed: an error's own
 * message may quote the request. An `UpstreamError` never gets here; if one did, its status would not become ours.
 */
export function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const problem = problemOf(error, request.id);
  if (problem.status >= 500) request.log.error({ err: error }, problem.title);
  if (problem.status === 503) reply.header('retry-after', RETRY_S);
  void sendProblem(reply, problem);
}

const METHODS = ['GET', 'POST'] as const;

/** What makes a path the pattern of several routes. `hasRoute` reads the path of a stranger so, and throws for one such as `/*a`. */
const PATTERN = /[:*]/;

/** Returns the handler that answers 404, or 405 with `Allow` if the path is right and the method is not. Never echoes the URL. */
export function answerNotFound(app: FastifyInstance) {
  return (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const [url = ''] = request.url.split('?', 1);
    const allowed = PATTERN.test(url) ? [] : METHODS.filter((method) => app.hasRoute({ method, url }));
    if (allowed.length === 0) return sendProblem(reply, { status: 404, title: 'Not found' });
    return sendProblem(reply.header('allow', allowed.join(', ')), { status: 405, title: 'Method not allowed' });
  };
}

/** An RFC 9457 problem document: what is wrong with a request. Never a byte of the request itself. */
export interface ProblemDocument {
  readonly status: number;
  readonly title: string;
  readonly detail?: string;
  /** A fixed identifier that programs may branch on (docs/applications.md). */
  readonly code?: string;
  /** The field of the body that is wrong. */
  readonly field?: string;
  readonly request_id?: string;
}

/**
 * Answers with a problem document.
 * @param more members of our own, which docs/applications.md names (RFC 9457 §3.2)
 */
export function sendProblem(reply: FastifyReply, problem: ProblemDocument, more: object = {}): FastifyReply {
  return reply
    .code(problem.status)
    .type('application/problem+json')
    .send({ ...more, ...problem });
}

/** Answers 400 and names the field of the body that is wrong. */
export function sendBadField(reply: FastifyReply, field: string, detail?: string): FastifyReply {
  const problem = { status: 400, title: 'The body is not usable', field };
  return sendProblem(reply, detail === undefined ? problem : { ...problem, detail });
}
