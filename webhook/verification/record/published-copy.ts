import type { DecidedStatus, Identity, Source, Status } from '../../model.ts';

/** The published copy as a request shows it. */
export interface PublishedCopy {
  /** Every status of the copy that counts, in our vocabulary; unknown values count as `none`. */
  readonly statuses: readonly Status[];
  /** The statuses of `jumio`; the others are the published integration's. */
  readonly ours: readonly Status[];
  /** `metadata_public.jumio` as sent; undefined where the request does not show it. */
  readonly jumio: unknown;
  /** Whether the request shows `metadata_public` at all (its key is there, be it null). */
  readonly shown: boolean;
}

/** Our values, and those of the published integration (docs/design.md#gate). */
const STATUSES: ReadonlyMap<unknown, Status> = new Map([
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

/** Returns a member of any JSON; undefined: it has none of that name, or is no object. */
export function member(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return Reflect.get(value, key);
}

/**
 * Reads the published copy from a request of Kratos. The published integration's status (`jumio_verification_status`, in
 * `metadata_public` or in the body of its template) counts only while ours is not decided: the service never updates it, so
 * beside a decision of ours it is outdated (decision 7).
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

/** Who decided, else who will, and at which level of an eID. Null: it is not known, or there is none. */
export interface Origin {
  readonly source: string | null;
  readonly level: string | null;
}

/** Reads both from `metadata_public.jumio`, or from the public part of the content of a row. */
export function originOf(jumio: unknown): Origin {
  const [source, level] = [member(jumio, 'source'), member(jumio, 'level')];
  return { source: typeof source === 'string' ? source : null, level: typeof level === 'string' ? level : null };
}

function statusesOf(values: readonly unknown[]): readonly Status[] {
  return values.filter((value) => value !== undefined && value !== null).map((value) => STATUSES.get(value) ?? 'none');
}

/** Whether a status is a decision. */
export function isDecided(status: unknown): status is DecidedStatus {
  return status === 'rejected' || status === 'review' || status === 'approved';
}

/** The strictest first. */
const DECIDED: readonly DecidedStatus[] = ['rejected', 'review', 'approved'];

/** Whether a decided status is stricter than another. */
export function isStricter(status: DecidedStatus, than: DecidedStatus): boolean {
  return DECIDED.indexOf(status) < DECIDED.indexOf(than);
}

/** What a row inherits from a published copy: the decided status, and who gave it at which level. */
export type Inheritance = Pick<Identity, 'inherited' | 'inheritedSource' | 'inheritedLevel'>;

/** The columns of a row that inherits nothing. */
export const NO_INHERITANCE: Inheritance = { inherited: null, inheritedSource: null, inheritedLevel: null };

function isSource(text: string | null): text is Source {
  return text === 'jumio' || text === 'operator' || text?.startsWith('eid:') === true;
}

/** Returns a decided status of a `metadata_public.jumio` with its origin, as the columns of the row that inherits it. */
export function inheritanceFrom(inherited: DecidedStatus, jumio: unknown): Inheritance {
  const { source, level } = originOf(jumio);
  return isSource(source)
    ? { inherited, inheritedSource: source, inheritedLevel: level }
    : { ...NO_INHERITANCE, inherited };
}

/** Returns what a new row inherits: the strictest decided status of a copy. The published integration's has no known origin. */
export function inheritanceOf({ statuses, ours, jumio }: PublishedCopy): Inheritance {
  const inherited = DECIDED.find((status) => statuses.includes(status));
  if (inherited === undefined) return NO_INHERITANCE;
  return inheritanceFrom(inherited, ours.includes(inherited) ? jumio : undefined);
}
