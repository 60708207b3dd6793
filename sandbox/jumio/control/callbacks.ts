import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { callbackBody } from '../callbacks/bodies.ts';
import { attempt, logCallback } from '../callbacks/send.ts';
import type { CallbackRecord, Sandbox } from '../state.ts';
import { findExecution } from './executions.ts';

const CONCURRENCY = 20;

const filterSchema = z.strictObject({ executionId: z.string().optional() });

const byHandSchema = z.strictObject({
  executionId: z.string(),
  /** Any JSON. Without `body` and `text` it is the genuine callback for the present state. */
  body: z.json().optional(),
  /** Sent as it is, for a body that is no JSON. */
  text: z.string().optional(),
  headers: z.record(z.string(), z.string()).default({}),
  times: z.int().positive().max(10_000).default(1),
});

type ByHand = z.infer<typeof byHandSchema>;

/** The log of callbacks, and callbacks on demand. */
export async function callbackRoutes(app: FastifyInstance, { sandbox }: { sandbox: Sandbox }): Promise<void> {
  app.get('/callbacks', (request) => {
    const { executionId: wanted } = filterSchema.parse(request.query);
    return { callbacks: sandbox.callbacks.filter((c) => wanted === undefined || c.executionId === wanted) };
  });
  app.delete('/callbacks', () => {
    sandbox.callbacks.length = 0;
    return {};
  });
  app.post('/callbacks', async (request) => {
    const order = byHandSchema.parse(request.body);
    const records: CallbackRecord[] = [];
    while (records.length < order.times) {
      const batch = Math.min(CONCURRENCY, order.times - records.length);
      records.push(...(await Promise.all(Array.from({ length: batch }, () => sendByHand(sandbox, order)))));
    }
    return { callbacks: records };
  });
}

async function sendByHand(sandbox: Sandbox, { executionId, body, text, headers }: ByHand): Promise<CallbackRecord> {
  const execution = findExecution(sandbox, { id: executionId });
  const sent = text ?? body ?? callbackBody(sandbox, execution);
  const record = logCallback(sandbox, execution, 'by-hand', sent);
  const content = { text: text ?? JSON.stringify(sent), headers: { 'content-type': 'application/json', ...headers } };
  await attempt(sandbox, record, content);
  return record;
}
