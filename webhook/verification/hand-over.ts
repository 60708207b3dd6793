import type { Change, Snapshot, Verification } from '../ledger/types.ts';
import { openAttempt } from './attempts.ts';
import { type Agreement, agreed, hasAgreed } from './consent.ts';
import { pressedDue } from './create-failed.ts';
import type { Desk } from './desk.ts';
import { withIdentity, withVerification } from './edit.ts';
import { lookFirst } from './look-first.ts';
import { allowedAt } from './nudge.ts';
import { withParticulars } from './particulars.ts';
import type { Person } from './person.ts';
import type { Policy } from './policy.ts';
import { reappeared } from './publication.ts';
import { request } from './request.ts';
import { settle } from './settle.ts';
import { turnComesWithin, waitFor } from './start.ts';
import { mayStart } from './start-again.ts';
import { meetPerson, type View, viewOf } from './view.ts';
import type { Worker } from './worker.ts';

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
