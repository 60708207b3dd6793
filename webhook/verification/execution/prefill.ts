import type { UpstreamFacts } from '../../errors.ts';
import type { Change, LedgerEvent, Snapshot, Verification } from '../../model.ts';
import type { Desk } from '../context.ts';
import { type Field, prepared } from '../prefill-data.ts';
import { find, hasAgreed, settle, withVerification } from '../record/index.ts';
import { failed, isThrottled, type Step } from '../step.ts';
import { backOff } from '../waiting.ts';

/** Jumio takes prepared data only before anything is captured: later it is of no use. */
const TRIES = 3;

function written(snapshot: Snapshot, id: string, patch: Partial<Verification>, now: number, event?: LedgerEvent) {
  return settle(withVerification(snapshot, id, patch), now, event === undefined ? [] : [event]);
}

/** Sent, or there was nothing to send. The operator sees which fields were left out, by name. */
export function onPrepared(
  snapshot: Snapshot,
  id: string,
  sent: boolean,
  leftOut: readonly Field[],
  now: number,
): Change {
  const detail = { left_out: leftOut.join(' ') };
  const event = { kind: sent ? 'prepared_sent' : 'prepared_given_up', verificationId: id, detail };
  return written(snapshot, id, { prepared: sent ? 2 : 3, preparedDue: null, preparedUrl: null }, now, event);
}

function isFinal({ upstream, failure, status }: UpstreamFacts): boolean {
  return upstream === 'jumio' && failure === 'status' && status !== undefined && status < 500 && status !== 429;
}

/** A few tries; a refusal is not repeated. Nobody is stopped by it. */
export function onPrepareFailed(
  snapshot: Snapshot,
  id: string,
  facts: UpstreamFacts,
  now: number,
  random: number,
): Change {
  // Due as it was: no such debt is claimed before the pause is over.
  if (isThrottled(facts)) return written(snapshot, id, { preparedDue: now }, now);
  const tries = find(snapshot, id).preparedTries + 1;
  if (tries < TRIES && !isFinal(facts)) {
    const preparedDue = now + Math.max(facts.retryAfter ?? 0, backOff(tries, random));
    return written(snapshot, id, { preparedTries: tries, preparedDue }, now);
  }
  const seen = [facts.upstream, facts.failure, facts.status].filter((part) => part !== undefined).join(' ');
  const event = { kind: 'prepared_given_up', verificationId: id, detail: { seen } };
  const ended = { prepared: 3, preparedTries: tries, preparedDue: null, preparedUrl: null };
  return written(snapshot, id, ended, now, event);
}

/** Not wanted any more, or the person has not agreed to the text as it reads now: then agreeing makes it due again. */
function onHold(snapshot: Snapshot, id: string, isWanted: boolean, now: number): Change {
  return written(snapshot, id, { preparedDue: null, ...(isWanted ? {} : { prepared: 0, preparedUrl: null }) }, now);
}

async function hold(desk: Desk, step: Step, { id }: Verification): Promise<void> {
  await step.write((snapshot) => onHold(snapshot, id, desk.prepared !== undefined, desk.clock.now()));
}

/** Reading the traits took its time: whoever refused, or was erased, meanwhile has nothing told of them. */
async function mayBeTold({ ledger, consentVersion }: Desk, { identityId }: Step): Promise<boolean> {
  const now = await ledger.snapshot(identityId);
  return now !== undefined && now.identity.erasedAt === null && hasAgreed(now.identity, consentVersion);
}

/**
 * Sends the traits of now to Jumio, for an execution that takes them. They are read from Kratos at this moment and kept
 * nowhere; what Jumio says of them changes nothing for the person.
 */
export async function prepare(desk: Desk, step: Step, row: Verification): Promise<void> {
  const { prepared: mapping } = desk;
  const { preparedUrl, transactionToken } = row;
  if (!step.mayCall() || preparedUrl === null || transactionToken === null) return;
  const isAgreed = hasAgreed(step.claim.snapshot.identity, desk.consentVersion);
  if (mapping === undefined || !isAgreed) return await hold(desk, step, row);
  try {
    const { data, leftOut } = prepared(mapping, await desk.kratos.traits(step.identityId, mapping));
    // What was read took its time: the rest is due again when the lease ends.
    if (!step.mayCall()) return;
    if (!(await mayBeTold(desk, step))) return await hold(desk, step, row);
    if (data !== undefined) await desk.jumio.prepare(preparedUrl, transactionToken, data);
    await step.write((snapshot) => onPrepared(snapshot, row.id, data !== undefined, leftOut, desk.clock.now()));
  } catch (error) {
    const facts = await failed(desk, step, error, 'could not send the traits to Jumio');
    await step.write((snapshot) => onPrepareFailed(snapshot, row.id, facts, desk.clock.now(), desk.random()));
  }
}
