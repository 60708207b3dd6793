import { setTimeout as sleep } from 'node:timers/promises';
import { UpstreamError, type UpstreamFacts } from '../errors.ts';
import type { IdentityPage } from '../kratos/client.ts';
import type { Identity } from '../ledger/types.ts';
import { grown, markOf, NOTHING, type Progress, resumed, rowOf } from './backfill-progress.ts';
import type { Desk } from './desk.ts';
import { backOff } from './schedule.ts';
import { THROTTLED_MS } from './step.ts';

export interface BackfillOptions {
  /** Identities per call; Kratos gives at most 500. */
  readonly pageSize: number;
  /** Calls per second, at most. */
  readonly perSecond: number;
  /** Nothing is written. */
  readonly dryRun: boolean;
  /** From the first page, also where an earlier run was interrupted. */
  readonly restart: boolean;
  readonly onProgress: (progress: Progress) => void;
}

/** What a backfill works with. */
export type BackfillDesk = Pick<Desk, 'kratos' | 'clock' | 'random'> & {
  readonly ledger: Pick<Desk['ledger'], 'newcomers' | 'gate' | 'note'>;
};

/** So many rows in one transaction: a running service waits for milliseconds (docs/decisions.md). */
const BATCH = 25;
/** And it has its turn between two of them. */
const BREATH_MS = 10;
/** Failures in a row after which somebody has to look. */
const TRIES = 6;
/** So often a run begins again because Kratos does not know its place any more: one that it never knows ends nowhere. */
const BEGINNINGS = 3;

type Pace = () => Promise<void>;

/** Starts are at least so far apart. */
function createPace(perSecond: number): Pace {
  let next = 0;
  return async () => {
    const wait = next - performance.now();
    if (wait > 0) await sleep(wait);
    next = performance.now() + 1000 / perSecond;
  };
}

/** When Kratos may be asked again; `undefined`: it will never answer otherwise, or not soon. */
function pauseAfter(facts: UpstreamFacts, tries: number, random: number): number | undefined {
  if (facts.status === 429) return facts.retryAfter ?? THROTTLED_MS;
  const isFinal = facts.failure === 'unusable' || (facts.failure === 'status' && (facts.status ?? 0) < 500);
  return isFinal || tries >= TRIES ? undefined : backOff(tries, random);
}

/** A page token that Kratos does not know any more: it may end, and it belongs to one Kratos. */
function isStale({ failure, status }: UpstreamFacts, { from }: Progress): boolean {
  return from !== undefined && failure === 'status' && status === 400;
}

async function wait(desk: BackfillDesk, options: BackfillOptions, progress: Progress, ms: number): Promise<void> {
  options.onProgress({ ...progress, pausedUntil: desk.clock.now() + ms });
  await sleep(ms);
}

/** One page, however long it takes; `stale`: it has to begin again. */
async function pageFrom(
  desk: BackfillDesk,
  options: BackfillOptions,
  pace: Pace,
  progress: Progress,
  mayBeStale: boolean,
): Promise<IdentityPage | 'stale'> {
  for (let tries = 1; ; tries += 1) {
    await pace();
    try {
      return await desk.kratos.list(options.pageSize, progress.from);
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      if (mayBeStale && isStale(error.facts, progress)) return 'stale';
      const pause = pauseAfter(error.facts, tries, desk.random());
      if (pause === undefined) throw error;
      if (error.facts.status === 429) tries = 0;
      await wait(desk, options, progress, pause);
    }
  }
}

async function unmet(desk: BackfillDesk, rows: readonly Identity[]): Promise<Identity[]> {
  const found: Identity[] = [];
  for (const row of rows) if ((await desk.ledger.gate(row.id)) === undefined) found.push(row);
  return found;
}

/** Writes in batches; the mark moves with the last of a page, so that what an interruption cuts off is done again. */
async function keep(desk: BackfillDesk, rows: readonly Identity[], before: Progress, page: IdentityPage) {
  const made: Identity[] = [];
  for (let start = 0; start === 0 || start < rows.length; start += BATCH) {
    const isLast = start + BATCH >= rows.length;
    const mark = (fresh: readonly Identity[]): string | undefined =>
      markOf(isLast ? grown(before, page, [...made, ...fresh]) : before);
    made.push(...(await desk.ledger.newcomers.meet(rows.slice(start, start + BATCH), mark)));
    if (!isLast) await sleep(BREATH_MS);
  }
  return made;
}

async function take(desk: BackfillDesk, options: BackfillOptions, before: Progress, page: IdentityPage) {
  const now = desk.clock.now();
  const rows = page.identities.map((identity) => rowOf(identity, now));
  const made = options.dryRun ? await unmet(desk, rows) : await keep(desk, rows, before, page);
  const after = grown(before, page, made);
  options.onProgress(after);
  return after;
}

/**
 * Writes the identity rows of everybody whom Kratos has and the ledger never met, with the standing that the published
 * copy shows. Starts no verification, publishes nothing, and leaves every row that there is as it is. Holds one page in
 * memory. May be interrupted and repeated at any time.
 * Rejects with `UpstreamError` where Kratos does not give the next page; the next run goes on from there.
 */
export async function backfill(desk: BackfillDesk, options: BackfillOptions): Promise<Progress> {
  const pace = createPace(options.perSecond);
  const isFresh = options.dryRun || options.restart;
  let progress = isFresh ? NOTHING : resumed(await desk.ledger.newcomers.mark());
  let beginnings = 1;
  for (let isDone = false; !isDone; ) {
    const page = await pageFrom(desk, options, pace, progress, beginnings < BEGINNINGS);
    if (page === 'stale') {
      beginnings += 1;
      progress = NOTHING;
      continue;
    }
    progress = await take(desk, options, progress, page);
    isDone = page.next === undefined;
    if (!isDone && page.pause !== undefined) await wait(desk, options, progress, page.pause);
  }
  const detail = { seen: progress.seen, made: progress.made };
  if (!options.dryRun) await desk.ledger.note(desk.clock.now(), { kind: 'backfilled', detail });
  return progress;
}
