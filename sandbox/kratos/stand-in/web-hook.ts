import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import Jsonnet from '@arakoodev/jsonnet';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { UiMessage } from '../client/forms.ts';
import { type Answer, send } from '../client/loopback.ts';
import { FlowRefusal, hookRefusedWithoutFlag, unexpected } from './errors.ts';
import type { WebHook } from './hook-settings.ts';
import { flowJson, identityJson, sessionJson } from './shapes.ts';
import type { FlowRow, IdentityRow, SessionRow, Site } from './site.ts';

/** Kratos gives each attempt 30 s (docs/reference/kratos.md#2-http-behaviour-of-the-webhook-client). */
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

/** Where the answer has not exactly the shape of docs/reference/kratos.md#41-errors-shown-in-the-flow, the person is told nothing at all. */
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

const jsonnet = new Jsonnet();
// one for good: each instance keeps what it ever held

/**
 * The line that a template and its context make for Kratos' Jsonnet worker may have 64 KiB. Beyond that the real Kratos
 * fails the flow or calls the hook with an empty body, as it happens (docs/reference/kratos.md#15-run-on-real-binaries). The stand-in does the second,
 * the more dangerous one, always, and 4 KiB early, so that 60 KiB in one field are surely beyond.
 */
const LONGEST_LINE = 60 * 1024;

/** The body of a hook: the output of its template, or nothing where the real Kratos may send nothing. */
export function renderBody(templateUrl: string, context: unknown): string {
  const template = readTemplate(templateUrl);
  const json = JSON.stringify(context);
  if (template.length + JSON.stringify(json).length > LONGEST_LINE) return '';
  const output = jsonnet.extString('ctx', json).evaluateSnippet(`(\n${template}\n)(std.parseJson(std.extVar('ctx')))`);
  return `${JSON.stringify(parseOutput(output), null, 3)}\n`;
}

function readTemplate(url: string): string {
  const [, base64] = /^base64:\/\/(.*)$/.exec(url) ?? [];
  return base64 === undefined ? readFileSync(fileURLToPath(url), 'utf8') : Buffer.from(base64, 'base64').toString();
}

/** The engine returns its errors as text: what is no JSON is one. */
function parseOutput(output: string): unknown {
  try {
    return JSON.parse(output);
  } catch {
    throw unexpected(`jsonnet: ${output}`);
  }
}

/** What a submitted flow is about when its hooks run. */
export interface HookOccasion {
  readonly flow: FlowRow;
  readonly identity: IdentityRow;
  /** Only at sign-in; not stored yet, so the hook sees the nil id. */
  readonly session?: SessionRow;
  /** Not set for a sign-up with a password (docs/reference/kratos.md#3-jsonnet-context-ctx). */
  readonly method?: string;
  readonly transientPayload?: unknown;
}

export const NIL_ID = '00000000-0000-0000-0000-000000000000';

/** `ctx` of the Jsonnet templates (docs/reference/kratos.md#3-jsonnet-context-ctx). */
export function hookContext(site: Site, request: FastifyRequest, occasion: HookOccasion) {
  const { flow, identity, session, method, transientPayload } = occasion;
  return {
    flow: {
      ...flowJson(site, flow),
      ...(method === undefined ? {} : { active: method }),
      ...(transientPayload === undefined ? {} : { transient_payload: transientPayload }),
    },
    identity: identityJson(site, identity),
    ...(session === undefined ? {} : { session: sessionJson(site, { ...session, id: NIL_ID }, identity) }),
    request_headers: allowedHeaders(request),
    request_cookies: request.cookies,
    request_method: request.method,
    request_url: `${site.publicUrl}${request.url}`,
  };
}

/** `clients.web_hook.header_allowlist` as it is where nobody sets it. */
const ALLOWED = new Set(
  `accept accept-encoding accept-language content-length content-type origin priority referer
  sec-ch-ua sec-ch-ua-mobile sec-ch-ua-platform sec-fetch-dest sec-fetch-mode sec-fetch-site sec-fetch-user
  true-client-ip user-agent`.split(/\s+/),
);

function allowedHeaders(request: FastifyRequest): Record<string, string[]> {
  const pairs = Object.entries(request.headers).flatMap(([name, value]): [string, string[]][] => {
    return ALLOWED.has(name) && value !== undefined ? [[canonical(name), [value].flat()]] : [];
  });
  return Object.fromEntries(pairs);
}

/** `accept-language` -> `Accept-Language`, as Go has it. */
function canonical(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (letters) => letters.toUpperCase());
}
