import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send } from '../../../sandbox/kratos/client/loopback.ts';
import { freePort } from '../../../sandbox/kratos/real/ports.ts';
import { createMetricsListener } from '../../../webhook/metrics/listener.ts';
import { override } from '../../../webhook/verification/operator/actions.ts';
import { decide, signedUp, visitor } from '../../support/builders/people.ts';
import { callback, callbackOf, validate } from '../../support/clients/calls.ts';
import { newSecret } from '../../support/events/shop.ts';
import { type RecordingServer, startRecordingServer } from '../../support/fakes/http-server.ts';
import { CANARIES } from '../../support/logs/canaries.ts';
import { renderMixin } from '../../support/monitoring/mixin.ts';
import { selectors } from '../../support/monitoring/promql.ts';
import { readMetrics, type Sample } from '../../support/monitoring/scrape.ts';
import { buildWatchedService, type WatchedService } from '../../support/monitoring/watched.ts';
import { eventually, untilStatus } from '../../support/service/eventually.ts';
import { startSplitProcess } from '../../support/service/split-process.ts';

const POLICY = `rules:
  - { name: rejected, when: { status: rejected }, then: block }
  - { name: everything else, then: allow }`;

const folder = mkdtempSync(join(tmpdir(), 'scrape-'));

/** Three applications: the one takes events, the next fails, and the last wants none. */
const ANSWERS = { shop: 204, crm: 500, old: 410 };

const applications: RecordingServer[] = [];

/** The document of WEBHOOKS for them, with a canary in each address. */
async function startApplications(): Promise<string> {
  const endpoints = [];
  for (const [name, status] of Object.entries(ANSWERS)) {
    const secret = join(folder, name);
    writeFileSync(secret, newSecret());
    const server = await startRecordingServer((response) => response.writeHead(status).end());
    applications.push(server);
    endpoints.push({ name, url: `${server.url}/${CANARIES.query}`, secret_files: [secret] });
  }
  return JSON.stringify({ endpoints });
}

let watched: WatchedService;

let text: string;

let samples: readonly Sample[];

/** The value of the one series with these labels; undefined: there is none. */
function value(metric: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
  const found = samples.filter(
    (sample) =>
      sample.metric === `jumio_bridge_${metric}` &&
      Object.entries(labels).every(([name, wanted]) => sample.labels[name] === wanted),
  );
  return found.length === 1 ? found[0]?.value : undefined;
}

/** A day of an installation: people sign up, are decided, sign in, are overridden; callbacks come twice, from nowhere, and forged. */
async function day({ service }: WatchedService): Promise<void> {
  const { ctx, worker } = service;
  const [ann, bob, eve] = [await signedUp(service), await signedUp(service), await signedUp(service)];
  const execution = await decide(service, ann.id, 'PASSED');
  await decide(service, bob.id, 'REJECTED', 'unreadable');
  await decide(service, eve.id, 'WARNING');
  for (let n = 0; n < 2; n += 1) await callback(service, callbackOf(execution));
  await callback(service, callbackOf({ ...execution, executionId: randomUUID() }));
  await callback(service, callbackOf(execution, 'PROCESSED', 'forged'));
  await callback(service, callbackOf(execution), { 'x-jumio-signature': 'ab'.repeat(32) });
  for (const { id } of [ann, ann, bob]) await validate(service, { kratos_identity_id: id });
  await validate(service, { kratos_identity_id: eve.id }, { 'x-webhook-secret': 'wrong' });
  // Another process decides, as a command of the operator does; this one publishes.
  const decision = { verdict: 'FAILED', reason: 'forged', by: 'ann' } as const;
  await ctx.ledger.change(
    ann.id,
    ctx.clock.now(),
    (record) => record && override(record, decision, randomUUID(), ctx.clock.now()),
  );
  worker.wake();
  await untilStatus(service, ann.id, 'rejected');
  const person = visitor(service, bob.id);
  await person.browser.get(`/jumio/status?trait=${CANARIES.query}`);
  await service.app.inject(`/nobody/${CANARIES.query}?a=${CANARIES.email}`);
  await service.app.inject('/health/ready');
}

beforeAll(async () => {
  watched = await buildWatchedService({ env: { POLICY, WEBHOOKS: await startApplications() } });
  await day(watched);
  const { deliveries } = watched.service.ctx.ledger;
  await eventually(async () => expect(await deliveries.list({ endpoint: 'shop', most: 1 })).toEqual([]));
  await eventually(async () =>
    expect((await deliveries.ages()).map(({ stoppedAt }) => stoppedAt === null)).toEqual([true, false, true]),
  );
  text = await watched.text();
  samples = readMetrics(text);
});

