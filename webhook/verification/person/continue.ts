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
import { isTurnWithin, waitFor } from '../waiting.ts';
import { type Agreement, agreed } from './consent.ts';
import type { Person } from './person.ts';
import { recordOf, type View, viewOf } from './view.ts';

/** Due for a look at once; but pressing again and again must not use up the reads of others. */
function askToRenew(record: IdentityRecord, row: Verification, now: number): IdentityRecord {
  const allowed = earliestRead(row, undefined, now);
  const asked = updateVerification(record, row.id, {
    renewalRequested: true,
    readDue: Math.min(row.readDue ?? allowed, allowed),
  });
  return updateIdentity(asked, { readRequests: record.identity.readRequests + 1, priority: true });
}

/** The person is there: whoever waits on a page goes first, and need not wait for an hour. */
function hurry(record: IdentityRecord, row: Verification, now: number): IdentityRecord {
  if (row.state !== 'requested') return record;
  return updateIdentity(updateVerification(record, row.id, { readDue: retryCreateDue(row, now) }), { priority: true });
}

function grant(record: IdentityRecord, newId: string, now: number, policy: Policy) {
  const permission = mayStart(record, now, policy);
  switch (permission.kind) {
    case 'start':
      return requestVerification(updateIdentity(record, { priority: true }), newId, now);
    case 'renew':
      return { record: askToRenew(record, permission.verification, now) };
    case 'continue':
      return { record: hurry(record, permission.verification, now) };
    case 'no':
      return { record };
    default:
      return permission satisfies never;
  }
}

/**
 * The hosted link of an attempt, as long as it leads somewhere and the person has agreed to go there. A secret: it goes
 * into a redirect or an authenticated answer, and nowhere else.
 */
export function liveLink(ctx: Context, record: IdentityRecord, now: number): string | undefined {
  const permission = mayStart(record, now, ctx.policy);
  const mayGo = permission.kind === 'continue' && hasAgreed(record.identity, ctx.consentVersion);
  return mayGo ? (permission.verification.link ?? undefined) : undefined;
}

/** What somebody who goes on brings along. */
export interface ContinueInput {
  /** Checked against the allow-list; null: nothing new. */
  readonly returnTo: string | null;
  /** Given where the person agrees in the same breath. */
  readonly agreement?: Agreement | undefined;
  /** The language that the person prefers, a tag: Jumio may speak it where we do not. */
  readonly locale?: string | undefined;
}

/** Where going on has led. */
export type ContinueOutcome =
  | { readonly kind: 'link'; readonly link: string; readonly view: View }
  /** A way on, and no agreement to the text as it reads now: nothing was asked of Jumio. */
  | { readonly kind: 'consent-needed'; readonly view: View }
  /** There is no link (yet); the view says why. */
  | { readonly kind: 'no-link'; readonly view: View };

function applyInput(
  ctx: Context,
  record: IdentityRecord,
  person: Person,
  { returnTo, locale, agreement }: ContinueInput,
  now: number,
) {
  const known = withDetails(record, person);
  const { identity } = known;
  const kept = updateIdentity(known, {
    returnTo: returnTo ?? identity.returnTo,
    locale: locale ?? identity.locale,
  });
  const isCurrent = agreement !== undefined && agreement.version === ctx.consentVersion;
  return isCurrent ? agreed(kept, agreement, now) : { record: kept, events: [] };
}

/** The person has come, with what they bring along. */
function recordArrival(
  ctx: Context,
  found: IdentityRecord | undefined,
  person: Person,
  going: ContinueInput,
  now: number,
) {
  return applyInput(ctx, onIdentityFound(found ?? recordOf(person, now), now), person, going, now);
}

function continuedRecord(
  ctx: Context,
  found: IdentityRecord | undefined,
  person: Person,
  going: ContinueInput,
  now: number,
): Change {
  const { record, events } = recordArrival(ctx, found, person, going, now);
  const change = hasAgreed(record.identity, ctx.consentVersion)
    ? grant(record, ctx.newId(), now, ctx.policy)
    : { record };
  return { record: change.record, events: [...events, ...(change.events ?? [])] };
}

