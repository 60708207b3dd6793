import { type ChildProcess, fork } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { closedLoop, fixedRate, median, quantile, type Target, wire } from './load.ts';

const ready = z.object({
  ports: z.object({ service: z.number(), bare: z.number(), hmac: z.number() }),
  rows: z.array(z.object({ identityId: z.string(), executionId: z.string(), reference: z.string() })),
  secret: z.string(),
  callbackSecret: z.string(),
});
type Ready = z.infer<typeof ready>;

const RUNS = 3;
const RUN_MS = 3_000;

function targets({ ports, rows, secret, callbackSecret }: Ready) {
  const headers = { 'x-webhook-secret': secret };
  const now = new Date().toISOString();
  const signIns = rows.map(({ identityId }) => {
    const flow = { kind: 'login', id: identityId, type: 'browser', method: 'password', refresh: false };
    return JSON.stringify({ kratos_identity_id: identityId, schema_id: 'default', created_at: now, flow });
  });
  const callbacks = rows.map(({ executionId, reference }) =>
    JSON.stringify({
      callbackSentAt: now,
      userReference: reference,
      workflowExecution: { id: executionId, href: 'https://r.example', definitionKey: '10011', status: 'PROCESSED' },
      account: { id: executionId, href: 'https://r.example' },
    }),
  );
  const signed = (body: string) => ({
    'x-jumio-signature': createHmac('sha256', callbackSecret).update(body).digest('hex'),
  });
  /** Resumes where the last run ended, so that each callback is for a row without one and must be written. */
  const of = (port: number, path: string, status: number, bodies: string[], head: Head): Target => {
    let next = 0;
    const requests = bodies.map((body) => wire(port, path, head(body), body));
    return { port, status, request: () => requests[next++ % requests.length] ?? Buffer.alloc(0) };
  };
  return {
    validate: of(ports.service, '/jumio/validate', 204, signIns, () => headers),
    bare: of(ports.bare, '/bare', 204, signIns, () => headers),
    callback: of(ports.service, '/jumio/callback', 200, callbacks, () => ({})),
    replayed: of(ports.service, '/jumio/callback', 200, callbacks.slice(0, 1), () => ({})),
    hmac: of(ports.hmac, '/hmac', 200, callbacks, signed),
    initiate: {
      port: ports.service,
      status: 204,
      request: () => wire(ports.service, '/jumio/initiate', headers, signUp(randomUUID(), now)),
    },
  };
}

/** The sign-up of a new identity by password, for which Kratos names no method. */
function signUp(identityId: string, now: string): string {
  const flow = { id: identityId, type: 'browser', method: null, return_to: null };
  return JSON.stringify({ kratos_identity_id: identityId, schema_id: 'default', created_at: now, flow });
}

/** Starts the service in a process of its own, with additional variables; returns its requests. */
export async function startTarget(
  env: Readonly<Record<string, string>> = {},
): Promise<{ child: ChildProcess; all: ReturnType<typeof targets> }> {
  const script = fileURLToPath(new URL('./target.ts', import.meta.url));
  const child = fork(script, { execArgv: ['--import', 'tsx'], env: { ...process.env, ...env } });
  const [message] = await once(child, 'message');
  return { child, all: targets(ready.parse(message)) };
}

type Head = (body: string) => Readonly<Record<string, string>>;

/** Median of the ratios of runs that take turns. */
async function ratio(ours: Target, bare: Target, connections: number): Promise<string> {
  const ratios: number[] = [];
  const rates: number[][] = [];
  await closedLoop(ours, connections, 1_000);
  await closedLoop(bare, connections, 1_000);
  for (let run = 0; run < RUNS; run += 1) {
    const pair = [await closedLoop(ours, connections, RUN_MS), await closedLoop(bare, connections, RUN_MS)] as const;
    rates.push([...pair]);
    ratios.push(pair[0] / pair[1]);
  }
  const shown = rates.map((pair) => pair.map((rate) => Math.round(rate)).join('/')).join(' ');
  return `${median(ratios).toFixed(2)}  (requests per second, ours/bare: ${shown})`;
}

/** The routes of the service against bare ones, in a process of their own. */
export async function benchRoutes(print: (line: string) => void): Promise<void> {
  const { child, all } = await startTarget();
  try {
    print(`validate / bare route, 20 connections        ${await ratio(all.validate, all.bare, 20)}  aim 0.50`);
    print(`callback / HMAC only, 100 connections        ${await ratio(all.callback, all.hmac, 100)}  aim 0.70`);
    print(`callback / HMAC only, 20 connections         ${await ratio(all.callback, all.hmac, 20)}  aim 0.45`);
    const calm = await fixedRate(all.callback, 500, 10_000);
    print(`callback at 500/s: p50 ${quantile(calm, 0.5).toFixed(2)} ms, p99 ${quantile(calm, 0.99).toFixed(2)} ms`);
    child.send('worker');
    print(`callback / HMAC only, 100, worker running    ${await ratio(all.callback, all.hmac, 100)}`);
    print(`the same callback again / HMAC only, 100     ${await ratio(all.replayed, all.hmac, 100)}`);
  } finally {
    child.disconnect();
  }
}
