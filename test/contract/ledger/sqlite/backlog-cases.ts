import { expect, test } from 'vitest';
import { namesOf } from '../../../../webhook/columns.ts';
import type { Ledger } from '../../../../webhook/ledger/ledger.ts';
import { identityColumns, verificationColumns } from '../../../../webhook/model.ts';
import { type SideConnection, sqlite } from '../../../support/service/databases.ts';
import { addStarted, claim, MINUTE, NOW, nextDue, openOn, signUp } from '../world.ts';
import { RUNS, shortest } from './shortest.ts';

/** Waiting attempts, and as many executions that are due for a read. */
const BACKLOG = 100_000;

/** The longest that a statement may hold up the gate: SQLite is synchronous. Milliseconds. */
const STATEMENT_MS = 10;

/** Statements of a claim: for each of five jobs its budget and three queries, and a change for each of 32 identities. */
const CLAIM_MS = 60;

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Copies the rows of one identity so many times, each under ids of its own. */
async function multiply(connection: SideConnection, id: string, times: number, prefix: string): Promise<void> {
  const copy = async (table: string, columns: readonly string[], key: string) => {
    const ids = ['id', 'identity_id', 'execution_id'];
    const values = columns.map((name) => (ids.includes(name) ? `${prefix}(${name})` : name));
    const numbered = values.map((value) => value.replace(/^.*\((.*)\)$/, `'${prefix}-' || n || '-' || $1`));
    await connection.run(`with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < ${times})
      insert into ${table} (${columns.join()}) select ${numbered.join()} from ${table}, numbers where ${key} = '${id}'`);
  };
  await copy('identities', namesOf(identityColumns).map(snakeCase), 'id');
  await copy('verifications', namesOf(verificationColumns).map(snakeCase), 'identity_id');
}

async function withBacklog(): Promise<Ledger> {
  const url = await sqlite.fresh();
  const ledger = await openOn(sqlite, url);
  const connection = await sqlite.connectBeside(url);
  await multiply(connection, await signUp(ledger, NOW - MINUTE), BACKLOG, 'waiting');
  await multiply(connection, await addStarted(ledger, NOW - MINUTE, { lastError: 'status 503' }), BACKLOG, 'started');
  return ledger;
}

async function readProblems(ledger: Ledger): Promise<number> {
  let count = 0;
  for await (const { kind } of ledger.reports.problems(NOW)) count += kind === 'gone' ? 1 : 0;
  return count;
}

export function backlogCases(): void {
  test(`with ${BACKLOG} waiting attempts and as many reads due, no statement takes longer than 10 ms`, async () => {
    const ledger = await withBacklog();
    const rate = { perSecond: 1, burst: 5 };
    const times = {
      gate: await shortest(() => ledger.gate('waiting-7')),
      nextDue: await shortest(() => nextDue(ledger)),
      turn: await shortest(() => ledger.budgets.turn(rate, NOW)),
      ahead: await shortest(() => ledger.aheadOf({ leasedAfter: NOW, requestedAfter: NOW, limit: 100 })),
      stuck: await shortest(() => readProblems(ledger)),
    };
    for (const [name, ms] of Object.entries(times)) expect(ms, name).toBeLessThan(STATEMENT_MS);
    const slots = { create: 16, read: 16, publish: 16 };
    let claimed = 0;
    const claiming = await shortest(async () => {
      claimed += (await claim(ledger, NOW, { slots })).length;
    });
    expect(claimed).toBe(RUNS * 32);
    expect(claiming).toBeLessThan(CLAIM_MS);
    await ledger.budgets.stop('a reason', NOW - 10 * MINUTE);
    expect(await shortest(() => claim(ledger, NOW, { slots: { create: 1 } }))).toBeLessThan(STATEMENT_MS);
  });
}
