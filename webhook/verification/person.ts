import type { DecidedStatus } from '../ledger/types.ts';
import type { Particulars } from './particulars.ts';

/** The person at the browser: known by a session, or by the hand-over cookie. */
export interface Person extends Particulars {
  readonly identityId: string;
  /** The decided status of the published copy that the session shows; inherited by a row that is made now. */
  readonly inherited: DecidedStatus | null;
}
