import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { logCall } from '../api/call.ts';
import { applyOutcome, start } from '../execution/execution.ts';
import { readChoice } from '../execution/outcome.ts';
import { type CallRecord, type Execution, isOpen, type Sandbox } from '../state.ts';
import { capturePage, endPage, invalidLinkPage } from './pages.ts';
import { redirectOf } from './redirect.ts';

const querySchema = z.object({ authorizationToken: z.string().catch('') }).catch({ authorizationToken: '' });

const formSchema = z.record(z.string(), z.string());

/** How long Jumio takes, from the second button of an outcome; a program that reads the form sends none. */
const slowSchema = z.object({ seconds: z.string().optional() });

/** The hosted web client behind `web.href`. */
export async function webClient(app: FastifyInstance, { sandbox }: { sandbox: Sandbox }): Promise<void> {
  app.addHook('onSend', async (_request, reply) => {
    reply.headers({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
  });

  app.get('/web/client', { exposeHeadRoute: false }, (request, reply) => {
    const { authorizationToken } = querySchema.parse(request.query);
    const { execution, known, record } = visit(sandbox, request, authorizationToken);
    // A link that has ended starts nothing: its token limits the time to start (docs/reference/jumio.md#38-timers).
    if (!execution || sandbox.clock.now() >= execution.linkEndsAt)
      return show(reply, record, 410, invalidLinkPage(backFrom(sandbox, known)));
    start(sandbox, execution);
    return show(reply, record, 200, capturePage(execution, authorizationToken, sandbox.settings.customWorkflowKeys));
  });

  app.post('/web/client', (request, reply) => {
    const form = formSchema.parse(request.body);
    const { execution, known, record } = visit(sandbox, request, form.authorizationToken ?? '');
    if (!execution) return show(reply, record, 410, invalidLinkPage(backFrom(sandbox, known)));
    const { seconds } = slowSchema.parse(request.query);
    applyOutcome(sandbox, execution, readChoice({ ...form, ...(seconds === undefined ? {} : { seconds }) }));
    const target = form.outcome === 'abandon' ? undefined : redirectOf(execution);
    if (target === undefined) return show(reply, record, 200, endPage(execution, backFrom(sandbox, execution)));
    record.status = 303;
    return reply.redirect(target, 303);
  });
}

/** Where a person goes on who is left on a page of the sandbox; undefined: nothing around it is known. */
function backFrom({ surroundings }: Sandbox, execution: Execution | undefined): string | undefined {
  return execution?.errorUrl ?? execution?.successUrl ?? surroundings.home;
}

function visit(
  sandbox: Sandbox,
  request: FastifyRequest,
  token: string,
): { execution?: Execution; known?: Execution; record: CallRecord } {
  const record = logCall(sandbox, 'web', request);
  const known = [...sandbox.executions.values()].find((e) => e.linkToken === token);
  if (known === undefined) return { record };
  if (!isOpen(known)) return { known, record };
  const execution = known;
  record.accountId = execution.accountId;
  record.executionId = execution.id;
  record.customerInternalReference = execution.customerInternalReference;
  record.userReference = execution.userReference ?? null;
  return { execution, known, record };
}

function show(reply: FastifyReply, record: CallRecord, status: number, text: string): FastifyReply {
  record.status = status;
  return reply.code(status).type('text/html; charset=utf-8').send(text);
}
