import type { DecidedStatus, Snapshot } from '../../../webhook/model.ts';
import { onCreateFailed } from '../../../webhook/verification/execution/create.ts';
import { grant, override } from '../../../webhook/verification/operator/actions.ts';
import { settle } from '../../../webhook/verification/record/normalize.ts';
import { invite, withVerification } from '../../../webhook/verification/record/record.ts';
import {
  asked,
  begun,
  DAY,
  HOUR,
  LIFETIME,
  last,
  made,
  NOW,
  newcomer,
  read,
  readWord,
  TERMS,
  verificationId,
} from '../builders/history.ts';
import { decision, findings, type Told } from '../fakes/jumio-answers.ts';

/** Two of the table's three axes: what counts for an identity already, and what is under way beside it. */

/** A rejection that the person can act on. */
export const BLURRED: Told = {
  status: 'PROCESSED',
  decision: decision('REJECTED', 100),
  capabilities: findings('usability', 'REJECTED', 'BLURRED'),
};

/** A rejection that the person cannot act on. */
export const MANIPULATED: Told = {
  status: 'PROCESSED',
  decision: decision('REJECTED', 100),
  capabilities: findings('imageChecks', 'REJECTED', 'MANIPULATED_DOCUMENT'),
};

export const PASSED: Told = { status: 'PROCESSED', decision: decision('PASSED', 10) };

export const WARNING: Told = { status: 'PROCESSED', decision: decision('WARNING', 50) };

const PAST = NOW - 20 * DAY;

/** Each of these results was read for an attempt of its own, a day apart. */
function decidedBy(...results: readonly Told[]): Snapshot {
  return results.reduce((snapshot, told, index) => {
    const at = PAST + index * DAY;
    return read(begun(snapshot, at), { ...told, completedAt: at + HOUR }, at + HOUR).snapshot;
  }, newcomer(PAST));
}

function inherited(status: DecidedStatus): Snapshot {
  return newcomer(PAST, status);
}

/** The operator has decided since, each time a week after the first attempt. */
function overridden(snapshot: Snapshot, verdict: 'PASSED' | 'FAILED'): Snapshot {
  const by = { verdict, reason: 'seen in the branch', by: 'ann' };
  return override(snapshot, by, verificationId(90), PAST + 7 * DAY).snapshot;
}

/** What Jumio, a published copy of before, or the operator has said. */
export const STANDINGS = {
  none: () => newcomer(PAST),
  approved: () => decidedBy(PASSED),
  review: () => decidedBy(WARNING),
  'rejected ×1': () => decidedBy(BLURRED),
  'rejected ×2': () => decidedBy(BLURRED, BLURRED),
  'rejected ×3': () => decidedBy(BLURRED, BLURRED, BLURRED),
  'rejected, final': () => decidedBy(MANIPULATED),
  'inherited approved': () => inherited('approved'),
  'inherited review': () => inherited('review'),
  'inherited rejected': () => inherited('rejected'),
  'approved by the operator': () => overridden(decidedBy(MANIPULATED), 'PASSED'),
  'rejected by the operator': () => overridden(decidedBy(PASSED), 'FAILED'),
  'rejected, final; one more granted': () => grant(decidedBy(MANIPULATED), 'ann', null, PAST + 7 * DAY).snapshot,
} as const;

export type StandingName = keyof typeof STANDINGS;

const RECENTLY = NOW - HOUR;

const LONG_AGO = NOW - 2 * DAY;

/** When the worker looks because the link has ended. */
const LINK_ENDED = LONG_AGO + LIFETIME + 1_000;

function refused(snapshot: Snapshot): Snapshot {
  const facts = { upstream: 'jumio', operation: 'create', failure: 'status', status: 400 } as const;
  return onCreateFailed(snapshot, last(snapshot).id, facts, 'refused', { now: RECENTLY, ...TERMS }).snapshot;
}

function renewing(snapshot: Snapshot): Snapshot {
  return withVerification(snapshot, last(snapshot).id, { renew: 1 });
}

function live(word: string) {
  return (snapshot: Snapshot): Snapshot => readWord(begun(snapshot, RECENTLY), word, RECENTLY + 60_000).snapshot;
}

function ended(word: string) {
  return (snapshot: Snapshot): Snapshot => readWord(begun(snapshot, LONG_AGO), word, LINK_ENDED).snapshot;
}

/** What is under way beside the standing. */
export const ATTEMPTS = {
  nothing: (snapshot: Snapshot): Snapshot => snapshot,
  invited: (snapshot: Snapshot): Snapshot => invite(snapshot, RECENTLY).snapshot,
  requested: (snapshot: Snapshot): Snapshot => asked(snapshot, RECENTLY),
  'requested, refused by Jumio': (snapshot: Snapshot): Snapshot => refused(asked(snapshot, RECENTLY)),
  'INITIATED, live link': live('INITIATED'),
  'INITIATED, link ended': ended('INITIATED'),
  'INITIATED, link ended, new one asked for': (snapshot: Snapshot): Snapshot => renewing(ended('INITIATED')(snapshot)),
  'INITIATED, no link given': (snapshot: Snapshot): Snapshot => made(asked(snapshot, RECENTLY), RECENTLY, false),
  'ACQUISITION_STARTED, live link': live('ACQUISITION_STARTED'),
  'ACQUISITION_STARTED, link ended': ended('ACQUISITION_STARTED'),
  'ACQUISITION_STARTED, link ended, new one asked for': (snapshot: Snapshot): Snapshot =>
    renewing(ended('ACQUISITION_STARTED')(snapshot)),
  ACQUIRED: live('ACQUIRED'),
  'PROCESSED, details not read yet': live('PROCESSED'),
  TOKEN_EXPIRED: ended('TOKEN_EXPIRED'),
} as const;

export type AttemptName = keyof typeof ATTEMPTS;

/** A standing and an attempt beside it, as the worker leaves them at the moment of the tests. */
export function situation(standing: StandingName, attempt: AttemptName): Snapshot {
  return settle(ATTEMPTS[attempt](STANDINGS[standing]()), NOW).snapshot;
}
