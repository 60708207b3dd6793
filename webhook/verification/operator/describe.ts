import type { KratosIdentity } from '../../kratos/types.ts';
import type { IdentityRecord, Verification } from '../../model.ts';
import { describeFailures } from '../eid/index.ts';
import { isMatching, type Job } from '../job.ts';
import { jobs } from '../jobs.ts';
import { matchesPublished } from '../publication/index.ts';
import { isEid, member, openAttempt, standingOf, waitingOn } from '../record/index.ts';

/** Why an attempt is still open, in one sentence for operators. */
function whyOpen(row: Verification, now: number): string {
  if (row.createRefused) return 'Jumio refused to create the execution (see last error); creation is retried daily';
  if (row.state === 'requested') return 'the execution is not yet created at Jumio';
  if (row.lastError === 'unknown-status') return 'Jumio returned a status that its documentation does not have';
  if (row.jumioStatus === 'ACQUIRED' || row.jumioStatus === 'PROCESSED')
    return 'Jumio has all it needs and is processing';
  if (row.linkEndsAt === null)
    return 'Jumio created the execution without a link: set a domain prefix in the Jumio portal';
  if (row.linkEndsAt <= now) return 'the link to Jumio has ended; the person may request a new one';
  return row.jumioStatus === 'ACQUISITION_STARTED'
    ? 'the person has begun at Jumio'
    : 'a link is ready; the person has not begun';
}

function whyDecided(record: IdentityRecord): string {
  const standing = standingOf(record);
  const by = standing?.by;
  if (by?.source === 'operator') return `the operator decided: ${by.decisionLabel ?? 'no reason given'}`;
  if (by === null) return 'inherited from the published copy, which is older than the row of the identity';
  if (by && isEid(by)) return `${by.source} approved it`;
  if (standing?.status === 'approved') return 'Jumio passed it';
  if (standing?.status === 'review') return 'Jumio gave a warning: the operator reviews it, or overrides';
  return `Jumio rejected it (${by?.reason ?? 'no reason'})`;
}

/** Explains the status of an identity, and whom it waits for, in one sentence. */
export function explainWaiting(record: IdentityRecord, now: number): string {
  const { erasedAt, attemptGrantedAt, awaitingConsent, eidCheck } = record.identity;
  if (erasedAt !== null) return 'it was erased';
  const open = openAttempt(record);
  const isOpenCounting = open !== undefined && (standingOf(record) === null || waitingOn(record) === 'jumio');
  if (isOpenCounting) return whyOpen(open, now);
  if (standingOf(record) === null) {
    if (eidCheck === 'sign-up') return `the eIDs of the sign-up are not yet read${describeFailures(record.identity)}`;
    if (awaitingConsent) return 'awaiting consent; the execution is created when the person continues';
    return record.verifications.length === 0 ? 'nothing was ever started' : 'the last attempt was not finished in time';
  }
  const granted = attemptGrantedAt === null ? '' : '; one more attempt is granted';
  return `${whyDecided(record)}${granted}`;
}

/** A due job in words, and its due time in epoch milliseconds. */
export interface DueLine {
  readonly what: string;
  readonly at: number;
}

function dueLines(job: Job, record: IdentityRecord): DueLine[] {
  if (job.table === 'identities') {
    const at = record.identity[job.column];
    return at === null ? [] : [{ what: job.describe(record, record.identity), at }];
  }
  return record.verifications
    .filter((row) => isMatching(job, row))
    .flatMap((row) => {
      const at = row[job.column];
      return at === null ? [] : [{ what: job.describe(record, row), at }];
    });
}

/** Describes every job of an identity that has a due time, the earliest first. */
export function nextDue(record: IdentityRecord): DueLine[] {
  return jobs.flatMap((job) => dueLines(job, record)).sort((a, b) => a.at - b.at);
}

/** Returns the published copy that Kratos has, and where it differs from the ledger. */
export function compareCopies({ identity }: IdentityRecord, seen: KratosIdentity) {
  const copy = {
    public: member(seen.metadataPublic, 'jumio') ?? null,
    admin: member(seen.metadataAdmin, 'jumio') ?? null,
  };
  const isBehind = identity.published < identity.version;
  const differences = [
    ...(isBehind ? ['our last change is not published yet'] : []),
    ...(!isBehind && !matchesPublished(identity, copy.public)
      ? ['metadata_public.jumio is not what we published']
      : []),
    ...(seen.state === 'inactive' && !identity.deactivated ? ['the identity is inactive, and not by us'] : []),
  ];
  return { copy, differences };
}
