import type { Desk } from './desk.ts';
import { owed } from './evidence.ts';
import { meet } from './request.ts';
import { settle } from './settle.ts';
import type { Worker } from './worker.ts';

/**
 * An eID was linked to an identity, or unlinked: the worker reads what is linked now. Kratos repeats itself; so may this.
 * Rejects with `LedgerUnavailable` where it could not be kept.
 */
export async function onLinkChanged(desk: Desk, worker: Worker, identityId: string): Promise<void> {
  if (desk.eid === undefined) return;
  const now = desk.clock.now();
  await desk.ledger.change(identityId, now, (found) =>
    found && found.identity.erasedAt !== null
      ? undefined
      : settle(owed(found ?? meet({ id: identityId }, now), 2, now, now), now),
  );
  worker.wake();
}
