import type { LedgerEvent, Snapshot } from '../ledger/types.ts';
import { withIdentity } from './edit.ts';
import { decidedStatus, readCopy } from './published-copy.ts';
import { invitedWhereBare } from './request.ts';
import { isCopyUnread } from './standing.ts';

/** Somebody whom we meet by a link brings the status that their copy tells: a rejection is not laundered by an eID. */
export function inheriting(snapshot: Snapshot, metadataPublic: unknown): Snapshot {
  if (!isCopyUnread(snapshot)) return snapshot;
  return withIdentity(snapshot, { inherited: decidedStatus(readCopy({ metadata_public: metadataPublic })) });
}

/** The provider whose eID gave what the copy says, by the copy's own word. */
function providerOf(metadataPublic: unknown): string | undefined {
  const { jumio } = readCopy({ metadata_public: metadataPublic });
  const source: unknown = typeof jumio === 'object' && jumio !== null ? Reflect.get(jumio, 'source') : undefined;
  return typeof source === 'string' && source.startsWith('eid:') ? source.slice('eid:'.length) : undefined;
}

/**
 * An approval that only the copy tells of (ours of before the ledger was lost) ends with the eID that gave it, like one
 * that is a row. What is published still says approved: whoever has nothing else is asked to come.
 */
export function withoutLostEid(
  snapshot: Snapshot,
  metadataPublic: unknown,
  linked: readonly { readonly provider: string }[],
): { readonly snapshot: Snapshot; readonly events: readonly LedgerEvent[] } {
  const provider = providerOf(metadataPublic);
  const isLinked = linked.some((one) => one.provider === provider);
  if (snapshot.identity.inherited !== 'approved' || provider === undefined || isLinked) return { snapshot, events: [] };
  const events = [{ kind: 'eid_withdrawn', detail: { source: `eid:${provider}` } }];
  return { snapshot: invitedWhereBare(withIdentity(snapshot, { inherited: null })), events };
}
