import { setTimeout as sleep } from 'node:timers/promises';
import { UpstreamError, type UpstreamFacts } from '../../errors.ts';
import type { IdentityPage, KratosIdentity } from '../../kratos/types.ts';
import type { DecidedStatus, Identity } from '../../model.ts';
import type { Context } from '../context.ts';
import { decidedStatus, newIdentity, readPublishedCopy } from '../record/index.ts';
import { THROTTLED_MS } from '../step.ts';
import { backOff, retry } from '../waiting.ts';

/** How far a backfill is. */
export interface BackfillProgress {
  readonly seen: number;
  /** Rows that were written, or would be. */
  readonly made: number;
  /** Of those: the standings that their published copies hand down. */
  readonly inherited: Readonly<Record<DecidedStatus, number>>;
  /** 0 to 1, by the last identity's place among all ids: random ones, in whose order Kratos lists. */
  readonly share: number;
  /** Where it goes on; undefined: at the first page. */
  readonly from?: string;
  /** Kratos asks to wait: until then (epoch milliseconds). */
  readonly pausedUntil?: number;
}

export const NOTHING: BackfillProgress = {
  seen: 0,
  made: 0,
  inherited: { approved: 0, review: 0, rejected: 0 },
  share: 0,
};

/** The first row of an identity that met no hook: nothing is owed, and its published copy counts (docs/design.md#the-sign-in-heals). */
export function rowOf(identity: KratosIdentity, now: number): Identity {
  const inherited = decidedStatus(readPublishedCopy({ metadata_public: identity.metadataPublic }));
  const { schemaId = null, createdAt: kratosCreatedAt = null } = identity;
  return { ...newIdentity({ id: identity.id, inherited }, now).identity, schemaId, kratosCreatedAt };
}

function shareOf(identity: KratosIdentity | undefined): number {
  const head = Number.parseInt(identity?.id.slice(0, 8) ?? '', 16);
  return Number.isNaN(head) ? 0 : head / 0x1_0000_0000;
}

/** After a page, of which `made` had no row. */
export function grown(
  progress: BackfillProgress,
  { identities, next }: IdentityPage,
  made: readonly Identity[],
): BackfillProgress {
  const inherited = { ...progress.inherited };
  for (const { inherited: status } of made) if (status !== null) inherited[status] += 1;
  const counts = { seen: progress.seen + identities.length, made: progress.made + made.length, inherited };
  return next === undefined ? { ...counts, share: 1 } : { ...counts, share: shareOf(identities.at(-1)), from: next };
}

/** What is kept of a run that is not at its end. */
export function markOf(progress: BackfillProgress): string | undefined {
  return progress.from === undefined ? undefined : JSON.stringify(progress);
}

/** Where the run of a mark was interrupted. */
export function resumed(mark: string | undefined): BackfillProgress {
  return mark === undefined ? NOTHING : { ...NOTHING, ...JSON.parse(mark) };
}

export interface BackfillOptions {
  /** Identities per call; Kratos gives at most 500. */
  readonly pageSize: number;
  /** Calls per second, at most. */
  readonly perSecond: number;
  /** Nothing is written. */
  readonly dryRun: boolean;
  /** From the first page, also where an earlier run was interrupted. */
  readonly restart: boolean;
  readonly onProgress: (progress: BackfillProgress) => void;
}

/** What a backfill works with. */
export type BackfillContext = Pick<Context, 'kratos' | 'clock' | 'random'> & {
  readonly ledger: Pick<Context['ledger'], 'bulkInsert' | 'gate' | 'note'>;
};

/** So many rows in one transaction: a running service waits for milliseconds (decision 21). */
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
function isStale({ failure, status }: UpstreamFacts, { from }: BackfillProgress): boolean {
  return from !== undefined && failure === 'status' && status === 400;
}

function reportPause(ctx: BackfillContext, options: BackfillOptions, progress: BackfillProgress, ms: number): void {
  options.onProgress({ ...progress, pausedUntil: ctx.clock.now() + ms });
}

/** Loads one page, however long it takes; `stale`: the run has to begin again. */
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

async function unmet(ctx: BackfillContext, rows: readonly Identity[]): Promise<Identity[]> {
  const found: Identity[] = [];
  for (const row of rows) if ((await ctx.ledger.gate(row.id)) === undefined) found.push(row);
  return found;
}

/** Writes in batches; the mark moves with the last of a page, so that what an interruption cuts off is done again. */
async function keep(
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
      markOf(isLast ? grown(before, page, [...made, ...fresh]) : before);
    made.push(...(await ctx.ledger.bulkInsert.insert(rows.slice(start, start + BATCH), now, mark)));
    if (!isLast) await sleep(BREATH_MS);
  }
  return made;
}

async function take(ctx: BackfillContext, options: BackfillOptions, before: BackfillProgress, page: IdentityPage) {
  const now = ctx.clock.now();
  const rows = page.identities.map((identity) => rowOf(identity, now));
  const made = options.dryRun ? await unmet(ctx, rows) : await keep(ctx, rows, before, page, now);
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
export async function backfill(ctx: BackfillContext, options: BackfillOptions): Promise<BackfillProgress> {
  const pace = createPace(options.perSecond);
  const isFresh = options.dryRun || options.restart;
  let progress = isFresh ? NOTHING : resumed(await ctx.ledger.bulkInsert.mark());
  let beginnings = 1;
  for (let isDone = false; !isDone; ) {
    const page = await pageFrom(ctx, options, pace, progress, beginnings < BEGINNINGS);
    if (page === 'stale') {
      beginnings += 1;
      progress = NOTHING;
      continue;
    }
    progress = await take(ctx, options, progress, page);
    isDone = page.next === undefined;
    if (isDone || page.pause === undefined) continue;
    reportPause(ctx, options, progress, page.pause);
    await sleep(page.pause);
  }
  const detail = { seen: progress.seen, made: progress.made };
  if (!options.dryRun) await ctx.ledger.note(ctx.clock.now(), { kind: 'backfilled', detail });
  return progress;
}
