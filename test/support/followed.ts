import type { LedgerEvent, Snapshot } from '../../webhook/model.ts';
import { onDetails, onReadFailed, onStatus, wantsDetails } from '../../webhook/verification/execution/read.ts';
import { lease } from '../../webhook/verification/step.ts';
import { detailsOf, type Told } from './jumio-wire.ts';
import { last, lookAt } from './story.ts';

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
