import Fastify from 'fastify';
import { Histogram, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { UpstreamError } from '../../../webhook/errors.ts';
import { createLogger, RequestLog } from '../../../webhook/logging.ts';
import { createMetrics } from '../../../webhook/metrics/metrics.ts';
import { createRegistry } from '../../../webhook/metrics/registry.ts';
import { defaultPolicy } from '../../../webhook/verification/policy/index.ts';
import { readMetrics } from '../../support/monitoring/scrape.ts';

const FEW = { name: 'things_total', help: 'Things.', labels: ['kind', 'place'] as const, most: 3 };

describe('the series of a metric', () => {
  it('beyond the bound, all other labels are counted in one series', async () => {
    const registry = createRegistry();
    const count = registry.counter({ ...FEW, known: [{ kind: 'a', place: 'b' }] });
    for (const place of ['b', 'c', 'd', 'e', 'd']) count({ kind: 'a', place });
    const samples = readMetrics(await registry.render());
    expect(samples.map(({ labels, value }) => [labels.kind, labels.place, value])).toEqual([
      ['a', 'b', 1],
      ['a', 'c', 1],
      ['other', 'other', 3],
    ]);
  });

  it('the label that alerts ask for is kept beyond the bound', async () => {
    const registry = createRegistry();
    const count = registry.counter({ ...FEW, most: 2, kept: 'kind', known: [{ kind: 'a', place: 'b' }] });
    for (const [kind, place] of [
      ['a', 'c'],
      ['x', 'd'],
      ['a', 'e'],
    ] as const)
      count({ kind, place });
    const samples = readMetrics(await registry.render());
    expect(samples.map(({ labels, value }) => [labels.kind, labels.place, value])).toEqual([
      ['a', 'b', 0],
      ['a', 'other', 2],
      ['x', 'other', 1],
    ]);
  });

  it('a histogram is served as the library serves its own', async () => {
    const buckets = [0.05, 0.25, 1];
    const values = [0, 0.05, 0.050_001, 0.2, 0.25, 0.7, 1, 1.5, 40, 0.001];
    const own = createRegistry();
    const metric = { name: 'time_seconds', help: 'Time.', labels: ['a', 'b'] as const, buckets, most: 9, known: [] };
    const seriesOf = own.histogram(metric);
    const library = new Registry();
    const theirs = new Histogram({
      name: 'jumio_bridge_time_seconds',
      help: 'Time.',
      labelNames: ['a', 'b'],
      buckets,
      registers: [library],
    });
    for (const [n, seconds] of values.entries()) {
      const labels = { a: n % 3 === 0 ? 'say "x"\\' : 'y', b: 'z' };
      seriesOf(labels)(seconds);
      theirs.observe(labels, seconds);
    }
    const linesOf = (text: string) => text.split('\n').toSorted((one, other) => one.localeCompare(other));
    // The order of the labels of a series says nothing.
    const seriesIn = (text: string) =>
      readMetrics(text).map(({ metric: name, labels, value }) => [name, labels, value]);
    expect(seriesIn(await own.render())).toEqual(seriesIn(await library.metrics()));
    expect(linesOf(await own.render()).filter((line) => line.startsWith('#'))).toEqual(
      linesOf(await library.metrics()).filter((line) => line.startsWith('#')),
    );
  });

  it('what is known is served with zero before it occurs, and a gauge only once it has a value', async () => {
    const registry = createRegistry();
    registry.counter({ ...FEW, known: [{ kind: 'a', place: 'b' }] });
    registry.histogram({ name: 'time_seconds', help: 'Time.', labels: [], buckets: [1], most: 2, known: [{}] });
    const set = registry.gauge({ name: 'level', help: 'A level.', labels: [] });
    const before = readMetrics(await registry.render());
    expect(before.map(({ metric, value }) => `${metric} ${value}`)).toEqual([
      'jumio_bridge_things_total 0',
      'jumio_bridge_time_seconds_bucket 0',
      'jumio_bridge_time_seconds_bucket 0',
      'jumio_bridge_time_seconds_sum 0',
      'jumio_bridge_time_seconds_count 0',
    ]);
    set({}, 0);
    expect((await registry.render()).includes('\njumio_bridge_level 0')).toBe(true);
  });

  it('a process serves fewer than 1,300 series, whatever its operator and strangers do', async () => {
    // As many as WEBHOOKS takes.
    const endpoints = Array.from({ length: 50 }, (_, n) => `endpoint-${n}`);
    const metrics = createMetrics({
      policy: defaultPolicy,
      mode: 'enforce',
      version: '1.2.3',
      upstreams: [],
      endpoints,
    });
    const { requests, calls, verification, deliveries } = metrics.observers;
    const app = Fastify({ loggerInstance: createLogger('silent'), logController: new RequestLog(requests) });
    for (let n = 0; n < 100; n += 1) app.get(`/route/${n}`, async () => 'here');
    for (let n = 0; n < 110; n += 1) await app.inject(`/route/${n}`);
    for (let n = 0; n < 500; n += 1) {
      calls({ upstream: 'jumio', operation: `op${n}` }, 'ok', 1);
      calls(
        { upstream: 'jumio', operation: `op${n}` },
        new UpstreamError({ upstream: 'jumio', operation: 'x', failure: 'timeout' }),
        1,
      );
      verification.signIn({ decision: 'block', status: 'rejected', rule: `rule ${n}` });
      verification.decided({ verdict: 'PASSED', source: `eid:${n}`, reason: null, sinceRequestMs: 1, sinceKnownMs: 1 });
    }
    for (const endpoint of endpoints) for (const end of ['delivered', 'given-up'] as const) deliveries(endpoint, end);
    const samples = readMetrics(await metrics.render());
    // The gauges of the ledger and of upstreams, which `watch` adds, are some fifty, and one for each endpoint.
    expect(samples.length).toBeLessThan(1_200);
    expect(samples.length).toBeGreaterThan(1_000);
    const total = (name: string): number =>
      samples.filter(({ metric }) => metric === `jumio_bridge_${name}`).reduce((sum, { value }) => sum + value, 0);
    expect(total('http_request_duration_seconds_count')).toBe(110);
    expect(total('upstream_request_duration_seconds_count')).toBe(1_000);
    expect(total('gate_decisions_total')).toBe(500);
    expect(total('verifications_decided_total')).toBe(500);
    expect(total('event_deliveries_total')).toBe(100);
    for (const endpoint of endpoints)
      expect(
        samples.filter(({ labels }) => labels.endpoint === endpoint && labels.outcome === 'delivered'),
      ).toMatchObject([{ value: 1 }]);
  });
});

it('the pages of the console are one route, and no id or page of it is a label', async () => {
  const metrics = createMetrics({
    policy: defaultPolicy,
    mode: 'enforce',
    version: '1.2.3',
    upstreams: [],
    endpoints: [],
  });
  const log = new RequestLog(metrics.observers.requests);
  const app = Fastify({ loggerInstance: createLogger('silent'), logController: log });
  for (const path of ['/operator', '/operator/search', '/operator/people/:id']) app.get(path, async () => 'here');
  for (const path of ['/operator', '/operator/search', '/operator/people/5']) await app.inject(path);
  const routes = readMetrics(await metrics.render()).flatMap(({ metric, labels, value }) =>
    metric.endsWith('http_request_duration_seconds_count') && value > 0 ? [[labels.route, value]] : [],
  );
  expect(routes).toEqual([['/operator', 3]]);
});
