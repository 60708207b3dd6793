import type { UiMessage } from '../flow-shapes.ts';

/** An error object in Kratos' words. */
export interface ErrorWords {
  readonly id?: string;
  readonly code: number;
  readonly status: string;
  readonly reason?: string;
  readonly details?: Record<string, unknown>;
  readonly message: string;
}

/**
 * A refusal that no flow can show. `unexpected` marks what Kratos has no status of its own for:
 * it says 500 in the body, and answers 400 to API clients all the same (kratos.md §2).
 */
export class KratosError extends Error {
  override readonly name = 'KratosError';
  readonly words: ErrorWords;
  readonly unexpected: boolean;

  constructor(words: ErrorWords, unexpected = false) {
    super(words.message);
    this.words = words;
    this.unexpected = unexpected;
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
