import type { DecidedStatus, IdentityRecord } from '../../../webhook/model.ts';
import { onCreateFailed } from '../../../webhook/verification/execution/create.ts';
import { grantAttempt, override } from '../../../webhook/verification/operator/actions.ts';
import { normalize } from '../../../webhook/verification/record/normalize.ts';
import { awaitConsent, updateVerification } from '../../../webhook/verification/record/record.ts';
import { applied } from '../builders/applied.ts';
import {
  DAY,
  HOUR,
  LIFETIME,
  last,
  NOW,
  newRecord,
  readDetailsAs,
  readStatusAs,
  TERMS,
  verificationId,
  withAttempt,
  withExecution,
  withRequest,
} from '../builders/history.ts';
import { decision, findings, type GivenDetails } from '../fakes/jumio-answers.ts';

/** Two of the three axes of the table: the standing of an identity, and the attempt beside it. */

/** A rejection that may be retried. */
export const BLURRED: GivenDetails = {
  status: 'PROCESSED',
  decision: decision('REJECTED', 100),
  capabilities: findings('usability', 'REJECTED', 'BLURRED'),
};

/** A rejection that may not be retried. */
export const MANIPULATED: GivenDetails = {
  status: 'PROCESSED',
  decision: decision('REJECTED', 100),
  capabilities: findings('imageChecks', 'REJECTED', 'MANIPULATED_DOCUMENT'),
};

export const PASSED: GivenDetails = { status: 'PROCESSED', decision: decision('PASSED', 10) };

export const WARNING: GivenDetails = { status: 'PROCESSED', decision: decision('WARNING', 50) };

const PAST = NOW - 20 * DAY;

/** Each of these results was read for an attempt of its own, a day apart. */
function decidedBy(...results: readonly GivenDetails[]): IdentityRecord {
  return results.reduce((record, given, index) => {
    const at = PAST + index * DAY;
    return readDetailsAs(withAttempt(record, at), { ...given, completedAt: at + HOUR }, at + HOUR).record;
  }, newRecord(PAST));
}

function inherited(status: DecidedStatus): IdentityRecord {
  return newRecord(PAST, status);
}

/** An operator’s decision a week after the first attempt. */
function overridden(record: IdentityRecord, verdict: 'PASSED' | 'FAILED'): IdentityRecord {
  const by = { verdict, reason: 'seen in the branch', by: 'ann' };
  return applied(override(record, by, verificationId(90), PAST + 7 * DAY), PAST + 7 * DAY).record;
}

/** Standings by Jumio, by an earlier published copy, or by the operator. */
export const STANDINGS = {
  none: () => newRecord(PAST),
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

function live(status: string) {
  return (record: IdentityRecord): IdentityRecord =>
    readStatusAs(withAttempt(record, RECENTLY), status, RECENTLY + 60_000).record;
}

function ended(status: string) {
  return (record: IdentityRecord): IdentityRecord =>
    readStatusAs(withAttempt(record, LONG_AGO), status, LINK_ENDED).record;
}

/** Attempts beside the standing. */
export const ATTEMPTS = {
  nothing: (record: IdentityRecord): IdentityRecord => record,
  invited: (record: IdentityRecord): IdentityRecord => applied(awaitConsent(record), RECENTLY).record,
  requested: (record: IdentityRecord): IdentityRecord => withRequest(record, RECENTLY),
  'requested, refused by Jumio': (record: IdentityRecord): IdentityRecord => refused(withRequest(record, RECENTLY)),
  'INITIATED, live link': live('INITIATED'),
  'INITIATED, link ended': ended('INITIATED'),
  'INITIATED, link ended, new one asked for': (record: IdentityRecord): IdentityRecord =>
    renewing(ended('INITIATED')(record)),
  'INITIATED, no link given': (record: IdentityRecord): IdentityRecord =>
    withExecution(withRequest(record, RECENTLY), RECENTLY, false),
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
