import formbody from '@fastify/formbody';
import fastify, { type FastifyInstance } from 'fastify';
import { ZodError } from 'zod';
import { statusOf } from '../status-of.ts';
import { statusFailure } from './api/errors.ts';
import { apiRoutes } from './api/routes.ts';
import { controlChannel } from './control/channel.ts';
import { phonePage } from './control/phone.ts';
import type { Sandbox } from './state.ts';

/** Every route of the sandbox; opens no socket. */
export async function buildApp(sandbox: Sandbox): Promise<FastifyInstance> {
  const app = fastify({ forceCloseConnections: true, bodyLimit: 64 * 1024 });
  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof ZodError) {
      const detail = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
      return reply.code(400).send({ title: 'Bad Request', status: 400, detail });
    }
    const { status, body } = statusFailure(statusOf(error));
    return reply.code(status).send(body);
  });
  await app.register(apiRoutes, { sandbox });
  await app.register(async (forms) => {
    await forms.register(formbody);
    await forms.register(phonePage, { sandbox });
  });
  await app.register(controlChannel, { sandbox, prefix: '/control' });
  return app;
}
