import { z } from 'zod';
import { continueBody, decisionBody, handoverBody } from '../../../webhook/http/api/bodies.ts';
import type { ProblemCode } from '../../../webhook/http/problems.ts';
import { assuranceBody, callbackBody, initiateBody, linkBody, validateBody } from '../../../webhook/http/schemas.ts';
import { consumeBody, IDEMPOTENCY_KEY, idempotencyKey, recordBody } from '../../../webhook/http/transactions/bodies.ts';
import type { AnswerName } from './answers.ts';

/** What a request has beside its body. */
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description: string;
  readonly schema: z.ZodType;
}

/** One request that the service answers in JSON. */
export interface Operation {
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly summary: string;
  /** By one of these the caller proves itself. */
  readonly security: readonly string[];
  readonly parameters?: readonly Parameter[];
  /** The schema that the handler parses the body with. */
  readonly body?: z.ZodType;
  /** Answers that are no problem; null: there is no body. */
  readonly answers: Readonly<Record<number, AnswerName | null>>;
  readonly problems: readonly ProblemCode[];
}

const OF_REQUEST = ['not-found', 'bad-body', 'too-large', 'unsupported-media-type'] as const;

const OF_BODY = [...OF_REQUEST, 'internal-error'] as const;

const OF_PERSON = [
  'not-found',
  'no-session',
  'second-factor',
  'too-many-requests',
  'internal-error',
  'kratos-down',
  'ledger-down',
] as const;

const NOT_NOW = ['approved', 'review', 'rejected', 'too-old', 'processing', 'too-many', 'not-yet', 'stuck'] as const;

const PERSON = ['sessionToken', 'bearerToken', 'sessionCookie'];

const TRANSACTION_ID: Parameter = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'The id of the transaction.',
  schema: z.uuid(),
};

const HINT_JTI: Parameter = {
  name: 'hint_jti',
  in: 'query',
  required: true,
  description: 'The jti of the signed hint that recorded it.',
  schema: z.string(),
};

function idempotencyKeyHeader(required: boolean): Parameter {
  return { name: 'Idempotency-Key', in: 'header', required, description: IDEMPOTENCY_KEY, schema: idempotencyKey };
}

const CLIENT = ['client'];

const OF_CLIENT = ['wrong-secret', 'internal-error', 'ledger-down'] as const;

/** What an application's back end asks about the payments that its people approve. */
const TRANSACTIONS: readonly Operation[] = [
  {
    id: 'recordTransaction',
    method: 'POST',
    path: '/transactions',
    summary: 'Record a payment that its payer is to approve; the same idempotency key gets the same one again (200)',
    security: CLIENT,
    parameters: [idempotencyKeyHeader(false)],
    body: recordBody,
    answers: { 200: 'RecordedTransaction', 201: 'RecordedTransaction' },
    problems: [...OF_BODY, ...OF_CLIENT, 'bad-request', 'idempotency-key', 'too-many-open'],
  },
  {
    id: 'findTransaction',
    method: 'GET',
    path: '/transactions',
    summary: 'The transaction that a signed hint recorded',
    security: CLIENT,
    parameters: [HINT_JTI],
    answers: { 200: 'Transaction' },
    problems: [...OF_CLIENT, 'not-found', 'bad-request', 'unknown-transaction'],
  },
  {
    id: 'getTransaction',
    method: 'GET',
    path: '/transactions/{id}',
    summary: 'How a transaction stands',
    security: CLIENT,
    parameters: [TRANSACTION_ID],
    answers: { 200: 'Transaction' },
    problems: [...OF_CLIENT, 'not-found', 'unknown-transaction'],
  },
  {
    id: 'consumeApproval',
    method: 'POST',
    path: '/transactions/{id}/consume',
    summary: 'Consume the approval just before the payment, naming what is about to be paid; once',
    security: CLIENT,
    parameters: [TRANSACTION_ID, idempotencyKeyHeader(true)],
    body: consumeBody,
    answers: { 200: 'ConsumedTransaction' },
    problems: [
      ...OF_BODY,
      ...OF_CLIENT,
      'bad-request',
      'unknown-transaction',
      'not-approved',
      'ended',
      'differs',
      'consumed',
    ],
  },
  {
    id: 'cancelTransaction',
    method: 'DELETE',
    path: '/transactions/{id}',
    summary: 'End a transaction that is not consumed',
    security: CLIENT,
    parameters: [TRANSACTION_ID],
    answers: { 204: null },
    problems: [...OF_CLIENT, 'not-found', 'unknown-transaction', 'consumed'],
  },
  {
    id: 'getSigningKeys',
    method: 'GET',
    path: '/.well-known/jwks.json',
    summary: 'The keys that verify approvals',
    security: [],
    answers: { 200: 'SigningKeys' },
    problems: ['not-found', 'internal-error', 'ledger-down'],
  },
  {
    id: 'getIssuer',
    method: 'GET',
    path: '/.well-known/openid-configuration',
    summary: 'The issuer of approvals, and where its keys are',
    security: [],
    answers: { 200: 'Issuer' },
    problems: ['not-found'],
  },
];

