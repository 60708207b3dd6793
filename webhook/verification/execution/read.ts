import type { UpstreamFacts } from '../../errors.ts';
import type { JumioResult } from '../../jumio/result.ts';
import type { Change, LedgerEvent, Snapshot, Verification } from '../../model.ts';
import type { Desk } from '../context.ts';
import { find, settle } from '../record/index.ts';
import { factsOf, type Step, THROTTLED_MS } from '../step.ts';
import { backOff } from '../waiting.ts';
import { payErasure } from './delete.ts';
import {
  decide,
  decided,
  ended,
  isGivenUp,
  type Look,
  patched,
  progressed,
  READ_WELL,
  readStatus,
  unknown,
} from './outcome.ts';
import { mintReference } from './reference.ts';
import { isTerminal } from './schedule.ts';

const HOUR_MS = 3_600_000;

/** A timer asks for the status first; where the end is claimed or known, the details are asked for at once. */
export function wantsDetails(verification: Verification): boolean {
  const ended = isTerminal(verification.claimedStatus) || verification.jumioStatus === 'PROCESSED';
  return verification.notFound % 2 === 1 ? !ended : ended;
}

/** The status call answered. Ends without a result need no details; a processed one is due for them at once. */
export function onStatus(snapshot: Snapshot, look: Look, word: string): Change {
  const read = readStatus(word);
  switch (read.kind) {
    case 'expired':
      return ended(snapshot, look, read.status, 'expired');
    case 'progress':
      return read.status === 'PROCESSED' ? processed(snapshot, look) : progressed(snapshot, look, read.status);
    case 'unknown':
      return unknown(snapshot, look, read.word);
    case 'decided':
      throw new Error('a status alone decides nothing');
    default:
      return read satisfies never;
  }
}

/** Jumio is done: the details are due at once; or after a pause where they were asked for already and lag behind. */
function processed(snapshot: Snapshot, look: Look): Change {
  const { attempts, notFound } = find(snapshot, look.verificationId);
  const isLagging = notFound % 2 === 1;
  const seen = isLagging ? { notFound: 0 } : READ_WELL;
  const next = isLagging ? look.now + backOff(attempts, look.random) : look.now;
  return settle(patched(snapshot, look, { ...seen, jumioStatus: 'PROCESSED' }, next), look.now);
}

function isOurs(row: Verification, look: Look, result: JumioResult): boolean {
  return (
    result.accountId === row.accountId &&
    result.executionId === row.executionId &&
    result.definitionKey === row.definitionKey &&
    result.userReference === look.reference &&
    result.customerInternalReference === row.identityId
  );
}

function foreign(snapshot: Snapshot, look: Look): Change {
  if (isGivenUp(find(snapshot, look.verificationId), look.now)) return ended(snapshot, look, null, 'gave_up');
  const once = `foreign:${look.verificationId}:${Math.floor(look.now / HOUR_MS)}`;
  const events: LedgerEvent[] = [{ kind: 'foreign_result', verificationId: look.verificationId, once }];
  const next = look.now + HOUR_MS;
  return settle(patched(snapshot, look, { lastError: 'foreign-result', renew: 0 }, next), look.now, events);
}

/** The details answered. They count only where they are wholly the row's (docs/design.md#reading-jumio). */
export function onDetails(snapshot: Snapshot, look: Look, result: JumioResult): Change {
  if (!isOurs(find(snapshot, look.verificationId), look, result)) return foreign(snapshot, look);
  const decision = decide(result);
  switch (decision.kind) {
    case 'decided':
      return decided(snapshot, look, result, decision);
    case 'expired':
      return ended(snapshot, look, decision.status, 'expired');
    case 'progress':
      return progressed(snapshot, look, decision.status);
    case 'unknown':
      return unknown(snapshot, look, decision.word);
    default:
      return decision satisfies never;
  }
}

/** Both calls answer 404, twice, an hour apart, past the link's end: there is nothing to wait for (docs/design.md#starting-a-verification). */
function notFound(snapshot: Snapshot, look: Look): Change {
  const row = find(snapshot, look.verificationId);
  const past = (row.linkEndsAt ?? row.requestedAt) < look.now;
  const count = past ? row.notFound + 1 : (row.notFound + 1) % 2;
  if (count >= 4) return ended(snapshot, look, null, 'vanished');
  const attempts = row.attempts + 1;
  const soon = count % 2 === 1 ? look.now : look.now + (past ? HOUR_MS : backOff(attempts, look.random));
  return settle(patched(snapshot, look, { attempts, notFound: count, lastError: 'status 404' }, soon), look.now);
}

/** No usable answer: nothing is known, so nothing changes but the time of the next look. */
export function onReadFailed(snapshot: Snapshot, look: Look, facts: UpstreamFacts): Change {
  const row = find(snapshot, look.verificationId);
  if (isGivenUp(row, look.now)) return ended(snapshot, look, null, 'gave_up');
  if (facts.failure === 'status' && facts.status === 404 && facts.operation !== 'token')
    return notFound(snapshot, look);
  const throttled = facts.status === 429;
  const attempts = row.attempts + (throttled ? 0 : 1);
  const next = throttled ? look.now : look.now + backOff(attempts, look.random);
  const lastError = [facts.failure, facts.status].filter((part) => part !== undefined).join(' ');
  return settle(patched(snapshot, look, { attempts, lastError }, next), look.now);
}

function look(desk: Desk, step: Step, row: Verification): Look {
  return {
    verificationId: row.id,
    nudges: step.claim.snapshot.identity.nudges,
    now: desk.clock.now(),
    random: desk.random(),
    reference: mintReference(desk.ledger.referenceKey, row.id),
    newId: desk.newId,
    policy: desk.policy,
  };
}

export async function read(desk: Desk, step: Step, row: Verification): Promise<void> {
  if (step.claim.snapshot.identity.erasedAt !== null) return payErasure(desk, step, row);
  if (!step.mayCall() || row.accountId === null || row.executionId === null) return;
  const ids = { accountId: row.accountId, executionId: row.executionId };
  try {
    if (wantsDetails(row)) {
      const result = await desk.jumio.details(ids);
      await step.write((snapshot) => onDetails(snapshot, look(desk, step, row), result));
    } else {
      const word = await desk.jumio.status(ids);
      await step.write((snapshot) => onStatus(snapshot, look(desk, step, row), word));
    }
  } catch (error) {
    const facts = factsOf(error);
    desk.log.warn({ identity: step.identityId, upstream: facts }, 'could not read the verification at Jumio');
    const now = desk.clock.now();
    if (facts.status === 429) await desk.ledger.budgets.pause('retrieval', now, facts.retryAfter ?? THROTTLED_MS);
    await step.write((snapshot) => onReadFailed(snapshot, look(desk, step, row), facts));
  }
}
