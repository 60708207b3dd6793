import http from 'node:http';
import https from 'node:https';
import { z } from 'zod';
import { LONGEST_PAUSE_MS, type RefusalCode, UpstreamError, type UpstreamFacts } from '../errors.ts';

/** One kind of outgoing call: the upstream, and what it is asked for. */
export type Call = Pick<UpstreamFacts, 'upstream' | 'operation'>;

/** A call as the observer sees it. `provider`: the id of the eID provider or the name of the receiver, in calls to one. */
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

const axiosAnswer = z
  .object({ status: z.number(), headers, data: z.string() })
  .transform(({ status, headers, data }) => ({ status, headers, body: data }));

/** An HTTP response of any status, its body unparsed. Never leaves a client. */
export type UpstreamAnswer = z.infer<typeof axiosAnswer>;

/** For each call to an upstream, in milliseconds, unless a client is made with another one. */
export const CALL_DEADLINE_MS = 10_000;

/** The largest response body that is read, after inflation; Jumio's details are some ten kilobytes. */
const MAX_ANSWER_BYTES = 1_000_000;

/**
 * Returns the settings of axios for every client. Every status is an answer. No redirect is followed: a 302 turns a POST
 * into a GET, a 307 sends the secret elsewhere. Bodies are bounded text that the client parses, because axios returns bad
 * JSON as a string. No `proxy: false`: HTTPS_PROXY and NO_PROXY apply. No `timeout`: it never ends a slow body, so every
 * call has a signal instead.
 */
export function axiosSettings(userAgent: string, maxAnswerBytes = MAX_ANSWER_BYTES) {
  // Idle sockets close after five seconds, as in Node's own agent: a request on one that a firewall has dropped would be lost.
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
 * Sends a request and returns the answer, whatever its status.
 * @throws UpstreamError for every other outcome; the AxiosError, which holds tokens and bodies, goes no further
 */
export async function exchange(
  call: Call,
  signal: AbortSignal,
  send: (signal: AbortSignal) => Promise<unknown>,
): Promise<UpstreamAnswer> {
  try {
    return axiosAnswer.parse(await send(signal));
  } catch (error) {
    throw interruption(call, signal, error);
  }
}

/**
 * Returns the body of a 2xx, parsed and checked.
 * @throws UpstreamError `status` for another status, `unusable` for a body that is no JSON or not in the schema
 */
export function accept<T>(call: Call, answer: UpstreamAnswer, schema: z.ZodType<T>): T {
  if (!isSuccess(answer.status)) throw refusal(call, answer);
  const parsed = schema.safeParse(parseJson(answer.body));
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues.map((issue) => issue.path.join('.') || 'the whole body');
  const detail = `not as documented: ${[...new Set(places)].slice(0, 5).join(', ')}`;
  throw new UpstreamError({ ...call, failure: 'unusable', status: answer.status, detail });
}

/**
 * Returns the error of an answer that is no 2xx.
 * @param code what the body says of its meaning, if the client can read it
 */
export function refusal(
  call: Call,
  answer: Pick<UpstreamAnswer, 'status' | 'headers'>,
  code?: RefusalCode,
): UpstreamError {
  const { status } = answer;
  const retryAfter = requestedPause(answer);
  return new UpstreamError({
    ...call,
    failure: 'status',
    status,
    ...(code !== undefined && { code }),
    ...(retryAfter !== undefined && { retryAfter }),
    ...(status >= 300 && status < 400 && { detail: 'a redirect, which is not followed: is the address right?' }),
  });
}

/** Returns JSON text as a value; `undefined` if it is no JSON. The parser's own message quotes the text, so it is dropped. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** In milliseconds; undefined: the answer asks for no pause (docs/reference/kratos.md#8-ory-network-specifics; RFC 9110 §10.2.3). */
function requestedPause({ status, headers }: Pick<UpstreamAnswer, 'status' | 'headers'>): number | undefined {
  const pause =
    // Ory sends it with every answer; it asks for a pause only once the limit is reached.
    (status === 429 ? seconds(headers['x-ratelimit-reset']) : undefined) ??
    seconds(headers['retry-after']) ??
    // A date is compared with the same answer's `Date`, so that no clock needs to be right.
    Date.parse(headers['retry-after'] ?? '') - Date.parse(headers.date ?? '');
  return Number.isNaN(pause) ? undefined : Math.min(Math.max(pause, 0), LONGEST_PAUSE_MS);
}

/** Returns the milliseconds until the rate limit is renewed if this answer has reached it; undefined: it has not, or there is none. */
export function pauseUntilRenewal({ headers }: Pick<UpstreamAnswer, 'headers'>): number | undefined {
  const isReached = /^\s*0\s*(?:,|$)/.test(headers['x-ratelimit-remaining'] ?? '');
  const pause = isReached ? seconds(headers['x-ratelimit-reset']) : undefined;
  return pause === undefined ? undefined : Math.min(pause, LONGEST_PAUSE_MS);
}

function seconds(header: string | undefined): number | undefined {
  const digits = /^\s*(\d+(?:\.\d+)?)\s*(?:,|$)/.exec(header ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits) * 1000;
}

/** Whether a status is a 2xx: Jumio documents no particular one (docs/reference/jumio.md#36-response-body). */
export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** An error of axios. Node sets `res` on a request once the head of its response has arrived, even if the body never ends. */
const axiosError = z.object({
  code: text,
  message: text,
  request: z
    .object({ res: z.object({ statusCode: z.number(), headers }) })
    .optional()
    .catch(undefined),
});

/** Nothing was sent: no address, no connection, an untrusted certificate, a header that Node refuses to send. */
const NOT_SENT =
  /^(ECONNREFUSED|ERR_ADDRESS_NOT_ALLOWED|ENOTFOUND|EAI_.*|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|ERR_INVALID_.*|ERR_TLS_CERT_.*|CERT_.*|UNABLE_TO_.*|.*SELF_SIGNED_CERT.*)$/;

function interruption(call: Call, signal: AbortSignal, error: unknown): UpstreamError {
  const { code, message, request } = axiosError.catch({ code: '', message: '' }).parse(error);
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
