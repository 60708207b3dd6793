import type { Change, LedgerEvent, Snapshot, Verification } from '../../model.ts';
import type { Desk, Worker } from '../context.ts';
import { lookedAgain } from '../eid/index.ts';
import { allowedAt, pressedDue } from '../execution/index.ts';
import { mayStart, type Policy } from '../policy/index.ts';
import { reappeared } from '../publication/index.ts';
import {
  hasAgreed,
  openAttempt,
  request,
  settle,
  withIdentity,
  withParticulars,
  withVerification,
} from '../record/index.ts';
import { turnComesWithin, waitFor } from '../waiting.ts';
import { type Agreement, agreed } from './consent.ts';
import type { Person } from './person.ts';
import { meetPerson, type View, viewOf } from './view.ts';

/** How long a POST waits for a link before its answer says that it is still being made. Milliseconds. */
export const WAIT_MS = 4_000;

/** How long who comes back from Jumio waits for what Jumio says now. Milliseconds. */
export const ARRIVAL_WAIT_MS = 2_000;

/** Due for a look at once; but pressing again and again must not use up the reads of others. */
function askToRenew(snapshot: Snapshot, row: Verification, now: number): Snapshot {
  const allowed = allowedAt(row, undefined, now);
  const asked = withVerification(snapshot, row.id, { renew: 1, readDue: Math.min(row.readDue ?? allowed, allowed) });
  return withIdentity(asked, { nudges: snapshot.identity.nudges + 1, priority: 1 });
}

/** The person is there: whoever waits on a page goes first, and need not wait for an hour. */
function hurry(snapshot: Snapshot, row: Verification, now: number): Snapshot {
  if (row.state !== 'requested') return snapshot;
  return withIdentity(withVerification(snapshot, row.id, { readDue: pressedDue(row, now) }), { priority: 1 });
}

function grant(snapshot: Snapshot, newId: string, now: number, policy: Policy) {
  const permission = mayStart(snapshot, now, policy);
  switch (permission.kind) {
    case 'start':
      return request(withIdentity(snapshot, { priority: 1 }), newId, now);
    case 'renew':
      return settle(askToRenew(snapshot, permission.verification, now), now);
    case 'continue':
      return settle(hurry(snapshot, permission.verification, now), now);
    case 'no':
      return settle(snapshot, now);
    default:
      return permission satisfies never;
  }
}

/**
 * The hosted link of an attempt, as long as it leads somewhere and the person has agreed to go there. A secret: it goes
 * into a redirect or an authenticated answer, and nowhere else.
 */
export function liveLink(desk: Desk, snapshot: Snapshot, now: number): string | undefined {
  const permission = mayStart(snapshot, now, desk.policy);
  const mayGo = permission.kind === 'continue' && hasAgreed(snapshot.identity, desk.consentVersion);
  return mayGo ? (permission.verification.link ?? undefined) : undefined;
}

/** What somebody who goes on brings along. */
export interface GoingOn {
  /** Checked against the allow-list; null: nothing new. */
  readonly returnTo: string | null;
  /** Given where the person agrees in the same breath. */
  readonly agreement?: Agreement | undefined;
  /** The language that the person prefers, a tag: Jumio may speak it where we do not. */
  readonly locale?: string | undefined;
}

/** Where going on has led. */
export type Outcome =
  | { readonly kind: 'link'; readonly link: string; readonly view: View }
  /** A way on, and no agreement to the text as it reads now: nothing was asked of Jumio. */
  | { readonly kind: 'consent-needed'; readonly view: View }
  /** There is no link (yet); the view says why. */
  | { readonly kind: 'no-link'; readonly view: View };

function brought(
  desk: Desk,
  snapshot: Snapshot,
  person: Person,
  { returnTo, locale, agreement }: GoingOn,
  now: number,
) {
  const known = withParticulars(snapshot, person);
  const { identity } = known;
  const kept = withIdentity(known, {
    returnTo: returnTo ?? identity.returnTo,
    locale: locale ?? identity.locale,
  });
  const isCurrent = agreement !== undefined && agreement.version === desk.consentVersion;
  return isCurrent ? agreed(kept, agreement, now) : { snapshot: kept, events: [] };
}

/** The person has come, with what they bring along. */
function come(desk: Desk, found: Snapshot | undefined, person: Person, going: GoingOn, now: number) {
  return brought(desk, reappeared(found ?? meetPerson(person, now), now), person, going, now);
}

