import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { timestamp } from '../clock.ts';
import { tick } from '../execution/journey.ts';
import { CALL_KINDS, faultSchema } from '../faults.ts';
import { resetSandbox, type Sandbox } from '../sandbox.ts';
import { settingsSchema } from '../settings.ts';

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
    sandbox.nextDue = 0; // A changed processing time moves what is due.
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
