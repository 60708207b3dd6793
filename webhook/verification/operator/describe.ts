import type { KratosIdentity } from '../../kratos/types.ts';
import type { IdentityRecord, Verification } from '../../model.ts';
import { matchesPublished, pendingPublication } from '../publication/index.ts';
import { isEid, openAttempt, publishedContent, standingOf, waitingOn } from '../record/index.ts';

/** Why an attempt is not further, in one sentence for operators. */
function whyOpen(row: Verification, now: number): string {
  if (row.createRefused) return 'Jumio refused to create the execution (see last error); it is tried again daily';
  if (row.state === 'requested') return 'the execution is still to be created at Jumio';
  if (row.lastError === 'unknown-status') return 'Jumio says a word that its documentation does not have';
  if (row.jumioStatus === 'ACQUIRED' || row.jumioStatus === 'PROCESSED') return 'Jumio has all it needs and is at work';
  if (row.linkEndsAt === null)
    return 'Jumio made the execution without a link: set a domain prefix in the Jumio portal';
  if (row.linkEndsAt <= now) return 'the link to Jumio has ended; the person may ask for a new one';
  return row.jumioStatus === 'ACQUISITION_STARTED'
    ? 'the person is at it'
    : 'a link is ready; the person has not begun';
}

function whyDecided(record: IdentityRecord): string {
  const standing = standingOf(record);
  const by = standing?.by;
  if (by?.source === 'operator') return `the operator decided: ${by.decisionLabel ?? 'without a word'}`;
  if (by === null) return 'a copy that was published before we met the identity says so';
  if (by && isEid(by)) return `${by.source} approved it`;
  if (standing?.status === 'approved') return 'Jumio passed it';
  if (standing?.status === 'review') return 'Jumio is not sure: somebody looks at it, or overrides';
  return `Jumio rejected it (${by?.reason ?? 'no reason'})`;
}

/** That reading what an eID says has failed so far, and what an operator can do. */
function failing({ identity: { eidFailures } }: IdentityRecord): string {
  if (eidFailures === 0) return '';
  return `; ${eidFailures} tries failed: see eid_unread in the timeline, and whether doctor reaches Kratos and the provider`;
}

/** Why somebody is waited for, or nobody, in one sentence. */
export function explainWaiting(record: IdentityRecord, now: number): string {
  const { erasedAt, attemptGrantedAt, awaitingConsent, eidCheck } = record.identity;
  if (erasedAt !== null) return 'it was erased';
  const open = openAttempt(record);
  const isOpenCounting = open !== undefined && (standingOf(record) === null || waitingOn(record) === 'jumio');
  if (isOpenCounting) return whyOpen(open, now);
  if (standingOf(record) === null) {
    if (eidCheck === 'sign-up') return `whether an eID answers is still to be read${failing(record)}`;
    if (awaitingConsent) return 'the person was asked to come; the execution is made when they go on';
    return record.verifications.length === 0 ? 'nothing was ever started' : 'the last attempt was not finished in time';
  }
  const granted = attemptGrantedAt === null ? '' : '; one more attempt is granted';
  return `${whyDecided(record)}${granted}`;
}

/** Something that is owed, and since or until when. */
export interface DueLine {
  readonly what: string;
  readonly at: number;
}

/** What is due next, the earliest first. */
export function nextDue(record: IdentityRecord): DueLine[] {
  const { identity, verifications } = record;
  const { erasedAt, kratosDue, pendingState, revocation, eidDue, eidReportedAt } = identity;
  const verb = erasedAt === null ? 'read' : 'delete the account of';
  const jumio = verifications.flatMap(({ readDue, state, attempt }) =>
    readDue === null
      ? []
      : [{ what: `${state === 'requested' ? 'create' : verb} attempt ${attempt} at Jumio`, at: readDue }],
  );
  const states = pendingState === null ? [] : [`set the state to ${pendingState}`];
  const sessions = revocation === 'none' ? [] : ['revoke the sessions'];
  const unread = eidReportedAt === null ? 'read which eIDs are linked' : 'read what the eID says';
  const eid = eidDue === null ? [] : [{ what: `${unread}${failing(record)}`, at: eidDue }];
  const what = [pendingPublication(identity), ...sessions, ...states].filter((debt) => debt !== 'none').join(', ');
  const kratos =
    kratosDue === null ? [] : [{ what: `Kratos: ${what || 'look whether anything is owed'}`, at: kratosDue }];
  return [...jumio, ...kratos, ...eid].sort((a, b) => a.at - b.at);
}

function ours(metadata: unknown): unknown {
  return typeof metadata === 'object' && metadata !== null ? Reflect.get(metadata, 'jumio') : undefined;
}

/** What stands in Kratos beside what we published, and where the two differ. */
export function compareCopies({ identity }: IdentityRecord, seen: KratosIdentity) {
  const copy = { public: ours(seen.metadataPublic) ?? null, admin: ours(seen.metadataAdmin) ?? null };
  const owed = identity.content === null ? null : publishedContent(identity.content, identity.changedAt);
  const isBehind = identity.published < identity.version;
  const differences = [
    ...(isBehind ? ['our last change is not published yet'] : []),
    ...(!isBehind && !matchesPublished(identity, copy.public)
      ? ['metadata_public.jumio is not what we published']
      : []),
    ...(seen.state === 'inactive' && !identity.deactivated ? ['the identity is inactive, and not by us'] : []),
  ];
  return { copy, owed, differences };
}
