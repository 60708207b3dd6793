import type { UpstreamFacts } from '../../../webhook/errors.ts';
import type { Change, DecidedStatus, IdentityRecord, LedgerEvent, Verification } from '../../../webhook/model.ts';
import { onCreated } from '../../../webhook/verification/execution/create.ts';
import type { ReadInput } from '../../../webhook/verification/execution/outcome.ts';
import { needsDetails, onDetails, onReadFailed, onStatus } from '../../../webhook/verification/execution/read.ts';
import { mintReference } from '../../../webhook/verification/execution/reference.ts';
import { applyReadRequest } from '../../../webhook/verification/execution/schedule.ts';
import { defaultPolicy } from '../../../webhook/verification/policy/parse.ts';
import { onPublished, onPublishFailed } from '../../../webhook/verification/publication/state.ts';
import { latestAttempt } from '../../../webhook/verification/record/attempts.ts';
import { type PublishedStatus, publishedContent } from '../../../webhook/verification/record/content.ts';
import { newIdentity, requestVerification } from '../../../webhook/verification/record/record.ts';
import { detailsOf, type GivenDetails, REFERENCE_KEY, startedAs, statusOf } from '../fakes/jumio-answers.ts';
import { applied } from './applied.ts';
import { leaseFor } from './claims.ts';

/** Histories of one identity, built with the functions that write them in production. All times are epoch milliseconds. */

export const HOUR = 3_600_000;

export const DAY = 24 * HOUR;

/** The current time of the tests. */
export const NOW = Date.UTC(2026, 0, 20, 12);

/** The lifetime of a hosted link. */
export const LIFETIME = 24 * HOUR;

export const IDENTITY = '9f425a8d-7efc-4768-8f23-7647a74fdf13';

/** The input of a create call, without its time. */
export const TERMS = { random: 0.5, linkLifetimeMs: LIFETIME, workflowKey: '10011' };

/** The id of the n-th verification. */
export function verificationId(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
}

/** A new identity without a verification. @param inherited the decided status of an earlier published copy */
export function newRecord(at = NOW, inherited: DecidedStatus | null = null): IdentityRecord {
  return newIdentity({ id: IDENTITY, inherited }, at);
}

/** The record after a verification was requested. */
export function withRequest(record: IdentityRecord, at = NOW): IdentityRecord {
  return applied(requestVerification(record, verificationId(record.verifications.length + 1), at), at).record;
}

/** The latest verification; throws if there is none. */
export function last(record: IdentityRecord): Verification {
  const row = latestAttempt(record);
  if (row === undefined) throw new Error('the history has no verification yet');
  return row;
}

/** The n-th verification, 1 for the first; throws if there is none. */
export function nth(record: IdentityRecord, n: number): Verification {
  const row = record.verifications[n - 1];
  if (row === undefined) throw new Error(`the history has no verification ${n}`);
  return row;
}

/** The record after Jumio created the execution of the latest verification. */
export function withExecution(record: IdentityRecord, at = NOW, withLink = true): IdentityRecord {
  const row = last(record);
  const started = startedAs('account-1', `execution-${row.attempt}`, withLink);
  return applied(onCreated(record, row.id, started, { now: at, ...TERMS }), at).record;
}

/** The record after an attempt was requested and created at the same time. */
export function withAttempt(record: IdentityRecord, at = NOW): IdentityRecord {
  return withExecution(withRequest(record, at), at);
}

/** The input of a read of a verification, with the default policy. */
export function readInputOf(record: IdentityRecord, row: Verification, at = NOW): ReadInput {
  return {
    verificationId: row.id,
    readRequests: record.identity.readRequests,
    now: at,
    random: 0.5,
    references: [mintReference(REFERENCE_KEY, row.id)],
    newId: () => verificationId(record.verifications.length + 1),
    policy: defaultPolicy,
  };
}

/** The change of reading the details of a verification. */
export function readDetailsAs(record: IdentityRecord, given: GivenDetails, at = NOW, row = last(record)): Change {
  return applied(onDetails(record, readInputOf(record, row, at), detailsOf(row, given)), at);
}

/** The change of reading the status of a verification. */
export function readStatusAs(record: IdentityRecord, word: string, at = NOW, row = last(record)): Change {
  return applied(onStatus(record, readInputOf(record, row, at), statusOf(word)), at);
}

/** The record after a requested read of the latest verification: by a callback that claims a status, or by a person. */
export function withReadRequested(record: IdentityRecord, at: number, claimed?: string): IdentityRecord {
  const sign = { verificationId: last(record).id, ...(claimed === undefined ? {} : { claimed }) };
  return applied(applyReadRequest(record, sign, at), at)?.record ?? record;
}

/** The record after the worker claimed the read that is due. */
export function leased(record: IdentityRecord, at: number): IdentityRecord {
  return leaseFor(record, ['read'], at).record;
}

/** The facts of a failed call to Kratos. */
export function kratosFacts(changes: Partial<UpstreamFacts>): UpstreamFacts {
  return { upstream: 'kratos', operation: 'patch', failure: 'status', ...changes };
}

/** The record after its version was published to Kratos. */
export function afterPublish(record: IdentityRecord, at = NOW): IdentityRecord {
  return applied(onPublished(record, record.identity.version, at), at).record;
}

/** The change of a failed call to Kratos. */
export function afterPublishFailed(record: IdentityRecord, facts: UpstreamFacts, at = NOW): Change {
  return applied(onPublishFailed(record, facts, at, 0.5), at);
}

/** The published copy of this identity, or undefined without content. */
export function copyOf({ identity }: IdentityRecord): PublishedStatus | undefined {
  return identity.content === null ? undefined : publishedContent({ ...identity, content: identity.content }).public;
}

/** The answers of Jumio to the two calls. */
interface Answers {
  readonly status: string | 404;
  readonly details: GivenDetails | 404;
}

const NOT_FOUND = { upstream: 'jumio', failure: 'status', status: 404 } as const;

/** Simulates a worker that makes every read when it is due, with a Jumio that gives the given answers. */
export function simulatePolling(first: IdentityRecord, from: number, until: number, answers: Answers) {
  let record = first;
  const calls: { at: number; call: keyof Answers }[] = [];
  const events: LedgerEvent[] = [];
  const next = (at: number): number => Math.max(at, last(record).readDue ?? Number.POSITIVE_INFINITY);
  for (let at = next(from); at <= until; at = next(at)) {
    if (calls.length >= 500) throw new Error(`500 reads within ${at - from} ms`);
    const { work, ...claimed } = leaseFor(record, ['read'], at);
    if (work.read === undefined) throw new Error('a read was due and is not claimed');
    const input = readInputOf(claimed.record, work.read, at);
    const call = needsDetails(work.read) ? 'details' : 'status';
    calls.push({ at, call });
    const change = afterAnswer(claimed.record, input, call, answers);
    events.push(...(change.events ?? []));
    record = change.record;
  }
  return { record, calls, kinds: events.map(({ kind }) => kind) };
}

function afterAnswer(
  record: IdentityRecord,
  input: ReturnType<typeof readInputOf>,
  call: keyof Answers,
  answers: Answers,
) {
  const answer = answers[call];
  if (answer === 404) return applied(onReadFailed(record, input, { ...NOT_FOUND, operation: call }), input.now);
  if (typeof answer === 'string') return applied(onStatus(record, input, answer), input.now);
  return applied(onDetails(record, input, detailsOf(last(record), answer)), input.now);
}
