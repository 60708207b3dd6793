import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/*
 * The only code that knows the library of metrics. It is prom-client, because its successor does not install on Node 20 (decision 136);
 * two of them in one process would be two registries, of which one is served.
 */

const PREFIX = 'jumio_bridge_';

/** The labels of one series, by their names. */
export type SeriesLabels<Name extends string> = Readonly<Record<Name, string>>;

/** What a metric is. */
export interface Description<Name extends string> {
  /** Without the prefix of this service. */
  readonly name: string;
  readonly help: string;
  readonly labels: readonly Name[];
}

/** A metric whose series are made as they occur. */
export interface Bounded<Name extends string> extends Description<Name> {
  /** Series, or histograms, of other labels than the first so many are counted in one whose labels are all `other`. */
  readonly most: number;
  /** Served with zero from the start: `rate()` does not see a series before its second scrape. */
  readonly known: readonly SeriesLabels<Name>[];
}

/** A histogram whose series are made as they occur. */
export interface BoundedHistogram<Name extends string> extends Bounded<Name> {
  /** The upper bounds, in seconds. */
  readonly buckets: readonly number[];
}

/** Returns what takes the seconds of one series. Who takes many keeps it: to find it costs more than to use it. */
export type TimedSeries<Name extends string> = (labels: SeriesLabels<Name>) => (seconds: number) => void;

/** The metrics of a process. */
export interface MetricRegistry {
  readonly counter: <Name extends string>(metric: Bounded<Name>) => (labels: SeriesLabels<Name>) => void;
  readonly histogram: <Name extends string>(metric: BoundedHistogram<Name>) => TimedSeries<Name>;
  /** A gauge is served from its first value on: none is a number that nobody has read. */
  readonly gauge: <Name extends string>(
    metric: Description<Name>,
  ) => (labels: SeriesLabels<Name>, value: number) => void;
  /** Returns all metrics in the text format of Prometheus. */
  readonly render: () => Promise<string>;
  /** That of `render`. */
  readonly contentType: string;
}

/** Makes the function of each series once, by the values of its labels; those beyond `most` share one. */
function perSeries<Name extends string, Take>(
  { labels, most }: Pick<Bounded<Name>, 'labels' | 'most'>,
  make: (values: string[]) => Take,
): (series: SeriesLabels<Name>) => Take {
  const made = new Map<string, Take>();
  let other: Take | undefined;
  return (series) => {
    let key = '';
    for (const name of labels) key += `${series[name]}\n`;
    const found = made.get(key);
    if (found !== undefined) return found;
    // One less: the shared one is a series, too.
    const isFull = made.size >= most - 1;
    if (isFull && other !== undefined) return other;
    if (isFull) {
      other = make(labels.map(() => 'other'));
      return other;
    }
    const taken = make(labels.map((name) => series[name]));
    made.set(key, taken);
    return taken;
  };
}

/** Returns an empty registry. */
export function createRegistry(): MetricRegistry {
  const registry = new Registry();
  // Counted here, and added when they are served: the library takes longer than a sign-in may.
  const tallies: (() => void)[] = [];
  const options = ({ name, help, labels }: Description<string>) => ({
    name: `${PREFIX}${name}`,
    help,
    labelNames: labels,
    registers: [registry],
  });
  return {
    counter: (metric) => {
      const counter = new Counter(options(metric));
      const of = perSeries(metric, (values) => {
        const series = counter.labels(...values);
        series.inc(0);
        let count = 0;
        tallies.push(() => {
          series.inc(count);
          count = 0;
        });
        return () => {
          count += 1;
        };
      });
      for (const series of metric.known) of(series);
      return (series) => of(series)();
    },
    histogram: (metric) => {
      const histogram = new Histogram({ ...options(metric), buckets: [...metric.buckets] });
      const of = perSeries(metric, (values) => {
        const named = Object.fromEntries(metric.labels.map((name, index) => [name, values[index] ?? '']));
        histogram.zero(named);
        const series = histogram.labels(...values);
        return (seconds: number) => series.observe(seconds);
      });
      for (const series of metric.known) of(series);
      return of;
    },
    gauge: (metric) => {
      const gauge = new Gauge(options(metric));
      // The library begins one without labels with zero.
      if (metric.labels.length === 0) gauge.remove();
      return (series, value) => gauge.set(series, value);
    },
    render: () => {
      for (const add of tallies) add();
      return registry.metrics();
    },
    contentType: registry.contentType,
  };
}
