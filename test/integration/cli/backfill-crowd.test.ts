import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { type AdminProxy, startAdminProxy } from '../../../sandbox/kratos/proxy.ts';
import { startKratos } from '../../../sandbox/kratos/start.ts';
import { configuration } from '../../../sandbox/stack/config.ts';
import type { Ledger } from '../../../webhook/ledger/ledger.ts';
import { openOn } from '../../contract/ledger/world.ts';
import { queryFile, sqlite } from '../../support/service/databases.ts';

/** A hundred thousand in `npm run test:crowd`: too long for every run on two cores. */
const CROWD = Number(process.env.BACKFILL_CROWD ?? 6_000);

const PAGE = CROWD / 200;

/** Pages per second that the command is allowed. Without its pause it requests 45 on two cores. */
const RATE = 25;

/** Calls that the proxy may see above the rate: a busy machine delivers a call late, and the next ones on time. */
const LATE = 5;

/**
 * The memory of a Node process with the service's code and one page: 200 MB, and up to 340 where a busy machine lets garbage wait. A
 * process that kept all pages of a hundred thousand would need more.
 */
const MEMORY_MB = 450;

const CLI = fileURLToPath(new URL('../../../webhook/cli/main.ts', import.meta.url));

const TELL_MEMORY = 'process.on("exit",()=>console.error("memory",process.resourceUsage().maxRSS))';

interface Running {
  readonly process: ChildProcess;
  /** Its exit code, what it printed, and the most memory it had, in MB. */
  readonly end: Promise<{ code: number | null; result: string; memory: number }>;
}

function startBackfill(env: Record<string, string>): Running {
  const args = ['backfill', '--rate', String(RATE), '--page-size', String(PAGE), '--json'];
  const preload = ['--import', 'tsx', '--import', `data:text/javascript,${encodeURIComponent(TELL_MEMORY)}`];
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [...preload, CLI, ...args], { env: { PATH, HOME, NO_ENV_FILE: '1', ...env } });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (err += text));
  const end = once(child, 'close').then(() => {
    const memory = Number(/^memory (\d+)$/m.exec(err)?.[1]) / 1024;
    return { code: child.exitCode, result: out, memory };
  });
  return { process: child, end };
}

/** The highest number of calls that arrived within one second. */
function busiestSecond(admin: AdminProxy): number {
  const starts = admin.calls('list').map(({ startedAt }) => startedAt);
  return Math.max(...starts.map((from, n) => starts.slice(n).filter((at) => at < from + 1_000).length));
}

/** A busy service on the same file: it writes all the time, as callbacks do. */
function besideWrites(ledger: Ledger) {
  const counts = { writes: 0, refused: 0, slowest: 0 };
  let stopping = false;
  const run = async (): Promise<void> => {
    while (!stopping) {
      const started = performance.now();
      await ledger.probe(0).catch(() => (counts.refused += 1));
      counts.writes += 1;
      counts.slowest = Math.max(counts.slowest, performance.now() - started);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const running = run();
  return {
    stop: async () => {
      stopping = true;
      await running;
      return counts;
    },
  };
}

test(`backfill of ${CROWD} identities has bounded memory, keeps its budget, runs beside a busy service, and survives a kill -9`, async () => {
  const databaseUrl = await sqlite.fresh();
  const service = besideWrites(await openOn(sqlite, databaseUrl));
  const kratos = await startKratos({
    kind: 'stand-in',
    crowd: CROWD,
    serviceUrl: 'http://127.0.0.1:9',
    webhookSecret: 'a-secret-of-the-hooks',
    verifyUrl: 'http://verify.demo.localhost:9',
    uiUrl: 'http://app.demo.localhost:9',
  });
  const admin = await startAdminProxy(kratos.adminUrl);
  const urls = { kratosUrl: kratos.publicUrl, kratosAdminUrl: admin.url, jumioUrl: 'http://127.0.0.1:9' };
  const place = {
    appUrl: 'http://app.demo.localhost:9',
    verifyUrl: 'http://verify.demo.localhost:9',
    port: 9,
    ledger: databaseUrl.slice('file:'.length),
  };
  const env = { ...configuration({ ...urls, ...place }) };
  const count = (where: string) => queryFile(databaseUrl, `select count(*) as n from identities where ${where}`)[0]?.n;
  try {
    const first = startBackfill(env);
    await vi.waitFor(() => expect(admin.calls('list').length).toBeGreaterThan(60), { timeout: 120_000, interval: 20 });
    first.process.kill('SIGKILL');
    expect((await first.end).code).toBeNull();
    const before = admin.calls('list').length;
    expect(count('1')).not.toBe(CROWD);

    const { code, result, memory } = await startBackfill(env).end;
    expect({ code, ...JSON.parse(result) }).toMatchObject({ code: 0, seen: CROWD, dry_run: false });
    expect([
      count('1'),
      count('inherited is not null'),
      count('jumio_due is not null or kratos_due is not null'),
    ]).toEqual([CROWD, CROWD / 10, 0]);
    // The second run resumes: it requests at most two pages of the first run again.
    expect(admin.calls('list').length - before).toBeLessThanOrEqual(CROWD / PAGE - before + 2);
    expect(busiestSecond(admin)).toBeLessThanOrEqual(RATE + LATE);
    expect(memory).toBeLessThan(MEMORY_MB);
    const { refused, slowest, writes } = await service.stop();
    // A process that is suspended while it holds the lock blocks the others. This is rare, and each of them retries.
    expect(writes).toBeGreaterThan(20);
    expect(refused / writes).toBeLessThan(0.02);
    const seen = { memory, pages: admin.calls('list').length, busiest: busiestSecond(admin), writes, refused, slowest };
    if (process.env.BENCH) console.log(seen);
  } finally {
    await service.stop();
    await admin.stop();
    await kratos.stop();
  }
});
