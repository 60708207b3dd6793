import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { freePort } from '../../../sandbox/kratos/real/ports.ts';

/** A received request. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Sends a response, or does not. */
export type Responder = (response: ServerResponse, request: ReceivedRequest) => void;

/** A server that records its requests. */
export interface RecordingServer {
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  /** The number of opened connections; lower than that of requests if they are kept alive. */
  readonly connections: () => number;
  /** Hosts for which a client requested a tunnel; each is refused. */
  readonly tunnels: readonly string[];
  readonly close: () => Promise<void>;
}

/** Options of a server. */
export interface ServerOptions {
  /** False: it keeps no request, because there will be very many. */
  readonly remembers?: boolean;
}

/** Starts a server on a free port of 127.0.0.1. A request that does not arrive whole, because its sender died, is none. */
export async function startRecordingServer(
  respond: Responder,
  { remembers = true }: ServerOptions = {},
): Promise<RecordingServer> {
  const requests: ReceivedRequest[] = [];
  let connections = 0;
  const server = createServer((message, response) => {
    const onBody = (body: string): void => {
      const request = { method: message.method ?? '', path: message.url ?? '', headers: message.headers, body };
      if (remembers) requests.push(request);
      respond(response, request);
    };
    void text(message).then(onBody, () => undefined);
  });
  server.on('connection', () => {
    connections += 1;
  });
  const tunnels: string[] = [];
  server.on('connect', ({ url }, socket) => {
    tunnels.push(url ?? '');
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP address was expected');
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    connections: () => connections,
    tunnels,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The URL of a free port: connections are refused. */
export async function refusingUrl(): Promise<string> {
  return `http://127.0.0.1:${await freePort()}`;
}

/** A response with this body, declared as JSON unless the headers say otherwise. */
export function raw(status: number, body: string | Buffer = '', headers: Record<string, string> = {}): Responder {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  };
}

/** A response in JSON. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): Responder {
  return raw(status, JSON.stringify(body), headers);
}
