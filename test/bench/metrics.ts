import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { pino } from 'pino';
import { z } from 'zod';
import { parseConfig } from '../../webhook/config/config.ts';
import { createDependencies } from '../../webhook/dependencies.ts';
import { processMetrics } from '../../webhook/metrics/index.ts';
import { benchEventAges } from './event-ages.ts';
import { closedLoop, quantile } from './load.ts';
import { measure } from './processor.ts';
import { startTarget } from './routes.ts';
import { settledIdentity } from './settled.ts';
import { compared, forEachSide, inTurns, mapped, type Sides } from './turns.ts';

const ROWS = Number(process.env.BENCH_ROWS ?? 1_000_000);

const FIRST = 500;

const SCRAPES = 300;

type Variables = Readonly<Record<string, string>>;

const METRICS: Variables = { METRICS_ADDRESS: '127.0.0.1:0' };

/** What the console needs, on either side. */
const PAGES: Variables = { BENCH_PUBLIC_URL: 'http://127.0.0.1:8', BENCH_KRATOS_URL: 'http://127.0.0.1:9' };

const ROUNDS = 81;

const RUN_MS = 250;

const columns = z.array(z.object({ name: z.string() }));

/** Multiplies the identities of a ledger to so many: copies of the rows under new ids, as fast as the database can. */
function multiply(path: string): void {
  const database = new Libsql(path);
  const names = columns.parse(database.prepare('pragma table_info(identities)').all()).map(({ name }) => name);
  const others = names.filter((name) => name !== 'id').join(', ');
  const id =
    "lower(printf('%s-%s-4%s-8%s-%s', hex(randomblob(4)), hex(randomblob(2)), substr(hex(randomblob(2)), 2), substr(hex(randomblob(2)), 2), hex(randomblob(6))))";
  for (let rows = FIRST; rows < ROWS; rows *= 2)
    database.exec(
      `insert into identities (id, ${others}) select ${id}, ${others} from identities limit ${ROWS - rows}`,
    );
  database.close();
}

/** How long a scrape takes beside a ledger of so many identities, while its gauges are read. */
async function scrapes(print: (line: string) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-metrics-'));
  const path = join(folder, 'ledger.sqlite');
  const config = parseConfig({
    ORY_WEBHOOK_SECRET: 'bench-webhook-secret-01',
    JUMIO_CALLBACK_SECRET: 'bench-callback-secret-1',
    KRATOS_ADMIN_URL: 'http://127.0.0.1:9',
    JUMIO_AUTH_URL: 'http://127.0.0.1:9/oauth2/token',
    JUMIO_API_BASE_URL: 'http://127.0.0.1:9',
    JUMIO_CLIENT_ID: 'bench',
    JUMIO_CLIENT_SECRET: 'bench',
    DATABASE_URL: `file:${path}`,
  });
  const metrics = processMetrics(config, { host: '127.0.0.1', port: 0 }, '0.0.0');
  const dependencies = await createDependencies(config, pino({ level: 'silent' }), { observers: metrics.observers });
  const { ledger } = dependencies.ctx;
  const now = Date.now();
  for (let n = 0; n < FIRST; n += 1) {
    const { record } = settledIdentity(now);
    await ledger.change(record.identity.id, now, () => ({ record }));
  }
  multiply(path);
  const served = metrics.serve(dependencies);
  try {
    const url = `http://127.0.0.1:${await served.start()}/metrics`;
    const times: number[] = [];
    let bytes = 0;
    for (let n = 0; n < SCRAPES; n += 1) {
      const started = performance.now();
      bytes = (await (await fetch(url)).text()).length;
      times.push(performance.now() - started);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const sorted = times.sort((a, b) => a - b);
    const shown = [0.5, 0.99, 1].map((at) => `${quantile(sorted, at).toFixed(1)} ms`).join(', ');
    print(`scrape, ${ROWS} identities        p50, p99, longest ${shown}; ${bytes} bytes  aim p99 50 ms`);
    const began = performance.now();
    const used = process.cpuUsage();
    for await (const _page of ledger.reports.statusCounts());
    const { user, system } = process.cpuUsage(used);
    print(
      `  all pages of identities, without a pause: ${((performance.now() - began) / 1000).toFixed(1)} s, ${((user + system) / 1e6).toFixed(1)} s of a processor`,
    );
  } finally {
    await served.stop();
    await ledger.close();
    rmSync(folder, { recursive: true });
  }
}

/** Prints the processor time of a sign-in with these variables, in ratio to that without. */
async function signIns(what: string, own: Variables, shared: Variables, print: (line: string) => void): Promise<void> {
  const without = { ...shared };
  const environments: Sides<Variables> = { without, with: { ...shared, ...own }, again: without };
  const sides = await forEachSide(environments, startTarget);
  try {
    await forEachSide(sides, (side) => closedLoop(side.all.validate, 20, 2_500));
    const runs = await inTurns(
      ROUNDS,
      mapped(sides, (side) => async () => (await measure(side.child, side.all.validate, 20, RUN_MS)).cpu),
    );
    print(`${what} / without, validate, 20 connections: processor time ${compared(runs)}  aim 1.03`);
  } finally {
    mapped(sides, ({ child }) => child.disconnect());
  }
}

/** The console, and an application that is told of changes: it takes none, because nothing listens there. */
function consoleAndEvents(folder: string): Variables {
  const path = join(folder, 'secret');
  writeFileSync(path, `whsec_${randomBytes(32).toString('base64')}`);
  const endpoints = [{ name: 'shop', url: 'http://127.0.0.1:9/', secret_files: [path] }];
  const people = { [randomUUID()]: { name: 'Ann Approver', role: 'approver' } };
  return { WEBHOOKS: JSON.stringify({ endpoints }), OPERATORS: JSON.stringify({ people }) };
}

/** What metrics cost: how long a scrape takes, and the processor time of the gate with them and without, also beside signed events and the console. */
export async function benchMetrics(print: (line: string) => void): Promise<void> {
  await scrapes(print);
  await benchEventAges(print);
  await signIns('metrics', METRICS, {}, print);
  const folder = mkdtempSync(join(tmpdir(), 'bench-metrics-'));
  try {
    const own = { ...METRICS, ...consoleAndEvents(folder) };
    await signIns('metrics, signed events and console', own, PAGES, print);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
