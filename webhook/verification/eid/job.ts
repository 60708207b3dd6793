import type { LinkedCredentials, OidcCredential } from '../../kratos/types.ts';
import type { Change, IdentityRecord } from '../../model.ts';
import type { Context, EidContext } from '../context.ts';
import { isCopyUnread } from '../record/index.ts';
import { reportFailure, type Step } from '../step.ts';
import { alreadyApproved, type CredentialFinding, checkCredential } from './credential.ts';
import { onChecked, onCheckFailed, withInherited, withoutCheck, withoutLostEid } from './evidence.ts';

/** Reads what an eID says, where a hook told of one; or what is linked now, where somebody wants to know. */
export async function checkCredentials(ctx: Context, step: Step): Promise<void> {
  if (!step.mayCall()) return;
  try {
    if (ctx.eid === undefined) await giveUpCheck(ctx, step);
    else await readCredentials(ctx, ctx.eid, step);
  } catch (error) {
    const facts = await reportFailure(ctx, step, error, 'could not read the evidence of an eID');
    const { record: before } = step.claim;
    await step.write((record) =>
      isReportedByHook(record, before) ? { record } : onCheckFailed(record, facts, ctx.clock.now(), ctx.random()),
    );
  }
}

/** What each credential of an eID comes to, side by side; those of others than eID providers are left out. */
async function foundIn(
  ctx: Context,
  eid: EidContext,
  record: IdentityRecord,
  credentials: readonly OidcCredential[],
): Promise<CredentialFinding[]> {
  const found = credentials.map(async (credential) => {
    const known = alreadyApproved(ctx, eid, record, credential);
    if (known !== undefined || !Object.hasOwn(eid.providers, credential.provider)) return known;
    return checkCredential(ctx, eid, record, credential);
  });
  return (await Promise.all(found)).filter((one) => one !== undefined);
}

/** Whether another hook told of something meanwhile: that is due already, and read next. */
export function isReportedByHook({ identity }: IdentityRecord, before: IdentityRecord): boolean {
  const { eidReportedSince, eidReportedAt } = before.identity;
  return identity.eidReportedAt !== eidReportedAt || identity.eidReportedSince !== eidReportedSince;
}

function onRead(
  ctx: Context,
  current: IdentityRecord,
  { metadataPublic, credentials }: LinkedCredentials,
  found: readonly CredentialFinding[],
): Change {
  const met = withoutLostEid(withInherited(current, metadataPublic), metadataPublic, credentials);
  const change = onChecked(met.record, found, ctx, ctx.clock.now());
  return { ...change, events: [...met.events, ...(change.events ?? [])] };
}

/**
 * Reads the credentials of an identity of which a hook said that it has an eID, and decides by them. The identity's
 * content may have changed by it. Rejects with `UpstreamError` where Kratos cannot be asked.
 */
export async function readCredentials(ctx: Context, eid: EidContext, step: Step): Promise<void> {
  const { record } = step.claim;
  const linked = await ctx.kratos.oidcCredentials(step.identityId);
  const found = await foundIn(ctx, eid, record, linked.credentials);
  for (const one of found)
    if (one.kind === 'unread')
      ctx.log.warn({ identity: step.identityId, upstream: one.facts }, 'could not read the evidence of an eID');
  await step.write((current) =>
    isReportedByHook(current, record) ? { record: current } : onRead(ctx, current, linked, found),
  );
}

/**
 * No eID is believed any more: none is read, and what one approved before stands. Rejects with `UpstreamError` where
 * Kratos does not say what the copy tells of somebody whom we never met.
 */
export async function giveUpCheck(ctx: Context, step: Step): Promise<void> {
  const isUnread = isCopyUnread(step.claim.record);
  const metadataPublic = isUnread ? (await ctx.kratos.read(step.identityId)).metadataPublic : undefined;
  await step.write((current) => withoutCheck(withInherited(current, metadataPublic), ctx, ctx.clock.now()));
}
