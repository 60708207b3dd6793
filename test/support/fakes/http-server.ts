import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { freePort } from '../../../sandbox/kratos/real/ports.ts';

/** A received request. */
export interface Arrived {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Sends a response, or does not. */
export type Answering = (response: ServerResponse, request: Arrived) => void;

export interface AnsweringServer {
  readonly url: string;
  readonly arrived: readonly Arrived[];
  /** The number of opened connections; lower than that of requests if they are kept alive. */
  readonly connections: () => number;
  /** Hosts for which a client requested a tunnel; each is refused. */
  readonly tunnels: readonly string[];
  readonly close: () => Promise<void>;
}

/** A server on a free port of 127.0.0.1 that records its requests. */
export async function startAnsweringServer(answering: Answering): Promise<AnsweringServer> {
  const arrived: Arrived[] = [];
  let connections = 0;
  const server = createServer((message, response) => {
    void text(message).then((body) => {
      const request = { method: message.method ?? '', path: message.url ?? '', headers: message.headers, body };
      arrived.push(request);
      answering(response, request);
    });
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
    arrived,
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

/** A response in JSON. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answering {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
}
