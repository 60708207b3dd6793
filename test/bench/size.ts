import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { z } from 'zod';
import { openLedger } from '../../webhook/ledger/ledger.ts';
import { normalize } from '../../webhook/verification/record/index.ts';
import { settledIdentity } from './settled.ts';

const ROWS = Number(process.env.BENCH_ROWS ?? 120_000);

/** As many writes as wait at once; the ledger commits fifty of them together. */
const AT_ONCE = 500;

const DAY_MS = 86_400_000;

/** The verifications are spread over a year, so that a report of thirty days is about a twelfth of them. */
const SPAN_DAYS = 365;

const sizes = z.array(z.object({ name: z.string(), bytes: z.number() }));

async function fill(url: string, now: number): Promise<void> {
  const ledger = await openLedger(url, now, normalize);
  for (let from = 0; from < ROWS; from += AT_ONCE) {
    const at = now - SPAN_DAYS * DAY_MS * (1 - from / ROWS);
    const lives = Array.from({ length: Math.min(AT_ONCE, ROWS - from) }, () => settledIdentity(Math.round(at)));
    await Promise.all(
      lives.map(({ record, events }) =>
        ledger.change(record.identity.id, Math.round(at), () => ({ record, events: [{ kind: 'sign_up' }, ...events] })),
      ),
    );
  }
  await ledger.close();
}

async function timed(name: string, work: () => Promise<unknown>, print: (line: string) => void): Promise<void> {
  const started = performance.now();
  await work();
  print(`  ${name.padEnd(20)} ${((performance.now() - started) / 1000).toFixed(2)} s`);
}

async function drained(rows: AsyncIterable<unknown>): Promise<void> {
  for await (const _row of rows);
}

/** What a ledger of `BENCH_ROWS` whole verifications takes on disk, by table and index, and how long an operator's reports take. SQLite. */
export async function benchSize(print: (line: string) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-size-'));
  const path = join(folder, 'ledger.sqlite');
  try {
    const now = Date.now();
    await fill(`file:${path}`, now);
    const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
    print(`${ROWS} verifications: ${megabytes(statSync(path).size)}`);
    const database = new Libsql(path);
    const rows = sizes.parse(
      database.prepare('select name, sum(pgsize) as bytes from dbstat group by name order by bytes desc limit 8').all(),
    );
    for (const { name, bytes } of rows) print(`  ${name.padEnd(34)} ${(bytes / ROWS).toFixed(0)} bytes each`);
    database.close();
    const ledger = await openLedger(`file:${path}`, now, normalize);
    for (const days of [30, SPAN_DAYS]) {
      await timed(`report, ${days} days`, () => ledger.reports.report(now - days * DAY_MS), print);
    }
    await timed('list --stuck', () => drained(ledger.reports.problems(now)), print);
    await ledger.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
}
