import type { IdentityPage, KratosIdentity } from '../kratos/client.ts';
import type { DecidedStatus, Identity } from '../ledger/types.ts';
import { decidedStatus, readCopy } from './published-copy.ts';
import { meet } from './request.ts';

/** How far a backfill is. */
export interface Progress {
  readonly seen: number;
  /** Rows that were written, or would be. */
  readonly made: number;
  /** Of those: the standings that their published copies hand down. */
  readonly inherited: Readonly<Record<DecidedStatus, number>>;
  /** 0 to 1, by the last identity's place among all ids: random ones, in whose order Kratos lists. */
  readonly share: number;
  /** Where it goes on; undefined: at the first page. */
  readonly from?: string;
  /** Kratos asks to wait: until then (epoch milliseconds). */
  readonly pausedUntil?: number;
}

export const NOTHING: Progress = { seen: 0, made: 0, inherited: { approved: 0, review: 0, rejected: 0 }, share: 0 };

/** The first row of an identity that met no hook: nothing is owed, and its published copy counts (design §4). */
export function rowOf(identity: KratosIdentity, now: number): Identity {
  const inherited = decidedStatus(readCopy({ metadata_public: identity.metadataPublic }));
  const { schemaId = null, createdAt: bornAt = null } = identity;
  return { ...meet({ id: identity.id, inherited }, now).identity, schemaId, bornAt };
}

function shareOf(identity: KratosIdentity | undefined): number {
  const head = Number.parseInt(identity?.id.slice(0, 8) ?? '', 16);
  return Number.isNaN(head) ? 0 : head / 0x1_0000_0000;
}

/** After a page, of which `made` had no row. */
export function grown(progress: Progress, { identities, next }: IdentityPage, made: readonly Identity[]): Progress {
  const inherited = { ...progress.inherited };
  for (const { inherited: status } of made) if (status !== null) inherited[status] += 1;
  const counts = { seen: progress.seen + identities.length, made: progress.made + made.length, inherited };
  return next === undefined ? { ...counts, share: 1 } : { ...counts, share: shareOf(identities.at(-1)), from: next };
}

/** What is kept of a run that is not at its end. */
export function markOf(progress: Progress): string | undefined {
  return progress.from === undefined ? undefined : JSON.stringify(progress);
}

/** Where the run of a mark was interrupted. */
export function resumed(mark: string | undefined): Progress {
  return mark === undefined ? NOTHING : { ...NOTHING, ...JSON.parse(mark) };
}