afterAll(async () => {
  await watched.service.close();
  for (const server of applications) await server.close();
  rmSync(folder, { recursive: true });
});

describe('a day as it is counted', () => {
  it('sign-ins are counted by decision, status and rule, and a caller without the secret decides nothing', () => {
    expect(value('gate_decisions_total', { decision: 'allow', status: 'approved' })).toBe(2);
    expect(value('gate_decisions_total', { decision: 'block', status: 'rejected', rule: 'rejected' })).toBe(1);
    expect(value('gate_decisions_total', { decision: 'undecided' })).toBe(0);
    expect(value('gate_decisions_total', { decision: 'allow', status: 'pending', rule: 'everything else' })).toBe(0);
  });

  it('callbacks are kept, repeated, unknown or forged, each once', () => {
    expect(['kept', 'repeat', 'unknown', 'forged'].map((result) => value('callbacks_total', { result }))).toEqual([
      4, 1, 1, 2,
    ]);
  });

  it('verifications are counted where they are started, and decisions where they are published, the operator’s too', () => {
    expect(value('verifications_started_total')).toBe(3);
    const decided = (verdict: string, source: string, reason: string) =>
      value('verifications_decided_total', { verdict, source, reason });
    expect(decided('PASSED', 'jumio', 'none')).toBe(1);
    expect(decided('WARNING', 'jumio', 'none')).toBe(1);
    expect(decided('FAILED', 'jumio', 'unreadable')).toBe(1);
    expect(decided('FAILED', 'operator', 'none')).toBe(1);
    expect(decided('FAILED', 'jumio', 'other')).toBe(0);
    expect(value('time_to_verdict_seconds_count')).toBe(3);
    expect(value('time_to_verdict_seconds_sum')).toBeGreaterThan(180);
    expect(value('publish_delay_seconds_count')).toBe(4);
  });

  it('requests are counted by the template of their route, and never by their URL; probes are not', () => {
    const requests = (labels: Readonly<Record<string, string>>) =>
      value('http_request_duration_seconds_count', { method: 'POST', ...labels });
    expect(requests({ route: '/jumio/validate', code: '2xx' })).toBe(2);
    expect(requests({ route: '/jumio/validate', code: '4xx' })).toBe(2);
    expect(requests({ route: '/jumio/callback', code: '4xx' })).toBe(2);
    expect(requests({ route: 'unknown', method: 'any', code: '4xx' })).toBe(1);
    expect(text).not.toMatch(/route="\/health/);
  });

  it('calls are counted by upstream, operation and outcome', () => {
    const calls = (upstream: string, operation: string) =>
      value('upstream_request_duration_seconds_count', { upstream, operation, outcome: 'ok' });
    expect(calls('jumio', 'create')).toBe(3);
    expect(calls('jumio', 'details')).toBe(3);
    expect(calls('kratos', 'whoami')).toBe(1);
  });

  it('tries of signed events are counted by the name of the endpoint and the outcome, and what waits by its age', () => {
    const tries = (endpoint: string, outcome: string) => value('event_deliveries_total', { endpoint, outcome });
    expect(tries('shop', 'delivered')).toBe(applications[0]?.requests.length);
    expect(tries('crm', 'delivered')).toBe(0);
    expect(tries('crm', 'broken')).toBeGreaterThan(0);
    expect(tries('old', 'gone')).toBe(1);
    expect(tries('old', 'given_up')).toBe(0);
    const oldest = (endpoint: string) => value('event_oldest_seconds', { endpoint });
    expect(oldest('shop')).toBe(0);
    for (const name of ['crm', 'old']) expect(oldest(name)).toBeGreaterThan(0);
  });

  it('the gauges are those of the ledger', () => {
    expect(value('identities', { status: 'rejected' })).toBe(2);
    expect(value('identities', { status: 'review' })).toBe(1);
    expect(value('identities', { status: 'none' })).toBe(0);
    expect(value('review_waiting')).toBe(1);
    expect(value('review_oldest_seconds')).toBeLessThan(60);
    expect(value('work_due', { kind: 'publish' })).toBe(0);
    expect(value('creation_paused')).toBe(0);
    expect(value('stuck_identities', { kind: 'gone' })).toBe(0);
    expect(value('budget_tokens', { upstream: 'jumio account' })).toBeGreaterThan(900);
    expect(value('clock_offset_seconds')).toBe(0);
    expect(['jumio', 'kratos', 'ledger'].map((upstream) => value('upstream_up', { upstream }))).toEqual([1, 1, 1]);
    expect(value('build_info', { version: '1.2.3' })).toBe(1);
  });

  it('no metric has a trait, a secret, an id or a query', () => {
    for (const canary of Object.values(CANARIES)) expect(text).not.toContain(canary);
    expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/);
    expect(text).not.toMatch(/canary|example\.com|\?/);
  });

  it('it is the table of docs/metrics.md, and fewer than 1,000 series', () => {
    const page = readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8');
    const table = page.slice(page.indexOf('| metric |'), page.indexOf('## Gauges'));
    const documented = [...table.matchAll(/^\|([^|]+)\| (\w+) \| ([^|]+)\|/gm)]
      .slice(1)
      .flatMap(([, names = '', type, labels = '']) =>
        [...names.matchAll(/`(\w+)`/g)].map(([, name]) => ({
          name: `jumio_bridge_${name}`,
          type,
          labels: [...labels.matchAll(/`(\w+)`/g)]
            .map(([, label = '']) => label)
            .toSorted((one, other) => one.localeCompare(other)),
        })),
      );
    const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type]) => {
      const own = samples.filter(
        ({ metric }) => metric.replace(/_(bucket|sum|count)$/, '') === name || metric === name,
      );
      const labels = new Set(own.flatMap((one) => Object.keys(one.labels)).filter((label) => label !== 'le'));
      return { name, type, labels: [...labels].toSorted((one, other) => one.localeCompare(other)) };
    });
    const byName = (one: { name: string }, other: { name: string }) => one.name.localeCompare(other.name);
    expect(types.sort(byName)).toEqual(documented.sort(byName));
    expect(samples.length).toBeLessThan(1_000);
  });
});

