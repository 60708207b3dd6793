import type { JsonPatch } from '@ory/client';
import type { Publishable } from './types.ts';

/** What this service writes. */
const PUBLISHED = [
  { of: 'metadata_public', key: 'jumio' },
  { of: 'metadata_admin', key: 'jumio' },
] as const;

/** What Kratos writes at a sign-up by an eID, because the mappers that we ship (`eid/`) say so: names and documents too. */
const OF_EID = [
  { of: 'metadata_public', key: 'assurance' },
  { of: 'metadata_admin', key: 'eid' },
] as const;

function has(metadata: unknown, key: string): boolean {
  return typeof metadata === 'object' && metadata !== null && Object.hasOwn(metadata, key);
}

/** Removes what is there and nothing else: Kratos refuses to remove what is not there (docs/reference/kratos.md#7-admin-identity-api). */
export function removalOf(
  { metadataPublic, metadataAdmin }: { readonly metadataPublic: unknown; readonly metadataAdmin?: unknown },
  withEid: boolean,
): JsonPatch[] {
  const stands = { metadata_public: metadataPublic, metadata_admin: metadataAdmin };
  return [...PUBLISHED, ...(withEid ? OF_EID : [])]
    .filter(({ of, key }) => has(stands[of], key))
    .map(({ of, key }) => ({ op: 'remove' as const, path: `/${of}/${key}` }));
}

/** `add` creates missing parents and replaces what is there: no read is needed before, and a repeat changes nothing. */
export function patchOf(content: Publishable): JsonPatch[] {
  return [
    { op: 'add' as const, path: '/metadata_public/jumio', value: content.public },
    { op: 'add' as const, path: '/metadata_admin/jumio', value: content.admin },
  ];
}
