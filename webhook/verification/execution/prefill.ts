import type { UpstreamFacts } from '../../errors.ts';
import type { Change, IdentityRecord, LedgerEvent, Verification } from '../../model.ts';
import type { Context } from '../context.ts';
import { type PrefillField, prefillDataOf } from '../prefill-data.ts';
import { findVerification, hasAgreed, updateVerification } from '../record/index.ts';
import { isThrottled, reportFailure, type Step } from '../step.ts';
import { backOff } from '../waiting.ts';

/** Few, because Jumio takes prepared data only before the person captures anything. */
const MAX_TRIES = 3;

function updatePrefill(record: IdentityRecord, id: string, patch: Partial<Verification>, event?: LedgerEvent): Change {
  return { record: updateVerification(record, id, patch), events: event === undefined ? [] : [event] };
}

/** Ends the sending. `sent` false: there was nothing to send. The event names the fields that were left out. */
export function onPrefillSent(
  record: IdentityRecord,
  id: string,
  sent: boolean,
  leftOut: readonly PrefillField[],
): Change {
  const detail = { left_out: leftOut.join(' ') };
  const event = { kind: sent ? 'prepared_sent' : 'prepared_given_up', verificationId: id, detail };
  return updatePrefill(record, id, { prefill: sent ? 'sent' : 'given-up', prefillDue: null, prefillUrl: null }, event);
}

function isFinal({ upstream, failure, status }: UpstreamFacts): boolean {
  return upstream === 'jumio' && failure === 'status' && status !== undefined && status < 500 && status !== 429;
}

/** Makes a failed try due again, at most three times; a refusal (4xx) is not repeated. The verification goes on without. `random` in [0, 1). */
export function onPrefillFailed(
  record: IdentityRecord,
  id: string,
  facts: UpstreamFacts,
  now: number,
  random: number,
): Change {
  // Due at once: the worker claims no job of Kratos before the pause ends.
  if (isThrottled(facts)) return updatePrefill(record, id, { prefillDue: now });
  const tries = findVerification(record, id).prefillTries + 1;
  if (tries < MAX_TRIES && !isFinal(facts)) {
    const prefillDue = now + Math.max(facts.retryAfter ?? 0, backOff(tries, random));
    return updatePrefill(record, id, { prefillTries: tries, prefillDue });
  }
  const seen = [facts.upstream, facts.failure, facts.status].filter((part) => part !== undefined).join(' ');
  const event = { kind: 'prepared_given_up', verificationId: id, detail: { seen } };
  const givenUp: Partial<Verification> = {
    prefill: 'given-up',
    prefillTries: tries,
    prefillDue: null,
    prefillUrl: null,
  };
  return updatePrefill(record, id, givenUp, event);
}

/** Stops a sending that the operator no longer configures. Without the person's consent it waits: their consent makes it due again. */
function onHold(record: IdentityRecord, id: string, isConfigured: boolean): Change {
  return updatePrefill(record, id, {
    prefillDue: null,
    ...(isConfigured ? {} : { prefill: 'none', prefillUrl: null }),
  });
}

async function hold(ctx: Context, step: Step, { id }: Verification): Promise<void> {
  await step.finish((record) => onHold(record, id, ctx.prefill !== undefined));
}

/** Checks the consent again: while the traits were read, the person may have refused, or the identity may have been erased. */
async function maySend({ ledger, consentVersion }: Context, { identityId }: Step): Promise<boolean> {
  const current = await ledger.record(identityId);
  return current !== undefined && current.identity.erasedAt === null && hasAgreed(current.identity, consentVersion);
}

/**
 * Sends the person's traits to Jumio, for an execution that takes them. Reads them from Kratos and stores them nowhere. A
 * failure does not hold the verification up.
 */
export async function sendPrefill(ctx: Context, step: Step, row: Verification): Promise<void> {
  const { prefill: mapping } = ctx;
  const { prefillUrl, transactionToken } = row;
  if (!step.mayCall() || prefillUrl === null || transactionToken === null) return;
  const isAgreed = hasAgreed(step.claim.record.identity, ctx.consentVersion);
  if (mapping === undefined || !isAgreed) return await hold(ctx, step, row);
  try {
    const { data, leftOut } = prefillDataOf(mapping, await ctx.kratos.traits(step.identityId, mapping));
    // The read may have taken too long for another call: the job is due again when the lease ends.
    if (!step.mayCall()) return;
    if (!(await maySend(ctx, step))) return await hold(ctx, step, row);
    if (data !== undefined) await ctx.jumio.prepare(prefillUrl, transactionToken, data);
    await step.finish((record) => onPrefillSent(record, row.id, data !== undefined, leftOut));
  } catch (error) {
    const facts = await reportFailure(ctx, step, error, 'could not send the traits to Jumio');
    await step.finish((record) => onPrefillFailed(record, row.id, facts, ctx.clock.now(), ctx.random()));
  }
}