function goneOn(desk: Desk, found: Snapshot | undefined, person: Person, going: GoingOn, now: number): Change {
  const { snapshot, events } = come(desk, found, person, going, now);
  const change = hasAgreed(snapshot.identity, desk.consentVersion)
    ? grant(snapshot, desk.newId(), now, desk.policy)
    : settle(snapshot, now);
  return { snapshot: change.snapshot, events: [...events, ...(change.events ?? [])] };
}

function outcomeOf(desk: Desk, snapshot: Snapshot): Outcome {
  const now = desk.clock.now();
  const [link, shown] = [liveLink(desk, snapshot, now), viewOf(desk, snapshot, now)];
  if (link !== undefined) return { kind: 'link', link, view: shown };
  const isAsked = shown.permission.kind !== 'no' && shown.consent !== 'given';
  return { kind: isAsked ? 'consent-needed' : 'no-link', view: shown };
}

/**
 * The person goes on: makes or renews an attempt where that is allowed and agreed to, and waits a little for its link.
 * Rejects with `LedgerUnavailable` where nothing could be kept.
 */
export async function goOn(
  desk: Desk,
  worker: Worker,
  person: Person,
  going: GoingOn,
  waitMs: number,
): Promise<Outcome> {
  const end = performance.now() + waitMs;
  const arrival = (found: Snapshot | undefined) => come(desk, found, person, going, desk.clock.now());
  await lookFirst(desk, worker, person.identityId, arrival, waitMs / 2);
  const now = desk.clock.now();
  const kept = await desk.ledger.change(person.identityId, now, (found) => goneOn(desk, found, person, going, now));
  worker.wake();
  const isDone = (snapshot: Snapshot): boolean => isOver(desk, snapshot);
  const left = Math.max(0, end - performance.now());
  const wait = (await turnComesWithin(desk, left)) ? left : 0;
  const snapshot = (await waitFor(desk, person.identityId, wait, isDone)) ?? kept;
  return outcomeOf(desk, snapshot ?? meetPerson(person, now));
}

/** There is nothing to wait for (any more). */
function isOver(desk: Desk, snapshot: Snapshot): boolean {
  const now = desk.clock.now();
  const isAgreed = hasAgreed(snapshot.identity, desk.consentVersion);
  if (!isAgreed || mayStart(snapshot, now, desk.policy).kind === 'no') return true;
  return liveLink(desk, snapshot, now) !== undefined && !isPreparing(snapshot);
}

/** Jumio is still to be told the traits, which count only before it captures anything; nobody waits long for it. */
function isPreparing(snapshot: Snapshot): boolean {
  const open = openAttempt(snapshot);
  return open?.prepared === 1 && open.preparedDue !== null && open.preparedTries === 0;
}

/** About to be led to Jumio, where an eID could make that needless. It never lifts a rejection or a review. */
function isWorthALook(desk: Desk, snapshot: Snapshot, now: number): boolean {
  const { evidence, standing } = snapshot.identity;
  const isOpen = standing === null || standing === 'approved';
  const isLed = hasAgreed(snapshot.identity, desk.consentVersion) && mayStart(snapshot, now, desk.policy).kind !== 'no';
  return isOpen && isLed && evidence === 0;
}

/** It was read, or could not be: whoever has no eID waits for one read of Kratos, and for nobody who is down. */
function isTried({ identity }: Snapshot): boolean {
  return identity.evidence === 0 || identity.evidenceTries > 0;
}

/**
 * Before a press leads to Jumio, what is linked is read once: an eID that Kratos links during a sign-in is told by no
 * hook (decision 54). Waits a little for it; what is not read by then stays owed, and the person goes on.
 * @param come the identity as it is when the person has come, with what they bring along
 */
export async function lookFirst(
  desk: Desk,
  worker: Worker,
  identityId: string,
  come: (found: Snapshot | undefined) => { readonly snapshot: Snapshot; readonly events: readonly LedgerEvent[] },
  waitMs: number,
): Promise<void> {
  if (desk.eid === undefined) return;
  const now = desk.clock.now();
  let isOwed = false;
  await desk.ledger.change(identityId, now, (found) => {
    const { snapshot, events } = come(found);
    isOwed = isWorthALook(desk, snapshot, now);
    return isOwed ? settle(lookedAgain(snapshot, now), now, events) : undefined;
  });
  if (!isOwed) return;
  worker.wake();
  await waitFor(desk, identityId, waitMs, isTried);
}
