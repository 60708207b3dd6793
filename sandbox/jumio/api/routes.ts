import type { FastifyInstance } from 'fastify';
import type { Sandbox } from '../sandbox.ts';
import { createAccount, deleteAccount, updateAccount } from './accounts.ts';
import { logCall } from './call.ts';
import { preparedData } from './prepared-data.ts';
import { type Answer, problem } from './problem.ts';
import { details, status, steps } from './retrieval.ts';
import { serve } from './serve.ts';
import { token } from './token.ts';

const ACCOUNT = '/api/v1/accounts/:accountId';
const EXECUTION = `${ACCOUNT}/workflow-executions/:executionId`;

/** All of Jumio's hosts on one: auth, account, retrieval and status. Bodies are read as text, so that every error is ours. */
export async function apiRoutes(app: FastifyInstance, { sandbox }: { sandbox: Sandbox }): Promise<void> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));

  app.post('/oauth2/token', serve(sandbox, 'token', token));
  app.post('/api/v1/accounts', serve(sandbox, 'create', createAccount));
  app.put(ACCOUNT, serve(sandbox, 'update', updateAccount));
  app.delete(ACCOUNT, serve(sandbox, 'delete', deleteAccount));
  app.post(`${ACCOUNT}/credentials/:credentialId/parts/PREPARED_DATA`, serve(sandbox, 'prepared', preparedData));
  app.get(`${EXECUTION}/status`, serve(sandbox, 'status', status));
  app.get(`${EXECUTION}/steps`, serve(sandbox, 'steps', steps));
  app.get(EXECUTION, serve(sandbox, 'details', details));
  app.get('/api/v1/workflow-executions/:executionId', serve(sandbox, 'details', details));
  app.get('/status', () => ({ status: sandbox.settings.health, details: {} }));

  wrongVerb(app, sandbox, '/oauth2/token', ['POST']);
  wrongVerb(app, sandbox, '/api/v1/accounts', ['POST']);
  wrongVerb(app, sandbox, ACCOUNT, ['PUT', 'DELETE']);
  app.setNotFoundHandler((request, reply) => {
    const record = logCall(sandbox, 'other', request);
    const { status: code, body } = problem(404);
    record.status = code;
    return reply.code(code).send(body);
  });
}

function wrongVerb(app: FastifyInstance, sandbox: Sandbox, url: string, allowed: readonly string[]): void {
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
