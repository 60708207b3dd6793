import type { Snapshot } from '../../model.ts';
import type { Desk, Worker } from '../context.ts';
import { beginBy } from '../eid/index.ts';
import { reappeared } from '../publication/index.ts';
import { meet, type Particulars, settle, withIdentity, withParticulars } from '../record/index.ts';
import { turnComesWithin, waitFor } from '../waiting.ts';

function firstTry({ identity, verifications }: Snapshot): boolean {
  const tried = verifications.some(({ state, attempts }) => state !== 'requested' || attempts > 0);
  return identity.published >= identity.version || (tried && identity.kratosAttempts > 0);
}

/** What was kept is kept: a wait that cannot see how it goes on changes nobody's answer. */
async function waitForFirstTry(desk: Desk, identityId: string, waitMs: number): Promise<void> {
  try {
    if (desk.startsAt === 'consent' || (await turnComesWithin(desk, waitMs)))
      await waitFor(desk, identityId, waitMs, firstTry);
  } catch (error) {
    desk.log.error({ identity: identityId, err: error }, 'the ledger cannot be read; the sign-up itself is kept');
  }
}

/** A sign-up as Kratos tells it. */
export interface SignUp extends Particulars {
  readonly identityId: string;
  readonly returnTo: string | null;
  /** By which method, where Kratos says so (not for passwords). */
  readonly method?: string | undefined;
}

/**
 * Known to us, and there is nothing that its sign-up should have made: no attempt, no invitation, no decision. Whoever
 * refused, or was erased, is started by nothing.
 */
function hasNothing({ identity, verifications }: Snapshot): boolean {
  const { inherited, invited, evidence, erasedAt, declinedAt } = identity;
  const isAsked = invited === 1 || evidence > 0;
  const isClosed = erasedAt !== null || declinedAt !== null;
  return verifications.length === 0 && inherited === null && !isAsked && !isClosed;
}

/**
 * A sign-up: makes the first verification of an identity, or its invitation, once, and waits a little, so that what
 * is known is usually on the identity when Kratos goes on. Kratos repeats itself, so a known identity changes nothing.
 * Rejects with `LedgerUnavailable` where nothing could be kept.
 */
export async function start(desk: Desk, worker: Worker, signUp: SignUp, waitMs: number): Promise<void> {
  const now = desk.clock.now();
  const { identityId, returnTo } = signUp;
  let fresh = false;
  await desk.ledger.change(identityId, now, (found) => {
    fresh = found === undefined || hasNothing(found);
    if (fresh) {
      const met = withParticulars(found ?? meet({ id: identityId }, now), signUp);
      return beginBy(withIdentity(met, { returnTo: returnTo ?? met.identity.returnTo }), signUp, desk, now);
    }
    return found?.identity.gone === 1 ? settle(reappeared(found, now), now) : undefined;
  });
  worker.wake();
  if (fresh) await waitForFirstTry(desk, identityId, waitMs);
}
