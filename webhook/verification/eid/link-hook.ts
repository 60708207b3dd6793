import { setTimeout } from 'node:timers/promises';
import type { Context, Worker } from '../context.ts';
import { onIdentityFound } from '../publication/index.ts';
import { newIdentity } from '../record/index.ts';
import { withCheckDue } from './evidence.ts';

/** Kratos tells of a link once. A ledger that is locked for a moment, or restarted, is tried again for so long. */
const AGAIN_AFTER_MS = [1_000, 5_000, 30_000, 120_000, 600_000];

async function keep(ctx: Context, worker: Worker, identityId: string, hookAt: number): Promise<void> {
  const now = ctx.clock.now();
  await ctx.ledger.change(identityId, now, (found) =>
    found && found.identity.erasedAt !== null
      ? undefined
      : { record: withCheckDue(onIdentityFound(found ?? newIdentity({ id: identityId }, now), now), 2, hookAt, now) },
  );
  worker.wake();
}

async function keepLater(ctx: Context, worker: Worker, identityId: string, hookAt: number): Promise<void> {
  let last: unknown;
  for (const wait of AGAIN_AFTER_MS) {
    await setTimeout(wait, undefined, { ref: false });
    try {
      return await keep(ctx, worker, identityId, hookAt);
    } catch (error) {
      last = error;
    }
  }
  ctx.log.error({ identity: identityId, err: last }, 'an eID that was linked could not be kept: recheck the identity');
}

/**
 * An eID was linked to an identity, or unlinked: the worker reads what is linked now. Kratos repeats itself; so may this.
 * Never rejects: Kratos has stored the link already, and an error page would only say that it did not.
 */
export async function handleLinkHook(ctx: Context, worker: Worker, identityId: string): Promise<void> {
  if (ctx.eid === undefined) return;
  const hookAt = ctx.clock.now();
  try {
    await keep(ctx, worker, identityId, hookAt);
  } catch (error) {
    ctx.log.error({ identity: identityId, err: error }, 'an eID that was linked is not in the ledger yet');
    void keepLater(ctx, worker, identityId, hookAt);
  }
}
