import type { ObserveTry } from '../events/index.ts';
import type { ObserveAnswer } from '../logging.ts';
import type { Observe } from '../upstream/http.ts';
import type { Observer } from '../verification/observer.ts';
import { measuredCalls } from './calls.ts';
import { measuredDeliveries } from './deliveries.ts';
import { type GateSettings, measuredHappenings } from './happenings.ts';
import { type LedgerGauges, type LedgerSource, ledgerGauges } from './ledger-gauges.ts';
import { createRegistry } from './registry.ts';
import { measuredRequests } from './requests.ts';

/** What metrics of a process are made of. */
export interface MetricsOptions extends GateSettings {
  readonly version: string;
  /** The names under which `unreachable` may name an upstream. */
  readonly upstreams: readonly string[];
  /** The names of the endpoints of signed events. */
  readonly endpoints: readonly string[];
}

/** What is read for a scrape, and by the rounds. */
export interface Watched extends Omit<LedgerSource, 'endpoints'> {
  /** The upstreams that do not answer. */
  readonly unreachable: () => readonly string[];
}

/** The metrics of a process (docs/metrics.md). */
export interface Metrics {
  /** What the service tells them, handed to it as its log is. */
  readonly observers: {
    readonly calls: Observe;
    readonly requests: ObserveAnswer;
    readonly verification: Observer;
    readonly deliveries: ObserveTry;
  };
  /** Adds the gauges of the ledger and of the upstreams. Call it once. */
  readonly watch: (watched: Watched) => LedgerGauges;
  readonly render: () => Promise<string>;
  readonly contentType: string;
}

/** Returns the metrics of a process. Until `watch` is called there are no gauges. */
export function createMetrics({ version, upstreams, endpoints, ...gate }: MetricsOptions): Metrics {
  const registry = createRegistry();
  registry.gauge({ name: 'build_info', help: '1; the version of this program.', labels: ['version'] })({ version }, 1);
  let beforeScrape = (): void => undefined;
  return {
    observers: {
      calls: measuredCalls(registry),
      requests: measuredRequests(registry),
      verification: measuredHappenings(registry, gate),
      deliveries: measuredDeliveries(registry, endpoints),
    },
    watch: ({ unreachable, ...source }) => {
      const gauges = ledgerGauges(registry, { ...source, endpoints });
      const up = registry.gauge({
        name: 'upstream_up',
        help: '0: the last calls to an upstream had no answer; of the ledger: it could not be written.',
        labels: ['upstream'],
      });
      beforeScrape = () => {
        const down = unreachable();
        for (const upstream of upstreams) up({ upstream }, down.includes(upstream) ? 0 : 1);
        up({ upstream: 'ledger' }, gauges.isWritable() ? 1 : 0);
      };
      return gauges;
    },
    render: () => {
      beforeScrape();
      return registry.render();
    },
    contentType: registry.contentType,
  };
}
