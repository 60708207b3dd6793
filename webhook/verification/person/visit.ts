import { LedgerUnavailable } from '../../errors.ts';
import type { IdentityRecord, Verification } from '../../model.ts';
import type { Context, Worker } from '../context.ts';
import { applyReadRequest, READ_INTERVAL_MS } from '../execution/index.ts';
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
    return record && open && applyReadRequest(record, { verificationId: open.id }, now);
  });
  return open?.executionId ? open : undefined;
}

/** Whether the requested read has ended, or will not run soon. */
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
    if (open) await waitFor(ctx, person.identityId, waitMs, (record) => isReadOver(record, open, ctx.clock.now()));
  } catch (error) {
    if (!(error instanceof LedgerUnavailable)) throw error;
    ctx.log.error({ identity: person.identityId, err: error }, 'could not record the visit');
  }
  return loadView(ctx, person);
}

/** A page waits for a read at most so long, in milliseconds. A read takes less. */
const LONGEST_WAIT_MS = 60_000;

/** Long enough for the person to read the page, and for a running read to end. */
const SHORTEST_WAIT_MS = 3_000;

/**
 * Returns in how many milliseconds a read is expected. The return of the person from Jumio has requested it. Undefined: it has
 * ended, or none is due soon, and the view is as current as it gets.
 * @param since when the person returned, epoch milliseconds
 */
export function readExpectedIn({ nextRead }: View, since: number, now: number): number | undefined {
  if (nextRead === null || now - since > LONGEST_WAIT_MS) return undefined;
  const { dueAt, lastAt, leasedUntil } = nextRead;
  // A claimed read is due again when its lease ends, or earlier after another read request.
  if (leasedUntil > now && dueAt <= leasedUntil) return SHORTEST_WAIT_MS;
  const isDone = (lastAt ?? 0) >= since;
  return isDone || dueAt - now > READ_INTERVAL_MS ? undefined : Math.max(SHORTEST_WAIT_MS, dueAt - now);
}
