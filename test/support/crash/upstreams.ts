import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { json, type ReceivedRequest, type Responder, raw } from '../fakes/http-server.ts';
import { startJumioServer } from '../fakes/jumio-server.ts';
import { startKratosServer } from '../fakes/kratos-server.ts';
import { CANARIES, HOSTED_LINK } from '../logs/canaries.ts';

type Called = 'token' | 'create' | 'details' | 'image' | 'patch' | 'revoke' | 'read';

type Verdict = 'PASSED' | 'WARNING' | 'REJECTED';

/** Moments of a call to an upstream: it has taken effect, or its response has been handed to the network. */
export type Moment = `${Called} ${'sent' | 'answered'}`;

interface Execution {
  readonly accountId: string;
  readonly executionId: string;
  readonly identityId: string;
  readonly reference: string;
}

/** A Jumio and a Kratos with the minimum for one sign-up, and a hook at every moment of a call. */
export interface CrashUpstreams {
  readonly jumioUrl: string;
  readonly kratosUrl: string;
  readonly executions: readonly Execution[];
  /** The bodies of all PATCHes, unchanged. */
  readonly patches: readonly string[];
  /** How often the details of an execution, or a picture, were asked for. */
  reads(): number;
  /** `metadata_public` of the one identity. */
  published(): Readonly<Record<string, unknown>>;
  /** The state of the one identity, the number of its changes, and of its sessions. */
  account(): { readonly state: string; readonly changes: number; readonly sessions: number };
  /** The identity of every session: an operator's, where the service has a console. */
  readonly operatorId: string;
  /** Makes Jumio return this decision from now on, with what it read from the document: a canary, as its picture is. */
  decide(type?: Verdict): void;
  /** Runs an action at that moment, once. A call whose action is at `sent` gets no response. */
  at(moment: Moment, act: () => void): void;
  /** While on, writes take no effect and get no response. */
  ignoreWrites(on: boolean): void;
}

const createBody = z.object({ userReference: z.string(), customerInternalReference: z.string() });

const patchBody = z.array(z.object({ op: z.enum(['add', 'replace']), path: z.string(), value: z.unknown() }));

/** What Jumio read from a document, and that it has a picture of it. */
const EVIDENCE = {
  credentials: [{ id: 'document', category: 'ID', parts: [{ classifier: 'FRONT', href: 'https://jumio.example' }] }],
  capabilities: {
    extraction: [{ decision: { type: 'PASSED', details: { label: 'OK' } }, data: { lastName: CANARIES.trait } }],
  },
};

const PICTURE = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.from(CANARIES.trait)]);

function session(id: string) {
  return {
    active: true,
    id: randomUUID(),
    authenticated_at: new Date().toISOString(),
    authenticator_assurance_level: 'aal2',
    identity: { id },
  };
}

/** Starts both upstreams until the test ends. */
export async function startCrashUpstreams(workflowKey = '10011'): Promise<CrashUpstreams> {
  const executions: Execution[] = [];
  const patches: string[] = [];
  let metadata: Readonly<Record<string, unknown>> = {};
  const actions = new Map<Moment, () => void>();
  let account = { state: 'active', changes: 0, sessions: 1 };
  const operatorId = randomUUID();
  let decided: Verdict | undefined;
  let isIgnoringWrites = false;
  let reads = 0;

  function act(moment: Moment): boolean {
    const action = actions.get(moment);
    actions.delete(moment);
    action?.();
    return action !== undefined;
  }

  /** Lets a call take effect, and runs the actions at its two moments. */
  function withMoments(call: Called, effect: (request: ReceivedRequest) => Responder): Responder {
    return (response, request) => {
      const respond = effect(request);
      if (act(`${call} sent`)) return;
      response.on('finish', () => act(`${call} answered`));
      respond(response, request);
    };
  }

  function create({ body, path, method }: ReceivedRequest): Responder {
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

  function details(path: string): Responder {
    reads += 1;
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
      ...(decided && { decision: { type: decided, details: { label: decided }, risk: { score: 1 } }, ...EVIDENCE }),
    });
  }

  const jumio = await startJumioServer({
    // Each is of use for a millisecond, so that one is fetched before every call.
    token: withMoments('token', () => json(200, { access_token: 'token', expires_in: 0.001 })),
    create: withMoments('create', create),
    details: withMoments('details', ({ path }) => details(path)),
    image: withMoments('image', () => {
      reads += 1;
      return raw(200, PICTURE, { 'content-type': 'image/png' });
    }),
    status: (response, request) =>
      json(200, { workflowExecution: { status: workflow(request.path).status } })(response, request),
  });

  function identity(path: string) {
    const id = path.split('/').at(-1);
    return { id, schema_id: 'default', state: account.state, metadata_public: metadata, metadata_admin: null };
  }

  function patch({ body, path }: ReceivedRequest): Responder {
    patches.push(body);
    for (const { path: member, value } of patchBody.parse(JSON.parse(body))) {
      if (member === '/metadata_public/jumio') metadata = { ...metadata, jumio: value };
      if (member === '/state' && value !== account.state)
        account = { ...account, state: String(value), changes: account.changes + 1 };
    }
    return json(200, identity(path));
  }

  function revoke(): Responder {
    const { sessions } = account;
    account = { ...account, sessions: 0 };
    const error = { code: 404, message: 'Unable to locate the resource' };
    return sessions > 0 ? (response) => void response.writeHead(204).end() : json(404, { error });
  }

  /** A write to Kratos, which has no effect and gets no response while writes are ignored. */
  function write(call: Called, effect: (request: ReceivedRequest) => Responder): Responder {
    const respond = withMoments(call, effect);
    return (response, request) => (isIgnoringWrites ? undefined : respond(response, request));
  }

  const kratos = await startKratosServer({
    whoami: (response, request) => json(200, session(operatorId))(response, request),
    read: withMoments('read', ({ path }) => json(200, identity(path))),
    revoke: write('revoke', revoke),
    patch: write('patch', patch),
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
    operatorId,
    reads: () => reads,
    published: () => metadata,
    account: () => account,
    decide: (type = 'PASSED') => {
      decided = type;
    },
    at: (moment, action) => actions.set(moment, action),
    ignoreWrites: (on) => {
      isIgnoringWrites = on;
    },
  };
}
