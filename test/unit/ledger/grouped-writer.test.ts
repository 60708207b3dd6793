import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, it, onTestFinished } from 'vitest';
import { LedgerUnavailable } from '../../../webhook/errors.ts';
import { openSqlite } from '../../../webhook/ledger/database/sqlite.ts';
import { freshFolder } from '../../support/service/databases.ts';
import { lockLedger } from '../../support/service/locked-ledger.ts';

const CROWD = 1_000;

/** An empty table, and a function that writes one row into it. */
async function openTable() {
  const path = join(await freshFolder(), 'ledger.sqlite');
  const store = openSqlite(path);
  onTestFinished(() => store.close());
  await store.write((db) => sql`create table crowd (n integer)`.execute(db));
  const insert = (n: number) => store.write((db) => sql`insert into crowd values (${n})`.execute(db));
  return { path, insert };
}

it('a thousand writes at the same moment leave turns of the event loop between them, in which the gate answers', async () => {
  const { insert } = await openTable();
  let turns = 0;
  let isOver = false;
  const turn = (): void => {
    turns += 1;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  await Promise.all(Array.from({ length: CROWD }, (_, n) => insert(n)));
  isOver = true;
  expect(turns).toBeGreaterThanOrEqual(20);
});

it('a thousand writes to a locked file are all refused after one wait for the lock, and the next after its end is stored', async () => {
  const { path, insert } = await openTable();
  const release = lockLedger(`file:${path}`);
  const start = performance.now();
  const writes = await Promise.allSettled(Array.from({ length: CROWD }, (_, n) => insert(n)));
  expect(performance.now() - start).toBeLessThan(1_000);
  const errors = writes.map((write) => (write.status === 'rejected' ? write.reason : undefined));
  expect(errors.every((error) => error instanceof LedgerUnavailable)).toBe(true);
  release();
  await expect(insert(1)).resolves.toBeDefined();
});
