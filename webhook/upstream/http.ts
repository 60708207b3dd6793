import http from 'node:http';
import https from 'node:https';
import { z } from 'zod';
import { type RefusalCode, UpstreamError, type UpstreamFacts } from '../errors.ts';

/** One kind of outgoing call: the upstream, and what it is asked for. */
export type Call = Pick<UpstreamFacts, 'upstream' | 'operation'>;

/** A call as the observer sees it. `provider`: the id of the eID provider, in calls to one. */
export interface ObservedCall extends Call {
  readonly provider?: string;
}

/** How a call ended: with a usable answer, or with this error. */
export type Outcome = 'ok' | UpstreamError;

/** Receives every outgoing call when it ends. `ms`: its duration in milliseconds, its retry after a 401 included. */
export type Observe = (call: ObservedCall, outcome: Outcome, ms: number) => void;

/** Runs one call, the reading of its answer included, and reports its outcome to `observe`. */
export async function observed<T>(observe: Observe | undefined, call: ObservedCall, run: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const report = (outcome: Outcome): void => observe?.(call, outcome, performance.now() - started);
  try {
    const value = await run();
    report('ok');
    return value;
  } catch (error) {
    if (error instanceof UpstreamError) report(error);
    throw error;
  }
}

const text = z.string().optional().catch(undefined);

const headers = z.object({
  'retry-after': text,
  'x-ratelimit-reset': text,
  'x-ratelimit-remaining': text,
  date: text,
  link: text,
});

const answerOfAxios = z
  .object({ status: z.number(), headers, data: z.string() })
  .transform(({ status, headers, data }) => ({ status, headers, body: data }));

/** An HTTP answer of any status, its body unparsed. Stays inside the clients. */
export type Answer = z.infer<typeof answerOfAxios>;

/** Largest answer we read, after inflation; Jumio's details are some ten kilobytes. */
const MAX_ANSWER_BYTES = 1_000_000;

/** An upstream that asks for a longer pause than this is not believed. */
const LONGEST_PAUSE = 15 * 60_000;

/**
 * What both clients ask of axios: every status is an answer, no redirect is followed (a 302 turns a POST into a GET, a
 * 307 sends the secret elsewhere), bodies are bounded text that we parse ourselves (axios hands bad JSON over as a
 * string). No `proxy: false`: HTTPS_PROXY and NO_PROXY count. No `timeout`: it never ends a body that drips, so every
 * call brings a signal instead.
 */
export function axiosSettings(userAgent: string, maxAnswerBytes = MAX_ANSWER_BYTES) {
  // Idle sockets end after five seconds, as in Node's own agent: one that a firewall forgot would swallow a request.
  const keepAlive = { keepAlive: true, scheduling: 'lifo', timeout: 5_000 } as const;
  return {
    httpAgent: new http.Agent(keepAlive),
    httpsAgent: new https.Agent(keepAlive),
    maxRedirects: 0,
    maxContentLength: maxAnswerBytes,
    maxBodyLength: MAX_ANSWER_BYTES,
    responseType: 'text' as const,
    validateStatus: () => true,
    headers: { 'User-Agent': userAgent, Accept: 'application/json' },
  };
}

/**
 * Sends, and gives the answer whatever its status.
 * @throws UpstreamError for everything else that can happen; the AxiosError, which holds tokens and bodies, ends here.
 */
export async function exchange(
  call: Call,
  signal: AbortSignal,
  send: (signal: AbortSignal) => Promise<unknown>,
): Promise<Answer> {
  try {
    return answerOfAxios.parse(await send(signal));
  } catch (error) {
    throw interruption(call, signal, error);
  }
}

/**
 * The body of a 2xx, parsed and checked.
 * @throws UpstreamError `status` for another status, `unusable` for what is no JSON or not in the schema
 */
export function accept<T>(call: Call, answer: Answer, schema: z.ZodType<T>): T {
  if (!isSuccess(answer.status)) throw refusal(call, answer);
  const parsed = schema.safeParse(parseJson(answer.body));
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues.map((issue) => issue.path.join('.') || 'the whole body');
  const detail = `not as documented: ${[...new Set(places)].slice(0, 5).join(', ')}`;
  throw new UpstreamError({ ...call, failure: 'unusable', status: answer.status, detail });
}

