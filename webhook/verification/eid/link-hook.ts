import { setTimeout as sleep } from 'node:timers/promises';
import type { Context, Worker } from '../context.ts';
import { onIdentityFound } from '../publication/index.ts';
import { newIdentity } from '../record/index.ts';
import { retry } from '../waiting.ts';
import { withCheckDue } from './evidence.ts';

/** Pauses between tries to record a link: Kratos sends the hook once, and the ledger may be locked or restarted. */
const RETRY_AFTER_MS = [1_000, 5_000, 30_000, 120_000, 600_000];

async function recordLink(ctx: Context, worker: Worker, identityId: string, hookAt: number): Promise<void> {
  const now = ctx.clock.now();
  await ctx.ledger.change(identityId, now, (found) =>
    found && found.identity.erasedAt !== null
      ? undefined
      : {
          record: withCheckDue(
            onIdentityFound(found ?? newIdentity({ id: identityId }, now), now),
            'linked',
            hookAt,
            now,
          ),
        },
  );
  worker.wake();
}

/** Retries in the background: the pauses do not keep the process alive. */
async function recordLinkLater(ctx: Context, worker: Worker, identityId: string, hookAt: number): Promise<void> {
  const [first, ...further] = RETRY_AFTER_MS;
  try {
    await sleep(first, undefined, { ref: false });
    await retry(
      () => recordLink(ctx, worker, identityId, hookAt),
      (_, failures) => further[failures - 1],
      { ref: false },
    );
  } catch (error) {
    ctx.log.error({ identity: identityId, err: error }, 'could not record a linked eID: recheck the identity');
  }
}

/**
 * Makes the eID check of an identity due after a link or an unlinking; a repeated hook changes nothing. Never rejects:
 * Kratos has stored the link already, and an error page would deny it. An unavailable ledger is retried for 13 minutes.
 */
export async function handleLinkHook(ctx: Context, worker: Worker, identityId: string): Promise<void> {
  if (ctx.eid === undefined) return;
  const hookAt = ctx.clock.now();
  try {
    await recordLink(ctx, worker, identityId, hookAt);
  } catch (error) {
    ctx.log.error({ identity: identityId, err: error }, 'could not record a linked eID yet: it is retried');
    void recordLinkLater(ctx, worker, identityId, hookAt);
  }
}
