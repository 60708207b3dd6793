import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { timestamp } from '../clock.ts';
import { applyOutcome, overturn, start } from '../execution/execution.ts';
import { type Outcome, outcomeSchema } from '../execution/outcome.ts';
import { type Execution, isOpen, type Sandbox, TERMINAL } from '../state.ts';
import { redirectOf } from '../web/redirect.ts';
import { Refusal } from './tenant.ts';

const filterSchema = z.strictObject({ customerInternalReference: z.string().optional() });

const idSchema = z.object({ id: z.string() });

const statusSchema = z.strictObject({ status: z.string().min(1).nullable() });

/** Lists executions, and lets a test act on them. */
export async function executionRoutes(app: FastifyInstance, { sandbox }: { sandbox: Sandbox }): Promise<void> {
  app.get('/executions', (request) => {
    const { customerInternalReference: wanted } = filterSchema.parse(request.query);
    const all = [...sandbox.executions.values()];
    const shown = all.filter((e) => wanted === undefined || e.customerInternalReference === wanted);
    return { executions: shown.map(executionView) };
  });
  app.get('/executions/:id', ({ params }) => executionView(findExecution(sandbox, params)));
  app.post('/executions/:id/start', ({ params }) => {
    const execution = findExecution(sandbox, params);
    openLink(sandbox, execution);
    return executionView(execution);
  });
  app.post('/executions/:id/outcome', ({ params, body }) => {
    const execution = findExecution(sandbox, params);
    choose(sandbox, execution, outcomeSchema.parse(body));
    return executionView(execution);
  });
  app.post('/executions/:id/overturn', ({ params, body }) => {
    const execution = findExecution(sandbox, params);
    changeDecision(sandbox, execution, outcomeSchema.parse(body));
    return executionView(execution);
  });
  app.post('/executions/:id/status', ({ params, body }) => {
    const execution = findExecution(sandbox, params);
    execution.shownStatus = statusSchema.parse(body).status ?? undefined;
    return executionView(execution);
  });
}

/** Acts as if the person opened the link. Throws a Refusal (409) where the execution has ended. */
export function openLink(sandbox: Sandbox, execution: Execution): void {
  if (!isOpen(execution)) throw new Refusal(409, `it is ${execution.status}`);
  start(sandbox, execution);
}

/** Acts as if the person chose this outcome on the hosted page. Throws a Refusal (409) where the execution has ended. */
export function choose(sandbox: Sandbox, execution: Execution, outcome: Outcome): void {
  if (!isOpen(execution)) throw new Refusal(409, `it is ${execution.status}`);
  applyOutcome(sandbox, execution, outcome);
}

/** Makes a later decision about an execution that has ended, also an expired one. Throws a Refusal (409) otherwise. */
export function changeDecision(sandbox: Sandbox, execution: Execution, outcome: Outcome): void {
  const verdict = outcome.outcome;
  if (!TERMINAL.has(execution.status)) throw new Refusal(409, `it is ${execution.status}`);
  if (verdict === 'abandon' || verdict === 'error') throw new Refusal(409, 'that is no decision');
  overturn(sandbox, execution, outcome, verdict);
}

/** The execution with the `id` of a route. Throws a Refusal (404) where there is none. */
export function findExecution({ executions }: Sandbox, params: unknown): Execution {
  const execution = executions.get(idSchema.parse(params).id);
  if (!execution) throw new Refusal(404, 'no such execution');
  return execution;
}

/** An execution as the control channel shows it, with its hosted link. */
function executionView(execution: Execution): Record<string, unknown> {
  const { startedAt, completedAt, outcome, acquiredAt, errorCode } = execution;
  const left = acquiredAt !== undefined || errorCode !== undefined;
  return {
    id: execution.id,
    accountId: execution.accountId,
    customerInternalReference: execution.customerInternalReference,
    userReference: execution.userReference ?? null,
    definitionKey: execution.definitionKey,
    status: execution.shownStatus ?? execution.status,
    link: execution.link ?? null,
    linkEndsAt: timestamp(execution.linkEndsAt),
    callbackUrl: execution.callbackUrl ?? null,
    createdAt: timestamp(execution.createdAt),
    startedAt: startedAt === undefined ? null : timestamp(startedAt),
    completedAt: completedAt === undefined ? null : timestamp(completedAt),
    outcome: outcome ?? null,
    prepared: execution.prepared,
    redirect: left ? (redirectOf(execution) ?? null) : null,
  };
}
