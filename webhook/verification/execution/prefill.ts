import type { UpstreamFacts } from '../../errors.ts';
import type { Change, IdentityRecord, LedgerEvent, Verification } from '../../model.ts';
import type { Context } from '../context.ts';
import { type PrefillField, prefillDataOf } from '../prefill-data.ts';
import { findVerification, hasAgreed, updateVerification } from '../record/index.ts';
import { isThrottled, reportFailure, type Step } from '../step.ts';
import { backOff } from '../waiting.ts';

/** Jumio takes prepared data only before anything is captured: later it is of no use. */
const TRIES = 3;

function written(record: IdentityRecord, id: string, patch: Partial<Verification>, event?: LedgerEvent): Change {
  return { record: updateVerification(record, id, patch), events: event === undefined ? [] : [event] };
}

/** Sent, or there was nothing to send. The operator sees which fields were left out, by name. */
export function onPrefillSent(
  record: IdentityRecord,
  id: string,
  sent: boolean,
  leftOut: readonly PrefillField[],
): Change {
  const detail = { left_out: leftOut.join(' ') };
  const event = { kind: sent ? 'prepared_sent' : 'prepared_given_up', verificationId: id, detail };
  return written(record, id, { prefill: sent ? 'sent' : 'given-up', prefillDue: null, prefillUrl: null }, event);
}

function isFinal({ upstream, failure, status }: UpstreamFacts): boolean {
  return upstream === 'jumio' && failure === 'status' && status !== undefined && status < 500 && status !== 429;
}

/** A few tries; a refusal is not repeated. Nobody is stopped by it. */
export function onPrefillFailed(
  record: IdentityRecord,
  id: string,
  facts: UpstreamFacts,
  now: number,
  random: number,
): Change {
  // Due as it was: no such debt is claimed before the pause is over.
  if (isThrottled(facts)) return written(record, id, { prefillDue: now });
  const tries = findVerification(record, id).prefillTries + 1;
  if (tries < TRIES && !isFinal(facts)) {
    const prefillDue = now + Math.max(facts.retryAfter ?? 0, backOff(tries, random));
    return written(record, id, { prefillTries: tries, prefillDue });
  }
  const seen = [facts.upstream, facts.failure, facts.status].filter((part) => part !== undefined).join(' ');
  const event = { kind: 'prepared_given_up', verificationId: id, detail: { seen } };
  const ended: Partial<Verification> = { prefill: 'given-up', prefillTries: tries, prefillDue: null, prefillUrl: null };
  return written(record, id, ended, event);
}

/** Not wanted any more, or the person has not agreed to the text as it reads now: then agreeing makes it due again. */
function onHold(record: IdentityRecord, id: string, isWanted: boolean): Change {
  return written(record, id, { prefillDue: null, ...(isWanted ? {} : { prefill: 'none', prefillUrl: null }) });
}

async function hold(ctx: Context, step: Step, { id }: Verification): Promise<void> {
  await step.write((record) => onHold(record, id, ctx.prefill !== undefined));
}

/** Reading the traits took its time: whoever refused, or was erased, meanwhile has nothing told of them. */
async function mayBeTold({ ledger, consentVersion }: Context, { identityId }: Step): Promise<boolean> {
  const now = await ledger.record(identityId);
  return now !== undefined && now.identity.erasedAt === null && hasAgreed(now.identity, consentVersion);
}

/**
 * Sends the traits of now to Jumio, for an execution that takes them. They are read from Kratos at this moment and kept
 * nowhere; what Jumio says of them changes nothing for the person.
 */
export async function sendPrefill(ctx: Context, step: Step, row: Verification): Promise<void> {
  const { prefill: mapping } = ctx;
  const { prefillUrl, transactionToken } = row;
  if (!step.mayCall() || prefillUrl === null || transactionToken === null) return;
  const isAgreed = hasAgreed(step.claim.record.identity, ctx.consentVersion);
  if (mapping === undefined || !isAgreed) return await hold(ctx, step, row);
  try {
    const { data, leftOut } = prefillDataOf(mapping, await ctx.kratos.traits(step.identityId, mapping));
    // What was read took its time: the rest is due again when the lease ends.
    if (!step.mayCall()) return;
    if (!(await mayBeTold(ctx, step))) return await hold(ctx, step, row);
    if (data !== undefined) await ctx.jumio.prepare(prefillUrl, transactionToken, data);
    await step.write((record) => onPrefillSent(record, row.id, data !== undefined, leftOut));
  } catch (error) {
    const facts = await reportFailure(ctx, step, error, 'could not send the traits to Jumio');
    await step.write((record) => onPrefillFailed(record, row.id, facts, ctx.clock.now(), ctx.random()));
  }
}
