import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { type Answering, type Arrived, json, startAnsweringServer } from '../fakes/http-server.ts';
import { HOSTED_LINK } from '../logs/canaries.ts';

type Called = 'token' | 'create' | 'details' | 'patch' | 'revoke' | 'read';

/** Moments of a call to an upstream: it has taken effect, or its response has been handed to the network. */
export type Moment = `${Called} ${'sent' | 'answered'}`;

interface Execution {
  readonly accountId: string;
  readonly executionId: string;
  readonly identityId: string;
  readonly reference: string;
}

/** A Jumio and a Kratos with the minimum for one sign-up, and a hook at every moment of a call. */
export interface KillNeighbours {
  readonly jumioUrl: string;
  readonly kratosUrl: string;
  readonly executions: readonly Execution[];
  /** The bodies of all PATCHes, unchanged. */
  readonly patches: readonly string[];
  /** `metadata_public` of the one identity. */
  published(): Readonly<Record<string, unknown>>;
  /** The state of the one identity, the number of its changes, and of its sessions. */
  account(): { readonly state: string; readonly changes: number; readonly sessions: number };
  /** Makes Jumio return this decision from now on. */
  decide(type?: 'PASSED' | 'REJECTED'): void;
  /** Runs an action at that moment, once. A call at its moment `sent` gets no response. */
  at(moment: Moment, act: () => void): void;
  /** While on, PATCHes take no effect and get no response. */
  deaf(on: boolean): void;
}

const createBody = z.object({ userReference: z.string(), customerInternalReference: z.string() });

const patchBody = z.array(z.object({ op: z.enum(['add', 'replace']), path: z.string(), value: z.unknown() }));

export async function startKillNeighbours(workflowKey = '10011'): Promise<KillNeighbours> {
  const executions: Execution[] = [];
  const patches: string[] = [];
  let metadata: Readonly<Record<string, unknown>> = {};
  const actions = new Map<Moment, () => void>();
  let account = { state: 'active', changes: 0, sessions: 1 };
  let decided: 'PASSED' | 'REJECTED' | undefined;
  let isDeaf = false;

  function act(moment: Moment): boolean {
    const action = actions.get(moment);
    actions.delete(moment);
    action?.();
    return action !== undefined;
  }

  function answer(call: Called, response: ServerResponse, answering: Answering): void {
    if (act(`${call} sent`)) return;
    response.on('finish', () => act(`${call} answered`));
    answering(response, { method: '', path: '', headers: {}, body: '' });
  }

  function create({ body, path, method }: Arrived): Answering {
    const { userReference: reference, customerInternalReference: identityId } = createBody.parse(JSON.parse(body));
    const accountId = method === 'PUT' ? (path.split('/').at(-1) ?? '') : randomUUID();
    const execution = { accountId, executionId: randomUUID(), identityId, reference };
    executions.push(execution);
    const { executionId } = execution;
    return json(200, {
      account: { id: accountId },
      workflowExecution: { id: executionId },
      web: { href: HOSTED_LINK },
    });
  }

  function workflow(path: string): { execution: Execution; status: string } {
    const execution = executions.find(({ executionId }) => path.includes(executionId));
    if (execution === undefined) throw new Error(`no such execution: ${path}`);
    return { execution, status: decided ? 'PROCESSED' : 'INITIATED' };
  }

  function details(path: string): Answering {
    const { execution, status } = workflow(path);
    return json(200, {
      account: { id: execution.accountId },
      workflow: {
        id: execution.executionId,
        status,
        definitionKey: workflowKey,
        userReference: execution.reference,
        customerInternalReference: execution.identityId,
      },
      completedAt: '2026-01-05T09:41:12.886Z',
      ...(decided && { decision: { type: decided, details: { label: decided }, risk: { score: 1 } } }),
    });
  }

  const jumio = await startAnsweringServer((response, request) => {
    const { method, path } = request;
    if (path.includes('/oauth2/token'))
      return answer('token', response, json(200, { access_token: 'token', expires_in: 3600 }));
    if (method === 'POST' || method === 'PUT') return answer('create', response, create(request));
    if (!path.endsWith('/status')) return answer('details', response, details(path));
    return json(200, { workflowExecution: { status: workflow(path).status } })(response, request);
  });

  function identity(path: string) {
    const id = path.split('/').at(-1);
    return { id, schema_id: 'default', state: account.state, metadata_public: metadata, metadata_admin: null };
  }

  function apply(body: string): void {
    patches.push(body);
    for (const { path, value } of patchBody.parse(JSON.parse(body))) {
      if (path === '/metadata_public/jumio') metadata = { ...metadata, jumio: value };
      if (path === '/state' && value !== account.state)
        account = { ...account, state: String(value), changes: account.changes + 1 };
    }
  }

  function revoke(): Answering {
    const { sessions } = account;
    account = { ...account, sessions: 0 };
    const error = { code: 404, message: 'Unable to locate the resource' };
    return sessions > 0 ? (response) => void response.writeHead(204).end() : json(404, { error });
  }

  const kratos = await startAnsweringServer((response, request) => {
    if (request.method === 'GET') return answer('read', response, json(200, identity(request.path)));
    if (isDeaf) return undefined;
    if (request.method === 'DELETE') return answer('revoke', response, revoke());
    apply(request.body);
    return answer('patch', response, json(200, identity(request.path)));
  });

  onTestFinished(async () => {
    await jumio.close();
    await kratos.close();
  });

  return {
    jumioUrl: jumio.url,
    kratosUrl: kratos.url,
    executions,
    patches,
    published: () => metadata,
    account: () => account,
    decide: (type = 'PASSED') => {
      decided = type;
    },
    at: (moment, action) => actions.set(moment, action),
    deaf: (on) => {
      isDeaf = on;
    },
  };
}
