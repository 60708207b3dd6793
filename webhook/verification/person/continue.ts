import type { Change, IdentityRecord, LedgerEvent, Verification } from '../../model.ts';
import type { Context, Worker } from '../context.ts';
import { requestCheck } from '../eid/index.ts';
import { earliestRead, retryCreateDue } from '../execution/index.ts';
import { mayStart, type Policy } from '../policy/index.ts';
import { onIdentityFound } from '../publication/index.ts';
import {
  hasAgreed,
  openAttempt,
  requestVerification,
  updateIdentity,
  updateVerification,
  withDetails,
} from '../record/index.ts';
import { isCreateAllowedWithin, waitFor } from '../waiting.ts';
import { type Agreement, withAgreement } from './consent.ts';
import type { Person } from './person.ts';
import { recordOf, type View, viewOf } from './view.ts';

/** Makes a read due as early as the schedule allows: repeated presses must not use up the read budget of others. */
function requestRenewal(record: IdentityRecord, row: Verification, now: number): IdentityRecord {
  const allowed = earliestRead(row, undefined, now);
  const requested = updateVerification(record, row.id, {
    renewalRequested: true,
    readDue: Math.min(row.readDue ?? allowed, allowed),
  });
  return updateIdentity(requested, { readRequests: record.identity.readRequests + 1, priority: true });
}

/** Claims this identity before others, and retries a failed creation soon: the person waits on a page. */
function prioritize(record: IdentityRecord, row: Verification, now: number): IdentityRecord {
  if (row.state !== 'requested') return record;
  return updateIdentity(updateVerification(record, row.id, { readDue: retryCreateDue(row, now) }), { priority: true });
}

function applyPermission(record: IdentityRecord, newId: string, now: number, policy: Policy) {
  const permission = mayStart(record, now, policy);
  switch (permission.kind) {
    case 'start':
      return requestVerification(updateIdentity(record, { priority: true }), newId, now);
    case 'renew':
      return { record: requestRenewal(record, permission.verification, now) };
    case 'continue':
      return { record: prioritize(record, permission.verification, now) };
    case 'no':
      return { record };
    default:
      return permission satisfies never;
  }
}

/** A link to Jumio's hosted page. */
export interface HostedLink {
  /** A secret: it goes into a redirect or an authenticated answer only. */
  readonly url: string;
  /** Epoch milliseconds. */
  readonly endsAt: number;
}

/** Returns the hosted link of an attempt; undefined if it has ended, Jumio has not issued it yet, or the person has not agreed. */
export function liveLinkOf(ctx: Context, record: IdentityRecord, now: number): HostedLink | undefined {
  const permission = mayStart(record, now, ctx.policy);
  if (permission.kind !== 'continue' || !hasAgreed(record.identity, ctx.consentVersion)) return undefined;
  const { link, linkEndsAt } = permission.verification;
  return link === null || linkEndsAt === null ? undefined : { url: link, endsAt: linkEndsAt };
}

/** The input of a person who continues. */
export interface ContinueInput {
  /** Checked against the allow-list; null: the stored one stays. */
  readonly returnTo: string | null;
  /** Given if the person agrees with the same request. */
  readonly agreement?: Agreement | undefined;
  /** The language that the person prefers, a tag: Jumio may have it where the texts do not. */
  readonly locale?: string | undefined;
}

/** The result of continuing. */
export type ContinueOutcome =
  | { readonly kind: 'link'; readonly link: HostedLink; readonly view: View }
  /** The person may continue, and has not agreed to the current text: nothing was requested at Jumio. */
  | { readonly kind: 'consent-needed'; readonly view: View }
  /** There is no link, or none yet; the view has the reason. */
  | { readonly kind: 'no-link'; readonly view: View };

/** Stores the input of a person who continues. The visit shows that Kratos has the identity. */
function applyInput(
  ctx: Context,
  found: IdentityRecord | undefined,
  person: Person,
  { returnTo, locale, agreement }: ContinueInput,
  now: number,
) {
  const record = withDetails(onIdentityFound(found ?? recordOf(person, now), now), person);
  const { identity } = record;
  const updated = updateIdentity(record, {
    returnTo: returnTo ?? identity.returnTo,
    locale: locale ?? identity.locale,
  });
  const isCurrent = agreement !== undefined && agreement.version === ctx.consentVersion;
  return isCurrent ? withAgreement(updated, agreement, now) : { record: updated, events: [] };
}

