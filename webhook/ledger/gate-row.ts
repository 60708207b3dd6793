import { type Kysely, sql } from 'kysely';
import type { Tables } from './tables.ts';
import type { Identity } from './types.ts';

/** What the gate needs of one identity, in one row. */
export type GateRow = Pick<
  Identity,
  | 'standing'
  | 'status'
  | 'decidedAt'
  | 'reason'
  | 'rejections'
  | 'attemptWaitsOn'
  | 'invited'
  | 'evidence'
  | 'schemaId'
  | 'bornAt'
  | 'locale'
  | 'version'
  | 'published'
  | 'content'
  | 'changedAt'
  | 'gone'
  | 'grantedFrom'
  | 'erasedAt'
> & {
  /** How many verifications it has. */
  readonly attempts: number;
};

/** The gate's read: built once, because building it each time costs five times as much as running it (ecosystem.md §9). */
export function gateReader(db: Kysely<Tables>): (identityId: string) => Promise<GateRow | undefined> {
  const query = sql<GateRow>`select i.standing, i.status, i.decided_at, i.reason, i.rejections, i.attempt_waits_on,
    i.invited, i.evidence, i.schema_id, i.born_at, i.locale, i.content, i.changed_at, i.version, i.published, i.gone,
    i.granted_from, i.erased_at,
    (select count(*) from verifications v where v.identity_id = i.id) as attempts
    from identities i where i.id = ${''}`.compile(db);
  return async (identityId) => {
    const { rows } = await db.executeQuery<GateRow>({ ...query, parameters: [identityId] });
    return rows[0];
  };
}
