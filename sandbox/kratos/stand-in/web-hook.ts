import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { UiMessage } from '../flow-shapes.ts';
import { type Answer, send } from '../loopback.ts';
import type { WebHook } from './hook-settings.ts';
import { FlowRefusal, hookRefusedWithoutFlag, unexpected } from './refusals.ts';
import { renderBody } from './template.ts';

/** Kratos gives each attempt 30 s (kratos.md §2). */
const PATIENCE = 30_000;

export function isInterrupting(hook: WebHook): boolean {
  return hook.can_interrupt || hook.response?.parse === true;
}

/** Calls one hook, up to three times. Returns when the flow may go on; throws what the person is refused with. */
export async function callHook(hook: WebHook, context: unknown, pauses: readonly number[]): Promise<void> {
  const answer = await attempt(hook, renderBody(hook.body, context), randomUUID(), pauses);
  if (answer.status < 400) return;
  if (!isInterrupting(hook)) throw hookRefusedWithoutFlag(answer.status);
  throw new FlowRefusal(readMessages(answer.text));
}

async function attempt(hook: WebHook, body: string, triggerId: string, pauses: readonly number[]): Promise<Answer> {
  const answer = await once(hook, body, triggerId);
  if (answer !== undefined && !isRetried(answer.status)) return answer;
  const [wait, ...later] = pauses;
  if (wait === undefined) throw unexpected(`${hook.method} ${hook.url} giving up after 3 attempt(s)`);
  await pause(wait);
  return attempt(hook, body, triggerId, later);
}

async function once(hook: WebHook, body: string, triggerId: string): Promise<Answer | undefined> {
  const { url, method, headers, auth } = hook;
  try {
    return await send({
      method,
      url,
      body,
      patience: PATIENCE,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Go-http-client/1.1',
        'accept-encoding': 'gzip',
        'ory-webhook-request-id': randomUUID(),
        'ory-webhook-trigger-id': triggerId,
        ...headers,
        [auth.config.name]: auth.config.value,
      },
    });
  } catch {
    return undefined; // no answer: tried again like a 5xx
  }
}

function isRetried(status: number): boolean {
  return status === 429 || (status >= 500 && status !== 501);
}

const hookMessage = z.object({
  id: z.int(),
  text: z.string(),
  type: z.string().transform((type) => (type === 'error' ? 'error' : 'info')),
  context: z.unknown().optional(),
});

const refusal = z.object({ messages: z.array(z.object({ messages: z.array(hookMessage) })).default([]) });

/** Where the answer has not exactly the shape of kratos.md §4.1, the person is told nothing at all. */
function readMessages(text: string): UiMessage[] {
  const entries = parseRefusal(text);
  if (entries.length === 0) throw unexpected('error while parsing webhook response: got no validation errors');
  return entries.flatMap(({ messages }) => messages);
}

function parseRefusal(text: string): { messages: UiMessage[] }[] {
  try {
    return refusal.parse(JSON.parse(text)).messages;
  } catch (error) {
    throw unexpected(`webhook response could not be unmarshalled properly from JSON: ${String(error)}`);
  }
}
