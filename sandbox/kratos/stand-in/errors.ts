import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { UiMessage } from '../client/forms.ts';
import { flowJson } from './shapes.ts';
import type { FlowRow, Site } from './site.ts';

/** A native app, a single-page app, or a browser that sends HTML forms. */
export type Client = 'api' | 'spa' | 'html';

/** The kind of client, by the type of the flow and the headers of the request. */
export function clientOf(request: FastifyRequest, type: FlowRow['type']): Client {
  if (type === 'api') return 'api';
  const { accept = '', 'content-type': contentType = '' } = request.headers;
  const json = accept.includes('application/json') || (contentType.includes('json') && !accept.includes('text/html'));
  return json ? 'spa' : 'html';
}

/** The body of an error. */
export function errorBody(details: ErrorDetails) {
  return { error: details };
}

/** Answers for a refused flow: with its messages where the flow shows them, else as in docs/reference/kratos.md#2-http-behaviour-of-the-webhook-client. */
export function answerRefusal(site: Site, client: Client, flow: FlowRow, reply: FastifyReply, error: unknown) {
  if (!(error instanceof FlowRefusal)) return answerError(site, client, reply, error, flow.kind);
  flow.messages = error.messages;
  if (client === 'html') return reply.redirect(uiOf(site, flow), flow.kind === 'registration' ? 302 : 303);
  // A refused recovery redirects even a JSON client, to the URL of the flow itself.
  if (flow.kind === 'recovery')
    return reply.redirect(`${site.publicUrl}/self-service/recovery/flows?id=${flow.id}`, 303);
  return reply.code(400).send(flowJson(site, flow));
}

/** The URL of the page that shows a flow. */
export function uiOf(site: Site, flow: FlowRow): string {
  return `${site.uiUrl}/${flow.kind}?flow=${flow.id}`;
}

/** Answers with an error that no flow shows: as JSON, or by a redirect to the error page. */
export function answerError(site: Site, client: Client, reply: FastifyReply, error: unknown, kind?: FlowRow['kind']) {
  const { details, isUnexpected } = error instanceof KratosError ? error : unexpected(String(error));
  if (client === 'html') {
    const id = randomUUID();
    site.records.errors.set(id, details);
    return reply.redirect(`${site.uiUrl}/error?id=${id}`, 303);
  }
  const isBadRequest = isUnexpected && (client === 'api' || kind === 'recovery');
  return reply.code(isBadRequest ? 400 : details.code).send(errorBody(details));
}

/** An error object as Kratos sends it. */
interface ErrorDetails {
  readonly id?: string;
  readonly code: number;
  readonly status: string;
  readonly reason?: string;
  readonly details?: Record<string, unknown>;
  readonly message: string;
}

/**
 * An error that no flow shows. `isUnexpected` marks an error without a status of its own: Kratos writes 500 into the
 * body and answers 400 to API clients (docs/reference/kratos.md#2-http-behaviour-of-the-webhook-client).
 */
export class KratosError extends Error {
  override readonly name = 'KratosError';
  readonly details: ErrorDetails;
  readonly isUnexpected: boolean;

  constructor(details: ErrorDetails, isUnexpected = false) {
    super(details.message);
    this.details = details;
    this.isUnexpected = isUnexpected;
  }
}

/** A refusal that the flow shows to the person. */
export class FlowRefusal extends Error {
  override readonly name = 'FlowRefusal';
  readonly messages: readonly UiMessage[];

  constructor(messages: readonly UiMessage[]) {
    super(messages.map(({ text }) => text).join(' '));
    this.messages = messages;
  }
}

const MALFORMED = 'The request was malformed or contained invalid parameters';

export function unexpected(message: string): KratosError {
  return new KratosError({ code: 500, status: 'Internal Server Error', message }, true);
}

export function notFound(): KratosError {
  return new KratosError({ code: 404, status: 'Not Found', message: 'Unable to locate the resource' });
}

export function badRequest(reason: string, message = MALFORMED, id?: string): KratosError {
  return new KratosError({ ...(id === undefined ? {} : { id }), code: 400, status: 'Bad Request', reason, message });
}

export function unauthorized(): KratosError {
  return new KratosError({
    code: 401,
    status: 'Unauthorized',
    reason: 'No valid session credentials found in the request.',
    message: 'The request could not be authorized',
  });
}

export function accountDisabled(identityId: string): KratosError {
  return new KratosError({
    code: 401,
    status: 'Unauthorized',
    reason: 'This account was disabled.',
    details: { identity_id: identityId },
    message: 'identity is disabled',
  });
}

export function hookRefusedWithoutFlag(status: number): KratosError {
  return new KratosError({
    code: 502,
    status: 'Bad Gateway',
    reason: 'A third-party upstream service responded improperly. Please try again later.',
    message: `webhook failed with status code ${status}`,
  });
}

export function csrfViolation(): KratosError {
  return new KratosError({
    id: 'security_csrf_violation',
    code: 403,
    status: 'Forbidden',
    reason: 'The request was rejected to protect you from Cross-Site-Request-Forgery.',
    message: 'the request was rejected to protect you from Cross-Site-Request-Forgery',
  });
}
