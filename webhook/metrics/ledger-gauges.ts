import { LedgerUnavailable } from '../errors.ts';
import type { Rates } from '../ledger/budgets.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { jobs } from '../verification/jobs.ts';
import { PROBLEM_KINDS, STATUSES } from './known.ts';
import type { MetricRegistry } from './registry.ts';

/** The ledger, as the gauges read it. */
export type GaugedLedger = Pick<Ledger, 'backlog' | 'probe'> & {
  readonly budgets: Pick<Ledger['budgets'], 'paused' | 'levels'>;
  readonly deliveries: Pick<Ledger['deliveries'], 'ages'>;
  readonly reports: Pick<Ledger['reports'], 'statusCounts' | 'problems'>;
};

/** Where the gauges come from. */
export interface LedgerSource {
  readonly ledger: GaugedLedger;
  readonly rates: Rates;
  readonly now: () => number;
  /** The names of the endpoints of signed events, as they are configured. Of none nothing is read or served. */
  readonly endpoints: readonly string[];
}

/** What is waited for between two parts of a round; a scrape waits for none of it. */
export type Pause = () => Promise<void>;

/** The rounds that set the gauges. Each rejects with `LedgerUnavailable` if the ledger cannot be read, and leaves what it has not read as it was. */
export interface LedgerGauges {
  /** What is due, paused or left. A few statements, whatever the size of the ledger. */
  readonly short: () => Promise<void>;
  /** What is counted row by row: identities by status, what is in review, what is stuck. */
  readonly long: (pause: Pause) => Promise<void>;
  /** Whether the ledger could be written when it was last tried. */
  readonly isWritable: () => boolean;
}

/** Lines of `list --stuck` between two pauses; the ledger reads as many at once. */
const LINES = 500;

function agesOf(now: number, since: number | null): number {
  return since === null ? 0 : Math.max(0, now - since) / 1_000;
}

/** On SQLite a look at the difference of the clocks ends it, because it stores the time: so the greatest one stays for longer than an alert waits. */
const OFFSET_KEPT_MS = 300_000;

/** Returns what remembers the greatest of the last values. */
function greatestOf(keptMs: number): (value: number) => number {
  let greatest = { value: 0, at: Number.NEGATIVE_INFINITY };
  return (value) => {
    // Not by the clock that is judged here.
    const at = performance.now();
    if (Math.abs(value) >= Math.abs(greatest.value) || at - greatest.at > keptMs) greatest = { value, at };
    return greatest.value;
  };
}

/** The gauges of what is due, paused or left. */
function shortRound({ gauge }: MetricRegistry, { ledger, rates, now }: LedgerSource): () => Promise<void> {
  const labels = ['kind'] as const;
  const due = gauge({
    name: 'work_due',
    help: 'Rows whose work is due at this moment, by job. Up to 10000 are counted.',
    labels,
  });
  const oldest = gauge({
    name: 'work_oldest_due_seconds',
    help: 'How long the oldest of them has been due; 0: nothing is.',
    labels,
  });
  const paused = gauge({
    name: 'creation_paused',
    help: '1: creation at Jumio is paused for a reason that an operator must mend.',
    labels: [],
  });
  const tokens = gauge({
    name: 'budget_tokens',
    help: 'Calls that a budget has left; 0 while it is paused.',
    labels: ['upstream'],
  });
  const offset = gauge({
    name: 'clock_offset_seconds',
    help: 'By how much this clock is ahead of that of the ledger, the most of five minutes. On SQLite: of the latest time in it, if that is later.',
    labels: [],
  });
  const greatest = greatestOf(OFFSET_KEPT_MS);
  return async () => {
    const at = now();
    const written = await ledger.probe(at);
    offset({}, greatest(written === undefined ? 0 : (at - written) / 1_000));
    for (const { job, due: count, since } of await ledger.backlog(jobs, at)) {
      due({ kind: job }, count);
      oldest({ kind: job }, agesOf(at, since));
    }
    const isPaused = (await ledger.budgets.paused(at)).some(({ reason }) => reason !== null);
    paused({}, isPaused ? 1 : 0);
    const left = await ledger.budgets.levels(rates, at);
    for (const [name, count] of Object.entries(left)) tokens({ upstream: `jumio ${name}` }, count);
  };
}

/** The gauge of events that wait; of one endpoint zero where none does. */
function eventRound({ gauge }: MetricRegistry, { ledger, now, endpoints }: LedgerSource): () => Promise<void> {
  if (endpoints.length === 0) return async () => undefined;
  const oldest = gauge({
    name: 'event_oldest_seconds',
    help: 'How long ago the oldest signed event that an endpoint has not taken was made; 0: none waits.',
    labels: ['endpoint'],
  });
  return async () => {
    const ages = await ledger.deliveries.ages();
    for (const endpoint of endpoints) {
      const since = ages.find(({ name }) => name === endpoint)?.oldest ?? null;
      oldest({ endpoint }, agesOf(now(), since));
    }
  };
}

/** The gauges of identities by status, and of what is in review. */
function statusRound({ gauge }: MetricRegistry, { ledger, now }: LedgerSource): (pause: Pause) => Promise<void> {
  const identities = gauge({
    name: 'identities',
    help: 'Identities that the ledger knows, by status. Read page by page: in a ledger of a million minutes old.',
    labels: ['status'],
  });
  const waiting = gauge({ name: 'review_waiting', help: 'Identities in review.', labels: [] });
  const oldest = gauge({
    name: 'review_oldest_seconds',
    help: 'How long the longest of them has been in review; 0: none is.',
    labels: [],
  });
  return async (pause) => {
    const counts = new Map<string, number>();
    let since: number | null = null;
    for await (const page of ledger.reports.statusCounts()) {
      for (const { status, count, oldest: first } of page) {
        counts.set(status, (counts.get(status) ?? 0) + count);
        if (status === 'review' && first !== null) since = Math.min(since ?? first, first);
      }
      await pause();
    }
    for (const status of STATUSES) identities({ status }, counts.get(status) ?? 0);
    waiting({}, counts.get('review') ?? 0);
    oldest({}, agesOf(now(), since));
  };
}

function stuckRound({ gauge }: MetricRegistry, { ledger, now }: LedgerSource): (pause: Pause) => Promise<void> {
  const stuck = gauge({
    name: 'stuck_identities',
    help: 'The lines of `list --stuck`, by kind.',
    labels: ['kind'],
  });
  return async (pause) => {
    const counts = new Map<string, number>();
    let lines = 0;
    for await (const { kind } of ledger.reports.problems(now())) {
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      lines += 1;
      if (lines % LINES === 0) await pause();
    }
    for (const kind of PROBLEM_KINDS) stuck({ kind }, counts.get(kind) ?? 0);
  };
}

/** Returns the gauges of a ledger. A scrape reads none of it: it is served what the last round has read. */
export function ledgerGauges(registry: MetricRegistry, source: LedgerSource): LedgerGauges {
  const short = shortRound(registry, source);
  const events = eventRound(registry, source);
  const status = statusRound(registry, source);
  const stuck = stuckRound(registry, source);
  let isWritable = true;
  return {
    short: async () => {
      try {
        await short();
        await events();
        isWritable = true;
      } catch (error) {
        if (error instanceof LedgerUnavailable) isWritable = false;
        throw error;
      }
    },
    long: async (pause) => {
      await stuck(pause);
      await status(pause);
    },
    isWritable: () => isWritable,
  };
}
