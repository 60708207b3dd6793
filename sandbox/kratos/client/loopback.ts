import { lookup } from 'node:dns';
import { type IncomingHttpHeaders, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import type { LookupFunction } from 'node:net';

/** A complete HTTP answer. `url` is the requested URL, `location` is absolute. */
export interface Answer {
  readonly url: string;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly location?: string;
  readonly text: string;
  /** The body as JSON; throws with the status and the first bytes where it is no JSON. */
  json(): unknown;
}

export interface Message {
  readonly method: string;
  readonly url: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
  /** Milliseconds without a byte after which the call fails; 60 s by default. */
  readonly timeoutMs?: number;
}

/** Resolves `*.localhost` to this machine, as browsers do (RFC 6761 §6.3); the resolver of the operating system may not. */
const loopbackLookup: LookupFunction = (hostname, options, callback) => {
  if (!hostname.endsWith('.localhost')) return lookup(hostname, options, callback);
  if (options.all) return callback(null, [{ address: '127.0.0.1', family: 4 }]);
  return callback(null, '127.0.0.1', 4);
};

/** Sends one HTTP request on a connection of its own, and reads the complete answer. Redirects are not followed. */
export function send(message: Message): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { method, url, headers = {}, body, timeoutMs = 60_000 } = message;
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const outgoing = request(url, { method, headers: { ...length, ...headers }, lookup: loopbackLookup, agent: false });
    outgoing.setTimeout(timeoutMs, () => outgoing.destroy(new Error(`${method} ${url}: nothing for ${timeoutMs} ms`)));
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      readAll(incoming).then((text) => resolve(toAnswer(url, incoming, text)), reject);
    });
    outgoing.end(body);
  });
}

async function readAll(incoming: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

function toAnswer(url: string, incoming: IncomingMessage, text: string): Answer {
  const status = incoming.statusCode ?? 0;
  const { location } = incoming.headers;
  return {
    url,
    status,
    headers: incoming.headers,
    ...(location === undefined ? {} : { location: new URL(location, url).href }),
    text,
    json: () => parse(text, `${url} answered ${status}`),
  };
}

function parse(text: string, origin: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${origin} without JSON: ${JSON.stringify(text.slice(0, 200))}`);
  }
}
