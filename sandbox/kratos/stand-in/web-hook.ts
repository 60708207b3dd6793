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

/** Kratos' timeout of one attempt (docs/reference/kratos.md#2-http-behaviour-of-the-webhook-client). */
const ATTEMPT_TIMEOUT_MS = 30_000;

/** Whether a hook can refuse a flow with messages for the person. */
export function isInterrupting(hook: WebHook): boolean {
  return hook.can_interrupt || hook.response?.parse === true;
}

/** Calls one hook, with up to three attempts. Throws where it refuses the flow. */
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
      timeoutMs: ATTEMPT_TIMEOUT_MS,
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
    return undefined; // no answer: retried like a 5xx
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

/** The messages of a refusal. Kratos shows none unless the answer has exactly the shape of docs/reference/kratos.md#41-errors-shown-in-the-flow. */
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

/** One instance for all templates, because an instance never frees its memory. */
const jsonnet = new Jsonnet();

/**
 * The limit for a template and its context together. Kratos' Jsonnet worker reads lines of up to 64 KiB; above that the
 * real Kratos fails the flow or calls the hook with an empty body, at random (docs/reference/kratos.md#15-run-on-real-binaries). The stand-in
 * always sends the empty body, which is the more dangerous of the two, and 4 KiB early: a field of 60 KiB is always above.
 */
const MAX_LINE_LENGTH = 60 * 1024;

/** The body of a hook: the output of its template; empty above MAX_LINE_LENGTH. */
export function renderBody(templateUrl: string, context: unknown): string {
  const template = readTemplate(templateUrl);
  const json = JSON.stringify(context);
  if (template.length + JSON.stringify(json).length > MAX_LINE_LENGTH) return '';
  const output = jsonnet.extString('ctx', json).evaluateSnippet(`(\n${template}\n)(std.parseJson(std.extVar('ctx')))`);
  return `${JSON.stringify(parseOutput(output), null, 3)}\n`;
}

function readTemplate(url: string): string {
  const [, base64] = /^base64:\/\/(.*)$/.exec(url) ?? [];
  return base64 === undefined ? readFileSync(fileURLToPath(url), 'utf8') : Buffer.from(base64, 'base64').toString();
}

/** The engine returns an error as its output: a text that is no JSON. */
function parseOutput(output: string): unknown {
  try {
    return JSON.parse(output);
  } catch {
    throw unexpected(`jsonnet: ${output}`);
  }
}

/** The data that the hooks of a submitted flow get. */
export interface HookOccasion {
  readonly flow: FlowRow;
  readonly identity: IdentityRow;
  /** At sign-in only. It is not stored yet, so the hook gets the nil id. */
  readonly session?: SessionRow;
  /** Undefined for a sign-up with a password (docs/reference/kratos.md#3-jsonnet-context-ctx). */
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

/** Kratos' default for `clients.web_hook.header_allowlist`. */
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

/** `accept-language` becomes `Accept-Language`, as in Go. */
function canonical(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (letters) => letters.toUpperCase());
}
