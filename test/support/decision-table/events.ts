import type { UpstreamFacts } from '../../../webhook/errors.ts';
import type { Change, IdentityRecord, Verification } from '../../../webhook/model.ts';
import { classifyCreate, onCreated, onCreateFailed } from '../../../webhook/verification/execution/create.ts';
import { onReadFailed } from '../../../webhook/verification/execution/read.ts';
import { GIVE_UP_MS, requestRead } from '../../../webhook/verification/execution/schedule.ts';
import { declineConsent } from '../../../webhook/verification/person/consent.ts';
import { continueVerification } from '../../../webhook/verification/person/continue.ts';
import { recordVisit } from '../../../webhook/verification/person/visit.ts';
import { latestAttempt, openAttempt } from '../../../webhook/verification/record/attempts.ts';
import { applied } from '../builders/applied.ts';
import { leaseFor } from '../builders/claims.ts';
import { DAY, IDENTITY, LIFETIME, lookAt, NOW, read, readWord, TERMS } from '../builders/history.ts';
import { decision, startedAs, type Told } from '../fakes/jumio-answers.ts';
import { CONSENT, createInMemoryContext, type MemoryDesk } from '../service/in-memory-context.ts';
import { BLURRED, MANIPULATED, PASSED, WARNING } from './rows.ts';

/** The change that an event made to a record, and its time. Without a change everything stayed as it was. */
export interface Happened {
  readonly at: number;
  readonly change: Change | undefined;
}

/** An event, the third axis of the table. `undefined`: it cannot happen there. */
export type Happening = (before: IdentityRecord) => Promise<Happened> | Happened | undefined;

/** The verification that an event is about: the open one, else the latest. */
export function target(record: IdentityRecord): Verification | undefined {
  return openAttempt(record) ?? latestAttempt(record);
}

/** An event of an execution that exists at Jumio. */
function ofExecution(
  happen: (before: IdentityRecord, row: Verification, at: number) => Change | undefined,
  when = (_row: Verification): number => NOW,
): Happening {
  return (before) => {
    const row = target(before);
    if (row === undefined || row.executionId === null) return undefined;
    const at = when(row);
    return { at, change: happen(before, row, at) };
  };
}

function claims(claimed: string): Happening {
  return ofExecution((before, { id }) => applied(requestRead(before, { verificationId: id, claimed }, NOW), NOW));
}

function word(status: string): Happening {
  return ofExecution((before, row) => readWord(before, status, NOW, row));
}

function details(told: Told): Happening {
  return ofExecution((before, row) => read(before, { completedAt: NOW - 60_000, ...told }, NOW, row));
}

function unread(facts: Partial<UpstreamFacts>, when = (_row: Verification): number => NOW): Happening {
  const all = { upstream: 'jumio', operation: 'details', failure: 'status', ...facts } as const;
  return ofExecution((before, row, at) => applied(onReadFailed(before, lookAt(before, row, at), all), at), when);
}

function ofRequest(happen: (before: IdentityRecord, row: Verification) => Change): Happening {
  return (before) => {
    const row = target(before);
    return row?.state === 'requested' ? { at: NOW, change: happen(before, row) } : undefined;
  };
}

function creates(withLink: boolean): Happening {
  const terms = { now: NOW, ...TERMS };
  return ofRequest((before, row) =>
    applied(onCreated(before, row.id, startedAs('account-1', `execution-${row.attempt}`, withLink), terms), terms.now),
  );
}

function cannotCreate(facts: Partial<UpstreamFacts>): Happening {
  const all = { upstream: 'jumio', operation: 'create', failure: 'status', ...facts } as const;
  const terms = { now: NOW, ...TERMS };
  return ofRequest((before, row) =>
    applied(onCreateFailed(before, row.id, all, classifyCreate(all, false), terms), terms.now),
  );
}

function person(act: (memory: MemoryDesk) => Promise<unknown>): Happening {
  return async (before) => {
    const memory = createInMemoryContext(before);
    await act(memory);
    return { at: NOW, change: { record: memory.stored() ?? before, events: memory.events } };
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
  'status: INITIATED': word('INITIATED'),
  'status: ACQUISITION_STARTED': word('ACQUISITION_STARTED'),
  'status: ACQUIRED': word('ACQUIRED'),
  'status: PROCESSED': word('PROCESSED'),
  'status: SESSION_EXPIRED': word('SESSION_EXPIRED'),
  'status: TOKEN_EXPIRED': word('TOKEN_EXPIRED'),
  'status: unknown word': word('PAUSED'),
  'details: INITIATED': details({ status: 'INITIATED' }),
  'details: ACQUISITION_STARTED': details({ status: 'ACQUISITION_STARTED' }),
  'details: ACQUIRED': details({ status: 'ACQUIRED' }),
  'details: PASSED': details(PASSED),
  'details: PASSED, completed before all else': details({ ...PASSED, completedAt: NOW - 99 * DAY }),
  'details: WARNING': details(WARNING),
  'details: REJECTED, unreadable': details(BLURRED),
  'details: REJECTED, manipulated': details(MANIPULATED),
  'details: NOT_EXECUTED': details({ status: 'PROCESSED', decision: decision('NOT_EXECUTED', -1, 'TECHNICAL_ERROR') }),
  'details: PROCESSED without a decision': details({ status: 'PROCESSED' }),
  'details: unknown decision': details({ status: 'PROCESSED', decision: decision('MAYBE', 50) }),
  'details: TOKEN_EXPIRED, NOT_EXECUTED': details({
    status: 'TOKEN_EXPIRED',
    decision: decision('NOT_EXECUTED', -1, 'TOKEN_EXPIRED'),
  }),
  'details: SESSION_EXPIRED, REJECTED 100': details({ status: 'SESSION_EXPIRED', decision: decision('REJECTED', 100) }),
  'details: unknown status, PASSED': details({ ...PASSED, status: 'PAUSED' }),
  'details of another execution, PASSED': details({ ...PASSED, workflow: { id: 'somebody-elses' } }),
  'details with another reference, PASSED': details({ ...PASSED, workflow: { userReference: 'u-4711' } }),
  'read: 404': unread({ status: 404 }),
  'read: 429': unread({ status: 429 }),
  'read: 500': unread({ status: 500 }),
  'read: no answer': unread({ failure: 'timeout' }),
  'read: 500, 31 days past the link’s end': unread(
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
} as const satisfies Readonly<Record<string, Happening>>;

export type EventName = keyof typeof EVENTS;