/** The error of an answer that is no 2xx. `code`: what the client knows of its meaning. */
export function refusal(call: Call, answer: Pick<Answer, 'status' | 'headers'>, code?: RefusalCode): UpstreamError {
  const { status } = answer;
  const retryAfter = pauseAskedFor(answer);
  return new UpstreamError({
    ...call,
    failure: 'status',
    status,
    ...(code !== undefined && { code }),
    ...(retryAfter !== undefined && { retryAfter }),
    ...(status >= 300 && status < 400 && { detail: 'a redirect, which is not followed: is the address right?' }),
  });
}

/** JSON text as a value; `undefined` for what is no JSON. The parser's own message quotes the text, so it is dropped. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Milliseconds, where the answer asks for a pause at all (docs/reference/kratos.md#8-ory-network-specifics; RFC 9110 §10.2.3). */
function pauseAskedFor({ status, headers }: Pick<Answer, 'status' | 'headers'>): number | undefined {
  const pause =
    // Ory sends it with every answer; it is a request to wait only where the limit is spent.
    (status === 429 ? seconds(headers['x-ratelimit-reset']) : undefined) ??
    seconds(headers['retry-after']) ??
    // A date is measured against the same answer's `Date`, so that nobody's clock needs to be right.
    Date.parse(headers['retry-after'] ?? '') - Date.parse(headers.date ?? '');
  return Number.isNaN(pause) ? undefined : Math.min(Math.max(pause, 0), LONGEST_PAUSE);
}

/** Milliseconds until the limit is renewed, where this answer has used it up; undefined: it has not, or there is none. */
export function spentFor({ headers }: Pick<Answer, 'headers'>): number | undefined {
  const isSpent = /^\s*0\s*(?:,|$)/.test(headers['x-ratelimit-remaining'] ?? '');
  const pause = isSpent ? seconds(headers['x-ratelimit-reset']) : undefined;
  return pause === undefined ? undefined : Math.min(pause, LONGEST_PAUSE);
}

function seconds(header: string | undefined): number | undefined {
  const digits = /^\s*(\d+(?:\.\d+)?)\s*(?:,|$)/.exec(header ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits) * 1000;
}

/** Jumio does not say which 2xx it answers with, so all are one (docs/reference/jumio.md#36-response-body). */
export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** Node sets `res` on a request as soon as its answer's head is there, also where the body then never ends. */
const thrown = z.object({
  code: text,
  message: text,
  request: z
    .object({ res: z.object({ statusCode: z.number(), headers }) })
    .optional()
    .catch(undefined),
});

/** Nothing was sent yet: no address, no connection, no trust in the certificate, a header that Node will not send. */
const NOT_SENT =
  /^(ECONNREFUSED|ENOTFOUND|EAI_.*|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|ERR_INVALID_.*|ERR_TLS_CERT_.*|CERT_.*|UNABLE_TO_.*|.*SELF_SIGNED_CERT.*)$/;

function interruption(call: Call, signal: AbortSignal, error: unknown): UpstreamError {
  const { code, message, request } = thrown.catch({ code: '', message: '' }).parse(error);
  const head = request?.res;
  if (head && !isSuccess(head.statusCode)) return refusal(call, { status: head.statusCode, headers: head.headers });
  const limit = /^maxContentLength size of (\d+) exceeded/.exec(message ?? '')?.[1];
  if (limit !== undefined) return unusable(call, `longer than ${limit} bytes`);
  if (code?.startsWith('Z_')) return unusable(call, 'a compressed body that does not inflate');
  if (signal.aborted) return new UpstreamError({ ...call, failure: 'timeout' });
  const failure = NOT_SENT.test(code ?? '') ? 'unreachable' : 'interrupted';
  return new UpstreamError({ ...call, failure, ...(code && { detail: code }) });
}

function unusable(call: Call, detail: string): UpstreamError {
  return new UpstreamError({ ...call, failure: 'unusable', detail });
}
