import { expect, test } from 'vitest';
import { sqlite } from '../../../support/service/databases.ts';
import { claimFor, DAY, failedFor, openTelling } from '../deliveries/world.ts';
import { MINUTE, NOW } from '../world.ts';
import { shortest } from './shortest.ts';

/** Events that were taken and are kept, and as many that wait. */
const EVENTS = 150_000;

/** The longest that a statement may hold up the gate: SQLite is synchronous. Milliseconds. */
const STATEMENT_MS = 10;

export function eventsSqliteCases(): void {
  test(`with ${EVENTS} events that are kept and as many that wait, no step of the delivery reads them all`, async () => {
    const url = await sqlite.fresh();
    const ledger = await openTelling(sqlite, undefined, url);
    const { deliveries } = ledger;
    const beside = await sqlite.connectBeside(url);
    const write = (prefix: string, due: string, ended: string) =>
      beside.run(`insert into deliveries
        (endpoint, identity_id, version, type, body, made_at, due, tries, lease, leased_until, ended_at)
        with recursive c(n) as (select 1 union all select n + 1 from c where n < ${EVENTS})
        select 'shop', '${prefix}' || n, 1, 'verification.pending', printf('%.*c', 400, 'x'), ${NOW} - n, ${due}, 0, 0, 0, ${ended} from c`);
    await write('kept', 'null', `${NOW} - n`);
    await write('waiting', `${NOW} - n`, 'null');
    const now = NOW + MINUTE;
    const times = {
      next: await shortest(() => deliveries.nextDue(now)),
      claim: await shortest(() => claimFor(ledger, now, 'shop', 1)),
      ages: await shortest(() => deliveries.ages()),
      forget: await shortest(() => deliveries.forget({ now, endedBefore: NOW - DAY, madeBefore: NOW - DAY })),
    };
    // As it is asked while it fails: with one that was not tried.
    const [probe] = await claimFor(ledger, now + MINUTE, 'shop', 100);
    if (probe === undefined) throw new Error('nothing was claimed');
    await deliveries.failed(now + MINUTE, probe, failedFor(now + MINUTE, DAY));
    const failing = await shortest(() => claimFor(ledger, now + 2 * MINUTE, 'shop', 1));
    for (const [name, ms] of Object.entries({ ...times, failing })) expect(ms, name).toBeLessThan(STATEMENT_MS);
  });
}
