import type { DecidedStatus, IdentityRecord } from '../../../webhook/model.ts';
import { onCreateFailed } from '../../../webhook/verification/execution/create.ts';
import { grantAttempt, override } from '../../../webhook/verification/operator/actions.ts';
import { normalize } from '../../../webhook/verification/record/normalize.ts';
import { awaitConsent, updateVerification } from '../../../webhook/verification/record/record.ts';
import { applied } from '../builders/applied.ts';
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

/** Two of the three axes of the table: the standing of an identity, and the attempt beside it. */

/** A rejection that may be retried. */
export const BLURRED: Told = {
  status: 'PROCESSED',
  decision: decision('REJECTED', 100),
  capabilities: findings('usability', 'REJECTED', 'BLURRED'),
};

/** A rejection that may not be retried. */
export const MANIPULATED: Told = {
  status: 'PROCESSED',
  decision: decision('REJECTED', 100),
  capabilities: findings('imageChecks', 'REJECTED', 'MANIPULATED_DOCUMENT'),
};

export const PASSED: Told = { status: 'PROCESSED', decision: decision('PASSED', 10) };

export const WARNING: Told = { status: 'PROCESSED', decision: decision('WARNING', 50) };

const PAST = NOW - 20 * DAY;

/** Each of these results was read for an attempt of its own, a day apart. */
function decidedBy(...results: readonly Told[]): IdentityRecord {
  return results.reduce((record, told, index) => {
    const at = PAST + index * DAY;
    return read(begun(record, at), { ...told, completedAt: at + HOUR }, at + HOUR).record;
  }, newcomer(PAST));
}

function inherited(status: DecidedStatus): IdentityRecord {
  return newcomer(PAST, status);
}

/** An operator’s decision a week after the first attempt. */
function overridden(record: IdentityRecord, verdict: 'PASSED' | 'FAILED'): IdentityRecord {
  const by = { verdict, reason: 'seen in the branch', by: 'ann' };
  return applied(override(record, by, verificationId(90), PAST + 7 * DAY), PAST + 7 * DAY).record;
}

/** Standings by Jumio, by an earlier published copy, or by the operator. */
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
  'rejected, final; one more granted': () =>
    applied(grantAttempt(decidedBy(MANIPULATED), 'ann', null, PAST + 7 * DAY), PAST + 7 * DAY).record,
} as const;

export type StandingName = keyof typeof STANDINGS;

const RECENTLY = NOW - HOUR;

const LONG_AGO = NOW - 2 * DAY;

/** The time of the read at the end of the link. */
const LINK_ENDED = LONG_AGO + LIFETIME + 1_000;

function refused(record: IdentityRecord): IdentityRecord {
  const facts = { upstream: 'jumio', operation: 'create', failure: 'status', status: 400 } as const;
  return applied(onCreateFailed(record, last(record).id, facts, 'refused', { now: RECENTLY, ...TERMS }), RECENTLY)
    .record;
}

function renewing(record: IdentityRecord): IdentityRecord {
  return updateVerification(record, last(record).id, { renewalRequested: true });
}

function live(word: string) {
  return (record: IdentityRecord): IdentityRecord => readWord(begun(record, RECENTLY), word, RECENTLY + 60_000).record;
}

function ended(word: string) {
  return (record: IdentityRecord): IdentityRecord => readWord(begun(record, LONG_AGO), word, LINK_ENDED).record;
}

/** Attempts beside the standing. */
export const ATTEMPTS = {
  nothing: (record: IdentityRecord): IdentityRecord => record,
  invited: (record: IdentityRecord): IdentityRecord => applied(awaitConsent(record), RECENTLY).record,
  requested: (record: IdentityRecord): IdentityRecord => asked(record, RECENTLY),
  'requested, refused by Jumio': (record: IdentityRecord): IdentityRecord => refused(asked(record, RECENTLY)),
  'INITIATED, live link': live('INITIATED'),
  'INITIATED, link ended': ended('INITIATED'),
  'INITIATED, link ended, new one asked for': (record: IdentityRecord): IdentityRecord =>
    renewing(ended('INITIATED')(record)),
  'INITIATED, no link given': (record: IdentityRecord): IdentityRecord =>
    made(asked(record, RECENTLY), RECENTLY, false),
  'ACQUISITION_STARTED, live link': live('ACQUISITION_STARTED'),
  'ACQUISITION_STARTED, link ended': ended('ACQUISITION_STARTED'),
  'ACQUISITION_STARTED, link ended, new one asked for': (record: IdentityRecord): IdentityRecord =>
    renewing(ended('ACQUISITION_STARTED')(record)),
  ACQUIRED: live('ACQUIRED'),
  'PROCESSED, details not read yet': live('PROCESSED'),
  TOKEN_EXPIRED: ended('TOKEN_EXPIRED'),
} as const;

export type AttemptName = keyof typeof ATTEMPTS;

/** A standing and an attempt beside it, normalized at NOW. */
export function situation(standing: StandingName, attempt: AttemptName): IdentityRecord {
  return normalize(ATTEMPTS[attempt](STANDINGS[standing]()), NOW);
}
