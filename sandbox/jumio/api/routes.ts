import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type CallKind, takeApiFault } from '../faults.ts';
import type { Settings } from '../settings.ts';
import type { Sandbox } from '../state.ts';
import { createAccount, deleteAccount, updateAccount } from './accounts.ts';
import { type Answer, type ApiCall, identify, logCall, problem, readCall } from './call.ts';
import { preparedData } from './prepared-data.ts';
import { takeFromBudget } from './rate-limit.ts';
import { details, image, status, steps } from './retrieval.ts';
import { token } from './token.ts';
import { breakAnswer, breakBefore } from './transport-faults.ts';

const ACCOUNT = '/api/v1/accounts/:accountId';

const EXECUTION = `${ACCOUNT}/workflow-executions/:executionId`;

/** The routes of all of Jumio's hosts: auth, account, retrieval, status. Bodies are read as text, so that no parser answers. */
export async function apiRoutes(app: FastifyInstance, { sandbox }: { sandbox: Sandbox }): Promise<void> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));

  app.post('/oauth2/token', serve(sandbox, 'token', token));
  app.post('/api/v1/accounts', serve(sandbox, 'create', createAccount));
  app.put(ACCOUNT, serve(sandbox, 'update', updateAccount));
  app.delete(ACCOUNT, serve(sandbox, 'delete', deleteAccount));
  app.post(`${ACCOUNT}/credentials/:credentialId/parts/PREPARED_DATA`, serve(sandbox, 'prepared', preparedData));
  app.get(`${ACCOUNT}/credentials/:credentialId/parts/:classifier`, serve(sandbox, 'image', image));
  app.get(`${EXECUTION}/status`, serve(sandbox, 'status', status));
  app.get(`${EXECUTION}/steps`, serve(sandbox, 'steps', steps));
  app.get(EXECUTION, serve(sandbox, 'details', details));
  app.get('/api/v1/workflow-executions/:executionId', serve(sandbox, 'details', details));
  app.get('/status', () => ({ status: sandbox.settings.health, details: {} }));

  refuseOtherMethods(app, sandbox, '/oauth2/token', ['POST']);
  refuseOtherMethods(app, sandbox, '/api/v1/accounts', ['POST']);
  refuseOtherMethods(app, sandbox, ACCOUNT, ['PUT', 'DELETE']);
  app.setNotFoundHandler((request, reply) => {
    const record = logCall(sandbox, 'other', request);
    const { status: code, body } = problem(404);
    record.status = code;
    return reply.code(code).send(body);
  });
}

function refuseOtherMethods(app: FastifyInstance, sandbox: Sandbox, url: string, allowed: readonly string[]): void {
  const others = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((method) => !allowed.includes(method));
  app.route({
    method: others,
    url,
    handler: (request, reply) => {
      const record = logCall(sandbox, 'other', request);
      const answer: Answer = problem(405);
      record.status = answer.status;
      return reply.code(answer.status).header('allow', allowed.join(', ')).send(answer.body);
    },
  });
}

type ApiHandler = (sandbox: Sandbox, call: ApiCall) => Answer;

type Route = (request: FastifyRequest, reply: FastifyReply) => FastifyReply;

/** Makes a route of a handler: log the call, apply a fault, authorize, run the handler, apply the fault to the answer. */
function serve(sandbox: Sandbox, kind: CallKind, handler: ApiHandler): Route {
  return (request, reply) => {
    const call = open(sandbox, kind, request);
    const { fault, record } = call;
    if (typeof fault === 'number') return answer(reply, call, problem(fault));
    if (fault !== undefined && breakBefore(fault, reply, record)) return reply;
    const outcome = refuse(sandbox, call) ?? handler(sandbox, call);
    if (fault !== undefined && breakAnswer(fault, reply, record, outcome)) return reply;
    return answer(reply, call, outcome);
  };
}

function open(sandbox: Sandbox, kind: CallKind, request: FastifyRequest): ApiCall {
  const record = logCall(sandbox, kind, request);
  const read = readCall(request);
  identify(sandbox, record, read.params, read.text);
  const fault = takeApiFault(sandbox.faults, kind, record.customerInternalReference ?? undefined);
  return { kind, ...read, record, fault };
}

function answer(reply: FastifyReply, { record }: ApiCall, { status, body, headers = {} }: Answer): FastifyReply {
  record.status = status;
  return reply.code(status).headers(headers).send(body);
}

type Permission = Settings['clients'][number]['permissions'][number];

const REQUIRED_PERMISSION: Readonly<Record<CallKind, Permission | undefined>> = {
  token: undefined,
  // Authorized by the execution's own token.
  prepared: undefined,
  create: 'initiate',
  update: 'initiate',
  status: 'retrieve',
  details: 'retrieve',
  steps: 'retrieve',
  image: 'retrieve',
  // The portal's permission is called "retrieve & delete" (docs/reference/jumio.md#8-deletion-and-health).
  delete: 'retrieve',
};

/** The answer to a call that is refused before its handler runs; undefined for a call that may go on. */
function refuse(sandbox: Sandbox, call: ApiCall): Answer | undefined {
  const required = REQUIRED_PERMISSION[call.kind];
  if (sandbox.settings.requireUserAgent && !call.record.userAgent) return problem(403);
  if (required === undefined) return takeFromBudget(sandbox, call.kind) ? undefined : problem(429);
  const clientId = clientOf(sandbox, call.authorization);
  if (clientId === undefined) return problem(401);
  if (!permissionsOf(sandbox, clientId).includes(required)) return problem(403);
  return takeFromBudget(sandbox, call.kind) ? undefined : problem(429);
}

function clientOf(sandbox: Sandbox, authorization = ''): string | undefined {
  const [, token = ''] = /^Bearer (\S+)$/i.exec(authorization) ?? [];
  const bearer = sandbox.bearers.get(token);
  return bearer && bearer.expiresAt > Date.now() ? bearer.clientId : undefined;
}

function permissionsOf({ settings }: Sandbox, clientId: string): readonly Permission[] {
  return settings.clients.find((client) => client.clientId === clientId)?.permissions ?? [];
}
