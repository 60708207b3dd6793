import type { IdentityRecord } from '../../model.ts';
import type { Context, Worker } from '../context.ts';
import { startSignUp } from '../eid/index.ts';
import { onIdentityFound } from '../publication/index.ts';
import { type IdentityDetails, newIdentity, updateIdentity, withDetails } from '../record/index.ts';
import { isTurnWithin, waitFor } from '../waiting.ts';

/** Whether the first publication has been written or tried, so that a longer wait is useless. */
function isFirstTryOver({ identity, verifications }: IdentityRecord): boolean {
  const tried = verifications.some(({ state, attempts }) => state !== 'requested' || attempts > 0);
  return identity.published >= identity.version || (tried && identity.kratosAttempts > 0);
}

/** Waits for the first publication. A ledger that cannot be read ends the wait: the sign-up is recorded already. */
async function waitForFirstTry(ctx: Context, identityId: string, waitMs: number): Promise<void> {
  try {
    if (ctx.startsAt === 'consent' || (await isTurnWithin(ctx, waitMs)))
      await waitFor(ctx, identityId, waitMs, isFirstTryOver);
  } catch (error) {
    ctx.log.error(
      { identity: identityId, err: error },
      'could not wait for the first publication: the sign-up is recorded',
    );
  }
}

/** A sign-up as Kratos tells it. */
export interface SignUp extends IdentityDetails {
  readonly identityId: string;
  readonly returnTo: string | null;
  /** By which method, where Kratos says so (not for passwords). */
  readonly method?: string | undefined;
}

/**
 * Known to us, and there is nothing that its sign-up should have made: no attempt, no invitation, no decision. Whoever
 * refused, or was erased, is started by nothing.
 */
function hasNothing({ identity, verifications }: IdentityRecord): boolean {
  const { inherited, awaitingConsent, eidCheck, erasedAt, declinedAt } = identity;
  const isAsked = awaitingConsent || eidCheck !== 'none';
  const isClosed = erasedAt !== null || declinedAt !== null;
  return verifications.length === 0 && inherited === null && !isAsked && !isClosed;
}

/**
 * A sign-up: makes the first verification of an identity, or its invitation, once, and waits a little, so that what
 * is known is usually on the identity when Kratos goes on. Kratos repeats itself, so a known identity changes nothing.
 * Rejects with `LedgerUnavailable` where nothing could be kept.
 */
export async function handleSignUp(ctx: Context, worker: Worker, signUp: SignUp, waitMs: number): Promise<void> {
  const now = ctx.clock.now();
  const { identityId, returnTo } = signUp;
  let fresh = false;
  await ctx.ledger.change(identityId, now, (found) => {
    fresh = found === undefined || hasNothing(found);
    if (fresh) {
      const met = withDetails(found ?? newIdentity({ id: identityId }, now), signUp);
      return startSignUp(updateIdentity(met, { returnTo: returnTo ?? met.identity.returnTo }), signUp, ctx, now);
    }
    return found?.identity.deletedInKratos ? { record: onIdentityFound(found, now) } : undefined;
  });
  worker.wake();
  if (fresh) await waitForFirstTry(ctx, identityId, waitMs);
}
