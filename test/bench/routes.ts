import { type ChildProcess, fork } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { postgres, whyNoPostgres } from '../support/service/databases.ts';
import { closedLoop, fixedRate, median, quantile, type Target, wire } from './load.ts';
import { measure, type Run } from './processor.ts';

const ready = z.object({
  ports: z.object({ service: z.number(), bare: z.number(), hmac: z.number() }),
  /** Those who are approved, with what Kratos has of them. */
  people: z.array(z.object({ identityId: z.string(), copy: z.unknown() })),
  /** Those of people who are at Jumio: no callback has come. */
  executions: z.array(z.object({ executionId: z.string(), reference: z.string() })),
  secret: z.string(),
  callbackSecret: z.string(),
  /** The ids of payments: approved ones, and those that are only read. */
  payments: z.object({ approved: z.array(z.string()), consumed: z.array(z.string()) }).optional(),
});

/** What a target says once it listens. */
export type Ready = z.infer<typeof ready>;

const RUNS = 11;

/**
 * Shorter ones show that a bench runs, and measure nothing. Longer ones need more rows, because a callback for a row that has had
 * one writes nothing (BENCH_ROWS).
 */
const RUN_MS = Number(process.env.BENCH_RUN_MS ?? 400);

function targets({ ports, people, executions, secret, callbackSecret }: Ready) {
  const headers = { 'x-webhook-secret': secret };
  const now = new Date().toISOString();
  // As jsonnet/validate.jsonnet makes it, with the published copy.
  const signIns = people.map(({ identityId: id, copy }) =>
    JSON.stringify({
      kratos_identity_id: id,
      metadata_public: { jumio: copy },
      schema_id: 'default',
      created_at: now,
      accept_language: 'en-GB,en;q=0.9',
      flow: { kind: 'login', id, type: 'browser', method: 'password', refresh: false, requested_aal: 'aal1' },
    }),
  );
  const callbacks = executions.map(({ executionId, reference }) =>
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
  const of = (port: number, path: string, status: number, bodies: string[], head: Head): Target => {
    let next = 0;
    const requests = bodies.map((body) => wire(port, path, head(body), body));
    return { port, status, request: () => requests[next++ % requests.length] ?? Buffer.alloc(0) };
  };
  /** Each once, over all runs. */
  const once = (target: Target, most: number): Target => {
    let count = 0;
    const request: Target['request'] = (n) => {
      count += 1;
      if (count > most) throw new Error(`expected at most ${most} requests, saw one more: raise BENCH_ROWS`);
      return target.request(n);
    };
    return { ...target, request };
  };
  return {
    validate: of(ports.service, '/jumio/validate', 204, signIns, () => headers),
    bare: of(ports.bare, '/bare', 204, signIns, () => headers),
    callback: once(
      of(ports.service, '/jumio/callback', 200, callbacks, () => ({})),
      callbacks.length,
    ),
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
): Promise<{ child: ChildProcess; all: ReturnType<typeof targets>; ready: Ready }> {
  const script = fileURLToPath(new URL('./target.ts', import.meta.url));
  const child = fork(script, { execArgv: ['--import', 'tsx'], env: { ...process.env, ...env } });
  const [message] = await once(child, 'message');
  const said = ready.parse(message);
  return { child, all: targets(said), ready: said };
}

type Head = (body: string) => Readonly<Record<string, string>>;

/** Runs that take turns: the processor time of the server for each request, and the median of the ratios of throughput. */
export async function compare(
  child: ChildProcess,
  ours: Target,
  bare: Target,
  connections: number,
  other = 'bare',
): Promise<string> {
  const runs: { ours: Run; bare: Run }[] = [];
  await closedLoop(ours, connections, RUN_MS / 2);
  await closedLoop(bare, connections, RUN_MS / 2);
  for (let run = 0; run < RUNS; run += 1)
    runs.push({
      ours: await measure(child, ours, connections, RUN_MS),
      bare: await measure(child, bare, connections, RUN_MS),
    });
  const cpu = (side: 'ours' | 'bare'): number => lowerQuartile(runs.map((run) => run[side].cpu));
  const throughput = median(runs.map((run) => run.ours.perSecond / run.bare.perSecond));
  const [us, them] = [cpu('ours'), cpu('bare')];
  return `${us.toFixed(0)} µs, ${other} ${them.toFixed(0)} µs: ${(us / them).toFixed(2)} times; throughput ${throughput.toFixed(2)}`;
}

/** Noise only ever adds processor time. */
function lowerQuartile(values: readonly number[]): number {
  return quantile(
    [...values].sort((a, b) => a - b),
    0.25,
  );
}

/** The same on PostgreSQL: the processor time of its server is not in the figures. */
export async function benchPostgres(print: (line: string) => void): Promise<void> {
  const why = await whyNoPostgres();
  if (why !== undefined) return print(`PostgreSQL: ${why}`);
  const { url, drop } = await postgres.schema();
  print('on PostgreSQL:');
  await benchRoutes(print, { BENCH_DATABASE_URL: url });
  await drop();
}

/** The routes of the service against bare ones, in a process of their own. */
export async function benchRoutes(
  print: (line: string) => void,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { child, all } = await startTarget(env);
  const against = (ours: Target, bare: Target, connections: number) => compare(child, ours, bare, connections);
  try {
    print(`validate, 20 connections    ${await against(all.validate, all.bare, 20)}`);
    print(`callback, 100 connections   ${await against(all.callback, all.hmac, 100)}`);
    print(`callback, 20 connections    ${await against(all.callback, all.hmac, 20)}`);
    const calm = await fixedRate(all.callback, 500, 10_000);
    print(
      `callback at 500/s           p50 ${quantile(calm, 0.5).toFixed(2)} ms, p99 ${quantile(calm, 0.99).toFixed(2)} ms`,
    );
    print(`sign-up, 20 connections     ${await against(all.initiate, all.bare, 20)}`);
    print(`the same callback again     ${await against(all.replayed, all.hmac, 100)}`);
  } finally {
    child.disconnect();
  }
}
