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
  /** Series, or histograms, of other labels than the first so many are counted in one whose labels are all `other`; with `kept`, in one for each value of that label. */
  readonly most: number;
  /** A label of few values, which is never `other`: what alerts ask for. */
  readonly kept?: Name;
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

/** What belongs to the values of labels, found by one look for each: to join them into one key takes a sign-in longer. */
interface SeriesPlace<Take> {
  readonly below: Map<string, SeriesPlace<Take>>;
  take?: Take;
}

/** Makes the function of each series once, by the values of its labels; those beyond `most` share one. */
function perSeries<Name extends string, Take>(
  { labels, most, kept }: Pick<Bounded<Name>, 'labels' | 'most' | 'kept'>,
  make: (values: string[]) => Take,
): (series: SeriesLabels<Name>) => Take {
  const top: SeriesPlace<Take> = { below: new Map() };
  let count = 0;
  const others = new Map<string, Take>();
  const find = (series: SeriesLabels<Name>): Take | undefined => {
    let place: SeriesPlace<Take> | undefined = top;
    for (const name of labels) place = place?.below.get(series[name]);
    return place?.take;
  };
  const keep = (series: SeriesLabels<Name>, take: Take): void => {
    let place = top;
    for (const name of labels) {
      const next = place.below.get(series[name]) ?? { below: new Map() };
      place.below.set(series[name], next);
      place = next;
    }
    place.take = take;
    count += 1;
  };
  return (series) => {
    const found = find(series);
    if (found !== undefined) return found;
    // One less: the shared one is a series, too.
    if (count >= most - 1) {
      const own = kept === undefined ? '' : series[kept];
      const other = others.get(own) ?? make(labels.map((name) => (name === kept ? own : 'other')));
      others.set(own, other);
      return other;
    }
    const taken = make(labels.map((name) => series[name]));
    keep(series, taken);
    return taken;
  };
}

/** The seconds of one series, as they are counted. */
interface Tally {
  readonly labels: Readonly<Record<string, string>>;
  /** By bound, the last without one: each for itself. */
  readonly counts: number[];
  sum: number;
}

/** A histogram that is counted here, because the library joins the labels of each value; it is registered and served by the library. */
class TalliedHistogram extends Histogram {
  readonly #bounds: readonly number[];
  readonly #options: ReturnType<typeof optionsOf>;
  readonly #tallies: Tally[] = [];

  constructor(options: ReturnType<typeof optionsOf>, bounds: readonly number[]) {
    super({ ...options, buckets: [...bounds] });
    this.#bounds = bounds;
    this.#options = options;
  }

  /** Returns what takes the seconds of a new series. */
  series(labels: Tally['labels']): (seconds: number) => void {
    const bounds = this.#bounds;
    const tally: Tally = { labels, counts: Array.from({ length: bounds.length + 1 }, () => 0), sum: 0 };
    this.#tallies.push(tally);
    const { counts } = tally;
    return (seconds) => {
      let place = 0;
      while (place < bounds.length && seconds > (bounds[place] ?? 0)) place += 1;
      counts[place] = (counts[place] ?? 0) + 1;
      tally.sum += seconds;
    };
  }

  #valuesOf({ labels, counts, sum }: Tally) {
    const { name } = this.#options;
    let count = 0;
    const buckets = [...this.#bounds.map(String), '+Inf'].map((le, place) => {
      count += counts[place] ?? 0;
      return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: count };
    });
    const total = { metricName: `${name}_count`, labels, value: count };
    return [...buckets, { metricName: `${name}_sum`, labels, value: sum }, total];
  }

  /** What the registry of the library serves. */
  async getForPromString() {
    const { name, help } = this.#options;
    return { name, help, type: 'histogram', values: this.#tallies.flatMap((tally) => this.#valuesOf(tally)) };
  }
}

function optionsOf({ name, help, labels }: Description<string>, registry: Registry) {
  return { name: `${PREFIX}${name}`, help, labelNames: labels, registers: [registry] };
}

/** Returns an empty registry. */
export function createRegistry(): MetricRegistry {
  const registry = new Registry();
  // Counted here, and added when they are served: the library takes longer than a sign-in may.
  const tallies: (() => void)[] = [];
  return {
    counter: (metric) => {
      const counter = new Counter(optionsOf(metric, registry));
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
      const histogram = new TalliedHistogram(optionsOf(metric, registry), metric.buckets);
      const of = perSeries(metric, (values) =>
        histogram.series(Object.fromEntries(metric.labels.map((name, index) => [name, values[index] ?? '']))),
      );
      for (const series of metric.known) of(series);
      return of;
    },
    gauge: (metric) => {
      const gauge = new Gauge(optionsOf(metric, registry));
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
