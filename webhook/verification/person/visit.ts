import { LedgerUnavailable } from '../../errors.ts';
import type { IdentityRecord, Verification } from '../../model.ts';
import type { Context, Worker } from '../context.ts';
import { READ_INTERVAL_MS, requestRead } from '../execution/index.ts';
import { findVerification, openAttempt } from '../record/index.ts';
import { waitFor } from '../waiting.ts';
import type { Person } from './person.ts';
import { loadView, type View } from './view.ts';

/** Records activity and makes a read due. Returns the attempt as it was before; undefined: there is nothing to read. */
async function recordActivity(ctx: Context, identityId: string): Promise<Verification | undefined> {
  const now = ctx.clock.now();
  let open: Verification | undefined;
  await ctx.ledger.change(identityId, now, (record) => {
    open = record && openAttempt(record);
    return record && open && requestRead(record, { verificationId: open.id }, now);
  });
  return open?.executionId ? open : undefined;
}

/** Whether the requested read has been answered, or is due later only. */
function isReadOver(record: IdentityRecord, before: Verification, now: number): boolean {
  const { state, reads, attempts, readDue } = findVerification(record, before.id);
  const isAnswered = state !== before.state || reads !== before.reads || attempts !== before.attempts;
  return isAnswered || ((readDue ?? Number.POSITIVE_INFINITY) > now && record.identity.leasedUntil <= now);
}

/**
 * Records that the person is back from Jumio or opens a page, and waits up to `waitMs` milliseconds for a read of the
 * open attempt: without it a person who has just finished would be offered a link that no longer works. Where the visit
 * cannot be recorded the reading schedule finds the result later, and the view is returned all the same.
 */
export async function recordVisit(ctx: Context, worker: Worker, person: Person, waitMs = 0): Promise<View> {
  try {
    const open = await recordActivity(ctx, person.identityId);
    worker.wake();
    if (open) await waitFor(ctx, person.identityId, waitMs, (seen) => isReadOver(seen, open, ctx.clock.now()));
  } catch (error) {
    if (!(error instanceof LedgerUnavailable)) throw error;
    ctx.log.error({ identity: person.identityId, err: error }, 'could not record the visit');
  }
  return loadView(ctx, person);
}

/** Longer than any look takes to come and to be answered; whatever happens, nobody is kept waiting for one beyond it. */
const BELIEVED_MS = 60_000;

/** Time for the page to be read, and for a look that is under way to be answered. */
const SHORTEST_MS = 3_000;

/**
 * In how many milliseconds to see what Jumio says now, for somebody who came back at `since` and is said to have
 * finished: as long as the look that the arrival asked for is postponed by a few seconds, or under way. Undefined: it
 * has been made, or none comes soon, and what we know is what counts.
 */
export function readExpectedIn({ nextRead }: View, since: number, now: number): number | undefined {
  if (nextRead === null || now - since > BELIEVED_MS) return undefined;
  const { dueAt, lastAt, leasedUntil } = nextRead;
  // What is claimed is due again when its lease ends, or earlier where somebody knocked meanwhile.
  if (leasedUntil > now && dueAt <= leasedUntil) return SHORTEST_MS;
  const isMade = (lastAt ?? 0) >= since;
  return isMade || dueAt - now > READ_INTERVAL_MS ? undefined : Math.max(SHORTEST_MS, dueAt - now);
}
