import formbody from '@fastify/formbody';
import fastify, { type FastifyInstance } from 'fastify';
import { statusOf } from '../status-of.ts';
import { problem } from './api/call.ts';
import { apiRoutes } from './api/routes.ts';
import { callbackRoutes } from './control/callbacks.ts';
import { executionRoutes } from './control/executions.ts';
import { controlPage } from './control/overview.ts';
import { refusalAnswer, tenantRoutes } from './control/tenant.ts';
import { tick } from './execution/execution.ts';
import type { Sandbox } from './state.ts';
import { webClient } from './web/client.ts';

/** Every route of the sandbox; opens no socket. */
export async function buildApp(sandbox: Sandbox): Promise<FastifyInstance> {
  const app = fastify({ forceCloseConnections: true, bodyLimit: 1024 * 1024 });
  app.addHook('onRequest', async () => tick(sandbox));
  app.setErrorHandler((error, _request, reply) => {
    const { status, body } = refusalAnswer(error) ?? problem(statusOf(error));
    return reply.code(status).send(body);
  });
  await app.register(apiRoutes, { sandbox });
  await app.register(async (forms) => {
    await forms.register(formbody);
    await forms.register(webClient, { sandbox });
    await forms.register(controlPage, { sandbox });
  });
  await app.register(tenantRoutes, { sandbox, prefix: '/sandbox' });
  await app.register(executionRoutes, { sandbox, prefix: '/sandbox' });
  await app.register(callbackRoutes, { sandbox, prefix: '/sandbox' });
  return app;
}
