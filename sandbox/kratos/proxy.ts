import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Answer, send } from './client/loopback.ts';

type CallKind = 'patch' | 'read' | 'list' | 'whoami' | 'other';

/** One call through the proxy. Times are milliseconds since 1970, with fractions. */
interface Call {
  readonly kind: CallKind;
  readonly method: string;
  readonly path: string;
  readonly authorization?: string;
  readonly body: string;
  readonly startedAt: number;
  readonly fault?: Fault;
  /** Missing while the call runs, and where no complete answer was sent. */
  status?: number;
  /** When the answer was sent; missing while the call runs. */
  endedAt?: number;
}

export interface FaultOptions {
  /** How many calls of the kind it applies to; 1 by default. */
  readonly times?: number;
  /** `true`: Kratos receives and executes the call, and only its answer is replaced. */
  readonly afterwards?: boolean;
}

export interface AdminProxy {
  readonly url: string;
  /** The calls so far, in the order of arrival. */
  calls(kind?: CallKind): readonly Call[];
  /** Queues a fault for the next calls of a kind. */
  fault(kind: CallKind, fault: Fault, options?: FaultOptions): void;
  clearFaults(): void;
  stop(): Promise<void>;
}

interface PlannedFault {
  readonly kind: CallKind;
  readonly fault: Fault;
  readonly afterwards: boolean;
  times: number;
}

/**
 * Starts a proxy for an API of Kratos, real or stand-in. It records every call and applies faults on demand.
 * Made for the admin API; for the public API it distinguishes `whoami`.
 */
export async function startAdminProxy(target: string): Promise<AdminProxy> {
  const calls: Call[] = [];
  let planned: PlannedFault[] = [];

  function takeFault(kind: CallKind): PlannedFault | undefined {
    const next = planned.find((each) => each.kind === kind && each.times > 0);
    if (next !== undefined) next.times -= 1;
    return next;
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAt = now();
    const body = await readBody(request);
    const plan = takeFault(kindOf(request));
    const call = newCall(request, body, startedAt, plan?.fault);
    calls.push(call);
    const answer = plan === undefined || plan.afterwards ? await forward(target, request, body) : undefined;
    const status = plan === undefined ? sendAnswer(answer, response) : faults[plan.fault](response);
    if (status !== undefined) call.status = status;
    call.endedAt = now();
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy()); // Kratos is down: close the connection
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}`,
    calls: (kind) => calls.filter((call) => kind === undefined || call.kind === kind),
    fault: (kind, fault, { times = 1, afterwards = false } = {}) => planned.push({ kind, fault, afterwards, times }),
    clearFaults() {
      planned = [];
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function now(): number {
  return performance.timeOrigin + performance.now();
}

function kindOf({ method, url = '' }: IncomingMessage): CallKind {
  if (url.startsWith('/sessions/whoami')) return 'whoami';
  const [path] = url.split('?');
  if (method === 'GET' && path === '/admin/identities') return 'list';
  if (!/^\/admin\/identities\/[^/]+$/.test(path ?? '')) return 'other';
  if (method === 'PATCH') return 'patch';
  return method === 'GET' ? 'read' : 'other';
}

function newCall(request: IncomingMessage, body: string, startedAt: number, fault: Fault | undefined): Call {
  const { method = '', url: path = '', headers } = request;
  const { authorization } = headers;
  const facts = { kind: kindOf(request), method, path, body, startedAt };
  return {
    ...facts,
    ...(authorization === undefined ? {} : { authorization }),
    ...(fault === undefined ? {} : { fault }),
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

function forward(target: string, request: IncomingMessage, body: string): Promise<Answer> {
  const { host: _host, connection: _connection, 'content-length': _length, ...rest } = request.headers;
  const { method = 'GET', url = '/' } = request;
  return send({
    method,
    url: `${target}${url}`,
    headers: { ...rest, 'accept-encoding': 'identity' },
    ...(body === '' ? {} : { body }),
  });
}

function sendAnswer(answer: Answer | undefined, response: ServerResponse): number | undefined {
  if (answer === undefined) return undefined;
  const {
    connection: _connection,
    'transfer-encoding': _encoding,
    'content-length': _length,
    ...headers
  } = answer.headers;
  response.writeHead(answer.status, headers);
  response.end(answer.text);
  return answer.status;
}

/** Applies a fault to one call; returns the status that was sent, undefined where none was. */
type ApplyFault = (response: ServerResponse) => number | undefined;

const FIFTY_MEGABYTES = 50 * 1024 * 1024;

const DRIP_INTERVAL_MS = 100;

/** What may be sent instead of Kratos' answer. */
export const faults = {
  '400-schema': error(400, 'Bad Request', 'I[#/traits] S[#/properties/traits/required] missing properties: "email"'),
  '400-serialize': error(
    400,
    'Bad Request',
    'Unable to serialize access due to a concurrent update in another session',
  ),
  '401': error(401, 'Unauthorized', 'The request could not be authorized'),
  '403': error(403, 'Forbidden', 'The requested action was forbidden'),
  /** Kratos' own: the identity does not exist. */
  '404': error(404, 'Not Found', 'Unable to locate the resource'),
  /** Not from Kratos: a wrong path, a proxy. */
  '404-html': page(404),
  '429': error(429, 'Too Many Requests', 'slow down', { 'x-ratelimit-reset': '1' }),
  '500': error(500, 'Internal Server Error', 'database is locked'),
  '503': page(503),
  /** A 200 that is not from Kratos. */
  html: page(200),
  /** No answer, until the caller disconnects or the proxy is stopped. */
  hang: () => undefined,
  reset: (response) => {
    response.socket?.resetAndDestroy();
    return undefined;
  },
  /** An answer that never ends: spaces, and no JSON after them. */
  drip: (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const timer = setInterval(() => response.write(' '), DRIP_INTERVAL_MS);
    response.on('close', () => clearInterval(timer));
    return 200;
  },
  huge: (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(`{"id":"${'x'.repeat(FIFTY_MEGABYTES)}"}`);
    return 200;
  },
} satisfies Record<string, ApplyFault>;

export type Fault = keyof typeof faults;

function error(code: number, status: string, message: string, headers: Record<string, string> = {}): ApplyFault {
  const body = JSON.stringify({ error: { code, status, message } });
  return (response) => {
    response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(body);
    return code;
  };
}

function page(status: number): ApplyFault {
  return (response) => {
    response.writeHead(status, { 'content-type': 'text/html' }).end('<html><body>not Kratos</body></html>');
    return status;
  };
}