function outcomeOf(ctx: Context, record: IdentityRecord): ContinueOutcome {
  const now = ctx.clock.now();
  const [link, shown] = [liveLink(ctx, record, now), viewOf(ctx, record, now)];
  if (link !== undefined) return { kind: 'link', link, view: shown };
  const isAsked = shown.refusal === null && shown.consent !== 'given';
  return { kind: isAsked ? 'consent-needed' : 'no-link', view: shown };
}

/**
 * The person goes on: makes or renews an attempt where that is allowed and agreed to, and waits a little for its link.
 * Rejects with `LedgerUnavailable` where nothing could be kept.
 */
export async function continueVerification(
  ctx: Context,
  worker: Worker,
  person: Person,
  going: ContinueInput,
  waitMs: number,
): Promise<ContinueOutcome> {
  const end = performance.now() + waitMs;
  const arrival = (found: IdentityRecord | undefined) => recordArrival(ctx, found, person, going, ctx.clock.now());
  await checkEidFirst(ctx, worker, person.identityId, arrival, waitMs / 2);
  const now = ctx.clock.now();
  const kept = await ctx.ledger.change(person.identityId, now, (found) =>
    continuedRecord(ctx, found, person, going, now),
  );
  worker.wake();
  const isDone = (record: IdentityRecord): boolean => isLinkSettled(ctx, record);
  const left = Math.max(0, end - performance.now());
  const wait = (await isTurnWithin(ctx, left)) ? left : 0;
  const record = (await waitFor(ctx, person.identityId, wait, isDone)) ?? kept;
  return outcomeOf(ctx, record ?? recordOf(person, now));
}

/** Whether a longer wait is useless: the link is ready, or none is being made. */
function isLinkSettled(ctx: Context, record: IdentityRecord): boolean {
  const now = ctx.clock.now();
  const isAgreed = hasAgreed(record.identity, ctx.consentVersion);
  if (!isAgreed || mayStart(record, now, ctx.policy).kind === 'no') return true;
  return liveLink(ctx, record, now) !== undefined && !isPreparing(record);
}

/** Whether the first try to send traits to Jumio is still to come: Jumio takes them only before it captures anything. */
function isPreparing(record: IdentityRecord): boolean {
  const open = openAttempt(record);
  return open?.prefill === 'pending' && open.prefillDue !== null && open.prefillTries === 0;
}

/** About to be led to Jumio, where an eID could make that needless. It never lifts a rejection or a review. */
function needsEidCheck(ctx: Context, record: IdentityRecord, now: number): boolean {
  const { eidCheck, standing } = record.identity;
  const isOpen = standing === null || standing === 'approved';
  const isLed = hasAgreed(record.identity, ctx.consentVersion) && mayStart(record, now, ctx.policy).kind !== 'no';
  return isOpen && isLed && eidCheck === 'none';
}

/** Whether the eID check has ended or failed once: a person without an eID waits for one read of Kratos at most. */
function isCheckTried({ identity }: IdentityRecord): boolean {
  return identity.eidCheck === 'none' || identity.eidFailures > 0;
}

/**
 * Before a press leads to Jumio, what is linked is read once: an eID that Kratos links during a sign-in is told by no
 * hook (decision 54). Waits a little for it; what is not read by then stays owed, and the person goes on.
 * @param come the identity as it is when the person has come, with what they bring along
 */
export async function checkEidFirst(
  ctx: Context,
  worker: Worker,
  identityId: string,
  come: (found: IdentityRecord | undefined) => {
    readonly record: IdentityRecord;
    readonly events: readonly LedgerEvent[];
  },
  waitMs: number,
): Promise<void> {
  if (ctx.eid === undefined) return;
  const now = ctx.clock.now();
  let isOwed = false;
  await ctx.ledger.change(identityId, now, (found) => {
    const { record, events } = come(found);
    isOwed = needsEidCheck(ctx, record, now);
    return isOwed ? { record: requestCheck(record, now), events } : undefined;
  });
  if (!isOwed) return;
  worker.wake();
  await waitFor(ctx, identityId, waitMs, isCheckTried);
}
