import type { Decision } from '../history/history.ts';

/*
 * The rules of docs/design.md#standing, written a second time and for attempts at Jumio only. This file must import nothing of the
 * service: it is what the service is compared with.
 */

/** A decision of Jumio with its place in the history. */
export interface DatedDecision extends Decision {
  readonly seq: number;
  /** Whether timers find it: the first of an execution that had not ended before. Others are found after a callback only. */
  readonly isPolled: boolean;
}

/** An attempt as the ledger and Jumio know it. */
export interface Attempt {
  readonly verificationId: string;
  readonly attempt: number;
  readonly requestedAt: number;
  readonly executionId: string;
  /** In the order of Jumio's history. */
  readonly decisions: readonly DatedDecision[];
}

/** How many decisions of each attempt are known, in the order of the attempts. */
export type Knowledge = readonly number[];

/** The verdict that counts. */
export interface ModelStanding {
  readonly status: 'approved' | 'review' | 'rejected';
  readonly verdict: 'PASSED' | 'WARNING' | 'FAILED';
  readonly executionId: string;
}

const MEANING = {
  PASSED: { status: 'approved', verdict: 'PASSED' },
  WARNING: { status: 'review', verdict: 'WARNING' },
  REJECTED: { status: 'rejected', verdict: 'FAILED' },
} as const;

/** The verdict of a decision. */
export function verdictOf({ type }: Pick<Decision, 'type'>): string {
  return MEANING[type].verdict;
}

/** From so many rejections on none can be retried. */
const MOST_REJECTIONS = 3;

/**
 * Returns the standing where so much is known; undefined: nothing is decided. The decision that Jumio completed last counts, but one
 * that follows a rejection which cannot be retried counts only if its attempt was requested after that rejection.
 */
export function standingOf(attempts: readonly Attempt[], knowledge: Knowledge): ModelStanding | undefined {
  const decided = attempts.flatMap((attempt, index) => {
    const decision = attempt.decisions[(knowledge[index] ?? 0) - 1];
    return decision === undefined ? [] : [{ attempt, decision }];
  });
  const rejections = decided.filter(({ decision }) => decision.type === 'REJECTED').length;
  const isFinal = ({ type, isRetryable }: Decision): boolean =>
    type === 'REJECTED' && (!isRetryable || rejections >= MOST_REJECTIONS);
  const inOrder = decided.sort((one, other) => one.decision.completedAt - other.decision.completedAt);
  const counting = inOrder.reduce<(typeof decided)[0] | undefined>((before, next) => {
    const isHeld =
      before !== undefined && isFinal(before.decision) && next.attempt.requestedAt <= before.decision.completedAt;
    return isHeld ? before : next;
  }, undefined);
  if (counting === undefined) return undefined;
  return { ...MEANING[counting.decision.type], executionId: counting.attempt.executionId };
}

/** How many decisions of an attempt Jumio had made by then. */
function madeBy({ decisions }: Attempt, seq: number): number {
  return decisions.filter((decision) => decision.seq <= seq).length;
}

function isSame(one: Knowledge, other: Knowledge): boolean {
  return one.every((known, index) => known === other[index]);
}

/** Every combination of one number of each range. */
export function product(ranges: readonly (readonly number[])[]): Knowledge[] {
  return ranges.reduce<Knowledge[]>((all, range) => all.flatMap((one) => range.map((known) => [...one, known])), [[]]);
}

/** The whole numbers from one to another, both included. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}

/** Returns everything that can be known at a place of the history by somebody who knew one of `from` before: nothing is forgotten. */
export function reachable(attempts: readonly Attempt[], from: readonly Knowledge[], seq: number): Knowledge[] {
  const all = from.flatMap((known) =>
    product(attempts.map((attempt, index) => range(known[index] ?? 0, madeBy(attempt, seq)))),
  );
  return all.filter((one, index) => all.findIndex((other) => isSame(one, other)) === index);
}

/** The knowledge of the beginning. */
export function nothing(attempts: readonly Attempt[]): Knowledge {
  return attempts.map(() => 0);
}
