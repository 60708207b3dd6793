import type { ServerResponse } from 'node:http';
import { json, type Responder, raw } from '../../support/fakes/http-server.ts';
import { type Seeded, seeded, weighted } from '../seeded.ts';

/** The calls that the doubles serve. */
export type Call = 'token' | 'create' | 'status' | 'details' | 'patch' | 'revoke' | 'read';

/** Documented ways in which an upstream fails. */
const WEIGHTS = {
  /** Pauses the whole budget for a second, so it is rare. */
  '429 with Retry-After': 4,
  /** The same for five seconds. */
  '429': 1,
  '500': 20,
  '502 in HTML': 20,
  '503 with Retry-After': 20,
  /** Never answered: it takes a slot of the worker for ten seconds. */
  timeout: 4,
  hang: 25,
  'slow body': 25,
  'reset before the effect': 25,
  'reset after the effect': 40,
  'truncated body': 25,
  'HTML with 200': 15,
  /** Kratos only, PATCH: two writers at once. */
  'serialization failure': 10,
  /** Jumio only: the token is refused from now on. */
  'token refused': 6,
  /** Jumio only: the details of another execution, which passed. Few calls can meet it, so it weighs more. */
  'foreign details': 30,
};

export type FaultKind = keyof typeof WEIGHTS;

export interface Fault {
  readonly kind: FaultKind;
  /** Whether the call takes effect all the same. */
  readonly takesEffect: boolean;
  /** How long it hangs or drips. */
  readonly ms: number;
}

const ONLY_OF: Readonly<Partial<Record<FaultKind, readonly Call[]>>> = {
  'serialization failure': ['patch'],
  'token refused': ['create', 'status', 'details'],
  'foreign details': ['details'],
};

/** Faults after whose answer the call may have taken effect or not. */
const EITHER: readonly FaultKind[] = ['timeout', 'HTML with 200'];

const EFFECTIVE: readonly FaultKind[] = [
  'hang',
  'slow body',
  'reset after the effect',
  'truncated body',
  'foreign details',
];

function planned(random: Seeded, call: Call): Fault | undefined {
  const kind = weighted(random, WEIGHTS);
  if (ONLY_OF[kind]?.includes(call) === false) return undefined;
  const takesEffect = EFFECTIVE.includes(kind) || (EITHER.includes(kind) && random.chance(0.5));
  return { kind, takesEffect, ms: 200 + random.below(1_300) };
}

/** The faults of one run. */
export interface Faults {
  /** The fault of the next call about this subject; undefined: it is served. */
  next(call: Call, subject: string): Fault | undefined;
  /** How many of each kind there were. */
  readonly counts: ReadonlyMap<FaultKind, number>;
  /** From now on every call is served. */
  stop(): void;
}

/**
 * Creates the faults of a run. What the n-th call about a subject meets depends on the seed alone, not on the order of the
 * calls about others.
 * @param rate the part of the calls that fail
 */
export function createFaults(seed: number, rate: number): Faults {
  const calls = new Map<string, number>();
  const counts = new Map<FaultKind, number>();
  let isStopped = false;
  return {
    counts,
    next: (call, subject) => {
      const key = `${call} ${subject}`;
      const n = (calls.get(key) ?? 0) + 1;
      calls.set(key, n);
      const random = seeded(seed, 'fault', key, n);
      const fault = !isStopped && random.chance(rate) ? planned(random, call) : undefined;
      if (fault !== undefined) counts.set(fault.kind, (counts.get(fault.kind) ?? 0) + 1);
      return fault;
    },
    stop: () => {
      isStopped = true;
    },
  };
}

/** The answer of a call that is served. */
export interface Reply {
  readonly status: number;
  readonly body: object | undefined;
}

function textOf({ body }: Reply): string {
  return body === undefined ? '' : JSON.stringify(body);
}

function whole(response: ServerResponse, reply: Reply): void {
  if (!response.destroyed) response.writeHead(reply.status, { 'content-type': 'application/json' }).end(textOf(reply));
}

function drip(response: ServerResponse, reply: Reply, ms: number): void {
  const text = textOf(reply);
  const half = Math.floor(text.length / 2);
  response.writeHead(reply.status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.write(text.slice(0, half));
  setTimeout(() => response.end(text.slice(half)), ms);
}

const HTML = '<html><body>gateway</body></html>';

const SERIALIZATION = {
  error: {
    code: 400,
    message: 'The request was malformed or contained invalid parameters',
    reason: 'Unable to serialize access due to a concurrent update in another session',
  },
};

/** Sends the answer of a call, or what its fault makes of it. True: the caller gets the whole answer. */
export function respond(response: ServerResponse, reply: Reply, fault: Fault | undefined): boolean {
  const send = (responder: Responder): boolean => {
    responder(response, { method: '', path: '', headers: {}, body: '' });
    return false;
  };
  switch (fault?.kind) {
    case undefined:
      whole(response, reply);
      return true;
    case 'hang':
      setTimeout(() => whole(response, reply), fault?.ms);
      return true;
    case 'slow body':
      if (reply.body === undefined) whole(response, reply);
      else drip(response, reply, fault?.ms ?? 0);
      return true;
    case '429 with Retry-After':
      return send(json(429, { title: 'Too Many Requests' }, { 'retry-after': '1' }));
    case '429':
      return send(json(429, { title: 'Too Many Requests' }));
    case '500':
      return send(json(500, { title: 'Internal Server Error' }));
    case '502 in HTML':
      return send(raw(502, HTML, { 'content-type': 'text/html' }));
    case '503 with Retry-After':
      return send(json(503, { title: 'Service Unavailable' }, { 'retry-after': '1' }));
    case 'HTML with 200':
      return send(raw(200, HTML, { 'content-type': 'text/html' }));
    case 'serialization failure':
      return send(json(400, SERIALIZATION));
    case 'token refused':
      return send(json(401, { title: 'Unauthorized' }));
    case 'foreign details':
      whole(response, reply);
      return false;
    case 'timeout':
      return false;
    case 'reset before the effect':
    case 'reset after the effect':
      response.socket?.resetAndDestroy();
      return false;
    case 'truncated body':
      // An answer without a body cannot be cut off.
      if (reply.body === undefined) response.socket?.resetAndDestroy();
      else {
        response.writeHead(reply.status, { 'content-type': 'application/json', 'content-length': '5000' });
        response.write(textOf(reply).slice(0, 20), () => response.socket?.destroy());
      }
      return false;
    default:
      throw new Error('an unknown fault');
  }
}
