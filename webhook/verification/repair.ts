import { CLOCK_TOLERANCE_MS, type IdentityRecord, type Verification } from '../model.ts';
import type { Context } from './context.ts';
import { jobs } from './jobs.ts';
import { updateIdentity } from './record/index.ts';
import { LEASE_MS } from './step.ts';

/** Identities of one repair: the next one takes the others. */
const AT_ONCE = 100;

/** Times of the past and present that a wrong clock may have written; they are not later than `now`. */
function withoutFutureTimes(verification: Verification, now: number): Verification {
  const { requestedAt, lastReadAt, readDue, state } = verification;
  const isAhead = requestedAt > now + CLOCK_TOLERANCE_MS;
  return {
    ...verification,
    requestedAt: Math.min(requestedAt, now),
    lastReadAt: lastReadAt === null ? null : Math.min(lastReadAt, now),
    readDue: isAhead && state === 'requested' && readDue !== null ? Math.min(readDue, now) : readDue,
  };
}

/** Ends the lease of a record at another time. Jobs that were due again with its end are due then. */
function withLeaseUntil(record: IdentityRecord, until: number): IdentityRecord {
  const { leasedUntil } = record.identity;
  const columns = jobs.map(({ column }) => column);
  const moved = <Row extends object>(row: Row): Row => {
    const due = columns.filter((column) => Reflect.get(row, column) === leasedUntil);
    return { ...row, ...Object.fromEntries(due.map((column) => [column, until])) };
  };
  const { identity, verifications } = record;
  return updateIdentity({ identity: moved(identity), verifications: verifications.map(moved) }, { leasedUntil: until });
}

/**
 * Repairs what a clock that was ahead has written: a lease that is longer than leases are counts as taken now, and an
 * attempt that is asked for in the future is due now. Otherwise they would wait for as long as the clock was ahead.
 */
export async function repairFutureTimes(ctx: Context, now: number): Promise<void> {
  const longest = now + LEASE_MS + CLOCK_TOLERANCE_MS;
  const times = { leasedAfter: longest, requestedAfter: now + CLOCK_TOLERANCE_MS, limit: AT_ONCE };
  const ids = await ctx.ledger.aheadOf(times);
  for (const id of ids)
    await ctx.ledger.change(id, now, (found) => {
      if (found === undefined) return undefined;
      const verifications = found.verifications.map((verification) => withoutFutureTimes(verification, now));
      const record = { ...found, verifications };
      return { record: found.identity.leasedUntil > longest ? withLeaseUntil(record, now + LEASE_MS) : record };
    });
  if (ids.length > 0) ctx.log.warn(`times of a clock that was ahead, repaired for ${ids.length} identities`);
}

/**
 * Ends the leases of an earlier process, where this one is alone on the ledger: the earlier one is dead, and its work is due
 * at once and not in up to 30 seconds. On PostgreSQL nothing shows that a replica is dead, so its leases end by their time.
 */
export async function endDeadLeases(ctx: Context, now: number): Promise<void> {
  if (!ctx.ledger.isLocked) return;
  const times = { leasedAfter: now, requestedAfter: Number.MAX_SAFE_INTEGER, limit: AT_ONCE };
  for (let ids = await ctx.ledger.aheadOf(times); ids.length > 0; ids = await ctx.ledger.aheadOf(times))
    for (const id of ids) await ctx.ledger.change(id, now, (found) => found && { record: withLeaseUntil(found, now) });
}
