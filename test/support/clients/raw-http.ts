import { type Agent, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TestService } from '../service/service.ts';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface RawRequest {
  readonly method?: string;
  readonly path: string;
  /** As they are sent: a name may occur twice. */
  readonly headers?: readonly string[];
  /** Sent in these pieces; without a `content-length` among the headers they are chunks. */
  readonly body?: readonly (string | Buffer)[];
  /** By default a connection of its own. */
  readonly agent?: Agent;
}

/** Lets the service listen on a free port of 127.0.0.1, until the service ends. */
export async function listen({ app }: TestService): Promise<number> {
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  return Number(new URL(url).port);
}

/** Sends one request over a real socket, which may be one that no HTTP client would send. */
export function send(port: number, sent: RawRequest): Promise<RawAnswer> {
  const { method = 'POST', path, body = [], agent = false } = sent;
  const headers = ['host', `127.0.0.1:${port}`, ...(sent.headers ?? [])];
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, method, path, headers, agent });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      text(response).then(
        (answer) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: answer }),
        reject,
      );
    });
    for (const piece of body) outgoing.write(piece);
    outgoing.end();
  });
}

/** One connection for requests as text, one after the other; `answers` is all received text once it ends. */
export function openConnection(port: number): { write(request: string): void; answers(): Promise<string> } {
  const socket = connect(port, '127.0.0.1');
  const answers = text(socket);
  return { write: (sent) => socket.write(sent), answers: () => answers };
}
