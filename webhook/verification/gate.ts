import type { GateRow } from '../ledger/ledger.ts';
import type { DecidedStatus, Status } from '../ledger/types.ts';

/** What a request tells of the published copy: the words it carries, or nothing at all. */
export interface Copy {
  /** Every status that the copy speaks of, in our vocabulary; unknown words count as `none`. */
  readonly statuses: readonly Status[];
  /** Those of them that are ours; the others are the published integration's. */
  readonly ours: readonly Status[];
  /** `metadata_public.jumio` as sent; undefined where the request does not show it. */
  readonly jumio: unknown;
  /** Whether the request shows `metadata_public` at all (its key is there, be it null). */
  readonly shown: boolean;
}

/** What a policy says to one status. */
export type Policy = (status: Status) => 'allow' | 'block';

export interface Verdict {
  readonly decision: 'allow' | 'block';
  /** What the decision was taken from; `unknown`: neither the ledger nor the copy could say. */
  readonly status: Status | 'unknown';
  /** The copy says a decided status that is not ours. */
  readonly contradiction: boolean;
}

/** As published: `rejected` blocks, everything else passes. */
export const publishedPolicy: Policy = (status) => (status === 'rejected' ? 'block' : 'allow');

/** Ours, and the words of the published integration (design §6, "The gate"). */
const WORDS: ReadonlyMap<unknown, Status> = new Map([
  ['none', 'none'],
  ['pending', 'pending'],
  ['processing', 'processing'],
  ['approved', 'approved'],
  ['review', 'review'],
  ['rejected', 'rejected'],
  ['expired', 'expired'],
  ['verified', 'approved'],
  ['initiated', 'pending'],
]);

function member(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return Reflect.get(value, key);
}

/**
 * Reads the published copy from a request of Kratos. The published integration's own words (`jumio_verification_status`,
 * in `metadata_public` or in the body of its template) count while ours tell no decision: we leave them as they were, so
 * beside a decision of ours they are history (decisions.md, 7).
 */
export function readCopy(body: { metadata_public?: unknown; jumio_verification_status?: unknown }): Copy {
  const jumio = member(body.metadata_public, 'jumio');
  const ours = statusesOf([member(jumio, 'status')]);
  const theirs = statusesOf([
    member(body.metadata_public, 'jumio_verification_status'),
    body.jumio_verification_status,
  ]);
  const statuses = ours.some(isDecided) ? ours : [...ours, ...theirs];
  return { statuses, ours, jumio, shown: Object.hasOwn(body, 'metadata_public') };
}

function statusesOf(words: readonly unknown[]): readonly Status[] {
  return words.filter((word) => word !== undefined && word !== null).map((word) => WORDS.get(word) ?? 'none');
}

function isDecided(status: Status): boolean {
  return status === 'rejected' || status === 'review' || status === 'approved';
}

/** The strictest first. */
export const DECIDED: readonly DecidedStatus[] = ['rejected', 'review', 'approved'];

/** The strictest decided status that a copy speaks of. */
export function decidedStatus(copy: Copy): DecidedStatus | null {
  return DECIDED.find((status) => copy.statuses.includes(status)) ?? null;
}

function strictest(policy: Policy, statuses: readonly Status[]): Omit<Verdict, 'contradiction'> {
  const blocked = statuses.find((status) => policy(status) === 'block');
  if (blocked !== undefined) return { decision: 'block', status: blocked };
  return { decision: 'allow', status: statuses[0] ?? 'none' };
}

/** The copy may say less than a standing of ours, or speak of the time before it: then it is stale, not milder. */
function countingCopies(row: GateRow, copy: Copy): readonly Status[] {
  if (row.published < row.version) return [];
  return row.standing === null ? copy.statuses : copy.ours.filter(isDecided);
}

function contradicts(row: GateRow, copy: Copy): boolean {
  const said = copy.ours.find(isDecided);
  return row.published >= row.version && said !== undefined && said !== row.status;
}

/**
 * Decides from the ledger and the published copy; the stricter decision counts. While our last change is not
 * published yet the ledger alone counts. Without a row the copy alone counts, without a ledger too; if then the copy
 * says nothing either, the answer is block.
 */
export function gate(policy: Policy, row: GateRow | 'none' | 'unreadable', copy: Copy): Verdict {
  if (row === 'unreadable' && copy.statuses.length === 0)
    return { decision: 'block', status: 'unknown', contradiction: false };
  if (row === 'unreadable' || row === 'none') return { ...strictest(policy, copy.statuses), contradiction: false };
  const statuses = [row.status, ...countingCopies(row, copy)];
  return { ...strictest(policy, statuses), contradiction: contradicts(row, copy) };
}
