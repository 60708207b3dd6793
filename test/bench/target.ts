import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import rawBody from '@fastify/raw-body';
import Fastify from 'fastify';
import { pino } from 'pino';
import { buildApp } from '../../webhook/app.ts';
import { parseConfig } from '../../webhook/config/config.ts';
import { createDependencies, type Dependencies } from '../../webhook/dependencies.ts';
import { createSecretCheck, isFromKratos, isSignatureOf } from '../../webhook/http/authenticity.ts';
import { RequestLog } from '../../webhook/logging.ts';
import { processMetrics } from '../../webhook/metrics/index.ts';
import type { Identity } from '../../webhook/model.ts';
import { mintReference } from '../../webhook/verification/execution/reference.ts';
import { patchOfReadRequest } from '../../webhook/verification/execution/schedule.ts';
import { newIdentity, publishedContent } from '../../webhook/verification/record/index.ts';
import { VERSION } from '../../webhook/version.ts';
import { type BenchIdentity, settledIdentity, startedIdentity } from './settled.ts';
import { populatePayments } from './transactions/populate.ts';

/** Both sides of a ratio in one process, so that a slow moment of the machine hits both: the service, and bare routes. */

const SECRET = 'bench-webhook-secret-01';

const CALLBACK_SECRET = 'bench-callback-secret-1';

/** Identities whose people are at Jumio, with one callback to come, and as many that are approved. */
const ROWS = Number(process.env.BENCH_ROWS ?? 120_000);

/** Further identities, which are in review. */
const IN_REVIEW = Number(process.env.BENCH_IN_REVIEW ?? 0);

/** PostgreSQL refuses those that wait for a connection for longer than two seconds. */
const AT_ONCE = 500;

const folder = mkdtempSync(join(tmpdir(), 'bench-'));

const config = parseConfig({
  ORY_WEBHOOK_SECRET: SECRET,
  JUMIO_CALLBACK_SECRET: CALLBACK_SECRET,
  KRATOS_ADMIN_URL: process.env.BENCH_KRATOS_URL ?? 'http://127.0.0.1:9',
  JUMIO_AUTH_URL: 'http://127.0.0.1:9/oauth2/token',
  JUMIO_API_BASE_URL: process.env.BENCH_JUMIO_URL ?? 'http://127.0.0.1:9',
  JUMIO_CLIENT_ID: 'bench',
  JUMIO_CLIENT_SECRET: 'bench',
  DATABASE_URL: process.env.BENCH_DATABASE_URL ?? `file:${join(folder, 'ledger.sqlite')}`,
  // Two compared targets differ only here.
  EID_PROVIDERS: process.env.EID_PROVIDERS,
  POLICY: process.env.POLICY,
  TRANSACTIONS: process.env.TRANSACTIONS,
  OPERATORS: process.env.OPERATORS,
  PUBLIC_URL: process.env.BENCH_PUBLIC_URL,
  KRATOS_PUBLIC_URL: process.env.BENCH_KRATOS_URL,
  TWILIO_API_KEY: process.env.TWILIO_API_KEY,
  TWILIO_API_SECRET: process.env.TWILIO_API_SECRET,
  TWILIO_VERIFY_SERVICE: process.env.TWILIO_VERIFY_SERVICE,
  TWILIO_VERIFY_URL: process.env.TWILIO_VERIFY_URL,
  PAGE_RATE: '1000000000',
  METRICS_ADDRESS: process.env.METRICS_ADDRESS,
  WEBHOOKS: process.env.WEBHOOKS,
});

// Both sides write a log, but its destination is not measured.
const logger = pino({ level: 'info' }, pino.destination('/dev/null'));

async function store({ ctx }: Dependencies, now: number, identities: readonly BenchIdentity[]): Promise<void> {
  for (let from = 0; from < identities.length; from += AT_ONCE)
    await Promise.all(
      identities
        .slice(from, from + AT_ONCE)
        .map(({ record }) => ctx.ledger.change(record.identity.id, now, () => ({ record }))),
    );
}

async function populate(dependencies: Dependencies) {
  const now = Date.now();
  const { ledger } = dependencies.ctx;
  const approved = Array.from({ length: ROWS }, () => settledIdentity(now));
  const atJumio = Array.from({ length: ROWS }, () => startedIdentity(now));
  await store(dependencies, now, approved);
  await store(dependencies, now, atJumio);
  const inReview = Array.from({ length: IN_REVIEW }, () => newIdentity({ id: randomUUID(), inherited: 'review' }, now));
  for (const record of inReview) await ledger.change(record.identity.id, now, () => ({ record }));
  for (const { executionId } of atJumio.splice(0, Number(process.env.BENCH_DUE ?? 0)))
    await ledger.requestRead({ executionId }, now, (row) => patchOfReadRequest(row, 'PROCESSED', now));
  const { signing } = (await ledger.keys.ring(now)).references;
  return {
    people: approved.map(({ record: { identity } }) => ({ identityId: identity.id, copy: copyOf(identity) })),
    executions: atJumio.map(({ verificationId, executionId }) => ({
      executionId,
      reference: mintReference(signing, verificationId),
    })),
  };
}

function copyOf({ content, changedAt, version }: Identity): unknown {
  return content === null ? undefined : publishedContent({ content, changedAt, version }).public;
}

function bare() {
  const app = Fastify({ loggerInstance: logger, logController: new RequestLog() });
  const isSecret = createSecretCheck([SECRET]);
  app.addHook('onRequest', async (request, reply) => {
    if (!isFromKratos(isSecret, request)) await reply.code(401).send();
  });
  app.post('/bare', async (_request, reply) => reply.code(204).send());
  // As long as the answer to how a payment stands.
  app.get('/bare', async () => ({
    id: 'x'.repeat(36),
    status: 'open',
    created_at: 'x'.repeat(24),
    more: 'x'.repeat(90),
  }));
  return app;
}

async function hmacOnly() {
  const app = Fastify({ loggerInstance: logger, logController: new RequestLog() });
  await app.register(rawBody, { global: false, encoding: false, runFirst: true });
  app.post('/hmac', { config: { rawBody: true } }, async (request, reply) => {
    const right =
      Buffer.isBuffer(request.rawBody) &&
      isSignatureOf(request.rawBody, String(request.headers['x-jumio-signature']), [CALLBACK_SECRET]);
    return reply.code(right ? 200 : 401).send();
  });
  return app;
}

const { METRICS_ADDRESS: address } = config;

const metrics = address && processMetrics(config, address, VERSION);

const dependencies = await createDependencies(config, logger, { observers: metrics?.observers });

await metrics?.serve(dependencies).start();

const population = await populate(dependencies);

const payments = await populatePayments(dependencies);

const service = await buildApp(dependencies);

const apps = { service, bare: bare(), hmac: await hmacOnly() };

const ports: Record<string, number> = {};

for (const [name, app] of Object.entries(apps)) {
  await app.listen({ port: 0, host: '127.0.0.1' });
  ports[name] = Number(new URL(app.listeningOrigin).port);
}

process.send?.({ ports, ...population, secret: SECRET, callbackSecret: CALLBACK_SECRET, payments });

process.on('message', (message) => {
  if (message === 'worker') dependencies.worker.start();
  if (message === 'cpu') process.send?.(process.cpuUsage());
});

process.on('disconnect', () => process.exit(0));
