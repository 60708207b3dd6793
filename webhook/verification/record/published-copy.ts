import type { DecidedStatus, Status } from '../../model.ts';

/** What a request tells of the published copy: the words it carries, or nothing at all. */
export interface PublishedCopy {
  /** Every status that the copy speaks of, in our vocabulary; unknown words count as `none`. */
  readonly statuses: readonly Status[];
  /** Those of them that are ours; the others are the published integration's. */
  readonly ours: readonly Status[];
  /** `metadata_public.jumio` as sent; undefined where the request does not show it. */
  readonly jumio: unknown;
  /** Whether the request shows `metadata_public` at all (its key is there, be it null). */
  readonly shown: boolean;
}

/** Ours, and the words of the published integration (docs/design.md#gate). */
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
 * beside a decision of ours they are history (decision 7).
 */
export function readPublishedCopy(body: {
  metadata_public?: unknown;
  jumio_verification_status?: unknown;
}): PublishedCopy {
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

export function isDecided(status: Status): boolean {
  return status === 'rejected' || status === 'review' || status === 'approved';
}

/** The strictest first. */
const DECIDED: readonly DecidedStatus[] = ['rejected', 'review', 'approved'];

/** The strictest decided status that a copy speaks of. */
export function decidedStatus(copy: PublishedCopy): DecidedStatus | null {
  return DECIDED.find((status) => copy.statuses.includes(status)) ?? null;
}
