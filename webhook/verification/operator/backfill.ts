import { setTimeout as sleep } from 'node:timers/promises';
import { UpstreamError, type UpstreamFacts } from '../../errors.ts';
import type { IdentityPage, KratosIdentity } from '../../kratos/types.ts';
import type { DecidedStatus, Identity } from '../../model.ts';
import type { Context } from '../context.ts';
import { inheritanceOf, newIdentity, readPublishedCopy } from '../record/index.ts';
import { THROTTLED_MS } from '../step.ts';
import { backOff, retry } from '../waiting.ts';

/** The progress of a backfill. */
export interface BackfillProgress {
  readonly seen: number;
  /** Rows that were written, or that a dry run would write. */
  readonly made: number;
  /** Of those: how many inherited each decided status from their published copy. */
  readonly inherited: Readonly<Record<DecidedStatus, number>>;
  /** 0 to 1, estimated from the last id: ids are random, and Kratos lists in their order. */
  readonly share: number;
  /** The page token to continue with; undefined: the first page. */
  readonly from?: string;
  /** Kratos asked for a pause until then (epoch milliseconds). */
  readonly pausedUntil?: number;
}

/** The progress of a run that has not begun. */
export const NO_PROGRESS: BackfillProgress = {
  seen: 0,
  made: 0,
  inherited: { approved: 0, review: 0, rejected: 0 },
  share: 0,
};

/** Returns the first row of an identity without a sign-up hook: no job is due, and its published copy counts (docs/design.md#the-sign-in-heals). */
export function rowOf(identity: KratosIdentity, now: number): Identity {
  const inheritance = inheritanceOf(readPublishedCopy({ metadata_public: identity.metadataPublic }));
  const { schemaId = null, createdAt: kratosCreatedAt = null } = identity;
  return { ...newIdentity({ id: identity.id, ...inheritance }, now).identity, schemaId, kratosCreatedAt };
}

function shareOf(identity: KratosIdentity | undefined): number {
  const head = Number.parseInt(identity?.id.slice(0, 8) ?? '', 16);
  return Number.isNaN(head) ? 0 : head / 0x1_0000_0000;
}

/** Returns the progress after a page, of which `made` had no row. */
export function addPage(
  progress: BackfillProgress,
  { identities, next }: IdentityPage,
  made: readonly Identity[],
): BackfillProgress {
  const inherited = { ...progress.inherited };
  for (const { inherited: status } of made) if (status !== null) inherited[status] += 1;
  const counts = { seen: progress.seen + identities.length, made: progress.made + made.length, inherited };
  return next === undefined ? { ...counts, share: 1 } : { ...counts, share: shareOf(identities.at(-1)), from: next };
}

/** Returns the stored progress of a run, its mark; undefined: the run is complete. */
export function markOf(progress: BackfillProgress): string | undefined {
  return progress.from === undefined ? undefined : JSON.stringify(progress);
}

/** Returns the progress of a mark. */
export function progressOf(mark: string | undefined): BackfillProgress {
  return mark === undefined ? NO_PROGRESS : { ...NO_PROGRESS, ...JSON.parse(mark) };
}

/** The options of a run. */
export interface BackfillOptions {
  /** Identities per call; Kratos returns at most 500. */
  readonly pageSize: number;
  /** Calls per second, at most. */
  readonly perSecond: number;
  /** Counts, and writes nothing. */
  readonly dryRun: boolean;
  /** Starts at the first page, also after an interrupted run. */
  readonly restart: boolean;
  readonly onProgress: (progress: BackfillProgress) => void;
}

/** The collaborators of a backfill. */
export type BackfillContext = Pick<Context, 'kratos' | 'clock' | 'random'> & {
  readonly ledger: Pick<Context['ledger'], 'bulkInsert' | 'gate' | 'note'>;
};

/** Rows in one transaction: few, so that a running service waits only milliseconds (decision 21). */
const BATCH = 25;

/** The pause between two transactions, for the writes of the running service. */
const BATCH_PAUSE_MS = 10;

/** Consecutive failures of a call after which the run ends. */
const TRIES = 6;

/** How often a run starts at the first page because Kratos rejects its page token; without a limit it might never end. */
const MAX_STARTS = 3;

type Pace = () => Promise<void>;

/** Spaces the starts of calls evenly. */
function createPace(perSecond: number): Pace {
  let next = 0;
  return async () => {
    const wait = next - performance.now();
    if (wait > 0) await sleep(wait);
    next = performance.now() + 1000 / perSecond;
  };
}

