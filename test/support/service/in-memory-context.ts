import type { IdentityRecord, LedgerEvent } from '../../../webhook/model.ts';
import type { Context, Worker } from '../../../webhook/verification/context.ts';
import { defaultPolicy } from '../../../webhook/verification/policy/parse.ts';
import { createWriteSignal } from '../../../webhook/verification/waiting.ts';
import { applied } from '../builders/applied.ts';
import { DAY, LIFETIME, NOW, verificationId } from '../builders/history.ts';
import { REFERENCE_KEY } from '../fakes/jumio-answers.ts';

/** A context with one identity in memory: enough for the functions of `person/`, without a worker. */
export interface InMemoryContext {
  readonly ctx: Context;
  readonly worker: Worker;
  readonly stored: () => IdentityRecord | undefined;
  readonly events: readonly LedgerEvent[];
}

/** The consent of a person in these tests. */
export const CONSENT = { version: 'text-1', language: 'en' };

function notHere(): never {
  throw new Error('this part of the ledger is not needed by what people do');
}

const NO_TRANSACTIONS: Context['ledger']['transactions'] = {
  record: notHere,
  find: notHere,
  findByHint: notHere,
  listOf: notHere,
  consume: notHere,
  cancel: notHere,
  decline: notHere,
  begin: notHere,
  started: notHere,
  abandon: notHere,
  reserveSend: notHere,
  unsent: notHere,
  sentAgain: notHere,
  reserve: notHere,
  settle: notHere,
  settleKnown: notHere,
  late: notHere,
  attempt: notHere,
  openAttempt: notHere,
  attemptsOf: notHere,
  nextAttemptDue: notHere,
  claimAttempts: notHere,
  unstartedFaces: notHere,
  faceStarted: notHere,
  keepAttempt: notHere,
  nudgeAttempt: notHere,
  clearEnded: notHere,
  previewErasure: notHere,
  erasePayer: notHere,
  payer: notHere,
  unblock: notHere,
  signingKeys: notHere,
  changeSigningKeys: notHere,
};

const NO_DELIVERIES: Context['ledger']['deliveries'] = {
  nextDue: notHere,
  claim: notHere,
  delivered: notHere,
  failed: notHere,
  gone: notHere,
  follow: notHere,
  configure: notHere,
  ages: notHere,
  endpoints: notHere,
  replay: notHere,
  list: notHere,
  forget: notHere,
};

const asleep: Worker = { start: notHere, wake: () => undefined, stop: notHere };

/** @param now the time of the clock, which stands still. Epoch milliseconds */
export function createInMemoryContext(first: IdentityRecord | undefined, now = NOW): InMemoryContext {
  let stored = first;
  const events: LedgerEvent[] = [];
  const change: Context['ledger']['change'] = async (_id, now, decide) => {
    const decided = decide(stored);
    const changed = decided && applied(decided, now);
    stored = changed?.record ?? stored;
    events.push(...(changed?.events ?? []));
    return stored;
  };
  const budgets: Context['ledger']['budgets'] = {
    pause: notHere,
    stop: notHere,
    refused: notHere,
    cleared: notHere,
    turn: async () => 0,
    levels: notHere,
    spare: async () => false,
    paused: async () => [],
  };
  const ctx: Context = {
    ledger: {
      createdAt: now - 100 * DAY,
      origin: 'opened',
      isLocked: false,
      epoch: 0,
      subjectKey: REFERENCE_KEY,
      keys: { ring: notHere, list: notHere, rotate: notHere },
      budgets,
      transactions: NO_TRANSACTIONS,
      deliveries: NO_DELIVERIES,
      secondPerson: { keep: notHere, kept: notHere },
      bulkInsert: { insert: notHere, mark: notHere },
      cases: {
        waiting: notHere,
        countWaiting: notHere,
        identitiesOfAccount: notHere,
        operatorEvents: notHere,
        operatorCounts: notHere,
        backlog: notHere,
      },
      reports: {
        events: notHere,
        withStatus: notHere,
        statusCounts: notHere,
        problems: notHere,
        report: notHere,
        countDays: notHere,
      },
      change,
      preview: notHere,
      record: async () => stored,
      gate: notHere,
      requestRead: notHere,
      identityOfVerification: notHere,
      identityOfExecution: notHere,
      identityOfSubject: notHere,
      link: notHere,
      redeem: notHere,
      note: notHere,
      claim: notHere,
      nextDue: notHere,
      backlog: notHere,
      aheadOf: notHere,
      events: notHere,
      copyTo: notHere,
      probe: notHere,
      close: notHere,
    },
    writes: createWriteSignal(),
    jumio: {
      create: notHere,
      status: notHere,
      details: notHere,
      prepare: notHere,
      evidence: notHere,
      image: notHere,
      deleteAccount: notHere,
      probe: notHere,
    },
    kratos: {
      publish: notHere,
      setState: notHere,
      revokeSessions: notHere,
      unpublish: notHere,
      find: notHere,
      list: notHere,
      traits: notHere,
      read: notHere,
      oidcCredentials: notHere,
      payerCredentials: notHere,
      whoami: notHere,
    },
    clock: { now: () => now },
    log: { info: notHere, warn: notHere, error: notHere },
    random: () => 0.5,
    newId: () => verificationId((stored?.verifications.length ?? 0) + 1),
    onRejected: { revokeSessions: false, deactivate: false },
    rates: { account: { perSecond: 1, burst: 5 }, retrieval: { perSecond: 15, burst: 15 } },
    policy: defaultPolicy,
    gate: { mode: 'enforce', onFailure: 'block' },
    eid: undefined,
    workflowKey: '10011',
    startsAt: 'registration',
    consentVersion: CONSENT.version,
    linkLifetimeMs: LIFETIME,
    callDeadlineMs: 10_000,
    waits: { signUpMs: 0, linkMs: 0, visitMs: 0 },
  };
  return { ctx, worker: asleep, stored: () => stored, events };
}