it('without WEBHOOKS no metric speaks of signed events', async () => {
  const { service, text: render } = await buildWatchedService();
  expect(await render()).not.toContain('event_');
  await service.close();
});

describe('the mixin and what is served', () => {
  const mixin = renderMixin();
  const rules = mixin.rules.groups.flatMap((group) => group.rules);
  const expressions = [
    ...mixin.alerts.groups.flatMap((group) => group.rules.map(({ expr }) => expr)),
    ...rules.map(({ expr }) => expr),
    ...mixin.dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
  ];
  /** What Prometheus adds, or the rules record. */
  const elsewhere = new Set(['up', ...rules.map(({ record }) => record)]);

  it('each metric, label and value in an expression is one that is served', () => {
    for (const { metric, matchers } of expressions.flatMap(selectors)) {
      if (elsewhere.has(metric)) continue;
      const own = samples.filter((sample) => sample.metric === metric);
      expect(own.length, metric).toBeGreaterThan(0);
      for (const { label, is, text: condition } of matchers)
        if (label !== 'job')
          expect(
            own.some(({ labels }) => is(labels[label] ?? '')),
            `${metric} ${condition}`,
          ).toBe(true);
    }
  });

  it('each served metric is in a panel, a rule or an alert', () => {
    const used = new Set(
      expressions.flatMap(selectors).map(({ metric }) => metric.replace(/_(bucket|sum|count)$/, '')),
    );
    const served = new Set(samples.map(({ metric }) => metric.replace(/_(bucket|sum|count)$/, '')));
    expect([...served].filter((metric) => !used.has(metric))).toEqual([]);
  });
});

describe('the listener', () => {
  const get = (url: string) => send({ method: 'GET', url });

  it('it serves /metrics in the format of Prometheus, and nothing else', async () => {
    const listener = createMetricsListener(
      { host: '127.0.0.1', port: 0 },
      { contentType: 'text/plain', render: async () => 'x 1\n' },
    );
    const url = `http://127.0.0.1:${await listener.open()}`;
    try {
      const answer = await get(`${url}/metrics?collect=all`);
      expect([answer.status, answer.headers['content-type'], answer.text]).toEqual([200, 'text/plain', 'x 1\n']);
      expect((await get(`${url}/`)).status).toBe(404);
      expect((await send({ method: 'POST', url: `${url}/jumio/validate` })).status).toBe(404);
      expect((await send({ method: 'POST', url: `${url}/metrics` })).status).toBe(405);
    } finally {
      await listener.close();
    }
  });

  it('the service as a process serves metrics at METRICS_ADDRESS and at no other port', async () => {
    const port = await freePort();
    const { service, hooksPort } = await startSplitProcess({ METRICS_ADDRESS: `127.0.0.1:${port}` });
    const answer = await get(`http://127.0.0.1:${port}/metrics`);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    expect(answer.text).toMatch(/^jumio_bridge_upstream_up\{upstream="ledger"\} 1$/m);
    expect(answer.text).toMatch(/^jumio_bridge_build_info\{version="\d+\.\d+\.\d+"\} 1$/m);
    for (const other of [service.url, `http://127.0.0.1:${hooksPort}`])
      expect((await get(`${other}/metrics`)).status).toBe(404);
  });
});
