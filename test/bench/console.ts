import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import Libsql from 'libsql';
import pg from 'pg';
import { namesOf } from '../../webhook/columns.ts';
import { type Ledger, openLedger } from '../../webhook/ledger/ledger.ts';
import { identityColumns, verificationColumns } from '../../webhook/model.ts';
import { normalize } from '../../webhook/verification/record/index.ts';
import { newIdentity } from '../../webhook/verification/record/record.ts';
import { benchGateBesideConsole } from './console-gate.ts';
import { settledIdentity } from './settled.ts';

/** Identities, of which every hundredth is in review, unless the environment says otherwise. */
const ROWS = Number(process.env.BENCH_CONSOLE_ROWS ?? 1_000_000);

/** `sqlite` or `postgres`: one of the databases alone. */
const ONLY = process.env.BENCH_CONSOLE_DATABASE;

const IN_REVIEW = Math.round(ROWS / 100);

const DAY_MS = 86_400_000;

const POSTGRES = process.env.TEST_POSTGRES_URL ?? 'postgres://root@127.0.0.1:5432/test';

interface Database {
  readonly url: string;
  readonly isPostgres: boolean;
  readonly run: (statement: string) => Promise<unknown>;
  readonly end: () => Promise<void>;
}

function sqlite(): Database {
  const folder = mkdtempSync(join(tmpdir(), 'bench-console-'));
  const path = join(folder, 'ledger.sqlite');
  return {
    url: `file:${path}`,
    isPostgres: false,
    run: async (statement) => {
      const database = new Libsql(path);
      database.exec(statement);
      database.close();
    },
    end: async () => rmSync(folder, { recursive: true }),
  };
}

async function postgres(): Promise<Database> {
  const client = new pg.Client({ connectionString: POSTGRES });
  await client.connect();
  const schema = `bench_${Date.now()}`;
  await client.query(`create schema ${schema}`);
  await client.query(`set search_path = ${schema}`);
  const url = new URL(POSTGRES);
  url.searchParams.set('options', `-c search_path=${schema}`);
  return {
    url: url.href.replaceAll('+', '%20'),
    isPostgres: true,
    run: (statement) => client.query(statement),
    end: async () => {
      await client.query(`drop schema ${schema} cascade`);
      await client.end();
    },
  };
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The columns of a table, some of them computed from the row of a template and a number `n`. */
function cloned(names: readonly string[], own: Readonly<Record<string, string>>): { into: string; from: string } {
  const columns = names.map(snakeCase);
  return { into: columns.join(', '), from: columns.map((name) => own[name] ?? `t.${name}`).join(', ') };
}

/** Copies two lives, one approved and one in review, into as many rows, spread over a year. */
async function fill(database: Database, now: number): Promise<void> {
  const ledger = await openLedger(database.url, now, normalize);
  const { record, events } = settledIdentity(now);
  const approved = record.identity.id;
  await ledger.change(approved, now, () => ({ record, events }));
  const review = '00000000-0000-4000-8000-000000000001';
  await ledger.change(review, now, () => ({ record: newIdentity({ id: review, inherited: 'review' }, now) }));
  await ledger.close();
  const { isPostgres, run } = database;
  const numbers = (count: number): string =>
    isPostgres
      ? `generate_series(1, ${count}) as n(n)`
      : `(with recursive c(n) as (select 1 union all select n + 1 from c where n < ${count}) select n from c) as n`;
  const idOf = (prefix: string): string =>
    isPostgres
      ? `'${prefix}' || lpad(to_hex(n.n), 8, '0') || '-0000-4000-8000-000000000000'`
      : `'${prefix}' || printf('%08x', n.n) || '-0000-4000-8000-000000000000'`;
  const number = 'cast(n.n as bigint)';
  const at = `${now} - (${number} % 365) * ${DAY_MS} - (${number} % 86400) * 1000`;
  for (const [template, prefix, count] of [
    [approved, 'a', ROWS - IN_REVIEW],
    [review, 'b', IN_REVIEW],
  ] as const) {
    const times = { decided_at: at, first_seen_at: at, changed_at: at };
    const identity = cloned(namesOf(identityColumns), { id: idOf(prefix), ...times });
    await run(
      `insert into identities (${identity.into}) select ${identity.from} from identities t, ${numbers(count)} where t.id = '${template}'`,
    );
    const own = {
      id: idOf(`v${prefix}`),
      identity_id: idOf(prefix),
      execution_id: idOf(`e${prefix}`),
      account_id: idOf(`c${prefix}`),
      requested_at: at,
      completed_at: `${at} + 60000`,
    };
    const verification = cloned(namesOf(verificationColumns), own);
    await run(
      `insert into verifications (${verification.into}) select ${verification.from} from verifications t, ${numbers(count)} where t.identity_id = '${template}'`,
    );
    await run(
      `insert into events (at, identity_id, verification_id, kind, detail, once) select ${at}, ${idOf(prefix)}, ${idOf(`v${prefix}`)}, t.kind, t.detail, null
        from ${numbers(count)}, events t where t.identity_id = '${template}' and t.kind in ('requested', 'started', 'decided', 'published') order by ${at}`,
    );
  }
  await run('analyze');
}

function percentile(times: readonly number[], share: number): string {
  const sorted = [...times].sort((a, b) => a - b);
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1);
}

