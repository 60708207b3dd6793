import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { onTestFinished } from 'vitest';
import { buildApp } from '../../../webhook/app.ts';
import { parseConfig } from '../../../webhook/config/config.ts';
import type { Environment } from '../../../webhook/config/problem.ts';
import {
  createDependencies,
  type Dependencies,
  eventContext,
  faceContext,
  factorsOf,
  type Observers,
  probesOf,
  workerOf,
} from '../../../webhook/dependencies.ts';
import { createLogger } from '../../../webhook/logging.ts';
import { createUpstreamHealth } from '../../../webhook/upstream/health.ts';
import type { Observe } from '../../../webhook/upstream/http.ts';
import { createProbing } from '../../../webhook/upstream/probing.ts';
import type { Context, Waits } from '../../../webhook/verification/context.ts';
import { createFakeJumio, type FakeJumio } from '../fakes/jumio.ts';
import { createFakeKratos, type FakeKratos } from '../fakes/kratos.ts';
import { observedFake } from '../fakes/observed.ts';
import { CANARIES } from '../logs/canaries.ts';
import { captureLogs, type LogCapture } from '../logs/capture.ts';
import { checkAnswersOf } from '../openapi/checked-answers.ts';
import { writeLedger } from './databases.ts';
import { createShiftedClock, type ShiftedClock } from './shifted-clock.ts';

export interface TestServiceOptions {
  readonly jumio?: FakeJumio;
  readonly kratos?: FakeKratos;
  readonly clock?: ShiftedClock;
  /** By default a SQLite file in a folder of its own. */
  readonly databaseUrl?: string;
  /** Changes of the default environment; undefined removes a variable. */
  readonly env?: Environment;
  /** Changes the collaborators; `real` has the clients of a real process. */
  readonly ctx?: (ctx: Context, real: Context) => Context;
  /** Factors in the place of those that the configuration allows. */
  readonly factors?: Dependencies['factors'];
  /** Those who count; by default nobody does. */
  readonly observers?: Observers;
  /** The worker does not start until the test starts it. */
  readonly idle?: boolean;
}

export interface TestService
  extends Pick<Dependencies, 'config' | 'ctx' | 'worker' | 'faces' | 'phase' | 'probing' | 'unreachable'> {
  /** The application of `PORT`: with `HOOKS_PORT` its public routes, else all. */
  readonly app: FastifyInstance;
  /** The application of `HOOKS_PORT`; without it the same as `app`. */
  readonly hooks: FastifyInstance;
  readonly jumio: FakeJumio;
  readonly kratos: FakeKratos;
  readonly clock: ShiftedClock;
  readonly logs: LogCapture;
  readonly databaseUrl: string;
  /** What the app waits for at this moment; at first as the product does. */
  readonly waits: { -readonly [wait in keyof Waits]: number };
  close(): Promise<void>;
}

export const PUBLIC_URL = 'https://verify.example.com';

export const KRATOS_PUBLIC_URL = 'https://auth.example.com';

export const APPLICATION = 'https://app.example.com';

/** No URL leads anywhere: the clients are fakes. */
export const ENVIRONMENT: Environment = {
  ORY_WEBHOOK_SECRET: CANARIES.webhookSecret,
  KRATOS_ADMIN_URL: 'http://127.0.0.1:9',
  ORY_API_KEY: CANARIES.apiKey,
  JUMIO_AUTH_URL: 'https://auth.emea-1.jumio.ai/oauth2/token',
  JUMIO_API_BASE_URL: 'https://account.emea-1.jumio.ai',
  JUMIO_CLIENT_ID: 'client',
  JUMIO_CLIENT_SECRET: CANARIES.clientSecret,
  JUMIO_CALLBACK_SECRET: CANARIES.callbackSecret,
  HANDOVER_SECRET: CANARIES.handoverSecret,
  DECISION_SECRET: CANARIES.decisionSecret,
  PUBLIC_URL,
  KRATOS_PUBLIC_URL,
  ALLOWED_RETURN_URLS: `${APPLICATION}/account`,
  JUMIO_ACCOUNT_RATE: '1000',
  JUMIO_ACCOUNT_BURST: '1000',
  JUMIO_RETRIEVAL_RATE: '1000',
  PAGE_RATE: '6000',
  LOG_LEVEL: 'debug',
};

