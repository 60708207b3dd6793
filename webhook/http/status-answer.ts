import type { Reason } from '../ledger/types.ts';
import { type AttemptStatus, attemptStatus } from '../verification/attempts.ts';
import { lookAgainAfter, type Next, nextOf } from '../verification/next.ts';
import type { View } from '../verification/view.ts';

/** What an application is told of a person (docs/applications.md): no score, no label, no link, no document. */
export interface StatusAnswer {
  readonly status: View['status'];
  readonly waiting_on: View['waitingOn'];
  /** `verify`: POST /jumio/verify leads on; `later`: not before `until`, or not before the operator has helped. */
  readonly next: 'verify' | 'wait' | 'continue' | 'later' | 'contact';
  /** Seconds after which it is worth asking again. */
  readonly retry_after: number;
  /** Only beside a decided status: how a further attempt is doing. */
  readonly attempt?: AttemptStatus;
  /** ISO 8601. */
  readonly until?: string;
  /** Only those that a person can act on. */
  readonly reason?: Exclude<Reason, 'other'>;
  readonly return_to?: string;
  /** Only of `/jumio/status`, and only by cookie. */
  readonly somebody_else?: true;
}

const WORDS: Readonly<Record<Next['kind'], StatusAnswer['next']>> = {
  consent: 'verify',
  go: 'verify',
  wait: 'wait',
  later: 'later',
  done: 'continue',
  contact: 'contact',
};

/** Nothing changes soon, but Jumio or an operator may change their mind. */
const SELDOM_S = 3_600;
/** Somebody works on it by hand. */
const BY_HAND_S = 300;

function retryAfter(view: View, next: Next, now: number): number {
  if (next.kind === 'done' || next.kind === 'contact') return view.status === 'review' ? BY_HAND_S : SELDOM_S;
  return next.kind === 'later' ? BY_HAND_S : lookAgainAfter(view, now);
}

function attemptBeside({ status, attempt }: View): AttemptStatus | undefined {
  const isDecided = status === 'approved' || status === 'review' || status === 'rejected';
  return isDecided && attempt !== undefined && attempt.decision === null ? attemptStatus(attempt) : undefined;
}

/** Text of a time. */
export function isoTime(at: number): string {
  return new Date(at).toISOString();
}

/** @param returnTo where the person goes in the end; undefined: nobody said */
export function statusAnswer(view: View, now: number, returnTo: string | undefined): StatusAnswer {
  const next = nextOf(view);
  const attempt = attemptBeside(view);
  const until = next.kind === 'later' ? next.until : undefined;
  return {
    status: view.status,
    waiting_on: view.waitingOn,
    next: WORDS[next.kind],
    retry_after: retryAfter(view, next, now),
    ...(attempt === undefined ? {} : { attempt }),
    ...(until === undefined ? {} : { until: isoTime(until) }),
    ...(view.reason === null ? {} : { reason: view.reason }),
    ...(returnTo === undefined ? {} : { return_to: returnTo }),
  };
}
