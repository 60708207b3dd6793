import type { Kysely } from 'kysely';
import type { Dialect } from './migrations.ts';
import type { Tables } from './tables.ts';
import type { Write } from './writer.ts';

/** An open database: where it differs from the other one, and nothing else. */
export interface Store {
  readonly dialect: Dialect;
  /** Only for migrations; everything else is written through `write`. */
  readonly writing: Kysely<Tables>;
  readonly reading: Kysely<Tables>;
  readonly write: Write;
  close(): Promise<void>;
}
