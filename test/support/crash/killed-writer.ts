import { writeSync } from 'node:fs';
import Libsql from 'libsql';
import { openLedger } from '../../../webhook/ledger/ledger.ts';
import { patchOfReadRequest } from '../../../webhook/verification/execution/schedule.ts';
import { normalize } from '../../../webhook/verification/record/index.ts';

/**
 * A process that writes the callbacks of some executions in one group, and kills itself before the statement of this number, counted
 * from the first of the group. Prints `written` for each that is acknowledged, and `statements <n>` at the end of a group that it
 * survives. Arguments: the URL of the ledger, the time, the number, the executions.
 */
const [url = '', now = '', killedAt = '', ...executionIds] = process.argv.slice(2);

const say = (text: string): void => void writeSync(1, `${text}\n`);

let isCounting = false;
let statements = 0;

function count(): void {
  if (!isCounting) return;
  statements += 1;
  if (statements === Number(killedAt)) process.kill(process.pid, 'SIGKILL');
}

const prepare: unknown = Reflect.get(Libsql.prototype, 'prepare');

function counted(this: Libsql.Database, text: string): Libsql.Statement<unknown[]> {
  if (typeof prepare !== 'function') throw new Error('libsql has no `prepare`');
  const statement: Libsql.Statement<unknown[]> = Reflect.apply(prepare, this, [text]);
  for (const name of ['run', 'get', 'all'] as const) {
    const method: unknown = Reflect.get(statement, name);
    if (typeof method !== 'function') continue;
    Reflect.set(statement, name, (...values: unknown[]) => {
      count();
      return Reflect.apply(method, statement, values);
    });
  }
  return statement;
}

Reflect.set(Libsql.prototype, 'prepare', counted);

const at = Number(now);
const ledger = await openLedger(url, at, normalize, { beginsEpoch: false });
isCounting = true;
await Promise.all(
  executionIds.map(async (executionId) => {
    const outcome = await ledger.requestRead({ executionId }, at, (row) => patchOfReadRequest(row, 'PROCESSED', at));
    if (outcome === 'requested') say('written');
  }),
);
isCounting = false;
say(`statements ${statements}`);
