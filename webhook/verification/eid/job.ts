import type { LinkedCredentials, OidcCredential } from '../../kratos/types.ts';
import type { Change, IdentityRecord } from '../../model.ts';
import type { Context, EidContext } from '../context.ts';
import { isCopyUnread } from '../record/index.ts';
import { reportFailure, type Step } from '../step.ts';
import { alreadyApproved, type CredentialFinding, checkCredential } from './credential.ts';
import { onChecked, onCheckFailed, withInherited, withoutCheck, withoutLostEid } from './evidence.ts';

/** Runs the eID job: reads the linked credentials at Kratos and decides by them. Without a configured provider it ends the check. */
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

/** Checks the credentials side by side, and omits those of other providers. */
async function checkAll(
  ctx: Context,
  eid: EidContext,
  record: IdentityRecord,
  credentials: readonly OidcCredential[],
): Promise<CredentialFinding[]> {
  const findings = credentials.map(async (credential) => {
    const known = alreadyApproved(ctx, eid, record, credential);
    if (known !== undefined || !Object.hasOwn(eid.providers, credential.provider)) return known;
    return checkCredential(ctx, eid, record, credential);
  });
  return (await Promise.all(findings)).filter((one) => one !== undefined);
}

/** Whether another hook has reported an eID since the claim: its check is due already. */
export function isReportedByHook({ identity }: IdentityRecord, before: IdentityRecord): boolean {
  const { eidReportedSince, eidReportedAt } = before.identity;
  return identity.eidReportedAt !== eidReportedAt || identity.eidReportedSince !== eidReportedSince;
}

function onRead(
  ctx: Context,
  current: IdentityRecord,
  { metadataPublic, credentials }: LinkedCredentials,
  findings: readonly CredentialFinding[],
): Change {
  const withCopy = withoutLostEid(withInherited(current, metadataPublic), metadataPublic, credentials);
  const change = onChecked(withCopy.record, findings, ctx, ctx.clock.now());
  return { ...change, events: [...withCopy.events, ...(change.events ?? [])] };
}

/**
 * Reads the linked credentials of an identity and applies the findings, unless another hook has arrived meanwhile. Rejects with
 * `UpstreamError` if Kratos cannot be read.
 */
export async function readCredentials(ctx: Context, eid: EidContext, step: Step): Promise<void> {
  const { record } = step.claim;
  const linked = await ctx.kratos.oidcCredentials(step.identityId);
  const findings = await checkAll(ctx, eid, record, linked.credentials);
  for (const one of findings)
    if (one.kind === 'unread')
      ctx.log.warn({ identity: step.identityId, upstream: one.facts }, 'could not read the evidence of an eID');
  await step.write((current) =>
    isReportedByHook(current, record) ? { record: current } : onRead(ctx, current, linked, findings),
  );
}

/**
 * Ends the check where no eID provider is configured any more; earlier approvals stay. Rejects with `UpstreamError` if the copy
 * of an unknown identity cannot be read.
 */
export async function giveUpCheck(ctx: Context, step: Step): Promise<void> {
  const isUnread = isCopyUnread(step.claim.record);
  const metadataPublic = isUnread ? (await ctx.kratos.read(step.identityId)).metadataPublic : undefined;
  await step.write((current) => withoutCheck(withInherited(current, metadataPublic), ctx, ctx.clock.now()));
}
