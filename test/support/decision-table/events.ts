import type { UpstreamFacts } from '../../../webhook/errors.ts';
import type { Change, IdentityRecord, Verification } from '../../../webhook/model.ts';
import { classifyCreate, onCreated, onCreateFailed } from '../../../webhook/verification/execution/create.ts';
import { onReadFailed } from '../../../webhook/verification/execution/read.ts';
import { applyReadRequest, GIVE_UP_MS } from '../../../webhook/verification/execution/schedule.ts';
import { declineConsent } from '../../../webhook/verification/person/consent.ts';
import { continueVerification } from '../../../webhook/verification/person/continue.ts';
import { recordVisit } from '../../../webhook/verification/person/visit.ts';
import { latestAttempt, openAttempt } from '../../../webhook/verification/record/attempts.ts';
import { applied } from '../builders/applied.ts';
import { leaseFor } from '../builders/claims.ts';
import { DAY, IDENTITY, LIFETIME, NOW, readDetailsAs, readInputOf, readStatusAs, TERMS } from '../builders/history.ts';
import { decision, type GivenDetails, startedAs } from '../fakes/jumio-answers.ts';
import { CONSENT, createInMemoryContext, type InMemoryContext } from '../service/in-memory-context.ts';
import { BLURRED, MANIPULATED, PASSED, WARNING } from './rows.ts';

/** The change that an event made to a record, and its time. Without a change everything stayed as it was. */
export interface EventResult {
  readonly at: number;
  readonly change: Change | undefined;
}

/** An event, the third axis of the table. `undefined`: it cannot happen there. */
export type EventCase = (before: IdentityRecord) => Promise<EventResult> | EventResult | undefined;

/** The verification that an event is about: the open one, else the latest. */
export function target(record: IdentityRecord): Verification | undefined {
  return openAttempt(record) ?? latestAttempt(record);
}

/** An event of an execution that exists at Jumio. */
function ofExecution(
  change: (before: IdentityRecord, row: Verification, at: number) => Change | undefined,
  when = (_row: Verification): number => NOW,
): EventCase {
  return (before) => {
    const row = target(before);
    if (row === undefined || row.executionId === null) return undefined;
    const at = when(row);
    return { at, change: change(before, row, at) };
  };
}

function claims(claimed: string): EventCase {
  return ofExecution((before, { id }) => applied(applyReadRequest(before, { verificationId: id, claimed }, NOW), NOW));
}

function readsStatus(status: string): EventCase {
  return ofExecution((before, row) => readStatusAs(before, status, NOW, row));
}

function readsDetails(given: GivenDetails): EventCase {
  return ofExecution((before, row) => readDetailsAs(before, { completedAt: NOW - 60_000, ...given }, NOW, row));
}

function failsRead(facts: Partial<UpstreamFacts>, when = (_row: Verification): number => NOW): EventCase {
  const all = { upstream: 'jumio', operation: 'details', failure: 'status', ...facts } as const;
  return ofExecution((before, row, at) => applied(onReadFailed(before, readInputOf(before, row, at), all), at), when);
}

function ofRequest(change: (before: IdentityRecord, row: Verification) => Change): EventCase {
  return (before) => {
    const row = target(before);
    return row?.state === 'requested' ? { at: NOW, change: change(before, row) } : undefined;
  };
}

function creates(withLink: boolean): EventCase {
  const terms = { now: NOW, ...TERMS };
  return ofRequest((before, row) =>
    applied(onCreated(before, row.id, startedAs('account-1', `execution-${row.attempt}`, withLink), terms), terms.now),
  );
}

function cannotCreate(facts: Partial<UpstreamFacts>): EventCase {
  const all = { upstream: 'jumio', operation: 'create', failure: 'status', ...facts } as const;
  const terms = { now: NOW, ...TERMS };
  return ofRequest((before, row) =>
    applied(onCreateFailed(before, row.id, all, classifyCreate(all, false), terms), terms.now),
  );
}

function person(act: (inMemory: InMemoryContext) => Promise<unknown>): EventCase {
  return async (before) => {
    const inMemory = createInMemoryContext(before);
    await act(inMemory);
    return { at: NOW, change: { record: inMemory.stored() ?? before, events: inMemory.events } };
  };
}

const WHO = { identityId: IDENTITY, inherited: null };

const AGREES = { returnTo: null, agreement: CONSENT };

