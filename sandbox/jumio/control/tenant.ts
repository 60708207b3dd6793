import type { FastifyInstance } from 'fastify';
import { ZodError, z } from 'zod';
import { type Answer, problem } from '../api/call.ts';
import { timestamp } from '../clock.ts';
import { tick } from '../execution/execution.ts';
import { ImpossibleOutcome } from '../execution/outcome.ts';
import { CALL_KINDS, faultSchema } from '../faults.ts';
import { settingsSchema } from '../settings.ts';
import { resetSandbox, type Sandbox } from '../state.ts';

const timeSchema = z.strictObject({ advanceSeconds: z.number().nonnegative() });

const patchSchema = z.looseObject({});

const callFilterSchema = z.strictObject({
  kind: z.enum([...CALL_KINDS, 'web', 'other']).optional(),
  customerInternalReference: z.string().optional(),
});

/** The tenant as a whole: its calls, settings, faults, time and tokens. */
export async function tenantRoutes(app: FastifyInstance, { sandbox }: { sandbox: Sandbox }): Promise<void> {
  app.post('/reset', () => {
    resetSandbox(sandbox);
    return {};
  });
  callRoutes(app, sandbox);
  timeRoutes(app, sandbox);
  faultRoutes(app, sandbox);
  app.get('/settings', () => shownSettings(sandbox));
  app.post('/settings', ({ body }) => {
    sandbox.settings = settingsSchema.parse({ ...sandbox.settings, ...patchSchema.parse(body) });
    sandbox.nextDue = 0; // a changed processing time changes when executions are due
    return shownSettings(sandbox);
  });
  app.delete('/tokens', () => {
    sandbox.bearers.clear();
    return {};
  });
}

function callRoutes(app: FastifyInstance, sandbox: Sandbox): void {
  app.get('/calls', (request) => {
    const { kind, customerInternalReference: reference } = callFilterSchema.parse(request.query);
    const ofKind = sandbox.calls.filter((call) => kind === undefined || call.kind === kind);
    return {
      calls: ofKind.filter((call) => reference === undefined || call.customerInternalReference === reference),
    };
  });
  app.delete('/calls', () => {
    sandbox.calls.length = 0;
    return {};
  });
}

function timeRoutes(app: FastifyInstance, sandbox: Sandbox): void {
  const shown = () => ({ now: timestamp(sandbox.clock.now()), aheadSeconds: sandbox.clock.ahead() });
  app.get('/time', shown);
  app.post('/time', ({ body }) => {
    sandbox.clock.advance(timeSchema.parse(body).advanceSeconds);
    tick(sandbox);
    return shown();
  });
}

function faultRoutes(app: FastifyInstance, sandbox: Sandbox): void {
  app.get('/faults', () => ({ faults: sandbox.faults }));
  app.post('/faults', ({ body }) => {
    sandbox.faults.push(faultSchema.parse(body));
    return { faults: sandbox.faults };
  });
  app.delete('/faults', () => {
    sandbox.faults.length = 0;
    return {};
  });
}

function shownSettings({ settings }: Sandbox): unknown {
  const clients = settings.clients.map(({ clientId, permissions }) => ({ clientId, permissions }));
  return { ...settings, clients };
}

/** A control request that is impossible in the present state. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: 404 | 409;

  constructor(status: 404 | 409, message: string) {
    super(message);
    this.status = status;
  }
}

/** The answer to a control request or form that failed; undefined for an internal error of the sandbox. */
export function refusalAnswer(error: unknown): Answer | undefined {
  if (error instanceof Refusal) return problem(error.status, error.message);
  if (error instanceof ImpossibleOutcome) return problem(400, error.message);
  if (!(error instanceof ZodError)) return undefined;
  return problem(400, error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
}
