import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { type Answering, json } from './http-server.ts';

/** In every body and header of the faults below; must not be in an error. */
export const BODY_CANARY = 'canary-of-a-body';

export interface Fault {
  readonly name: string;
  readonly answering: Answering;
  /** The fault never ends by itself. */
  readonly isEndless?: true;
  /** The facts that the client's error must hold. */
  readonly facts: { readonly failure: string; readonly status?: number; readonly retryAfter?: number };
}

function html(status: number): Answering {
  return (response) => {
    response.writeHead(status, { 'content-type': 'text/html' }).end(`<html>${BODY_CANARY}</html>`);
  };
}

function raw(status: number, body: string | Buffer, headers: Record<string, string> = {}): Answering {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  };
}

function limited(status: number, headers: Record<string, string>): Answering {
  return json(status, { title: 'Too Many Requests', detail: BODY_CANARY }, headers);
}

function drip(status: number): Answering {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    const timer = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(timer));
  };
}

/** Streams fifty megabytes as fast as they are read. */
function flood(status: number): Answering {
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
export function patienceFor({ isEndless }: Fault): { readonly deadline?: number } {
  return isEndless ? { deadline: 1_000 } : {};
}

/** Faults of an upstream that mean the same for every call. */
export const faults: readonly Fault[] = [
  {
    name: 'a reset connection',
    answering: (response) => response.socket?.resetAndDestroy(),
    facts: { failure: 'interrupted' },
  },
  {
    name: 'a connection closed without a response',
    answering: (response) => response.socket?.destroy(),
    facts: { failure: 'interrupted' },
  },
  {
    name: 'a response that is cut off',
    answering: (response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write(BODY_CANARY, () => response.socket?.destroy());
    },
    facts: { failure: 'interrupted' },
  },
  {
    name: 'a response that is not HTTP',
    answering: (response) => response.socket?.end(`${BODY_CANARY}\r\n\r\n`),
    facts: { failure: 'interrupted' },
  },
  { name: 'no answer', answering: () => undefined, isEndless: true, facts: { failure: 'timeout' } },
  { name: 'a 200 that drips', answering: drip(200), isEndless: true, facts: { failure: 'timeout' } },
  { name: 'a 500 that drips', answering: drip(500), isEndless: true, facts: { failure: 'status', status: 500 } },
  { name: 'a 500 of 50 MB', answering: flood(500), facts: { failure: 'status', status: 500 } },
  { name: 'a 500', answering: json(500, { detail: BODY_CANARY }), facts: { failure: 'status', status: 500 } },
  { name: 'a 502 in HTML', answering: html(502), facts: { failure: 'status', status: 502 } },
  {
    name: 'a 429 without Retry-After',
    answering: limited(429, {}),
    facts: { failure: 'status', status: 429 },
  },
  {
    name: 'a 429 with seconds in Retry-After',
    answering: limited(429, { 'retry-after': '7' }),
    facts: { failure: 'status', status: 429, retryAfter: 7_000 },
  },
  {
    name: 'a 429 with a date in Retry-After',
    answering: limited(429, {
      date: 'Mon, 05 Jan 2026 09:30:00 GMT',
      'retry-after': 'Mon, 05 Jan 2026 09:30:40 GMT',
    }),
    facts: { failure: 'status', status: 429, retryAfter: 40_000 },
  },
  {
    name: 'a 429 with a past date in Retry-After',
    answering: limited(429, {
      date: 'Mon, 05 Jan 2026 09:30:00 GMT',
      'retry-after': 'Mon, 05 Jan 2026 09:29:00 GMT',
    }),
    facts: { failure: 'status', status: 429, retryAfter: 0 },
  },
  {
    name: 'a 429 with a Retry-After of a year',
    answering: limited(429, { 'retry-after': '31536000' }),
    facts: { failure: 'status', status: 429, retryAfter: 900_000 },
  },
  {
    name: 'a 429 with an invalid Retry-After',
    answering: limited(429, { 'retry-after': 'soon' }),
    facts: { failure: 'status', status: 429 },
  },
  {
    name: 'a 503 with Retry-After',
    answering: limited(503, { 'retry-after': '3' }),
    facts: { failure: 'status', status: 503, retryAfter: 3_000 },
  },
  { name: 'HTML instead of JSON', answering: html(200), facts: { failure: 'unusable', status: 200 } },
  { name: 'an empty 200', answering: raw(200, ''), facts: { failure: 'unusable', status: 200 } },
  { name: 'invalid JSON', answering: raw(200, `{"x":"${BODY_CANARY}"`), facts: { failure: 'unusable', status: 200 } },
  { name: 'a JSON array', answering: json(200, [BODY_CANARY]), facts: { failure: 'unusable', status: 200 } },
  { name: 'JSON null', answering: json(200, null), facts: { failure: 'unusable', status: 200 } },
  { name: '50 MB of JSON', answering: flood(200), facts: { failure: 'unusable' } },
  {
    name: 'a gzip bomb',
    answering: raw(200, bomb, { 'content-encoding': 'gzip' }),
    facts: { failure: 'unusable' },
  },
  {
    name: 'a body declared as gzip that is not',
    answering: raw(200, hidden({}), { 'content-encoding': 'gzip' }),
    facts: { failure: 'unusable' },
  },
];
