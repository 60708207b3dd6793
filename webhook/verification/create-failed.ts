import type { UpstreamFacts } from '../errors.ts';
import type { Snapshot, Verification } from '../ledger/types.ts';
import type { Terms } from './created.ts';
import { find, withVerification } from './edit.ts';
import { publishedNow } from './publication.ts';
import { backOff } from './schedule.ts';
import { settle } from './settle.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Jumio has no idempotency key: so often a create call without a usable answer is repeated before it becomes hourly. */
const REPEATS = 3;

/** What a failed create call means: whose fault, and what follows. */
export type CreateFailure = 'retry' | 'unanswered' | 'refused' | 'stopped' | 'throttled' | 'account-gone';

/** A sentence per branch (design §4, "Retries"). `onAccount`: the call was a PUT on an existing account. */
export function classifyCreate(facts: UpstreamFacts, onAccount: boolean): CreateFailure {
  // No connection was made, so nothing can have been created.
  if (facts.failure === 'unreachable') return 'retry';
  // Credentials, permission or address are wrong for everybody.
  if (facts.operation === 'token') return facts.failure === 'status' && isOurFault(facts.status) ? 'stopped' : 'retry';
  // Sent, and no whole or usable answer: the execution may exist.
  if (facts.failure !== 'status' || facts.status === undefined || facts.status >= 500) return 'unanswered';
  if (facts.status === 429) return 'throttled';
  if (facts.status === 404) return onAccount ? 'account-gone' : 'stopped';
  return facts.status === 401 || facts.status === 403 ? 'stopped' : 'refused';
}

function isOurFault(status: number | undefined): boolean {
  return status !== undefined && status >= 400 && status < 500 && status !== 429;
}

function retryDue(failure: CreateFailure, attempts: number, terms: Terms): number {
  switch (failure) {
    case 'retry':
      return terms.now + backOff(attempts, terms.random);
    case 'unanswered':
      return terms.now + (attempts <= REPEATS ? backOff(attempts, terms.random) : HOUR_MS);
    case 'refused':
      return terms.now + DAY_MS;
    case 'stopped':
    case 'throttled':
    case 'account-gone':
      return terms.now;
    default:
      return failure satisfies never;
  }
}

/** The tries have become rare: it takes the person, or up to an hour, until there is a next one. */
export function isRarelyTried({ attempts, parked }: Verification): boolean {
  return attempts > REPEATS && parked === 0;
}

/**
 * When an attempt is due whose person presses: at once where its tries have become rare, but a minute after one that may
 * have cost an execution; else as it was. A refused attempt is the operator's.
 */
export function pressedDue(row: Verification, now: number): number | null {
  const { readDue } = row;
  const comesSoon = readDue === null || readDue <= now + MINUTE_MS;
  return comesSoon || !isRarelyTried(row) ? readDue : Math.max(now, readDue - HOUR_MS + MINUTE_MS);
}

const EVENT: Readonly<Partial<Record<CreateFailure, string>>> = {
  unanswered: 'orphan_possible',
  refused: 'create_refused',
  'account-gone': 'account_gone',
};

function words(facts: UpstreamFacts): string {
  return facts.status === undefined ? facts.failure : `${facts.failure} ${facts.status}`;
}

/** The try failed; the attempt stays requested and is due again. The first publication need not wait any longer. */
export function onCreateFailed(
  snapshot: Snapshot,
  id: string,
  facts: UpstreamFacts,
  failure: CreateFailure,
  terms: Terms,
) {
  const row = find(snapshot, id);
  const counts = failure === 'retry' || failure === 'unanswered';
  const attempts = row.attempts + (counts ? 1 : 0);
  const patch: Partial<Verification> = {
    attempts,
    // Once known it stays known: the next try must not go back to the account that is gone.
    lastError: failure === 'account-gone' || row.lastError === 'account-gone' ? 'account-gone' : words(facts),
    // Another identity is the next to be tried: the fault may be this one's alone.
    parked: failure === 'refused' || failure === 'stopped' ? 1 : row.parked,
    // Given up, or on hold since a refusal, while the call was under way: it is not tried again.
    readDue: row.readDue === null ? null : retryDue(failure, attempts, terms),
  };
  const kind = EVENT[failure];
  const events = kind === undefined ? [] : [{ kind, verificationId: id, detail: { seen: words(facts) } }];
  return settle(publishedNow(withVerification(snapshot, id, patch), terms.now), terms.now, events);
}