async function timesOf(count: number, work: (index: number) => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const started = performance.now();
    await work(index);
    times.push(performance.now() - started);
  }
  return times;
}

/** Watches how long anything else waits for a turn of the event loop. */
function watchTurns() {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  return {
    longest: (): string => {
      delay.disable();
      const ms = (nanoseconds: number): string => (nanoseconds / 1e6).toFixed(1);
      return `turns of the event loop p99 ${ms(delay.percentile(99))} ms, longest ${ms(delay.max)} ms`;
    },
  };
}

async function measure(ledger: Ledger, now: number, name: string, print: (line: string) => void): Promise<void> {
  const page = (index: number) =>
    Promise.all([
      ledger.cases.waiting({
        takenSince: now,
        proposedSince: now,
        limit: 26,
        after: index % 4 === 0 ? undefined : { since: now - (index % 365) * DAY_MS, identity: '' },
      }),
      ledger.cases.countWaiting(now),
    ]);
  const pages = await timesOf(400, page);
  print(`  ${name} queue: p50 ${percentile(pages, 0.5)} ms, p99 ${percentile(pages, 0.99)} ms`);
  const rare = await timesOf(20, () =>
    ledger.cases.waiting({ takenSince: now, proposedSince: now, limit: 26, only: 'proposed' }),
  );
  print(`  ${name} queue, a filter that matches nothing: p99 ${percentile(rare, 0.99)} ms`);
  const since = now - (now % DAY_MS) - 89 * DAY_MS;
  const numbers = async (days: string): Promise<void> => {
    const turns = watchTurns();
    const times = await timesOf(3, async () => {
      await ledger.reports.report(since);
      await ledger.cases.operatorCounts(since);
      await ledger.cases.backlog(now, [0, 4 * 3_600_000, DAY_MS, 3 * DAY_MS, 7 * DAY_MS]);
    });
    const longest = turns.longest();
    print(`  ${name} numbers of 90 days, ${days}: ${percentile(times, 0)} to ${percentile(times, 1)} ms, ${longest}`);
  };
  await numbers('no day counted');
  const turns = watchTurns();
  const [counting] = await timesOf(1, async () => {
    while (await ledger.reports.countDays(now, nextTurn));
  });
  print(`  ${name} counting a year, without pauses: ${((counting ?? 0) / 1000).toFixed(1)} s, ${turns.longest()}`);
  await numbers('all days counted');
  const audit = await timesOf(20, () => ledger.cases.operatorEvents(51));
  print(`  ${name} audit: p99 ${percentile(audit, 0.99)} ms`);
}

/**
 * How long the pages of the console take with a million identities, of which ten thousand are in review; on both databases. And
 * what the gate costs while somebody reads them.
 */
export async function benchConsole(print: (line: string) => void): Promise<void> {
  await benchGateBesideConsole(print);
  for (const [name, open] of [
    ['SQLite', async () => sqlite()],
    ['PostgreSQL', postgres],
  ] as const) {
    if (ONLY !== undefined && !name.toLowerCase().startsWith(ONLY)) continue;
    const database = await open().catch(() => undefined);
    if (database === undefined) {
      print(`  ${name}: not there`);
      continue;
    }
    const now = Date.now();
    try {
      await fill(database, now);
      print(`${ROWS} identities, ${IN_REVIEW} in review, ${name}`);
      const ledger = await openLedger(database.url, now, normalize);
      await measure(ledger, now, name, print);
      await ledger.close();
    } finally {
      await database.end();
    }
  }
}
