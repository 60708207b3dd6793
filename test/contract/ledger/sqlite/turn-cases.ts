import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { namesOf } from '../../../../webhook/columns.ts';
import type { Ledger } from '../../../../webhook/ledger/ledger.ts';
import { identityColumns, verificationColumns } from '../../../../webhook/model.ts';
import { type SideConnection, sqlite } from '../../../support/service/databases.ts';
import { addStarted, MINUTE, NOW, openOn } from '../world.ts';

/** People, each with an attempt and four events, over a hundred days. */
const PEOPLE = 40_000;

const DAY = 24 * 60 * MINUTE;

/** The longest that the gate may have to wait for a turn of the event loop: SQLite is synchronous. Milliseconds. */
const TURN_MS = 10;

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Copies one person into many: in review, decided by an operator every hundredth time, and all on one day every third time. */
async function multiply(door: SideConnection, id: string): Promise<void> {
  const at = `${NOW} - case when n % 3 = 0 then 20 else n % 100 end * ${DAY} - n % 3600 * 1000`;
  const numbers = `(with recursive c (n) as (select 1 union all select n + 1 from c where n < ${PEOPLE}) select n from c)`;
  const own: Readonly<Record<string, string>> = {
    id: `'of ' || n`,
    identity_id: `'of ' || n`,
    execution_id: `'execution ' || n`,
    first_seen_at: at,
    decided_at: at,
    standing: `'review'`,
    requested_at: at,
    completed_at: `${at} + n * 10`,
    decision: `case n % 3 when 0 then 'PASSED' when 1 then 'FAILED' else 'WARNING' end`,
  };
  const copy = async (table: string, columns: readonly string[], key: string): Promise<void> => {
    const values = columns.map((column) => own[column] ?? `t.${column}`);
    await door.run(
      `insert into ${table} (${columns.join()}) select ${values.join()} from ${table} t, ${numbers} where t.${key} = '${id}'`,
    );
  };
  await copy('identities', namesOf(identityColumns).map(snakeCase), 'id');
  await copy('verifications', namesOf(verificationColumns).map(snakeCase), 'identity_id');
  await door.run(`insert into events (at, identity_id, verification_id, kind, detail)
    select ${at} + place * 1000, 'of ' || n, 'of ' || n, kind, detail from ${numbers}, (
      select 1 as place, 'consent' as kind, '{}' as detail union all select 2, 'started', '{}'
      union all select 3, 'decided', '{"verdict":"PASSED"}' union all select 4, 'blocked', '{"name":"a rule"}'
      union all select 5, 'overridden', '{"verdict":"PASSED","by":"ann"}') as told
    where place < 5 or n % 100 = 0 order by 1`);
  await door.run('analyze');
}

/** Milliseconds that this process has had a processor: on a busy machine others have it meanwhile. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** Of some runs the shortest of the longest turns of the event loop, in milliseconds of a processor: a turn may also hold a collection of garbage. */
async function longestTurn(work: () => Promise<unknown>): Promise<number> {
  const runs: number[] = [];
  for (let run = 0; run < 3; run += 1) {
    let [longest, last, isRunning] = [0, processorTime(), true];
    const ended = work().finally(() => {
      isRunning = false;
    });
    while (isRunning) {
      await nextTurn();
      longest = Math.max(longest, processorTime() - last);
      last = processorTime();
    }
    await ended;
    runs.push(longest);
  }
  return Math.min(...runs);
}

/** What the page of numbers reads. */
async function readNumbers(ledger: Ledger): Promise<void> {
  const since = NOW - 90 * DAY;
  await ledger.reports.report(since);
  await ledger.cases.operatorCounts(since);
  await ledger.cases.backlog(NOW, [0, 4 * 60 * MINUTE, DAY, 3 * DAY, 7 * DAY]);
}

export function turnCases(): void {
  test(`with ${PEOPLE} people the numbers of 90 days hold up nothing for 10 ms, nor does counting the days`, async () => {
    const url = await sqlite.fresh();
    const ledger = await openOn(sqlite, url);
    const door = await sqlite.connectBeside(url);
    await multiply(door, await addStarted(ledger, NOW, { readDue: null }));
    expect(await longestTurn(() => readNumbers(ledger)), 'nothing is counted').toBeLessThan(TURN_MS);
    const week = await longestTurn(async () => {
      await door.run('update counted_days set figures = null');
      await ledger.reports.countDays(NOW, nextTurn);
    });
    expect(week, 'counting a week').toBeLessThan(TURN_MS);
    while (await ledger.reports.countDays(NOW, nextTurn));
    expect(await longestTurn(() => readNumbers(ledger)), 'all days are counted').toBeLessThan(TURN_MS);
    const { funnel } = await ledger.reports.report(NOW - 90 * DAY);
    expect(funnel.agreed).toBeGreaterThan(PEOPLE * 0.8);
  });
}
