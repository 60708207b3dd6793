import { z } from 'zod';
import { json, type ReceivedRequest, type Responder } from '../../support/fakes/http-server.ts';
import { startJumioServer } from '../../support/fakes/jumio-server.ts';
import type { Creation, Decision, ExecutionRead, JumioHistory, Served } from '../history/history.ts';
import { seeded } from '../seeded.ts';
import { createExecutions, type Execution, type Executions } from './executions.ts';
import type { Call, Fault } from './faults.ts';
import { type Effect, serve, type World } from './serve.ts';

/** The workflow of the service under test. */
export const WORKFLOW_KEY = '10011';

/** A Jumio that records everything, and decides what the driver says. */
export interface ChaosJumio extends Pick<Executions, 'find' | 'ofIdentity' | 'progress' | 'decide'> {
  readonly url: string;
  readonly history: JumioHistory;
  /** Refuses all tokens that were given, so that new ones are fetched. */
  refuseTokens(): void;
  close(): Promise<void>;
}

const createBody = z.object({
  userReference: z.string(),
  customerInternalReference: z.string(),
  tokenLifetime: z.string().regex(/^\d+d$/),
});

const DAY_MS = 86_400_000;

function capabilitiesOf({ type, isRetryable }: Decision): object {
  if (type !== 'REJECTED') return {};
  const [capability, label] = isRetryable ? ['usability', 'BLURRED'] : ['imageChecks', 'MANIPULATED_DOCUMENT'];
  return { [capability]: [{ id: 'c', credentials: [], decision: { type, details: { label } } }] };
}

function decisionBody(decision: Decision): object {
  const { type, completedAt } = decision;
  return {
    completedAt: new Date(completedAt).toISOString(),
    decision: { type, details: { label: type }, risk: { score: type === 'PASSED' ? 0 : 80 } },
    capabilities: capabilitiesOf(decision),
  };
}

function detailsOf({ creation, status, decision }: Execution): object {
  return {
    account: { id: creation.accountId },
    workflow: {
      id: creation.executionId,
      status,
      definitionKey: WORKFLOW_KEY,
      userReference: creation.reference,
      customerInternalReference: creation.identityId,
    },
    ...(status === 'PROCESSED' && decision && decisionBody(decision)),
  };
}

function startedOf({ accountId, executionId }: Creation): object {
  const href = `https://acme.web.emea-1.jumio.ai/web/client?authorizationToken=${executionId}`;
  return { account: { id: accountId }, workflowExecution: { id: executionId }, web: { href } };
}

function executionIdIn({ path }: ReceivedRequest): string {
  return /workflow-executions\/([\w-]+)/.exec(path)?.[1] ?? '';
}

const UNAUTHORIZED = json(401, { title: 'Unauthorized' });

/** Starts the Jumio of a run. */
export async function startChaosJumio(world: World, seed: number): Promise<ChaosJumio> {
  const executions = createExecutions(world.timeline);
  const reads: ExecutionRead[] = [];
  const refusedTokens = new Set<string>();
  let refusedBelow = 0;
  const ids = seeded(seed, 'ids of Jumio');
  let tokens = 0;

  function create({ body, path, method }: ReceivedRequest, facts: Served): Effect {
    const wanted = createBody.parse(JSON.parse(body));
    const record: Creation = {
      ...facts,
      at: world.timeline.now(),
      identityId: wanted.customerInternalReference,
      reference: wanted.userReference,
      accountId: method === 'PUT' ? (path.split('/').at(-1) ?? '') : ids.uuid(),
      executionId: ids.uuid(),
    };
    executions.add(record, Number.parseInt(wanted.tokenLifetime, 10) * DAY_MS);
    return { reply: { status: 200, body: startedOf(record) }, record };
  }

  /** The details of somebody else, who passed: nothing of them may count. */
  function foreign(execution: Execution): Execution {
    const decision: Decision = { type: 'PASSED', isRetryable: false, completedAt: world.timeline.now() };
    const creation = { ...execution.creation, executionId: ids.uuid(), identityId: ids.uuid() };
    return { ...execution, creation, status: 'PROCESSED', decision };
  }

  function read(
    call: 'status' | 'details',
    request: ReceivedRequest,
    facts: Served,
    kind: Fault['kind'] | undefined,
  ): Effect {
    const executionId = executionIdIn(request);
    const execution = executions.find(executionId);
    if (execution === undefined) return { reply: { status: 404, body: { title: 'Not Found' } } };
    const { status, decision } = execution;
    const record: ExecutionRead = { ...facts, executionId, call, status, ...(decision && { decision }) };
    const shown = kind === 'foreign details' ? foreign(execution) : execution;
    // What a caller learns from somebody else's details is nothing.
    if (shown === execution) reads.push(record);
    const body = call === 'status' ? { workflowExecution: { id: executionId, status } } : detailsOf(shown);
    return { reply: { status: 200, body }, record };
  }

  /** A call with a token, which may be refused from now on. */
  function api(
    call: Call,
    subjectOf: (request: ReceivedRequest) => string,
    effect: (request: ReceivedRequest, facts: Served, fault: Fault['kind'] | undefined) => Effect,
  ): Responder {
    return (response, request) => {
      const token = request.headers.authorization ?? '';
      const number = Number(token.split('-').at(-1));
      if (refusedTokens.has(token) || number <= refusedBelow) return UNAUTHORIZED(response, request);
      serve(world, response, request, {
        call,
        subject: subjectOf(request),
        effect: (facts, fault) => effect(request, facts, fault?.kind),
        onRefused: ({ kind }) => {
          if (kind === 'token refused') refusedTokens.add(token);
        },
      });
    };
  }

  function token(): Effect {
    tokens += 1;
    return { reply: { status: 200, body: { access_token: `token-${tokens}`, expires_in: 3600 } } };
  }

  const subjectOfCreate = ({ body }: ReceivedRequest): string =>
    createBody.parse(JSON.parse(body)).customerInternalReference;

  const server = await startJumioServer(
    {
      token: (response, request) => serve(world, response, request, { call: 'token', subject: '', effect: token }),
      create: api('create', subjectOfCreate, create),
      status: api('status', executionIdIn, (request, facts, kind) => read('status', request, facts, kind)),
      details: api('details', executionIdIn, (request, facts, kind) => read('details', request, facts, kind)),
    },
    { remembers: false },
  );

  return {
    url: server.url,
    history: { creations: executions.creations, changes: executions.changes, reads },
    find: executions.find,
    ofIdentity: executions.ofIdentity,
    progress: executions.progress,
    decide: executions.decide,
    refuseTokens: () => {
      refusedBelow = tokens;
    },
    close: server.close,
  };
}
