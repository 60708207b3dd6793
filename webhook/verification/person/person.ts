import { UpstreamError } from '../../errors.ts';
import type { KratosIdentity } from '../../kratos/types.ts';
import type { DecidedStatus } from '../../model.ts';
import type { Context } from '../context.ts';
import { decidedStatus, type IdentityDetails, readPublishedCopy } from '../record/index.ts';

/** The person at the browser: known by a session, or by the hand-over cookie. */
export interface Person extends IdentityDetails {
  readonly identityId: string;
  /** The decided status of the published copy that the session shows; inherited by a row that is made now. */
  readonly inherited: DecidedStatus | null;
}

/** Somebody as Kratos shows them now. */
export function personFrom({ id, metadataPublic, schemaId, createdAt, locale }: KratosIdentity): Person {
  const inherited = decidedStatus(readPublishedCopy({ metadata_public: metadataPublic }));
  return { identityId: id, inherited, schemaId, kratosCreatedAt: createdAt, locale };
}

/** Whether the ledger has a row of this identity. */
export async function isKnown(ctx: Context, identityId: string): Promise<boolean> {
  return (await ctx.ledger.gate(identityId)) !== undefined;
}

/**
 * The person behind an identity that somebody else vouches for by its id alone. Whom the ledger does not know, or Kratos
 * last did not, is asked of Kratos, so that a row that is made now inherits what the published copy shows (decision 8).
 * `undefined`: Kratos has no such identity, as far as is known, or it was erased. Rejects with `UpstreamError` where
 * Kratos does not say, with `LedgerUnavailable` where the ledger does not.
 */
export async function findPerson(ctx: Context, identityId: string): Promise<Person | undefined> {
  const row = await ctx.ledger.gate(identityId);
  if (row !== undefined && row.erasedAt !== null) return undefined;
  if (row !== undefined && !row.deletedInKratos) return { identityId, inherited: row.standing };
  try {
    return personFrom(await ctx.kratos.read(identityId));
  } catch (error) {
    if (error instanceof UpstreamError && error.facts.code === 'identity-not-found') return undefined;
    throw error;
  }
}
