import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { json, type Responder, raw } from './http-server.ts';

/** In every body and header of the faults below; must not be in an error. */
export const BODY_CANARY = 'canary-of-a-body';

export interface Fault {
  readonly name: string;
  readonly respond: Responder;
  /** The fault never ends by itself. */
  readonly isEndless?: true;
  /** The facts that the client's error must hold. */
  readonly facts: { readonly failure: string; readonly status?: number; readonly retryAfter?: number };
}

function html(status: number): Responder {
  return raw(status, `<html>${BODY_CANARY}</html>`, { 'content-type': 'text/html' });
}

function limited(status: number, headers: Record<string, string>): Responder {
  return json(status, { title: 'Too Many Requests', detail: BODY_CANARY }, headers);
}

function drip(status: number): Responder {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    const timer = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(timer));
  };
}

/** Streams fifty megabytes as fast as they are read. */
function flood(status: number): Responder {
  const megabyte = Buffer.alloc(1_000_000, 0x20);
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    void pour(response, megabyte, 50);
  };
}

async function pour(response: ServerResponse, chunk: Buffer, times: number): Promise<void> {
  for (let sent = 0; sent < times && !response.destroyed; sent += 1) {
    if (!response.write(chunk)) await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
  }
  response.end();
}

function hidden(body: object): string {
  return JSON.stringify({ ...body, secret: BODY_CANARY });
}

const bomb = gzipSync(Buffer.alloc(50_000_000, 0x20));

/** A short deadline for an endless fault; all others have the usual one, however busy the machine is. */
export function deadlineFor({ isEndless }: Fault): { readonly deadline?: number } {
  return isEndless ? { deadline: 1_000 } : {};
}

/** Faults of an upstream that mean the same for every call. */
export const faults: readonly Fault[] = [
  {
    name: 'a reset connection',
    respond: (response) => response.socket?.resetAndDestroy(),
    facts: { failure: 'interrupted' },
  },
  {
    name: 'a connection closed without a response',
    respond: (response) => response.socket?.destroy(),
    facts: { failure: 'interrupted' },
  },
  {
    name: 'a response that is cut off',
    respond: (response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write(BODY_CANARY, () => response.socket?.destroy());
    },
    facts: { failure: 'interrupted' },
  },
  {
    name: 'a response that is not HTTP',
    respond: (response) => response.socket?.end(`${BODY_CANARY}\r\n\r\n`),
    facts: { failure: 'interrupted' },
  },
  { name: 'no answer', respond: () => undefined, isEndless: true, facts: { failure: 'timeout' } },
  { name: 'a 200 that drips', respond: drip(200), isEndless: true, facts: { failure: 'timeout' } },
  { name: 'a 500 that drips', respond: drip(500), isEndless: true, facts: { failure: 'status', status: 500 } },
  { name: 'a 500 of 50 MB', respond: flood(500), facts: { failure: 'status', status: 500 } },
  { name: 'a 500', respond: json(500, { detail: BODY_CANARY }), facts: { failure: 'status', status: 500 } },
  { name: 'a 502 in HTML', respond: html(502), facts: { failure: 'status', status: 502 } },
  {
    name: 'a 429 without Retry-After',
    respond: limited(429, {}),
    facts: { failure: 'status', status: 429 },
  },
  {
    name: 'a 429 with seconds in Retry-After',
    respond: limited(429, { 'retry-after': '7' }),
    facts: { failure: 'status', status: 429, retryAfter: 7_000 },
  },
  {
    name: 'a 429 with a date in Retry-After',
    respond: limited(429, {
      date: 'Mon, 05 Jan 2026 09:30:00 GMT',
      'retry-after': 'Mon, 05 Jan 2026 09:30:40 GMT',
    }),
    facts: { failure: 'status', status: 429, retryAfter: 40_000 },
  },
  {
    name: 'a 429 with a past date in Retry-After',
    respond: limited(429, {
      date: 'Mon, 05 Jan 2026 09:30:00 GMT',
      'retry-after': 'Mon, 05 Jan 2026 09:29:00 GMT',
    }),
    facts: { failure: 'status', status: 429, retryAfter: 0 },
  },
  {
    name: 'a 429 with a Retry-After of a year',
    respond: limited(429, { 'retry-after': '31536000' }),
    facts: { failure: 'status', status: 429, retryAfter: 900_000 },
  },
  {
    name: 'a 429 with an invalid Retry-After',
    respond: limited(429, { 'retry-after': 'soon' }),
    facts: { failure: 'status', status: 429 },
  },
  {
    name: 'a 503 with Retry-After',
    respond: limited(503, { 'retry-after': '3' }),
    facts: { failure: 'status', status: 503, retryAfter: 3_000 },
  },
  { name: 'HTML instead of JSON', respond: html(200), facts: { failure: 'unusable', status: 200 } },
  { name: 'an empty 200', respond: raw(200, ''), facts: { failure: 'unusable', status: 200 } },
  { name: 'invalid JSON', respond: raw(200, `{"x":"${BODY_CANARY}"`), facts: { failure: 'unusable', status: 200 } },
  { name: 'a JSON array', respond: json(200, [BODY_CANARY]), facts: { failure: 'unusable', status: 200 } },
  { name: 'JSON null', respond: json(200, null), facts: { failure: 'unusable', status: 200 } },
  { name: '50 MB of JSON', respond: flood(200), facts: { failure: 'unusable' } },
  {
    name: 'a gzip bomb',
    respond: raw(200, bomb, { 'content-encoding': 'gzip' }),
    facts: { failure: 'unusable' },
  },
  {
    name: 'a body declared as gzip that is not',
    respond: raw(200, hidden({}), { 'content-encoding': 'gzip' }),
    facts: { failure: 'unusable' },
  },
];
