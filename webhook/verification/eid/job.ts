import type { Linked, OidcCredential } from '../../kratos/types.ts';
import type { Change, Snapshot } from '../../model.ts';
import type { Desk, Eid } from '../context.ts';
import { isCopyUnread } from '../record/index.ts';
import { failed, type Step } from '../step.ts';
import { type Found, judgeEid, knownOf } from './credential.ts';
import { inheriting, onEvidence, onEvidenceFailed, withoutEvidence, withoutLostEid } from './evidence.ts';

/** Reads what an eID says, where a hook told of one; or what is linked now, where somebody wants to know. */
export async function payEvidence(desk: Desk, step: Step): Promise<void> {
  if (!step.mayCall()) return;
  try {
    if (desk.eid === undefined) await giveUpEvidence(desk, step);
    else await readEvidence(desk, desk.eid, step);
  } catch (error) {
    const facts = await failed(desk, step, error, 'could not read the evidence of an eID');
    const { snapshot: before } = step.claim;
    await step.write((snapshot) =>
      isToldOf(snapshot, before) ? { snapshot } : onEvidenceFailed(snapshot, facts, desk.clock.now(), desk.random()),
    );
  }
}

/** What each credential of an eID comes to, side by side; those of others than eID providers are left out. */
async function foundIn(
  desk: Desk,
  eid: Eid,
  snapshot: Snapshot,
  credentials: readonly OidcCredential[],
): Promise<Found[]> {
  const found = credentials.map(async (credential) => {
    const known = knownOf(desk, eid, snapshot, credential);
    if (known !== undefined || !Object.hasOwn(eid.providers, credential.provider)) return known;
    return judgeEid(desk, eid, snapshot, credential);
  });
  return (await Promise.all(found)).filter((one) => one !== undefined);
}

/** Whether another hook told of something meanwhile: that is due already, and read next. */
export function isToldOf({ identity }: Snapshot, before: Snapshot): boolean {
  const { evidenceSince, evidenceAt } = before.identity;
  return identity.evidenceAt !== evidenceAt || identity.evidenceSince !== evidenceSince;
}

function onRead(
  desk: Desk,
  current: Snapshot,
  { metadataPublic, credentials }: Linked,
  found: readonly Found[],
): Change {
  const met = withoutLostEid(inheriting(current, metadataPublic), metadataPublic, credentials);
  const change = onEvidence(met.snapshot, found, desk, desk.clock.now());
  return { ...change, events: [...met.events, ...(change.events ?? [])] };
}

/**
 * Reads the credentials of an identity of which a hook said that it has an eID, and decides by them. The identity's
 * content may have changed by it. Rejects with `UpstreamError` where Kratos cannot be asked.
 */
export async function readEvidence(desk: Desk, eid: Eid, step: Step): Promise<void> {
  const { snapshot } = step.claim;
  const linked = await desk.kratos.oidcCredentials(step.identityId);
  const found = await foundIn(desk, eid, snapshot, linked.credentials);
  for (const one of found)
    if (one.kind === 'unread')
      desk.log.warn({ identity: step.identityId, upstream: one.facts }, 'could not read the evidence of an eID');
  await step.write((current) =>
    isToldOf(current, snapshot) ? { snapshot: current } : onRead(desk, current, linked, found),
  );
}

/**
 * No eID is believed any more: none is read, and what one approved before stands. Rejects with `UpstreamError` where
 * Kratos does not say what the copy tells of somebody whom we never met.
 */
export async function giveUpEvidence(desk: Desk, step: Step): Promise<void> {
  const isUnread = isCopyUnread(step.claim.snapshot);
  const metadataPublic = isUnread ? (await desk.kratos.read(step.identityId)).metadataPublic : undefined;
  await step.write((current) => withoutEvidence(inheriting(current, metadataPublic), desk, desk.clock.now()));
}
