import type { Config } from '../config/config.ts';
import { type Applied, applied } from './applied.ts';

/** The route of the listener for hooks that answers what the service applies. */
export const APPLIED_ROUTE = '/health/applied';

/** The answer of the running service, with the address that was asked; or why there is none. */
export type RunningAnswer =
  | { readonly at: string; readonly applied: Applied }
  /** It has another ORY_WEBHOOK_SECRET. */
  | { readonly at: string; readonly refused: true }
  | { readonly at: string; readonly failure: string };

const TIMEOUT_MS = 3_000;

const EVERY_ADDRESS = ['::', '0.0.0.0'];

/** Returns where a service with this configuration takes hooks, seen from its own machine; undefined: its port is not known. */
export function localAddress({ PORT, HOST, HOOKS_PORT, HOOKS_HOST }: Config): string | undefined {
  const port = HOOKS_PORT ?? PORT;
  const host = (HOOKS_PORT === undefined ? HOST : (HOOKS_HOST ?? HOST)) ?? '::';
  if (port === 0) return undefined;
  const name = EVERY_ADDRESS.includes(host) ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

function failureOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1000} s`;
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'no answer';
}

async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}

/** Asks with one secret. No redirect is followed, because it would send the secret elsewhere. */
async function askOnce(at: string, secret: string): Promise<RunningAnswer> {
  try {
    const response = await fetch(new URL(APPLIED_ROUTE, at), {
      headers: { 'X-Webhook-Secret': secret },
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.status === 401) return { at, refused: true };
    const parsed = applied.safeParse(await jsonOf(response));
    if (response.ok && parsed.success) return { at, applied: parsed.data };
    return { at, failure: `it answers ${response.status}: another program, or another version of this service` };
  } catch (error) {
    return { at, failure: failureOf(error) };
  }
}

/** Asks the running service at an address what it applies; with each value of ORY_WEBHOOK_SECRET until one is accepted. Never rejects. */
export async function askRunning(at: string, secrets: readonly string[]): Promise<RunningAnswer> {
  let answer: RunningAnswer = { at, refused: true };
  for (const secret of secrets) {
    answer = await askOnce(at, secret);
    if (!('refused' in answer)) return answer;
  }
  return answer;
}
