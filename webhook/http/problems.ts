import type { FastifyReply } from 'fastify';

/** Every problem that a machine may be told: its code, on which programs branch, and what goes with it (docs/problems.md). */
export const PROBLEMS = {
  'bad-request': { status: 400, title: 'The request could not be read' },
  'bad-body': { status: 400, title: 'The body is not usable' },
  'bad-callback': { status: 400, title: 'The callback is not a JSON object as Jumio documents it' },
  'no-identity-yet': { status: 400, title: 'The hook runs before the identity exists' },
  'wrong-secret': { status: 401, title: 'The secret is missing or wrong' },
  'not-authentic': { status: 401, title: 'The callback is not authentic' },
  'no-session': { status: 401, title: 'There is no session of Kratos' },
  'second-factor': { status: 403, title: 'Kratos wants a second factor first' },
  'foreign-origin': { status: 403, title: 'This origin may not do this' },
  forbidden: { status: 403, title: 'Forbidden' },
  'not-found': { status: 404, title: 'Not found' },
  'unknown-identity': { status: 404, title: 'There is no such identity' },
  'unknown-transaction': { status: 404, title: 'This client has no such transaction' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'consent-needed': { status: 409, title: 'The person has not agreed to the text as it reads now' },
  'no-sdk-token': { status: 409, title: 'Jumio gave no SDK token for this verification; ask for the link instead' },
  approved: { status: 409, title: 'The person is verified already' },
  review: { status: 409, title: 'The operator decides on this person first' },
  rejected: { status: 409, title: 'The person is rejected; only support can say more' },
  'too-old': { status: 409, title: 'The approval is too old, and the policy allows no renewal' },
  processing: { status: 409, title: 'Jumio has all it needs; wait for the result' },
  'too-many': { status: 409, title: 'The person has had all attempts that the policy allows for now' },
  'not-yet': { status: 409, title: 'The person must wait before the next attempt' },
  stuck: { status: 409, title: 'Only the operator can help' },
  'idempotency-key': { status: 409, title: 'The idempotency key was used for another request' },
  'too-many-open': { status: 409, title: 'The payer has too many open transactions' },
  'not-approved': { status: 409, title: 'The payer has not approved the transaction yet' },
  ended: { status: 409, title: 'The transaction has come to an end; record a new one' },
  differs: { status: 409, title: 'Something else was approved than is about to be paid' },
  consumed: { status: 409, title: 'The approval is consumed already' },
  'too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The content type must be application/json' },
  'too-many-requests': { status: 429, title: 'Too many requests; try again later' },
  'internal-error': { status: 500, title: 'Internal error' },
  'kratos-down': { status: 503, title: 'Kratos cannot be asked; try again' },
  'ledger-down': { status: 503, title: 'The ledger cannot be written; try again' },
} as const satisfies Readonly<Record<string, { readonly status: number; readonly title: string }>>;

/** What went wrong, in one word. */
export type ProblemCode = keyof typeof PROBLEMS;

/** What is wrong at one place of a body. */
export interface BodyMistake {
  /** A JSON pointer as the fragment of a URL: `#/return_to`; `#` is the whole body. Made of names of ours only. */
  readonly pointer: string;
  readonly expected: string;
}

/** What a problem may say besides its code. Never a byte of the request itself. */
export interface ProblemDetails {
  /** What was expected, or what to do. */
  readonly detail?: string;
  /** Each mistake of the body. */
  readonly errors?: readonly BodyMistake[];
  /** The request in the log. */
  readonly request_id?: string;
}

/** Returns the URI that identifies a kind of problem. It names and leads nowhere. */
export function typeOf(code: ProblemCode): string {
  return `urn:kratos-jumio:problem:${code}`;
}

/**
 * Answers with a problem document (RFC 9457), the one shape of every error to a machine but Kratos.
 * @param more members of our own, which docs/applications.md names (RFC 9457 §3.2)
 */
export function sendProblem(
  reply: FastifyReply,
  code: ProblemCode,
  details: ProblemDetails = {},
  more: object = {},
): FastifyReply {
  const { status, title } = PROBLEMS[code];
  return reply
    .code(status)
    .type('application/problem+json')
    .send({ ...more, type: typeOf(code), title, status, code, ...details });
}

/** Answers 400 with the mistakes of the body. */
export function sendBadBody(reply: FastifyReply, errors: readonly BodyMistake[], detail?: string): FastifyReply {
  return sendProblem(reply, 'bad-body', detail === undefined ? { errors } : { detail, errors });
}
