import { UpstreamError } from '../../errors.ts';
import type { KratosIdentity } from '../../kratos/types.ts';
import type { Context } from '../context.ts';
import { type IdentityDetails, type Inheritance, inheritanceOf, readPublishedCopy } from '../record/index.ts';

/** The person at the browser: known by a session, or by the hand-over cookie. */
export interface Person extends IdentityDetails, Partial<Inheritance> {
  readonly identityId: string;
  /** The decided status of the published copy that the session shows; a new row inherits it, with its origin. */
  readonly inherited: Inheritance['inherited'];
}

/** Returns the person of an identity of Kratos. */
export function personFrom({ id, metadataPublic, schemaId, createdAt, locale }: KratosIdentity): Person {
  const inheritance = inheritanceOf(readPublishedCopy({ metadata_public: metadataPublic }));
  return { identityId: id, ...inheritance, schemaId, kratosCreatedAt: createdAt, locale };
}

/**
 * Returns the person of an identity that a trusted caller names by its id alone. If the ledger has no row, or if Kratos did
 * not have the identity before, reads it from Kratos, so that a new row inherits the status of the published copy
 * (decision 8). Undefined: Kratos does not have the identity, or it is erased.
 * @throws UpstreamError if Kratos gives no usable answer
 * @throws LedgerUnavailable if the ledger cannot be read
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
