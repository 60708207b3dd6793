import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { z } from 'zod';

/** One received call of a hook. */
export interface HookCall {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

interface HookAnswer {
  readonly status: number;
  readonly body?: string;
}

/** Takes the place of the service: records the requests of Kratos and returns the answers of a test. */
export interface HookServer {
  readonly url: string;
  calls(path?: string): readonly HookCall[];
  /** Sets the answers: a list is returned one by one, the last one repeatedly. 204 initially. */
  answerWith(...answers: readonly HookAnswer[]): void;
  /** Runs an action before the hook is answered. */
  whileCalled(action: (call: HookCall) => Promise<void>): void;
  /** Clears calls, answers and actions. */
  reset(): void;
  stop(): Promise<void>;
}

const OK = { status: 204 };

export async function startHookServer(): Promise<HookServer> {
  let calls: HookCall[] = [];
  let answers: readonly HookAnswer[] = [OK];
  let action = async (_call: HookCall) => {};

  async function answer(request: IncomingMessage): Promise<HookAnswer> {
    const call = { path: request.url ?? '', headers: request.headers, text: await read(request) };
    calls.push(call);
    await action(call);
    const [first = OK, ...later] = answers;
    if (later.length > 0) answers = later;
    return first;
  }

  const server = createServer((request, response) => {
    answer(request).then(
      ({ status, body }) => response.writeHead(status, { 'content-type': 'application/json' }).end(body),
      () => response.destroy(),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    calls: (path) => calls.filter((call) => path === undefined || call.path === path),
    answerWith(...next) {
      answers = next;
    },
    whileCalled(next) {
      action = next;
    },
    reset() {
      calls = [];
      answers = [OK];
      action = async () => {};
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

/** The refusal of docs/reference/kratos.md#41-errors-shown-in-the-flow, which reaches the person. */
export const REFUSAL = {
  status: 403,
  body: JSON.stringify({
    messages: [
      {
        instance_ptr: '#/',
        messages: [{ id: 4990001, text: 'Not verified.', type: 'error', context: { status: 'rejected' } }],
      },
    ],
  }),
};

export const REFUSAL_MESSAGE = { id: 4990001, text: 'Not verified.', type: 'error', context: { status: 'rejected' } };
