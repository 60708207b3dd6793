import type { IdentityRecord } from '../../model.ts';
import type { Context, Worker } from '../context.ts';
import { startSignUp } from '../eid/index.ts';
import { onIdentityFound } from '../publication/index.ts';
import { type IdentityDetails, newIdentity, updateIdentity, withDetails } from '../record/index.ts';
import { isCreateAllowedWithin, waitFor } from '../waiting.ts';

/** Whether the first publication is written, or the create call and then the publication were tried, so that a longer wait is useless. */
function isFirstTryOver({ identity, verifications }: IdentityRecord): boolean {
  const tried = verifications.some(({ state, attempts }) => state !== 'requested' || attempts > 0);
  return identity.published >= identity.version || (tried && identity.kratosAttempts > 0);
}

/** Waits for the first publication. A ledger that cannot be read ends the wait: the sign-up is recorded already. */
async function waitForFirstTry(ctx: Context, identityId: string, waitMs: number): Promise<void> {
  try {
    if (ctx.startsAt === 'consent' || (await isCreateAllowedWithin(ctx, waitMs)))
      await waitFor(ctx, identityId, waitMs, isFirstTryOver);
  } catch (error) {
    ctx.log.error(
      { identity: identityId, err: error },
      'could not wait for the first publication: the sign-up is recorded',
    );
  }
}

/** A sign-up as the hook of Kratos describes it. */
export interface SignUp extends IdentityDetails {
  readonly identityId: string;
  readonly returnTo: string | null;
  /** The method; undefined: Kratos does not name it, for example for passwords. */
  readonly method?: string | undefined;
}

/**
 * Whether an identity lacks everything that its sign-up should have made: attempt, awaited consent, eID check, decision. False
 * for a person who declined, and for an erased identity: a sign-up starts nothing for them.
 */
function hasNothing({ identity, verifications }: IdentityRecord): boolean {
  const { inherited, awaitingConsent, eidCheck, erasedAt, declinedAt } = identity;
  const hasStarted = awaitingConsent || eidCheck !== 'none';
  const isClosed = erasedAt !== null || declinedAt !== null;
  return verifications.length === 0 && inherited === null && !hasStarted && !isClosed;
}

/**
 * Makes the first verification of an identity, or makes it await consent, once. Kratos repeats its calls, so a known identity
 * gets only what it lacks.
 * @param waitMs for the first publication, milliseconds: the ids are then usually on the identity when Kratos goes on
 * @throws LedgerUnavailable if nothing could be stored
 */
export async function handleSignUp(ctx: Context, worker: Worker, signUp: SignUp, waitMs: number): Promise<void> {
  const now = ctx.clock.now();
  const { identityId, returnTo } = signUp;
  let isNew = false;
  await ctx.ledger.change(identityId, now, (found) => {
    isNew = found === undefined || hasNothing(found);
    if (isNew) {
      const record = withDetails(found ?? newIdentity({ id: identityId }, now), signUp);
      return startSignUp(updateIdentity(record, { returnTo: returnTo ?? record.identity.returnTo }), signUp, ctx, now);
    }
    return found?.identity.deletedInKratos ? { record: onIdentityFound(found, now) } : undefined;
  });
  worker.wake();
  if (isNew) await waitForFirstTry(ctx, identityId, waitMs);
}
