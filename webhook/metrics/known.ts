import type { ProblemKind } from '../ledger/reports/listing.ts';
import type { Reason, Status } from '../model.ts';
import type { CallbackResult } from '../verification/observer.ts';
import type { FailedCall } from './calls.ts';

/*
 * The values that labels have, whether one has occurred or not: `rate()` sees no series before its second scrape, and a gauge of nothing
 * is zero. Each is a record by its type, so that the compiler names a new one.
 */

function keysOf<Key extends string>(record: Readonly<Record<Key, true>>): readonly Key[] {
  const isKey = (key: string): key is Key => Object.hasOwn(record, key);
  return Object.keys(record).filter(isKey);
}

export const STATUSES = keysOf<Status>({
  none: true,
  pending: true,
  processing: true,
  approved: true,
  review: true,
  rejected: true,
  expired: true,
});

export const REASONS = keysOf<Reason>({
  unreadable: true,
  face_unreadable: true,
  document_unusable: true,
  expired_document: true,
  unsupported_document: true,
  not_finished: true,
  other: true,
});

export const CALLBACK_RESULTS = keysOf<CallbackResult>({ kept: true, repeat: true, forged: true, unknown: true });

/** How a try of a signed event ended. A failed one comes again, but for the last of an event: that is `given_up`. */
export type DeliveryOutcome = 'delivered' | 'gone' | 'given_up' | FailedCall;

/** Those first that an installation with very many endpoints wants most. */
export const DELIVERY_OUTCOMES = keysOf<DeliveryOutcome>({
  delivered: true,
  given_up: true,
  gone: true,
  broken: true,
  timeout: true,
  refused: true,
  limited: true,
});

export const PROBLEM_KINDS = keysOf<ProblemKind>({
  publish_stuck: true,
  gone: true,
  parked: true,
  not_created: true,
  unreadable: true,
  contradiction: true,
  late_pass: true,
  eid_unread: true,
  erase_owed: true,
});