/** The same for a service that runs as a process, whose clients and probes are real: nothing listens where Jumio would. */
export const PROCESS_ENVIRONMENT: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(ENVIRONMENT).filter((entry): entry is [string, string] => !!entry[1])),
  KRATOS_PUBLIC_URL: 'http://127.0.0.1:9',
  JUMIO_AUTH_URL: 'http://127.0.0.1:9/oauth2/token',
  JUMIO_API_BASE_URL: 'http://127.0.0.1:9',
};

async function connect(options: TestServiceOptions, folder: string, logs: LogCapture) {
  const { jumio = createFakeJumio(), clock = createShiftedClock() } = options;
  const file = join(folder, 'ledger.sqlite');
  if (options.databaseUrl === undefined) await writeLedger(file, clock.now());
  const databaseUrl = options.databaseUrl ?? `file:${file}`;
  const { kratos = createFakeKratos(() => clock.now()) } = options;
  const config = parseConfig({ ...ENVIRONMENT, DATABASE_URL: databaseUrl, ...options.env });
  const logger = createLogger(config.LOG_LEVEL, logs);
  const { observers } = options;
  const real = await createDependencies(config, logger, { clock, observers });
  const health = createUpstreamHealth(() => clock.now());
  const observe: Observe = (call, outcome, ms) => {
    health.observe(call, outcome, ms);
    observers?.calls(call, outcome, ms);
  };
  const faked = {
    ...real.ctx,
    jumio: observedFake('jumio', jumio, observe),
    kratos: observedFake('kratos', kratos, observe),
  };
  const waits = { ...real.ctx.waits };
  const ctx = { ...(options.ctx?.(faked, real.ctx) ?? faked), waits };
  const faces = faceContext(config, ctx);
  const events = eventContext(config, ctx, { ...observers, calls: observe });
  const worker = await workerOf(ctx, faces, events);
  const sources = { ...ctx, observe, faces, wake: () => worker.wake() };
  const dependencies: Dependencies = {
    ...real,
    ctx,
    factors: { ...(await factorsOf(config, sources)), ...options.factors },
    worker,
    faces,
    events,
    unreachable: () => [...health.unreachable(), ...real.unreachable()],
    probing: createProbing(probesOf(config, ctx), health, (error) => {
      throw error;
    }),
  };
  return { dependencies, databaseUrl, jumio, kratos, clock, waits };
}

/** The service without a listening socket: a real configuration, ledger, app and worker; both upstreams are fakes. */
export async function buildTestService(options: TestServiceOptions = {}): Promise<TestService> {
  const folder = await mkdtemp(join(tmpdir(), 'ledger-'));
  const logs = captureLogs();
  const { dependencies, ...parts } = await connect(options, folder, logs);
  const { config, ctx, worker, faces, phase, probing, unreachable } = dependencies;
  const isSplit = config.HOOKS_PORT !== undefined;
  const app = await buildApp(dependencies, isSplit ? 'public' : 'all');
  const hooks = isSplit ? await buildApp(dependencies, 'hooks') : app;
  await Promise.all([app.ready(), hooks.ready()]);
  for (const one of new Set([app, hooks])) checkAnswersOf(one);
  if (!options.idle) worker.start();
  phase.current = 'ready';
  const close = async (): Promise<void> => {
    await Promise.all([app.close(), hooks.close()]);
    await worker.stop();
    await ctx.ledger.close();
    await rm(folder, { recursive: true });
  };
  return { app, hooks, config, ctx, worker, faces, phase, probing, unreachable, logs, ...parts, close };
}

/** A service for one test: closed when the test ends. */
export async function testService(options: TestServiceOptions = {}): Promise<TestService> {
  const service = await buildTestService(options);
  onTestFinished(() => service.close());
  return service;
}
