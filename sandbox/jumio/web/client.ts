import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { logCall } from '../api/call.ts';
import type { Execution } from '../execution/execution.ts';
import { act, isOpen, start } from '../execution/journey.ts';
import { readPick } from '../execution/offers.ts';
import type { Sandbox } from '../sandbox.ts';
import { capturePage, deadPage, endPage } from './pages.ts';
import { redirectOf } from './redirect.ts';

const querySchema = z.object({ authorizationToken: z.string().catch('') }).catch({ authorizationToken: '' });
const formSchema = z.record(z.string(), z.string());

/** The hosted web client behind `web.href`. */
export async function webClient(app: FastifyInstance, { sandbox }: { sandbox: Sandbox }): Promise<void> {
  app.addHook('onSend', async (_request, reply) => {
    reply.headers({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
  });

  app.get('/web/client', { exposeHeadRoute: false }, (request, reply) => {
    const { authorizationToken } = querySchema.parse(request.query);
    const execution = find(sandbox, authorizationToken);
    log(sandbox, request, execution);
    // Only a link that has not ended starts anything: its token is what limits the start (jumio.md §3.8).
    if (!execution || sandbox.clock.now() >= execution.linkEndsAt) return html(reply, 410, deadPage());
    start(sandbox, execution);
    return html(reply, 200, capturePage(execution, authorizationToken, sandbox.settings.customWorkflowKeys));
  });

  app.post('/web/client', (request, reply) => {
    const form = formSchema.parse(request.body);
    const execution = find(sandbox, form.authorizationToken ?? '');
    log(sandbox, request, execution);
    if (!execution) return html(reply, 410, deadPage());
    act(sandbox, execution, readPick(form));
    return leave(reply, execution, form.outcome === 'abandon');
  });
}

function leave(reply: FastifyReply, execution: Execution, abandoned: boolean): FastifyReply {
  const target = abandoned ? undefined : redirectOf(execution);
  return target === undefined ? html(reply, 200, endPage(execution)) : reply.redirect(target, 303);
}

function find({ executions }: Sandbox, token: string): Execution | undefined {
  return [...executions.values()].find((e) => e.linkToken === token && isOpen(e));
}

function html(reply: FastifyReply, status: number, text: string): FastifyReply {
  return reply.code(status).type('text/html; charset=utf-8').send(text);
}

function log(sandbox: Sandbox, request: FastifyRequest, execution: Execution | undefined): void {
  const record = logCall(sandbox, 'web', request);
  record.accountId = execution?.accountId ?? null;
  record.executionId = execution?.id ?? null;
  record.customerInternalReference = execution?.customerInternalReference ?? null;
  record.userReference = execution?.userReference ?? null;
}
