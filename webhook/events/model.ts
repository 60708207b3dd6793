import { count, counter, initially, primaryKey, type RowOf, text, textOrNull, time, timeOrNull } from '../columns.ts';
import type { ActionableReason, IdentityRecord, Source, Status } from '../model.ts';

/*
 * The words of signed events (docs/events.md), as types and tables, as `model.ts` has those of verifications. A signed event
 * tells applications of a change; an event of the ledger's audit trail is another thing. All times are epoch milliseconds.
 */

/** The types of signed events. Each is named after the new status. */
export const EVENT_TYPES = [
  'verification.pending',
  'verification.processing',
  'verification.approved',
  'verification.review',
  'verification.rejected',
  'verification.expired',
  'verification.erased',
] as const;

/** The type of a signed event. */
export type EventType = (typeof EVENT_TYPES)[number];

/** The status that an event tells of. */
export type EventStatus = Exclude<Status, 'none'> | 'erased';

/** The body of a signed event, in the order of its members. Published: names are stable (docs/events.md#the-body). */
export interface EventBody {
  readonly type: EventType | 'verification.test';
  /** ISO 8601, UTC: when the change was recorded. */
  readonly timestamp: string;
  readonly data: {
    readonly identity_id: string;
    readonly status: EventStatus | 'none';
    /** Null: not known, because the event was made by `events replay`, or the person was erased. */
    readonly previous_status: Status | null;
    /** Who decided, else who will; null: an inherited status does not say it. */
    readonly source: Source | null;
    readonly level: string | null;
    readonly reason: ActionableReason | null;
    readonly verification_id: string | null;
    /** Rises with each event of an identity, not always by one. An event with a lower number than the last applied one is old. */
    readonly sequence: number;
    /** ISO 8601, UTC. */
    readonly decided_at: string | null;
  };
}

/** A change that is to be told: what the row of a delivery keeps of it. */
export interface Announcement {
  readonly version: number;
  readonly type: EventType;
  /** JSON: these bytes are signed at every try. */
  readonly body: string;
  /** When it becomes due if no confirmed copy makes it due before, epoch milliseconds. */
  readonly due: number;
}

/** Returns what is to be told of a change; undefined: nothing. Pure: the ledger calls it for each record that it writes, where an endpoint is configured. */
export type Announce = (
  before: IdentityRecord | undefined,
  after: IdentityRecord,
  now: number,
) => Announcement | undefined;

/** Returns what is to be told of a record now, by the body that was told last; undefined: nothing else. */
export type AnnounceCurrent = (
  record: IdentityRecord,
  now: number,
  last: string | undefined,
) => Announcement | undefined;

/** How a delivery ended. */
export type DeliveryResult = 'delivered' | 'given-up';

/** The table `deliveries`: one row per event, and per endpoint that wants it. */
export const deliveryColumns = {
  /** The name of the endpoint. */
  endpoint: text(),
  /** Not a foreign key, as in the audit trail. */
  identityId: text(),
  /** The identity's version, which is the event's sequence. */
  version: counter(),
  type: text<EventType>(),
  body: text(),
  madeAt: time(),
  /** When it is to be sent next; null: it has ended. */
  due: timeOrNull(),
  /** Failed requests since it was made or replayed. */
  tries: count(),
  /** Raised with each claim: only the newest lease writes a result. */
  lease: counter(),
  /** The end of the newest lease; 0: nobody holds one. */
  leasedUntil: initially(0, time()),
  triedAt: timeOrNull(),
  /** How the last try ended: a status, or a word of ours. */
  lastOutcome: textOrNull(),
  endedAt: timeOrNull(),
  result: textOrNull<DeliveryResult>(),
};

/** One event on its way to one endpoint. */
export interface Delivery extends RowOf<typeof deliveryColumns> {}

/** The table `endpoints`: where events go, as the service that started last was configured. */
export const endpointColumns = {
  name: primaryKey(),
  /** The types that it wants, separated by blanks. */
  types: text(),
  /** A hash of its configuration: with another one a stopped endpoint is tried again. */
  fingerprint: text(),
  /** Failed requests in a row, of any of its events. */
  failures: count(),
  failingSince: timeOrNull(),
  /** While it fails: no request before this time. */
  probeAt: initially(0, time()),
  lastOutcome: textOrNull(),
  /** When it answered 410; null: it takes events. */
  stoppedAt: timeOrNull(),
  /** When a service started whose configuration lacks it; null: it has it. */
  removedAt: timeOrNull(),
};

/** An endpoint as the ledger knows it. */
export interface EndpointRow extends RowOf<typeof endpointColumns> {}

/** What the ledger must know of a configured endpoint. */
export interface Subscription {
  readonly name: string;
  readonly types: readonly EventType[];
  readonly fingerprint: string;
}
