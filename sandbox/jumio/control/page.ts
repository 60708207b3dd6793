import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { tick } from '../execution/journey.ts';
import { readPick } from '../execution/offers.ts';
import type { Sandbox } from '../sandbox.ts';
import { changeMind, known, openLink, pick } from './executions.ts';
import { overview } from './overview.ts';

const formSchema = z.record(z.string(), z.string());
const secondsSchema = z.object({ seconds: z.coerce.number().nonnegative() });

/** The page for people at `/`, and the forms on it. */
export async function controlPage(app: FastifyInstance, { sandbox }: { sandbox: Sandbox }): Promise<void> {
  app.get('/', (_request, reply) => reply.type('text/html; charset=utf-8').send(overview(sandbox)));

  app.post('/control/time', ({ body }, reply) => {
    sandbox.clock.advance(secondsSchema.parse(body).seconds);
    tick(sandbox);
    return reply.redirect('../', 303);
  });

  app.post('/control/executions/:id', ({ params, body }, reply) => {
    const execution = known(sandbox, params);
    const form = formSchema.parse(body);
    if (form.action === 'start') openLink(sandbox, execution);
    else if (form.action === 'overturn') changeMind(sandbox, execution, readPick(form));
    else pick(sandbox, execution, readPick(form));
    return reply.redirect('../../', 303);
  });
}
