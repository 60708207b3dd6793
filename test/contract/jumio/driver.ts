import { afterAll, beforeAll, beforeEach, vi } from 'vitest';
import { z } from 'zod';
import { type JumioSandbox, startJumioSandbox } from '../../../sandbox/jumio/start.ts';
import type { Surroundings } from '../../../sandbox/jumio/state.ts';
import { type RecordingServer, startRecordingServer } from '../../support/fakes/http-server.ts';

const AGENT = 'Acme Verification/v1.0';

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: unknown;
}

const tokenSchema = z.object({ access_token: z.string() });

const createdSchema = z.object({
  account: z.object({ id: z.string() }),
  workflowExecution: z.object({ id: z.string() }),
  web: z.object({ href: z.string() }).optional(),
});

const callbackSchema = z.looseObject({
  reason: z.string(),
  state: z.string(),
  attempts: z.number(),
  answerStatus: z.number().nullable(),
});

const callbacksSchema = z.object({ callbacks: z.array(callbackSchema) });

const callsSchema = z.object({ calls: z.array(z.looseObject({ kind: z.string(), status: z.number().nullable() })) });

export interface Created {
  readonly accountId: string;
  readonly executionId: string;
  readonly link: string;
  readonly answer: unknown;
}

/** A request that every workflow of the sandbox accepts. */
export function request(more: object = {}): object {
  return { customerInternalReference: 'person-1', workflowDefinition: { key: 10011 }, ...more };
}

/** One sandbox per file, reset before each test, with a receiver of callbacks; used over HTTP only. */
export function useSandbox(surroundings: Surroundings = {}) {
  let sandbox: JumioSandbox;
  let receiver: RecordingServer;
  let answerStatuses: readonly number[] = [200];
  let seen = 0;
  beforeAll(async () => {
    sandbox = await startJumioSandbox({ surroundings });
    receiver = await startRecordingServer((response) => {
      const [status = 200, ...then] = answerStatuses;
      if (then.length > 0) answerStatuses = then;
      response.writeHead(status).end();
    });
  });
  afterAll(async () => {
    await sandbox.stop();
    await receiver.close();
  });
  beforeEach(async () => {
    await send('POST', '/sandbox/reset');
    answerStatuses = [200];
    seen = receiver.requests.length;
  });

  async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    const response = await fetch(new URL(path, sandbox.url), {
      method,
      redirect: 'manual',
      headers: { 'user-agent': AGENT, ...type, ...headers },
      ...(body === undefined ? {} : { body: text }),
    });
    return read(response);
  }

  async function fetchToken(clientId = 'sandbox', secret = 'sandbox-secret'): Promise<Answered> {
    return send('POST', '/oauth2/token', 'grant_type=client_credentials', {
      authorization: basic(clientId, secret),
      'content-type': 'application/x-www-form-urlencoded',
    });
  }

  async function api(method: string, path: string, body?: unknown): Promise<Answered> {
    const { access_token } = tokenSchema.parse((await fetchToken()).json);
    return send(method, path, body, { authorization: `Bearer ${access_token}` });
  }

  /** A control request that must succeed. */
  async function control(path: string, body: unknown = {}): Promise<unknown> {
    const answer = await send('POST', `/sandbox/${path}`, body);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.text}`);
    return answer.json;
  }

  async function create(more: object = {}): Promise<Created> {
    return created(
      await api('POST', '/api/v1/accounts', request({ callbackUrl: `${receiver.url}/callback`, ...more })),
    );
  }

  async function update(accountId: string, more: object = {}): Promise<Created> {
    return created(await api('PUT', `/api/v1/accounts/${accountId}`, request(more)));
  }

  const callbacks = async () => callbacksSchema.parse((await send('GET', '/sandbox/callbacks')).json).callbacks;

  return {
    url: () => sandbox.url,
    callbackUrl: () => `${receiver.url}/callback`,
    /** Sets the statuses of the callback receiver: one after the other, the last one repeatedly. */
    answerWith: (...statuses: number[]) => {
      answerStatuses = statuses;
    },
    /** Requests that reached the receiver in this test. */
    received: () => receiver.requests.slice(seen),
    send,
    fetchToken,
    token: async () => tokenSchema.parse((await fetchToken()).json).access_token,
    api,
    control,
    create,
    update,
    callbacks,
    calls: async (query = '') => callsSchema.parse((await send('GET', `/sandbox/calls${query}`)).json).calls,
    pick: (executionId: string, outcome: string, more: object = {}) =>
      control(`executions/${executionId}/outcome`, { outcome, ...more }),
    advance: (seconds: number) => control('time', { advanceSeconds: seconds }),
    details: async (executionId: string) => (await api('GET', `/api/v1/workflow-executions/${executionId}`)).json,
    /** Waits until no callback is waiting or being sent; real time, a few milliseconds as a rule. */
    settled: () =>
      vi.waitFor(
        async () => {
          const open = (await callbacks()).filter(({ state }) => state === 'waiting' || state === 'sending');
          if (open.length > 0) throw new Error('callbacks are still on their way');
          return callbacks();
        },
        { timeout: 20_000, interval: 5 },
      ),
  };
}

/** The value of an `Authorization` header. */
export function basic(clientId: string, secret: string): string {
  return `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`;
}

async function read(response: Response): Promise<Answered> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: jsonOf(text) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function created({ status, json, text }: Answered): Created {
  if (status !== 200) throw new Error(`create: ${status} ${text}`);
  const { account, workflowExecution, web } = createdSchema.parse(json);
  return { accountId: account.id, executionId: workflowExecution.id, link: web?.href ?? '', answer: json };
}
