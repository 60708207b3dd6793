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

/** Notes some days, if what began on them is counted. */
function noted(days: string): string {
  return `insert into changed_days (day) select day from counted_days where part = 'rows' and day in (${days})`;
}

const DAYS = {
  verification: 'new.requested_at / 86400000',
  verifications: 'old.requested_at / 86400000, new.requested_at / 86400000',
  identity: 'new.first_seen_at / 86400000',
  identities: 'old.first_seen_at / 86400000, new.first_seen_at / 86400000',
  approvals: `select requested_at / 86400000 from verifications where identity_id = new.id and decision = 'PASSED'`,
} as const;

interface Trigger {
  readonly name: string;
  readonly on: string;
  readonly notes: string;
}

const TRIGGERS: readonly Trigger[] = [
  { name: 'days_new_verification', on: 'insert on verifications', notes: noted(DAYS.verification) },
  { name: 'days_verification', on: `update of ${COUNTED} on verifications`, notes: noted(DAYS.verifications) },
  { name: 'days_new_identity', on: 'insert on identities', notes: noted(DAYS.identity) },
  {
    name: 'days_identity',
    on: 'update of first_seen_at, kratos_created_at on identities',
    notes: noted(DAYS.identities),
  },
  { name: 'days_schema', on: 'update of schema_id on identities', notes: noted(DAYS.approvals) },
];

/** Makes the database note each change of a counted day. */
export async function watchDays(db: Kysely<Tables>, dialect: Dialect): Promise<void> {
  for (const { name, on, notes } of TRIGGERS) {
    if (dialect === 'sqlite') {
      await sql.raw(`create trigger if not exists ${name} after ${on} begin ${notes}; end`).execute(db);
      continue;
    }
    await sql
      .raw(
        `create or replace function ${name}() returns trigger language plpgsql as $$ begin ${notes}; return null; end $$`,
      )
      .execute(db);
    await sql.raw(`create trigger ${name} after ${on} for each row execute function ${name}()`).execute(db);
  }
}
