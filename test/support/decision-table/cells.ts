import type { GateRow } from '../../../webhook/ledger/ledger.ts';
import type { DecidedStatus, IdentityRecord, LedgerEvent, Status } from '../../../webhook/model.ts';
import { evaluateGate, type GateRequest, type GateResult } from '../../../webhook/verification/gate/decide.ts';
import { defaultPolicy } from '../../../webhook/verification/policy/parse.ts';
import type { Policy } from '../../../webhook/verification/policy/rules.ts';
import type { PublishedCopy } from '../../../webhook/verification/record/published-copy.ts';
import { NOW } from '../builders/history.ts';
import { EVENTS, type EventName } from './events.ts';
import { ATTEMPTS, type AttemptName, STANDINGS, type StandingName, situation } from './rows.ts';

/** One cell: a standing, an attempt beside it, and the result of an event. */
export interface Cell {
  readonly standing: StandingName;
  readonly attempt: AttemptName;
  readonly event: EventName;
  readonly before: IdentityRecord;
  readonly after: IdentityRecord;
  readonly events: readonly LedgerEvent[];
  /** The time of the event, epoch milliseconds. */
  readonly at: number;
}

/** `Object.keys` with the type of the keys. */
export function keysOf<Name extends string>(axis: Readonly<Record<Name, unknown>>): Name[] {
  const all: Name[] = [];
  for (const name in axis) all.push(name);
  return all;
}

/** The cell, or undefined if the event cannot happen there. */
export async function cell(standing: StandingName, attempt: AttemptName, event: EventName): Promise<Cell | undefined> {
  const before = situation(standing, attempt);
  const happened = await EVENTS[event](before);
  if (happened === undefined) return undefined;
  const { at, change } = happened;
  return { standing, attempt, event, before, after: change?.record ?? before, events: change?.events ?? [], at };
}

/** Every cell in which the event can happen. */
export async function allCells(): Promise<Cell[]> {
  const wanted = keysOf(STANDINGS).flatMap((standing) =>
    keysOf(ATTEMPTS).flatMap((attempt) => keysOf(EVENTS).map((event) => cell(standing, attempt, event))),
  );
  return (await Promise.all(wanted)).filter((found) => found !== undefined);
}

/** A request without any facts. */
export const NO_FACTS: GateRequest = {};

/** The result of the gate at NOW for a request without any facts. */
export function gateResultOf(
  row: GateRow | 'none' | 'unreadable',
  copy: PublishedCopy,
  policy: Policy = defaultPolicy,
): GateResult {
  return evaluateGate(policy, row, copy, NO_FACTS, NOW);
}

/** The possible published copies in a request of Kratos. */
export const COPIES = {
  'key absent': {},
  null: { metadata_public: null },
  'without jumio': { metadata_public: { theirs: 1 } },
  none: { metadata_public: { jumio: { status: 'none' } } },
  pending: { metadata_public: { jumio: { status: 'pending' } } },
  processing: { metadata_public: { jumio: { status: 'processing' } } },
  expired: { metadata_public: { jumio: { status: 'expired' } } },
  approved: { metadata_public: { jumio: { status: 'approved' } } },
  review: { metadata_public: { jumio: { status: 'review' } } },
  rejected: { metadata_public: { jumio: { status: 'rejected' } } },
  'unknown word': { metadata_public: { jumio: { status: 'REJECTED_BY_HAND' } } },
  'no text': { metadata_public: { jumio: { status: { rejected: true } } } },
  'published integration: initiated': { metadata_public: { jumio_verification_status: 'initiated' } },
  'published integration: verified': { metadata_public: { jumio_verification_status: 'verified' } },
  'published integration: rejected': { metadata_public: { jumio_verification_status: 'rejected' } },
  'in the body: rejected': { metadata_public: null, jumio_verification_status: 'rejected' },
  'approved, and rejected in the body': {
    metadata_public: { jumio: { status: 'approved' } },
    jumio_verification_status: 'rejected',
  },
  'pending, and rejected in the body': {
    metadata_public: { jumio: { status: 'pending' } },
    jumio_verification_status: 'rejected',
  },
} as const;

export type CopyName = keyof typeof COPIES;

/** The possible statuses in the ledger, each with its standing. */
export const STANDING_OF_STATUS = {
  none: null,
  pending: null,
  processing: null,
  expired: null,
  approved: 'approved',
  review: 'review',
  rejected: 'rejected',
} as const satisfies Readonly<Record<Status, DecidedStatus | null>>;

/** A row of the ledger; `isPublished` false: its last change is still due for publishing. */
export function rowOf(status: Status, isPublished: boolean): GateRow {
  const published = isPublished ? 3 : 2;
  return {
    standing: STANDING_OF_STATUS[status],
    status,
    decidedAt: STANDING_OF_STATUS[status] === null ? null : 0,
    reason: null,
    rejections: status === 'rejected' ? 1 : 0,
    attemptWaitsOn: null,
    content: '{}',
    changedAt: 0,
    version: 3,
    published,
    deletedInKratos: false,
    awaitingConsent: false,
    eidCheck: 'none',
    schemaId: null,
    kratosCreatedAt: null,
    locale: null,
    attemptGrantedAt: null,
    erasedAt: null,
    attempts: 1,
    uncomparedSince: null,
    handoverUntil: null,
  };
}

/** The row of the gate for a record. */
export function gateRowOf({ identity, verifications }: IdentityRecord): GateRow {
  return { ...identity, attempts: verifications.length, uncomparedSince: null };
}