/** What applications, proxies and operators ask. */
export const PATHS: readonly Operation[] = [
  {
    id: 'getStatus',
    method: 'GET',
    path: '/jumio/status',
    summary: 'How the verification of the person stands',
    security: PERSON,
    answers: { 200: 'Status' },
    problems: OF_PERSON,
  },
  {
    id: 'getVerification',
    method: 'GET',
    path: '/jumio/verify',
    summary: 'The same, and the text that the person must agree to',
    security: PERSON,
    answers: { 200: 'StatusAndConsent' },
    problems: OF_PERSON,
  },
  {
    id: 'continueVerification',
    method: 'POST',
    path: '/jumio/verify',
    summary: 'Agree, decline, or go on to Jumio; a body may be left out',
    security: PERSON,
    body: continueBody,
    answers: { 200: 'Link', 202: 'Status' },
    problems: [...OF_BODY, ...OF_PERSON, 'foreign-origin', 'consent-needed', 'no-sdk-token', ...NOT_NOW],
  },
  {
    id: 'handOver',
    method: 'POST',
    path: '/jumio/handover',
    summary: 'A one-time link for a person whose session your back end has checked',
    security: ['handoverSecret'],
    body: handoverBody,
    answers: { 201: 'OneTimeLink' },
    problems: [...OF_BODY, 'wrong-secret', 'unknown-identity', 'kratos-down', 'ledger-down'],
  },
  {
    id: 'decide',
    method: 'POST',
    path: '/jumio/decision',
    summary: 'Whether an identity is verified, and whether an API should serve it',
    security: ['decisionSecret'],
    body: decisionBody,
    answers: { 200: 'Decision', 403: 'Decision' },
    problems: [...OF_BODY, 'wrong-secret', 'unknown-identity'],
  },
  {
    id: 'authorize',
    method: 'GET',
    path: '/jumio/authorize',
    summary: 'The same for the person of a session, for a proxy',
    security: PERSON,
    answers: { 200: 'Decision', 403: 'Decision' },
    problems: ['no-session', 'not-found', 'too-many-requests', 'internal-error', 'kratos-down'],
  },
  {
    id: 'getLiveness',
    method: 'GET',
    path: '/health/live',
    summary: 'Whether the process answers',
    security: [],
    answers: { 200: 'Health' },
    problems: [],
  },
  {
    id: 'getAliveness',
    method: 'GET',
    path: '/health/alive',
    summary: 'The same, at the path of the services of Ory',
    security: [],
    answers: { 200: 'Health' },
    problems: [],
  },
  {
    id: 'getReadiness',
    method: 'GET',
    path: '/health/ready',
    summary: 'Whether the service serves, and what is degraded',
    security: [],
    answers: { 200: 'Health', 503: 'Health' },
    problems: ['internal-error'],
  },
  {
    id: 'getApplied',
    method: 'GET',
    path: '/health/applied',
    summary: 'What the process applies, for the commands of the operator; not at the public listener beside HOOKS_PORT',
    security: ['webhookSecret', 'webhookBearer'],
    answers: { 200: 'Applied' },
    problems: ['wrong-secret', 'not-found'],
  },
  ...TRANSACTIONS,
];

/** What Jumio and Kratos send: the service consumes it. Unknown members of these bodies are ignored. */
export const WEBHOOKS: readonly Operation[] = [
  {
    id: 'jumioCallback',
    method: 'POST',
    path: '/jumio/callback',
    summary: 'Jumio: an execution has changed. Authentic by our userReference in the body, or by X-Jumio-Signature',
    security: ['signature', 'reference'],
    body: callbackBody,
    answers: { 200: null },
    problems: [
      'not-found',
      'bad-callback',
      'not-authentic',
      'too-large',
      'unsupported-media-type',
      'internal-error',
      'ledger-down',
    ],
  },
  {
    id: 'kratosSignUp',
    method: 'POST',
    path: '/jumio/initiate',
    summary: 'Kratos, registration.after: an identity was made',
    security: ['webhookSecret', 'webhookBearer'],
    body: initiateBody,
    answers: { 204: null },
    // Never a 5xx: it would strand the account that Kratos has just stored.
    problems: [...OF_REQUEST, 'no-identity-yet', 'wrong-secret'],
  },
  {
    id: 'kratosSignIn',
    method: 'POST',
    path: '/jumio/validate',
    summary: 'Kratos, login.after and recovery.after: may this identity come in?',
    security: ['webhookSecret', 'webhookBearer'],
    body: validateBody,
    answers: { 204: null, 401: 'KratosRefusal', 403: 'KratosRefusal' },
    problems: ['not-found'],
  },
  {
    id: 'kratosAssurance',
    method: 'POST',
    path: '/eid/assurance',
    summary: 'Kratos, registration.after.oidc: is the level of this eID enough?',
    security: ['webhookSecret', 'webhookBearer'],
    body: assuranceBody,
    answers: { 204: null, 401: 'KratosRefusal', 403: 'KratosRefusal' },
    problems: ['not-found'],
  },
  {
    id: 'kratosLink',
    method: 'POST',
    path: '/eid/link',
    summary: 'Kratos, settings.after.oidc: an eID was linked or unlinked',
    security: ['webhookSecret', 'webhookBearer'],
    body: linkBody,
    answers: { 204: null },
    // Never a 5xx: Kratos has stored the link already, and an error page would deny it.
    problems: [...OF_REQUEST, 'wrong-secret'],
  },
];
