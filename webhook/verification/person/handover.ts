import { LedgerUnavailable } from '../../errors.ts';
import type { IdentityRecord, Verification } from '../../model.ts';
import type { Context } from '../context.ts';
import { openAttempt, withHandover } from '../record/index.ts';
import type { RedeemedLink } from './one-time-link.ts';

/**
 * What a hand-over cookie opens. `status`: the status page, for a person who has left for Jumio. `verify`: the verification
 * too, for a person who has redeemed a one-time link, because a rejected person can have no session. `phone`: the same, on the
 * phone of a person who goes on at their computer afterwards; it makes no further link for a phone.
 */
export type HandoverScope = 'status' | 'verify' | 'phone';

/** What a request asks a hand-over cookie to open. */
export type HandoverTarget = Exclude<HandoverScope, 'phone'>;

/** The content of a hand-over cookie. */
export interface Handover {
  readonly identityId: string;
  readonly scope: HandoverScope;
  /** `handoverCounter` of the identity when the cookie was set: a later one ends the cookie. */
  readonly counter: number;
  /** The attempt for which the person left; null: the person has redeemed a link, and has not left yet. */
  readonly verificationId: string | null;
  /** Epoch milliseconds. */
  readonly endsAt: number;
}

const HOUR_MS = 3_600_000;

/** After the end of an attempt or of its link: long enough to read the result. */
const RESULT_MS = HOUR_MS;

const LONGEST_BEFORE_LEAVING_MS = 24 * HOUR_MS;

/** How long a hand-over cookie lasts at most, in milliseconds. */
export function longestHandoverMs({ linkLifetimeMs }: Pick<Context, 'linkLifetimeMs'>): number {
  return Math.max(linkLifetimeMs + RESULT_MS, LONGEST_BEFORE_LEAVING_MS);
}

function ofAttempt(record: IdentityRecord, attempt: Verification | undefined, scope: HandoverScope) {
  if (attempt === undefined || attempt.linkEndsAt === null) return undefined;
  const { id: identityId, handoverCounter: counter } = record.identity;
  return { identityId, scope, counter, verificationId: attempt.id, endsAt: attempt.linkEndsAt + RESULT_MS };
}

/**
 * Hands a person over to Jumio: returns what the hand-over cookie holds, until an hour after the end of the link. Undefined:
 * the ledger could not store that there is such a cookie, so that no sign-in would end it; the person goes without.
 */
export async function handOver(ctx: Context, identityId: string, scope: HandoverScope): Promise<Handover | undefined> {
  let handover: Handover | undefined;
  try {
    await ctx.ledger.change(identityId, ctx.clock.now(), (record) => {
      handover = record && ofAttempt(record, openAttempt(record), scope);
      if (record === undefined || handover === undefined) return undefined;
      const isStored = (record.identity.handoverUntil ?? 0) >= handover.endsAt;
      return isStored ? undefined : { record: withHandover(record, handover.endsAt) };
    });
    return handover;
  } catch (error) {
    if (!(error instanceof LedgerUnavailable)) throw error;
    ctx.log.error(
      { identity: identityId, err: error },
      'could not store a hand-over: the person goes without a cookie',
    );
    return undefined;
  }
}

/**
 * Hands a person over who has redeemed a one-time link: until the link would have ended, for an hour at least and a day at
 * most. Undefined: as for `handOver`, or the ledger does not have the identity.
 */
export async function handOverByLink(
  ctx: Context,
  { identityId, purpose, endsAt: linkEndsAt }: RedeemedLink,
): Promise<Handover | undefined> {
  const now = ctx.clock.now();
  const endsAt = Math.min(Math.max(linkEndsAt, now + HOUR_MS), now + LONGEST_BEFORE_LEAVING_MS);
  const record = await ctx.ledger.change(identityId, now, (found) => found && { record: withHandover(found, endsAt) });
  if (record === undefined) return undefined;
  const scope = purpose === 'phone' ? 'phone' : 'verify';
  return { identityId, scope, counter: record.identity.handoverCounter, verificationId: null, endsAt };
}

/** Whether an attempt ended so long ago that its person has seen the result. */
function isLongOver({ state, lastReadAt, requestedAt }: Verification, now: number): boolean {
  const isOver = state === 'decided' || state === 'expired';
  return isOver && (lastReadAt ?? requestedAt) + RESULT_MS <= now;
}

/** Whether a hand-over cookie counts: neither its end nor its attempt is over, and nothing has ended it since. @throws LedgerUnavailable */
export async function isHandoverValid(ctx: Context, handover: Handover): Promise<boolean> {
  const now = ctx.clock.now();
  const record = handover.endsAt > now ? await ctx.ledger.record(handover.identityId) : undefined;
  if (record?.identity.handoverCounter !== handover.counter) return false;
  if (handover.verificationId === null) return true;
  const attempt = record.verifications.find(({ id }) => id === handover.verificationId);
  return attempt !== undefined && !isLongOver(attempt, now);
}
