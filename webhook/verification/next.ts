import type { Verification } from '../ledger/types.ts';
import type { View } from './view.ts';

/** What a person does next: what a page offers, and what an answer to an application names. */
export type Next =
  /** Read the text, and agree or refuse. */
  | { readonly kind: 'consent' }
  /** Go on to Jumio: start, continue or renew. */
  | { readonly kind: 'go' }
  /** Nothing: look again in a while. `preparing`: there is no link yet; `checking`: Jumio has all it needs. */
  | { readonly kind: 'wait'; readonly on: 'preparing' | 'checking' }
  /** Nothing for now: not before `until` (epoch milliseconds), or only the operator can help (`stuck`). */
  | { readonly kind: 'later'; readonly why: 'too-many' | 'not-yet' | 'stuck'; readonly until: number | undefined }
  /** Go back to the application: verified, or nothing that the person could do. */
  | { readonly kind: 'done' }
  /** Rejected: only the operator can say more. */
  | { readonly kind: 'contact' };

function refused(why: (View['permission'] & { kind: 'no' })['why'], until: number | undefined): Next {
  switch (why) {
    case 'approved':
    case 'review':
      return { kind: 'done' };
    case 'rejected':
    case 'too-old':
      return { kind: 'contact' };
    case 'processing':
      return { kind: 'wait', on: 'checking' };
    case 'too-many':
    case 'not-yet':
      return { kind: 'later', why, until };
    default:
      return why satisfies never;
  }
}

/** The attempt is there and its link is not. */
function isBeingMade({ permission }: View): boolean {
  return permission.kind === 'continue' && permission.verification.link === null;
}

function isRenewing({ permission }: View): boolean {
  return permission.kind === 'renew' && permission.verification.renew === 1;
}

/** What comes next for this person, in every situation exactly one thing. */
export function nextOf(view: View): Next {
  const { permission } = view;
  if (permission.kind === 'no') return refused(permission.why, permission.until);
  // Jumio refuses to start: only the operator can mend that, and asking the person for anything would lead nowhere.
  if (isBeingMade(view) && view.waitingOn === 'operator') return { kind: 'later', why: 'stuck', until: undefined };
  if (view.consent !== 'given') return { kind: 'consent' };
  return isBeingMade(view) || isRenewing(view) ? { kind: 'wait', on: 'preparing' } : { kind: 'go' };
}

const FIRST_LOOK_S = 5;
const LONGEST_LOOK_S = 60;

/** When the wait began: with the attempt, with the first sign of life, or with the look that a new link waits for. */
function waitingSince(attempt: Verification): number {
  const { aliveAt, requestedAt, lastReadAt, renew } = attempt;
  return renew === 1 ? (lastReadAt ?? requestedAt) : (aliveAt ?? requestedAt);
}

/** Seconds until a page looks again: a tenth of the time that has been waited, so that a long wait costs little. */
export function lookAgainAfter({ attempt, evidenceSince }: View, now: number): number {
  const since = attempt === undefined ? (evidenceSince ?? now) : waitingSince(attempt);
  return Math.min(LONGEST_LOOK_S, Math.max(FIRST_LOOK_S, Math.round((now - since) / 10_000)));
}
