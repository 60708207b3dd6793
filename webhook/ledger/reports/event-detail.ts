import { type RawBuilder, sql } from 'kysely';
import type { Dialect } from '../database/store.ts';

/** Selects a member of the detail of an event `e`, as text. */
export function textInDetail(dialect: Dialect, name: string): RawBuilder<unknown> {
  return dialect === 'sqlite'
    ? sql`cast(json_extract(e.detail, ${sql.lit(`$.${name}`)}) as text)`
    : sql`(e.detail::json ->> ${sql.lit(name)})`;
}
