import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Timeline } from '../history/timeline.ts';
import type { Cluster } from './cluster.ts';
import type { ChaosDatabase } from './database.ts';

const number = z.coerce.number();

const dueRow = z.tuple([z.object({ due: number.nullable(), overdue: number, leased: number })]);

/** Rounds until nothing may be due: back-offs of an hour, links of weeks, and two 404s an hour apart, one after the other. */
const MOST_ROUNDS = 120;

/** For everything that is due at one moment. */
const LONGEST_ROUND_MS = 120_000;

/** What is left to do, as the ledger says. */
async function left(database: ChaosDatabase, now: number): Promise<z.infer<typeof dueRow>[0]> {
  const [row] = dueRow.parse(
    await database.query(`select min(least_due) as due, count(case when least_due <= ${now} then 1 end) as overdue,
      count(case when leased_until > ${now} then 1 end) as leased from (
        select leased_until, case when jumio_due is null then kratos_due when kratos_due is null then jumio_due
          when jumio_due < kratos_due then jumio_due else kratos_due end as least_due from identities) as dues`),
  );
  return row;
}

/**
 * Moves the clock on until nothing is due any more. Each step begins when everything that is due is done and no lease is held, because
 * a clock that jumps under a running step would end its lease.
 * @param onRound called before each step, with its number
 * @param wake makes the workers look at the clock, which they otherwise do once a second
 * @returns whether nothing is due; false: it took too long
 */
export async function drain(
  database: ChaosDatabase,
  cluster: Cluster,
  timeline: Timeline,
  onRound: (round: number) => void,
  wake: () => Promise<void>,
): Promise<boolean> {
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    await cluster.settled();
    const next = await whenIdle(database, cluster, timeline);
    if (next === 'busy') return false;
    if (next === null) return true;
    onRound(round);
    // First in steps of the back-offs, then of days.
    const step = round < 4 ? 900 : round < 7 ? 3_700 : 86_400;
    await cluster.advance(Math.max(step, Math.ceil((next - timeline.now()) / 1000) + 2));
    await wake();
  }
  return false;
}

async function whenIdle(
  database: ChaosDatabase,
  cluster: Cluster,
  timeline: Timeline,
): Promise<number | null | 'busy'> {
  const end = Date.now() + LONGEST_ROUND_MS;
  while (Date.now() < end) {
    await cluster.settled();
    const { due, overdue, leased } = await left(database, timeline.now());
    if (overdue === 0 && leased === 0) return due;
    await sleep(100);
  }
  return 'busy';
}
