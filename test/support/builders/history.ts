import type { UpstreamFacts } from '../../../webhook/errors.ts';
import type { Change, DecidedStatus, LedgerEvent, Snapshot, Verification } from '../../../webhook/model.ts';
import { onCreated } from '../../../webhook/verification/execution/create.ts';
import type { Look } from '../../../webhook/verification/execution/outcome.ts';
import { onDetails, onReadFailed, onStatus, wantsDetails } from '../../../webhook/verification/execution/read.ts';
import { mintReference } from '../../../webhook/verification/execution/reference.ts';
import { nudge } from '../../../webhook/verification/execution/schedule.ts';
import { publishedPolicy } from '../../../webhook/verification/policy/parse.ts';
import { onPublished, onPublishFailed } from '../../../webhook/verification/publication/state.ts';
import { latest } from '../../../webhook/verification/record/attempts.ts';
import { type PublishedStatus, published } from '../../../webhook/verification/record/content.ts';
import { meet, request } from '../../../webhook/verification/record/record.ts';
import { lease } from '../../../webhook/verification/step.ts';
import { detailsOf, REFERENCE_KEY, startedAs, statusOf, type Told } from '../fakes/jumio-answers.ts';

/** A history of one identity, told with the functions that write it in production. All times are epoch milliseconds. */

export const HOUR = 3_600_000;

export const DAY = 24 * HOUR;

/** The moment at which the tests look. */
export const NOW = Date.UTC(2026, 0, 20, 12);

/** How long a hosted link lasts. */
export const LIFETIME = 24 * HOUR;

export const IDENTITY = '9f425a8d-7efc-4768-8f23-7647a74fdf13';

export const TERMS = { random: 0.5, linkLifetimeMs: LIFETIME, workflowKey: '10011' };

/** The id of the n-th verification. */
export function verificationId(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
}

export function newcomer(at = NOW, inherited: DecidedStatus | null = null): Snapshot {
  return meet({ id: IDENTITY, inherited }, at);
}

export function asked(snapshot: Snapshot, at = NOW): Snapshot {
  return request(snapshot, verificationId(snapshot.verifications.length + 1), at).snapshot;
}

/** The latest verification; a story without one is a mistake of the test. */
export function last(snapshot: Snapshot): Verification {
  const row = latest(snapshot);
  if (row === undefined) throw new Error('the story has no verification yet');
  return row;
}

/** The verification of that number, 1 for the first. */
export function nth(snapshot: Snapshot, n: number): Verification {
  const row = snapshot.verifications[n - 1];
  if (row === undefined) throw new Error(`the story has no verification ${n}`);
  return row;
}

/** Jumio made the execution of the latest verification. */
export function made(snapshot: Snapshot, at = NOW, withLink = true): Snapshot {
  const row = last(snapshot);
  const started = startedAs('account-1', `execution-${row.attempt}`, withLink);
  return onCreated(snapshot, row.id, started, { now: at, ...TERMS }).snapshot;
}

/** Asked for and made at the same moment. */
export function begun(snapshot: Snapshot, at = NOW): Snapshot {
  return made(asked(snapshot, at), at);
}

export function lookAt(snapshot: Snapshot, row: Verification, at = NOW): Look {
  return {
    verificationId: row.id,
    nudges: snapshot.identity.nudges,
    now: at,
    random: 0.5,
    reference: mintReference(REFERENCE_KEY, row.id),
    newId: () => verificationId(snapshot.verifications.length + 1),
    policy: publishedPolicy,
  };
}

/** The details of a verification are read. */
export function read(snapshot: Snapshot, told: Told, at = NOW, row = last(snapshot)): Change {
  return onDetails(snapshot, lookAt(snapshot, row, at), detailsOf(row, told));
}

/** The status of a verification is read. */
export function readWord(snapshot: Snapshot, word: string, at = NOW, row = last(snapshot)): Change {
  return onStatus(snapshot, lookAt(snapshot, row, at), statusOf(word));
}

/** A sign of life of the latest verification: a callback that claims a status, or a person. */
export function nudged(snapshot: Snapshot, at: number, claimed?: string): Snapshot {
  const sign = { verificationId: last(snapshot).id, ...(claimed === undefined ? {} : { claimed }) };
  return nudge(snapshot, sign, at)?.snapshot ?? snapshot;
}

/** The worker claims the look that is due. */
export function leased(snapshot: Snapshot, at: number): Snapshot {
  return lease(snapshot, { create: false, read: true, publish: false }, at).snapshot;
}

/** How a call to Kratos failed. */
export function kratosFacts(changes: Partial<UpstreamFacts>): UpstreamFacts {
  return { upstream: 'kratos', operation: 'patch', failure: 'status', ...changes };
}

/** The version of now was written to Kratos. */
export function paid(snapshot: Snapshot, at = NOW): Snapshot {
  return onPublished(snapshot, snapshot.identity.version, at).snapshot;
}

/** The call to Kratos failed. */
export function unpaid(snapshot: Snapshot, facts: UpstreamFacts, at = NOW): Change {
  return onPublishFailed(snapshot, facts, at, 0.5);
}

/** What Kratos shows of this identity once it is paid. */
export function copyOf({ identity }: Snapshot): PublishedStatus | undefined {
  return identity.content === null ? undefined : published(identity.content, identity.changedAt).public;
}

/** What Jumio answers to each of the two calls. */
interface Answers {
  readonly status: string | 404;
  readonly details: Told | 404;
}

const NOT_FOUND = { upstream: 'jumio', failure: 'status', status: 404 } as const;

/** A Jumio that answers each of the two calls as said, and a worker that does every look when it is due. */
export function followed(first: Snapshot, from: number, until: number, answers: Answers) {
  let snapshot = first;
  const calls: { at: number; call: keyof Answers }[] = [];
  const events: LedgerEvent[] = [];
  const next = (at: number): number => Math.max(at, last(snapshot).readDue ?? Number.POSITIVE_INFINITY);
  for (let at = next(from); at <= until; at = next(at)) {
    if (calls.length >= 500) throw new Error(`500 looks within ${at - from} ms`);
    const { work, ...claimed } = lease(snapshot, { create: false, read: true, publish: false }, at);
    if (work.read === undefined) throw new Error('a look was due and is not claimed');
    const look = lookAt(claimed.snapshot, work.read, at);
    const call = wantsDetails(work.read) ? 'details' : 'status';
    calls.push({ at, call });
    const change = answered(claimed.snapshot, look, call, answers);
    events.push(...(change.events ?? []));
    snapshot = change.snapshot;
  }
  return { snapshot, calls, kinds: events.map(({ kind }) => kind) };
}

function answered(snapshot: Snapshot, look: ReturnType<typeof lookAt>, call: keyof Answers, answers: Answers) {
  const answer = answers[call];
  if (answer === 404) return onReadFailed(snapshot, look, { ...NOT_FOUND, operation: call });
  if (typeof answer === 'string') return onStatus(snapshot, look, answer);
  return onDetails(snapshot, look, detailsOf(last(snapshot), answer));
}
