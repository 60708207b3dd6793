import type { JsonPatch } from '@ory/client';
import type { Publishable } from './types.ts';

/** The sub-objects that this service writes. */
const PUBLISHED = [
  { of: 'metadata_public', key: 'jumio' },
  { of: 'metadata_admin', key: 'jumio' },
] as const;

/** The sub-objects that the shipped mappers (`eid/`) let Kratos write at a sign-up by an eID: names and documents too. */
const OF_EID = [
  { of: 'metadata_public', key: 'assurance' },
  { of: 'metadata_admin', key: 'eid' },
] as const;

function has(metadata: unknown, key: string): boolean {
  return typeof metadata === 'object' && metadata !== null && Object.hasOwn(metadata, key);
}

/**
 * Returns the patch that removes our sub-objects if they exist: Kratos refuses to remove a missing one
 * (docs/reference/kratos.md#7-admin-identity-api).
 * @param withEid whether those of an eID's mapper are removed too
 */
export function removalOf(
  { metadataPublic, metadataAdmin }: { readonly metadataPublic: unknown; readonly metadataAdmin?: unknown },
  withEid: boolean,
): JsonPatch[] {
  const metadata = { metadata_public: metadataPublic, metadata_admin: metadataAdmin };
  return [...PUBLISHED, ...(withEid ? OF_EID : [])]
    .filter(({ of, key }) => has(metadata[of], key))
    .map(({ of, key }) => ({ op: 'remove' as const, path: `/${of}/${key}` }));
}

/** Returns the patch that writes our sub-objects. `add` creates missing parents and replaces a value: no read is needed before, and a repeat changes nothing. */
export function patchOf(content: Publishable): JsonPatch[] {
  return [
    { op: 'add' as const, path: '/metadata_public/jumio', value: content.public },
    { op: 'add' as const, path: '/metadata_admin/jumio', value: content.admin },
  ];
}
