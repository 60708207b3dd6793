import { inspect } from 'node:util';
import { expect } from 'vitest';
import { UpstreamError } from '../../../webhook/errors.ts';

/** The error of a call; any other than an `UpstreamError` fails the test. */
export async function failureOf(call: Promise<unknown>): Promise<UpstreamError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof UpstreamError)) throw new Error(`an UpstreamError was expected: ${String(error)}`);
  return error;
}

/** Expects neither the canaries nor a property that could hold them: no cause, no request, no response. */
export function expectNoneOf(canaries: readonly string[], error: unknown): void {
  const text = allTextOf(error);
  for (const canary of canaries) expect(text).not.toContain(canary);
  const keys = error instanceof Error ? Reflect.ownKeys(error) : [];
  expect(new Set(keys)).toEqual(new Set(['facts', 'message', 'name', 'stack']));
}

/** All text that a log line, a serializer or a debugger can get out of an error. */
export function allTextOf(error: unknown): string {
  const text = error instanceof Error ? `${error.stack}${error.message}` : '';
  return [String(error), text, JSON.stringify(error), inspect(error, { showHidden: true, depth: 20 })].join('\n');
}
