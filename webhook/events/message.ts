import { z } from 'zod';
import type { ActionableReason, IdentityRecord, Reason } from '../model.ts';
import { type PublishedStatus, publishedContent } from '../verification/record/index.ts';
import type { Announcement, EventBody, EventStatus, EventType } from './model.ts';
import { AFTER_COPY_MS } from './schedule.ts';

type Data = EventBody['data'];

/** What an application is told of an identity: an event is due where any of it differs. */
type Told = Pick<Data, 'source' | 'level' | 'reason' | 'verification_id'> & { readonly status: EventStatus };

/** Of the erased nothing is told but that they are. */
const ERASED: Told = { status: 'erased', source: null, level: null, reason: null, verification_id: null };

/** Only what a person can act on leaves the service (docs/design.md#reasons-of-a-rejection). */
function toldReason(reason: Reason | null): ActionableReason | null {
  return reason === 'other' ? null : reason;
}

type Copy = Pick<PublishedStatus, 'status' | 'source' | 'level' | 'verification_id'>;

/** The published copy: ours, or the one that an inherited status was read from. @returns undefined: the status is `none` */
function copyOf({ identity }: IdentityRecord): Copy | undefined {
  const { content, changedAt, version, inherited, inheritedSource, inheritedLevel } = identity;
  if (content !== null) return publishedContent({ content, changedAt, version }).public;
  if (inherited === null) return undefined;
  return {
    status: inherited,
    ...(inheritedSource === null ? {} : { source: inheritedSource }),
    ...(inheritedLevel === null ? {} : { level: inheritedLevel }),
  };
}

function toldOf(record: IdentityRecord): Told | undefined {
  if (record.identity.erasedAt !== null) return ERASED;
  const copy = copyOf(record);
  if (copy === undefined) return undefined;
  const { status, source = null, level = null, verification_id = null } = copy;
  return { status, source, level, reason: toldReason(record.identity.reason), verification_id };
}

const kept = z.object({
  data: z.object({
    status: z.string(),
    source: z.string().nullable(),
    level: z.string().nullable(),
    reason: z.string().nullable(),
    verification_id: z.string().nullable(),
  }),
});

function isSame(one: z.infer<typeof kept>['data'] | undefined, other: Told): boolean {
  return (
    one !== undefined &&
    one.status === other.status &&
    one.source === other.source &&
    one.level === other.level &&
    one.reason === other.reason &&
    one.verification_id === other.verification_id
  );
}

function isoTime(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

function announcementOf(
  { identity }: IdentityRecord,
  told: Told,
  previous: Data['previous_status'],
  { at, due }: { readonly at: number; readonly due: number },
): Announcement {
  const type: EventType = `verification.${told.status}`;
  const { id, version, decidedAt } = identity;
  const body: EventBody = {
    type,
    timestamp: new Date(at).toISOString(),
    data: {
      identity_id: id,
      status: told.status,
      previous_status: previous,
      source: told.source,
      level: told.level,
      reason: told.reason,
      verification_id: told.verification_id,
      sequence: version,
      decided_at: told.status === 'erased' ? null : isoTime(decidedAt),
    },
  };
  return { version, type, body: JSON.stringify(body), due };
}

/**
 * Returns what applications are told of a change of a record; undefined: nothing that they know has changed. An event has the
 * number of the version, so there is none without a new version.
 */
export function announce(
  before: IdentityRecord | undefined,
  after: IdentityRecord,
  now: number,
): Announcement | undefined {
  if (after.identity.version === (before?.identity.version ?? 0)) return undefined;
  const told = toldOf(after);
  if (told === undefined || isSame(before && toldOf(before), told)) return undefined;
  const previous = told.status === 'erased' ? null : (before?.identity.status ?? 'none');
  return announcementOf(after, told, previous, { at: now, due: now + AFTER_COPY_MS });
}

/**
 * Returns what an application is told of a record of which it may have missed something; undefined: nothing has begun, or it was told so.
 * @param last the body that is kept as the last one; undefined: none is
 */
export function announceCurrent(
  record: IdentityRecord,
  now: number,
  last: string | undefined,
): Announcement | undefined {
  const told = toldOf(record);
  if (told === undefined || (last !== undefined && isSame(kept.parse(JSON.parse(last)).data, told))) return undefined;
  return announcementOf(record, told, null, { at: record.identity.changedAt, due: now });
}

/** The identity of a test event: none has this id. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** Returns an event that tells of nobody, for `events test`. @param at epoch milliseconds: also its number, so that no two have one id */
export function testEvent(at: number): {
  readonly identityId: string;
  readonly version: number;
  readonly body: string;
} {
  const body: EventBody = {
    type: 'verification.test',
    timestamp: new Date(at).toISOString(),
    data: {
      identity_id: NOBODY,
      status: 'none',
      previous_status: null,
      source: null,
      level: null,
      reason: null,
      verification_id: null,
      sequence: 0,
      decided_at: null,
    },
  };
  return { identityId: NOBODY, version: at, body: JSON.stringify(body) };
}