function continuedRecord(
  ctx: Context,
  found: IdentityRecord | undefined,
  person: Person,
  input: ContinueInput,
  now: number,
): Change {
  const { record, events } = applyInput(ctx, found, person, input, now);
  const change = hasAgreed(record.identity, ctx.consentVersion)
    ? applyPermission(record, ctx.newId(), now, ctx.policy)
    : { record };
  return { record: change.record, events: [...events, ...(change.events ?? [])] };
}

function outcomeOf(ctx: Context, record: IdentityRecord): ContinueOutcome {
  const now = ctx.clock.now();
  const [link, view] = [liveLinkOf(ctx, record, now), viewOf(ctx, record, now)];
  if (link !== undefined) return { kind: 'link', link, view };
  const needsConsent = view.refusal === null && view.consent !== 'given';
  return { kind: needsConsent ? 'consent-needed' : 'no-link', view };
}

/**
 * Continues the verification of a person: makes or renews an attempt where that is allowed and agreed to, and waits for
 * its link.
 * @param waitMs for the eID check and the link together, milliseconds
 * @throws LedgerUnavailable if nothing could be stored
 */
export async function continueVerification(
  ctx: Context,
  worker: Worker,
  person: Person,
  input: ContinueInput,
  waitMs: number,
): Promise<ContinueOutcome> {
  const end = performance.now() + waitMs;
  const apply = (found: IdentityRecord | undefined) => applyInput(ctx, found, person, input, ctx.clock.now());
  await checkEidFirst(ctx, worker, person.identityId, apply, waitMs / 2);
  const now = ctx.clock.now();
  const stored = await ctx.ledger.change(person.identityId, now, (found) =>
    continuedRecord(ctx, found, person, input, now),
  );
  worker.wake();
  const isDone = (record: IdentityRecord): boolean => isLinkSettled(ctx, record);
  const left = Math.max(0, end - performance.now());
  const wait = (await isCreateAllowedWithin(ctx, left)) ? left : 0;
  const record = (await waitFor(ctx, person.identityId, wait, isDone)) ?? stored;
  return outcomeOf(ctx, record ?? recordOf(person, now));
}

/** Whether nothing more will come of a wait: the link is ready, or none is being made. */
function isLinkSettled(ctx: Context, record: IdentityRecord): boolean {
  const now = ctx.clock.now();
  const isAgreed = hasAgreed(record.identity, ctx.consentVersion);
  if (!isAgreed || mayStart(record, now, ctx.policy).kind === 'no') return true;
  return liveLinkOf(ctx, record, now) !== undefined && !isPreparing(record);
}

/** Whether the first try to send traits to Jumio has not run yet: Jumio takes them only before it captures anything. */
function isPreparing(record: IdentityRecord): boolean {
  const open = openAttempt(record);
  return open?.prefill === 'pending' && open.prefillDue !== null && open.prefillTries === 0;
}

/** Whether the person is about to go to Jumio, and an approval by an eID could spare them that. An eID never lifts a rejection or a review. */
function needsEidCheck(ctx: Context, record: IdentityRecord, now: number): boolean {
  const { eidCheck, standing } = record.identity;
  const isOpen = standing === null || standing === 'approved';
  const isGoing = hasAgreed(record.identity, ctx.consentVersion) && mayStart(record, now, ctx.policy).kind !== 'no';
  return isOpen && isGoing && eidCheck === 'none';
}

/** Whether the eID check has ended or failed once: a person without an eID waits for one read of Kratos at most. */
function isCheckTried({ identity }: IdentityRecord): boolean {
  return identity.eidCheck === 'none' || identity.eidFailures > 0;
}

/**
 * Before a person goes to Jumio, reads their linked eIDs once: no hook reports an eID that Kratos links during a sign-in
 * (decision 54). A check that is not done in time stays due, and the person continues.
 * @param apply returns the record with the input of the person; it is stored only where a check is needed
 * @param waitMs for the check, milliseconds
 * @throws LedgerUnavailable if nothing could be stored
 */
export async function checkEidFirst(
  ctx: Context,
  worker: Worker,
  identityId: string,
  apply: (found: IdentityRecord | undefined) => {
    readonly record: IdentityRecord;
    readonly events: readonly LedgerEvent[];
  },
  waitMs: number,
): Promise<void> {
  if (ctx.eid === undefined) return;
  const now = ctx.clock.now();
  let isNeeded = false;
  await ctx.ledger.change(identityId, now, (found) => {
    const { record, events } = apply(found);
    isNeeded = needsEidCheck(ctx, record, now);
    return isNeeded ? { record: requestCheck(record, now), events } : undefined;
  });
  if (!isNeeded) return;
  worker.wake();
  await waitFor(ctx, identityId, waitMs, isCheckTried);
}
