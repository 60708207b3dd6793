import { type Kysely, sql } from 'kysely';
import type { Tables } from './tables.ts';
import type { DecidedStatus, Identity, Status } from './types.ts';

/** What the gate needs of one identity, in one row. */
export type GateRow = Pick<
  Identity,
  'version' | 'published' | 'content' | 'changedAt' | 'gone' | 'invited' | 'schemaId' | 'bornAt' | 'locale'
> & {
  readonly standing: DecidedStatus | null;
  readonly status: Status;
  /** How many verifications it has. */
  readonly attempts: number;
};

/** The gate's read: built once, because building it each time costs five times as much as running it (ecosystem.md §9). */
export function gateReader(db: Kysely<Tables>): (identityId: string) => Promise<GateRow | undefined> {
  const query = sql<GateRow>`select i.standing, i.status, i.content, i.changed_at, i.version, i.published, i.gone,
    i.invited, i.schema_id, i.born_at, i.locale,
    (select count(*) from verifications v where v.identity_id = i.id) as attempts
    from identities i where i.id = ${''}`.compile(db);
  return async (identityId) => {
    const { rows } = await db.executeQuery<GateRow>({ ...query, parameters: [identityId] });
    return rows[0];
  };
}
