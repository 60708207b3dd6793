import type { KratosIdentity } from '../kratos/client.ts';
import type { DecidedStatus } from '../ledger/types.ts';
import type { Particulars } from './particulars.ts';
import { decidedStatus, readCopy } from './published-copy.ts';

/** The person at the browser: known by a session, or by the hand-over cookie. */
export interface Person extends Particulars {
  readonly identityId: string;
  /** The decided status of the published copy that the session shows; inherited by a row that is made now. */
  readonly inherited: DecidedStatus | null;
}

/** Somebody as Kratos shows them now. */
export function personShown({ id, metadataPublic, schemaId, createdAt, locale }: KratosIdentity): Person {
  const inherited = decidedStatus(readCopy({ metadata_public: metadataPublic }));
  return { identityId: id, inherited, schemaId, bornAt: createdAt, locale };
}
