import { parseConfig } from '../../../webhook/config/config.ts';
import type { LedgerGauges } from '../../../webhook/metrics/ledger-gauges.ts';
import { createMetrics } from '../../../webhook/metrics/metrics.ts';
import { buildTestService, ENVIRONMENT, type TestService, type TestServiceOptions } from '../service/service.ts';
import { readMetrics, type Scrape } from './scrape.ts';

/** A service whose metrics are read as Prometheus would. */
export interface WatchedService {
  readonly service: TestService;
  readonly gauges: LedgerGauges;
  /** The text of `/metrics`, after a round of the ledger's gauges that is tried as the service tries it. */
  readonly text: () => Promise<string>;
  /** The same as samples, with the target's labels and its `up`. */
  readonly scrape: () => Promise<Scrape>;
}

/** What Prometheus adds to each series of this target. */
const TARGET = { job: 'jumio-bridge', instance: 'test' };

/** Starts a service with metrics, as `server.ts` joins them; close the service at the end. */
export async function buildWatchedService(options: TestServiceOptions = {}): Promise<WatchedService> {
  const { policy, GATE_MODE: mode, WEBHOOKS: events } = parseConfig({ ...ENVIRONMENT, ...options.env });
  const endpoints = (events?.endpoints ?? []).map(({ name }) => name);
  const metrics = createMetrics({ policy, mode, version: '1.2.3', upstreams: ['jumio', 'kratos'], endpoints });
  const service = await buildTestService({ ...options, observers: metrics.observers });
  const { ledger, rates, clock } = service.ctx;
  const gauges = metrics.watch({ ledger, rates, now: () => clock.now(), unreachable: service.unreachable });
  const text = async (): Promise<string> => {
    // A ledger that fails leaves the gauges as they were.
    await gauges.short().catch(() => undefined);
    await gauges.long(async () => undefined).catch(() => undefined);
    return metrics.render();
  };
  const scrape = async (): Promise<Scrape> => ({
    at: Math.round(clock.now() / 1_000),
    samples: [...readMetrics(await text(), TARGET), { metric: 'up', labels: TARGET, value: 1 }],
  });
  return { service, gauges, text, scrape };
}
