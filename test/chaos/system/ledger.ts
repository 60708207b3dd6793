import { z } from 'zod';
import type { LedgerHistory } from '../history/history.ts';
import type { ChaosDatabase } from './database.ts';

const identityRows = z.array(
  z
    .object({
      id: z.string(),
      status: z.string(),
      version: z.coerce.number(),
      published: z.coerce.number(),
      due: z.coerce.number().nullable(),
    })
    .transform(({ due, ...row }) => ({ ...row, isDue: due !== null })),
);

const verificationRows = z.array(
  z
    .object({
      id: z.string(),
      identity_id: z.string(),
      attempt: z.coerce.number(),
      state: z.string(),
      requested_at: z.coerce.number(),
      execution_id: z.string().nullable(),
      decision: z.string().nullable(),
    })
    .transform(({ identity_id: identityId, requested_at: requestedAt, execution_id: executionId, ...row }) => ({
      ...row,
      identityId,
      requestedAt,
      executionId,
    })),
);

const decidedRows = z.array(
  z
    .object({ verification_id: z.string(), detail: z.string() })
    .transform(({ verification_id: verificationId, detail }) => ({
      verificationId,
      verdict: z.object({ verdict: z.string() }).parse(JSON.parse(detail)).verdict,
    })),
);

const publishedRows = z.array(
  z.object({ identity_id: z.string(), detail: z.string() }).transform(({ identity_id: identityId, detail }) => ({
    identityId,
    version: z.object({ version: z.number() }).parse(JSON.parse(detail)).version,
  })),
);

const identityIdRows = z.array(z.object({ identity_id: z.string() }).transform((row) => row.identity_id));

const orphanRows = z.array(
  z
    .object({ verification_id: z.string(), detail: z.string() })
    .transform(({ verification_id: verificationId, detail }) => {
      const { execution } = z.object({ execution: z.string().optional() }).parse(JSON.parse(detail));
      return execution ?? verificationId;
    }),
);

const countRow = z.tuple([z.object({ count: z.coerce.number() })]);

/** Reads what the checker compares from the ledger, from outside. */
export async function readLedger({ query }: ChaosDatabase): Promise<LedgerHistory> {
  return {
    identities: identityRows.parse(
      await query('select id, status, version, published, coalesce(jumio_due, kratos_due) as due from identities'),
    ),
    verifications: verificationRows.parse(
      await query(`select id, identity_id, attempt, state, requested_at, execution_id, decision from verifications
        where source = 'jumio' order by identity_id, attempt`),
    ),
    decided: decidedRows.parse(
      await query(`select verification_id, detail from events where kind = 'decided' order by id`),
    ),
    published: publishedRows.parse(await query(`select identity_id, detail from events where kind = 'published'`)),
    copiesThatDiffered: identityIdRows.parse(await query(`select identity_id from events where kind = 'copy_differs'`)),
    knownOrphans: orphanRows.parse(
      await query(`select verification_id, detail from events where kind in ('orphan', 'orphan_possible')`),
    ),
    events: countRow.parse(await query('select count(*) as count from events'))[0].count,
  };
}
