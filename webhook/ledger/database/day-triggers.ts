import { type Kysely, sql } from 'kysely';
import type { Tables } from '../tables.ts';
import type { Dialect } from './store.ts';

/*
 * The database itself notes that a counted day has changed (`counted_days` in tables.ts). Code could forget it, and a replica of the
 * version before knows nothing of it. A day that is not over is in no row of `counted_days`, so what happens today writes nothing.
 * Events have no trigger, which would cost a callback a seventh more: none comes so late that its day is counted (`eventsPart`).
 */

/** The columns of a verification that its day is counted by. */
const COUNTED = 'requested_at, source, state, jumio_status, decision, reason, completed_at';

interface Trigger {
  readonly name: string;
  readonly on: string;
  /** The days on which something began that changes: as SQL. */
  readonly days: string;
}

const TRIGGERS: readonly Trigger[] = [
  {
    name: 'days_new_verification',
    on: 'insert on verifications',
    days: 'new.requested_at / 86400000',
  },
  {
    name: 'days_verification',
    on: `update of ${COUNTED} on verifications`,
    days: 'old.requested_at / 86400000, new.requested_at / 86400000',
  },
  {
    name: 'days_new_identity',
    on: 'insert on identities',
    days: 'new.first_seen_at / 86400000',
  },
  {
    name: 'days_identity',
    on: 'update of first_seen_at, kratos_created_at on identities',
    days: 'old.first_seen_at / 86400000, new.first_seen_at / 86400000',
  },
  {
    name: 'days_schema',
    on: 'update of schema_id on identities',
    days: `select requested_at / 86400000 from verifications where identity_id = new.id and decision = 'PASSED'`,
  },
];

/** Makes the database note each change of a counted day. */
export async function watchDays(db: Kysely<Tables>, dialect: Dialect): Promise<void> {
  for (const { name, on, days } of TRIGGERS) {
    const counted = `counted_days where part = 'rows' and day in (${days})`;
    const note = `insert into changed_days (day) select day from ${counted}`;
    if (dialect === 'sqlite') {
      // Most often nothing is to be noted: the condition costs half of what the statement does.
      const statement = `create trigger if not exists ${name} after ${on} when exists (select 1 from ${counted}) begin ${note}; end`;
      await sql.raw(statement).execute(db);
      continue;
    }
    const body = `$$ begin ${note}; return null; end $$`;
    await sql.raw(`create or replace function ${name}() returns trigger language plpgsql as ${body}`).execute(db);
    await sql.raw(`create trigger ${name} after ${on} for each row execute function ${name}()`).execute(db);
  }
}
