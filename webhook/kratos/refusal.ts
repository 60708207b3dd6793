import type { z } from 'zod';
import type { RefusalCode, UpstreamError } from '../errors.ts';
import { type Answer, accept, type Call, isSuccess, parseJson, refusal } from '../upstream.ts';
import { type ErrorWire, errorWire } from './wire.ts';

/** Kratos' error document, where the answer holds one. */
export function errorOf(answer: Answer): ErrorWire | undefined {
  return errorWire.safeParse(parseJson(answer.body)).data;
}

/** The body of a 2xx, parsed and checked; for everything else an `UpstreamError`. */
export function accepted<T>(call: Call, answer: Answer, schema: z.ZodType<T>): T {
  if (!isSuccess(answer.status)) throw kratosRefusal(call, answer);
  return accept(call, answer, schema);
}

/**
 * Whether there was something to delete. Kratos says with the same 404 that there is no such thing and that there is no
 * such identity; a 404 in other words is the one of a wrong address or of a proxy.
 * @throws UpstreamError for every answer that says neither
 */
export function wereThere(call: Call, answer: Answer): boolean {
  if (isSuccess(answer.status)) return true;
  const error = kratosRefusal(call, answer);
  if (error.facts.code === 'identity-not-found') return false;
  throw error;
}

/** The error of an answer that is no 2xx, with what Kratos' own words say of it (kratos.md §7). */
export function kratosRefusal(call: Call, answer: Answer): UpstreamError {
  return refusal(call, answer, codeOf(answer.status, errorOf(answer)));
}

function codeOf(status: number, document: ErrorWire | undefined): RefusalCode | undefined {
  const { message, reason } = document?.error ?? {};
  if (status === 404) return message === 'Unable to locate the resource' ? 'identity-not-found' : 'no-such-path';
  const collided = [message, reason].some((words) => words?.startsWith('Unable to serialize access'));
  return status === 400 && collided ? 'serialization' : undefined;
}