/** The milliseconds until a retry; undefined: a retry is useless, or there were too many. */
function pauseAfter(facts: UpstreamFacts, tries: number, random: number): number | undefined {
  if (facts.status === 429) return facts.retryAfter ?? THROTTLED_MS;
  const isFinal = facts.failure === 'unusable' || (facts.failure === 'status' && (facts.status ?? 0) < 500);
  return isFinal || tries >= TRIES ? undefined : backOff(tries, random);
}

/** Whether Kratos rejects a page token: tokens expire, and another installation of Kratos does not have them. */
function isStale({ failure, status }: UpstreamFacts, { from }: BackfillProgress): boolean {
  return from !== undefined && failure === 'status' && status === 400;
}

function reportPause(ctx: BackfillContext, options: BackfillOptions, progress: BackfillProgress, ms: number): void {
  options.onProgress({ ...progress, pausedUntil: ctx.clock.now() + ms });
}

/** Loads one page, with retries; `stale`: the run must start at the first page. */
async function pageFrom(
  ctx: BackfillContext,
  options: BackfillOptions,
  pace: Pace,
  progress: BackfillProgress,
  mayBeStale: boolean,
): Promise<IdentityPage | 'stale'> {
  let tries = 0;
  const load = async (): Promise<IdentityPage | 'stale'> => {
    await pace();
    try {
      return await ctx.kratos.list(options.pageSize, progress.from);
    } catch (error) {
      if (error instanceof UpstreamError && mayBeStale && isStale(error.facts, progress)) return 'stale';
      throw error;
    }
  };
  return retry(load, (error) => {
    if (!(error instanceof UpstreamError)) return undefined;
    tries = error.facts.status === 429 ? 0 : tries + 1;
    const pause = pauseAfter(error.facts, tries, ctx.random());
    if (pause !== undefined) reportPause(ctx, options, progress, pause);
    return pause;
  });
}

async function withoutRow(ctx: BackfillContext, rows: readonly Identity[]): Promise<Identity[]> {
  const found: Identity[] = [];
  for (const row of rows) if ((await ctx.ledger.gate(row.id)) === undefined) found.push(row);
  return found;
}

/** Writes a page in batches. Only the last one moves the mark, so an interrupted page is repeated. */
async function writePage(
  ctx: BackfillContext,
  rows: readonly Identity[],
  before: BackfillProgress,
  page: IdentityPage,
  now: number,
) {
  const made: Identity[] = [];
  for (let start = 0; start === 0 || start < rows.length; start += BATCH) {
    const isLast = start + BATCH >= rows.length;
    const mark = (fresh: readonly Identity[]): string | undefined =>
      markOf(isLast ? addPage(before, page, [...made, ...fresh]) : before);
    made.push(...(await ctx.ledger.bulkInsert.insert(rows.slice(start, start + BATCH), now, mark)));
    if (!isLast) await sleep(BATCH_PAUSE_MS);
  }
  return made;
}

/** Processes one page. Returns the progress after it. */
async function processPage(
  ctx: BackfillContext,
  options: BackfillOptions,
  before: BackfillProgress,
  page: IdentityPage,
) {
  const now = ctx.clock.now();
  const rows = page.identities.map((identity) => rowOf(identity, now));
  const made = options.dryRun ? await withoutRow(ctx, rows) : await writePage(ctx, rows, before, page, now);
  const after = addPage(before, page, made);
  options.onProgress(after);
  return after;
}

/**
 * Writes a row for every identity of Kratos that has none, with the status of its published copy. Starts no verification,
 * publishes nothing, and changes no existing row. Holds one page in memory. May be interrupted and repeated at any time.
 * @throws UpstreamError if Kratos does not return the next page; the next run continues there
 * @throws LedgerUnavailable if the ledger cannot be read or written
 */
export async function backfill(ctx: BackfillContext, options: BackfillOptions): Promise<BackfillProgress> {
  const pace = createPace(options.perSecond);
  const isFresh = options.dryRun || options.restart;
  let progress = isFresh ? NO_PROGRESS : progressOf(await ctx.ledger.bulkInsert.mark());
  let starts = 1;
  for (let isDone = false; !isDone; ) {
    const page = await pageFrom(ctx, options, pace, progress, starts < MAX_STARTS);
    if (page === 'stale') {
      starts += 1;
      progress = NO_PROGRESS;
      continue;
    }
    progress = await processPage(ctx, options, progress, page);
    isDone = page.next === undefined;
    if (isDone || page.pause === undefined) continue;
    reportPause(ctx, options, progress, page.pause);
    await sleep(page.pause);
  }
  const detail = { seen: progress.seen, made: progress.made };
  if (!options.dryRun) await ctx.ledger.note(ctx.clock.now(), { kind: 'backfilled', detail });
  return progress;
}
