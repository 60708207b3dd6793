import { expect, it } from 'vitest';
import { runEvents } from '../../chaos/events/run.ts';
import { whyNoPostgres } from '../../support/service/databases.ts';

/** A hundred thousand in `npm run test:events`: too long for every run on two cores. */
const CHANGES = Number(process.env.EVENT_CHANGES ?? 400);

const why = await whyNoPostgres();

async function run(database: 'sqlite' | 'postgres', changes: number): Promise<void> {
  const print = (line: string): void => void (process.env.EVENT_CHANGES && console.log(line));
  const killEvery = Math.max(150, changes / 60);
  const result = await runEvents({ database, seed: 20_261, changes, killEvery, print });
  const { violations, ...counts } = result;
  print(JSON.stringify({ ...counts, violations: violations.length }));
  expect(violations.slice(0, 20)).toEqual([]);
  // A run that did nothing would prove nothing.
  expect(counts.changes).toBeGreaterThanOrEqual(changes);
  expect(counts.kills).toBeGreaterThan(0);
  expect(counts.failed).toBeGreaterThan(0);
  expect(counts.requests).toBeGreaterThan(changes / 2);
}

it.skipIf(why !== undefined)(
  'every last event of every person arrives under kill -9 and faults, with two replicas on PostgreSQL',
  () => run('postgres', CHANGES),
);

// The same with one process: where there is no PostgreSQL, and in the long run.
it.skipIf(why === undefined && process.env.EVENT_CHANGES === undefined)(
  'every last event of every person arrives under kill -9 and faults, with one process on SQLite',
  () => run('sqlite', Math.min(CHANGES, 10_000)),
);
