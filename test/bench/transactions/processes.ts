import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../sandbox/kratos/real/ports.ts';
import { startService } from '../../../sandbox/stack/service.ts';
import { PROCESS_ENVIRONMENT } from '../../support/service/service.ts';
import { compared, inTurns } from '../turns.ts';
import { PAYMENTS } from './settings.ts';

const ROUNDS = Number(process.env.BENCH_STARTS ?? 12);

interface Started {
  readonly ms: number;
  /** Resident memory once it is ready, in MB. */
  readonly megabytes: number;
}

async function start(more: Readonly<Record<string, string>>): Promise<Started> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-start-'));
  const own = { DATABASE_URL: `file:${join(folder, 'ledger.sqlite')}`, PORT: String(await freePort()) };
  const started = performance.now();
  const service = await startService({ env: { ...PROCESS_ENVIRONMENT, HOST: '127.0.0.1', ...own, ...more } });
  const ms = performance.now() - started;
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${service.process.pid}/status`, 'utf8'))?.[1];
  await service.stop();
  rmSync(folder, { recursive: true });
  return { ms, megabytes: Number(kilobytes) / 1_024 };
}

/**
 * How long a process takes to start, and its memory then: with payments beside without. Those who have none pay for none where
 * their figures are those of the version before, which this cannot measure.
 */
export async function benchStarts(print: (line: string) => void): Promise<void> {
  const without = () => start({});
  const sides = { without, with: () => start(PAYMENTS), again: without };
  const runs = await inTurns(ROUNDS, sides);
  const of = (figure: keyof Started) => ({
    without: runs.without.map((one) => one[figure]),
    with: runs.with.map((one) => one[figure]),
    again: runs.again.map((one) => one[figure]),
  });
  print(`payments / without, start: time ${compared(of('ms'))}`);
  print(`  memory once ready ${compared(of('megabytes'))}`);
}