/** The worker claims the read that is due at the end of the link. */
const linkEnds = ofExecution(
  (before, _row, at) => leaseFor(before, ['read'], at),
  () => NOW + LIFETIME + 1_000,
);

export const EVENTS = {
  'callback claims ACQUISITION_STARTED': claims('ACQUISITION_STARTED'),
  'callback claims ACQUIRED': claims('ACQUIRED'),
  'callback claims PROCESSED': claims('PROCESSED'),
  'callback claims SESSION_EXPIRED': claims('SESSION_EXPIRED'),
  'callback claims TOKEN_EXPIRED': claims('TOKEN_EXPIRED'),
  'callback claims an unknown word': claims('PAUSED'),
  'status: INITIATED': readsStatus('INITIATED'),
  'status: ACQUISITION_STARTED': readsStatus('ACQUISITION_STARTED'),
  'status: ACQUIRED': readsStatus('ACQUIRED'),
  'status: PROCESSED': readsStatus('PROCESSED'),
  'status: SESSION_EXPIRED': readsStatus('SESSION_EXPIRED'),
  'status: TOKEN_EXPIRED': readsStatus('TOKEN_EXPIRED'),
  'status: unknown word': readsStatus('PAUSED'),
  'details: INITIATED': readsDetails({ status: 'INITIATED' }),
  'details: ACQUISITION_STARTED': readsDetails({ status: 'ACQUISITION_STARTED' }),
  'details: ACQUIRED': readsDetails({ status: 'ACQUIRED' }),
  'details: PASSED': readsDetails(PASSED),
  'details: PASSED, completed before all else': readsDetails({ ...PASSED, completedAt: NOW - 99 * DAY }),
  'details: WARNING': readsDetails(WARNING),
  'details: REJECTED, unreadable': readsDetails(BLURRED),
  'details: REJECTED, manipulated': readsDetails(MANIPULATED),
  'details: NOT_EXECUTED': readsDetails({
    status: 'PROCESSED',
    decision: decision('NOT_EXECUTED', -1, 'TECHNICAL_ERROR'),
  }),
  'details: PROCESSED without a decision': readsDetails({ status: 'PROCESSED' }),
  'details: unknown decision': readsDetails({ status: 'PROCESSED', decision: decision('MAYBE', 50) }),
  'details: TOKEN_EXPIRED, NOT_EXECUTED': readsDetails({
    status: 'TOKEN_EXPIRED',
    decision: decision('NOT_EXECUTED', -1, 'TOKEN_EXPIRED'),
  }),
  'details: SESSION_EXPIRED, REJECTED 100': readsDetails({
    status: 'SESSION_EXPIRED',
    decision: decision('REJECTED', 100),
  }),
  'details: unknown status, PASSED': readsDetails({ ...PASSED, status: 'PAUSED' }),
  'details of another execution, PASSED': readsDetails({ ...PASSED, workflow: { id: 'somebody-elses' } }),
  'details with another reference, PASSED': readsDetails({ ...PASSED, workflow: { userReference: 'u-4711' } }),
  'read: 404': failsRead({ status: 404 }),
  'read: 429': failsRead({ status: 429 }),
  'read: 500': failsRead({ status: 500 }),
  'read: no answer': failsRead({ failure: 'timeout' }),
  'read: 500, 31 days past the link’s end': failsRead(
    { status: 500 },
    (row) => (row.linkEndsAt ?? row.requestedAt) + GIVE_UP_MS + DAY,
  ),
  'create: made': creates(true),
  'create: made, no link': creates(false),
  'create: unreachable': cannotCreate({ failure: 'unreachable' }),
  'create: no answer': cannotCreate({ failure: 'timeout' }),
  'create: 400': cannotCreate({ status: 400 }),
  'create: 403': cannotCreate({ status: 403 }),
  'create: 429': cannotCreate({ status: 429 }),
  'create: 500': cannotCreate({ status: 500 }),
  'person arrives at the status page': person(({ ctx, worker }) => recordVisit(ctx, worker, WHO)),
  'person presses the button': person(({ ctx, worker }) => continueVerification(ctx, worker, WHO, AGREES, 0)),
  'person presses the button without having agreed': person(({ ctx, worker }) =>
    continueVerification(ctx, worker, WHO, { returnTo: null }, 0),
  ),
  'person refuses': person(({ ctx }) => declineConsent(ctx, WHO)),
  'the link’s end passes': linkEnds,
} as const satisfies Readonly<Record<string, EventCase>>;

export type EventName = keyof typeof EVENTS;
