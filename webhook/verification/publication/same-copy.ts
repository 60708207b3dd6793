import { isDeepStrictEqual } from 'node:util';
import type { Identity } from '../../model.ts';
import { member, type PublishedStatus, publishedContent } from '../record/index.ts';

/*
 * Whether a copy is what was published. Every sign-in asks, so it is written for speed: where the copy is ours, its members as text are
 * found in the stored text, which then need not be parsed. `test/unit/publication/same-copy.test.ts` compares both ways.
 */

/** The members in the order in which the stored text has them (`contentOf`); `updated_at` is not in it. A member that is missing is not written. */
function inOrder(copy: object): Readonly<Record<Exclude<keyof PublishedStatus, 'updated_at'>, unknown>> {
  return {
    status: member(copy, 'status'),
    source: member(copy, 'source'),
    verdict: member(copy, 'verdict'),
    level: member(copy, 'level'),
    account_id: member(copy, 'account_id'),
    workflow_execution_id: member(copy, 'workflow_execution_id'),
    verification_id: member(copy, 'verification_id'),
    attempt: member(copy, 'attempt'),
  };
}

/** What is known of the published copy. */
export type PublishedVersion = Pick<Identity, 'content' | 'changedAt' | 'version'>;

/** Whether the copy has exactly the members of the stored text. False says nothing: it may be the same all the same. */
export function isFoundInText(content: string, changedAt: number, copy: unknown): boolean {
  if (typeof copy !== 'object' || copy === null || Object.getPrototypeOf(copy) !== Object.prototype) return false;
  const members = inOrder(copy);
  let count = 0;
  for (const name in members) if (Reflect.get(members, name) !== undefined) count += 1;
  // Beside these `updated_at`, and nothing else.
  return (
    content.startsWith(`{"public":${JSON.stringify(members)},"admin":`) &&
    member(copy, 'updated_at') === new Date(changedAt).toISOString() &&
    Object.keys(copy).length === count + 1
  );
}

/** Whether a `metadata_public.jumio` is what we published last, in any order of keys. */
export function matchesPublished({ content, changedAt, version }: PublishedVersion, copy: unknown): boolean {
  if (content === null) return copy === undefined || copy === null;
  if (isFoundInText(content, changedAt, copy)) return true;
  return isDeepStrictEqual(copy, publishedContent({ content, changedAt, version }).public);
}
