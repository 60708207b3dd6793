import type { Claimed, Debts } from '../ledger/claim.ts';
import type { Change, Snapshot, Verification } from '../ledger/types.ts';
import { attemptsOf } from './attempts.ts';
import { withIdentity, withVerification } from './edit.ts';
import { settle } from './settle.ts';

/** A claim holds an identity for so long; it ends by itself, so that a killed process blocks nobody for longer. */
export const LEASE_MS = 30_000;

/** What a claimed step is to do. */
export interface Work {
  readonly create?: Verification;
  readonly read?: Verification;
  readonly publish: boolean;
  readonly prepare?: Verification;
  /** What an eID says is to be read. */
  readonly evidence?: true;
}

function due(snapshot: Snapshot, now: number, created: boolean): Verification | undefined {
  const rows = attemptsOf(snapshot).filter(
    ({ state, readDue }) => (state !== 'requested') === created && readDue !== null && readDue <= now,
  );
  return rows.sort((a, b) => (a.readDue ?? 0) - (b.readDue ?? 0))[0];
}

function toPrepare(snapshot: Snapshot, now: number): Verification | undefined {
  return attemptsOf(snapshot).find(({ preparedDue }) => preparedDue !== null && preparedDue <= now);
}

/** Which of the debts that a budget token was taken for are still due. */
export function workOf(snapshot: Snapshot, debts: Debts, now: number): Work {
  const create = debts.create ? due(snapshot, now, false) : undefined;
  const read = debts.read ? due(snapshot, now, true) : undefined;
  const prepare = debts.prepare ? toPrepare(snapshot, now) : undefined;
  const ofJumio = { ...(create ? { create } : {}), ...(read ? { read } : {}), ...(prepare ? { prepare } : {}) };
  const isUnread = debts.evidence === true && snapshot.identity.evidence > 0;
  return { ...ofJumio, publish: debts.publish, ...(isUnread ? { evidence: true } : {}) };
}

/**
 * Raises the lease and moves what is about to be done to the lease's end: a step that dies leaves its debts due again
 * then, and a nudge that arrives during a read can still bring them forward.
 */
export function lease(snapshot: Snapshot, debts: Debts, now: number): Change & { readonly work: Work } {
  const until = now + LEASE_MS;
  const work = workOf(snapshot, debts, now);
  let claimed = withIdentity(snapshot, { lease: snapshot.identity.lease + 1, leasedUntil: until });
  if (work.create) claimed = withVerification(claimed, work.create.id, { readDue: until });
  if (work.read) {
    const marks = { readDue: until, lastReadAt: now, lastReadFor: work.read.claimedStatus };
    claimed = withVerification(claimed, work.read.id, marks);
  }
  if (work.prepare) claimed = withVerification(claimed, work.prepare.id, { preparedDue: until });
  if (work.publish) claimed = withIdentity(claimed, { kratosDue: until });
  if (work.evidence) claimed = withIdentity(claimed, { evidenceDue: until });
  return { ...settle(claimed, now), work };
}

export type Claim = Claimed<Work>;
