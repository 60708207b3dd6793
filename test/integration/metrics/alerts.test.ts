import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { announceCurrent } from '../../../webhook/events/index.ts';
import { jobs } from '../../../webhook/verification/jobs.ts';
import { decide, signedUp } from '../../support/builders/people.ts';
import { callback, callbackOf, initiate, validate } from '../../support/clients/calls.ts';
import { type Shop, startShop, webhooks } from '../../support/events/shop.ts';
import { raw } from '../../support/fakes/http-server.ts';
import { jumioFails } from '../../support/fakes/jumio.ts';
import { kratosDown, kratosFails } from '../../support/fakes/kratos.ts';
import { evaluate } from '../../support/monitoring/evaluate.ts';
import { renderMixin } from '../../support/monitoring/mixin.ts';
import type { Scrape } from '../../support/monitoring/scrape.ts';
import { buildWatchedService, type WatchedService } from '../../support/monitoring/watched.ts';
import { eventually, passTime, signUp, withShortWaits } from '../../support/service/eventually.ts';
import { lockLedger } from '../../support/service/locked-ledger.ts';
import type { TestService, TestServiceOptions } from '../../support/service/service.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../support/service/shifted-clock.ts';

const ALERTS = renderMixin().alerts.groups.flatMap(({ rules }) => rules);

/** The names of the alerts whose expression holds, without their prefix. How long it must hold is left to Prometheus. */
function firing(scrapes: readonly Scrape[]): string[] {
  return ALERTS.filter(({ expr }) => evaluate(expr, scrapes).length > 0).map(({ alert }) =>
    alert.replace(/^JumioBridge/, ''),
  );
}

const open: WatchedService[] = [];

afterEach(async () => {
  for (const { service } of open.splice(0)) await service.close();
});

/** A service that is as it should be, and what was scraped then. */
async function installation(options: TestServiceOptions = {}): Promise<WatchedService & { before: Scrape }> {
  const watched = await buildWatchedService(options);
  open.push(watched);
  watched.service.clock.stop();
  await decideAll(watched.service, 1);
  const before = await watched.scrape();
  expect(firing([before])).toEqual([]);
  return { ...watched, before };
}

async function decideAll(
  service: TestService,
  count: number,
  type: 'PASSED' | 'REJECTED' = 'PASSED',
): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUID());
  await Promise.all(ids.map((id) => signUp(service, id)));
  for (const id of ids) await decide(service, id, type);
  return ids;
}

/** The alerts after a fault, by what is scraped then. */
async function alertsOf({ before, scrape }: WatchedService & { before: Scrape }): Promise<string[]> {
  return firing([before, await scrape()]);
}

/** A call is the first of three that fail: then the upstream counts as unreachable. */
async function probedThrice({ probing, clock }: TestService): Promise<void> {
  for (let n = 0; n < 3; n += 1) {
    clock.advance(16 * SECOND);
    await probing.round();
  }
}

describe('each fault fires exactly its alert', () => {
  it('Kratos is down: NotReady', async () => {
    const watched = await installation();
    const { service } = watched;
    service.kratos.instead.read = () => kratosDown('read');
    service.kratos.instead.publish = () => kratosDown('patch');
    await probedThrice(service);
    expect(await alertsOf(watched)).toEqual(['NotReady']);
  });

  it('a replica does not answer the scrape: NotReady', async () => {
    const { before } = await installation();
    const samples = [{ metric: 'up', labels: { job: 'jumio-bridge', instance: 'test' }, value: 0 }];
    expect(firing([before, { at: before.at + 60, samples }])).toEqual(['NotReady']);
  });

  it('nothing is scraped at all: NotReady, because no other alert can fire', () => {
    expect(firing([{ at: 60, samples: [] }])).toEqual(['NotReady']);
  });

  it('one of two replicas has lost its ledger: NotReady; one that has not spoken to Jumio says nothing', async () => {
    const { before } = await installation();
    const other = (upstream: string) => {
      const samples = before.samples.map((sample) => {
        const isDown = sample.metric === 'jumio_bridge_upstream_up' && sample.labels.upstream === upstream;
        return { ...sample, labels: { ...sample.labels, instance: 'other' }, ...(isDown ? { value: 0 } : {}) };
      });
      return [{ ...before, samples: [...before.samples, ...samples] }];
    };
    expect(firing(other('ledger'))).toEqual(['NotReady']);
    expect(firing(other('jumio'))).toEqual([]);
  });

  it('the ledger is locked: NotReady, and it ends with the lock', async () => {
    const watched = await installation();
    const release = lockLedger(watched.service.databaseUrl);
    expect(await alertsOf(watched)).toEqual(['NotReady']);
    release();
    expect(await alertsOf(watched)).toEqual([]);
  });

  it('Jumio refuses every creation (403): CreationPaused, also when what waits has been due for an hour', async () => {
    const watched = await installation();
    const { service } = watched;
    service.jumio.instead.create = () => jumioFails({ operation: 'create', status: 403 });
    await withShortWaits(service, () => initiate(service, { kratos_identity_id: randomUUID() }));
    await eventually(async () => expect(await alertsOf(watched)).toEqual(['CreationPaused']));
    await withShortWaits(service, () => initiate(service, { kratos_identity_id: randomUUID() }));
    await rested(service);
    service.clock.advance(HOUR);
    expect(await alertsOf(watched)).toEqual(['CreationPaused']);
  });

  it('Jumio limits (429) for longer than 15 minutes: WorkOverdue', async () => {
    const watched = await installation();
    const { service } = watched;
    const executions = [];
    for (let n = 0; n < 3; n += 1) executions.push(await signUp(service, randomUUID()));
    service.jumio.instead.details = () => jumioFails({ operation: 'details', status: 429, retryAfter: 15 * MINUTE });
    await callback(service, callbackOf(executions[0] ?? never()));
    await eventually(() => expect(service.jumio.calls.details.length).toBeGreaterThan(1));
    for (const execution of executions.slice(1)) await callback(service, callbackOf(execution));
    expect(await alertsOf(watched)).toEqual([]);
    await service.worker.stop();
    service.clock.advance(16 * MINUTE);
    expect(await alertsOf(watched)).toEqual(['WorkOverdue']);
  });

  it('an identity that Kratos refuses to store for good: StuckIdentities', async () => {
    const watched = await installation();
    const { service } = watched;
    service.kratos.instead.publish = () => kratosFails({ operation: 'patch', status: 400 });
    const { id } = await newPerson(service);
    await eventually(async () => expect((await service.ctx.ledger.record(id))?.identity.publishRefused).toBe(true));
    expect(await alertsOf(watched)).toEqual(['StuckIdentities']);
  });

  it('a clock is set back by a minute: ClockOff', async () => {
    const watched = await installation();
    watched.service.clock.advance(-MINUTE);
    expect(await alertsOf(watched)).toEqual(['ClockOff']);
    // The ledger has the new time by now, its budgets too; the alert waits for two minutes.
    await signUp(watched.service, randomUUID());
    await decide(watched.service, watched.service.jumio.executions.at(-1)?.identityId ?? '', 'PASSED');
    expect(await alertsOf(watched)).toEqual(['ClockOff']);
  });

  it('a review of yesterday: ReviewTooOld', async () => {
    const watched = await installation();
    const { service } = watched;
    const { id } = await signedUp(service);
    await decide(service, id, 'WARNING');
    expect(await alertsOf(watched)).toEqual([]);
    await rested(service);
    service.clock.advance(DAY);
    expect(await alertsOf(watched)).toEqual(['ReviewTooOld']);
  });

  it('forged callbacks: ForgedCallbacks, from the twenty-first on', async () => {
    const watched = await installation();
    const { service } = watched;
    const body = callbackOf({ ...(service.jumio.executions[0] ?? never()), reference: 'forged' });
    for (let n = 0; n < 20; n += 1) await callback(service, body);
    expect(await alertsOf(watched)).toEqual([]);
    await callback(service, body);
    expect(await alertsOf(watched)).toEqual(['ForgedCallbacks']);
  });
});

describe('an application that is told of changes', () => {
  /** An installation that tells two applications, of which one takes every event. */
  async function told(): Promise<{ watched: WatchedService & { before: Scrape }; shop: Shop }> {
    const [shop, crm] = [await startShop('shop'), await startShop('crm')];
    const watched = await installation({ env: { WEBHOOKS: webhooks([shop, crm]) } });
    return { watched, shop };
  }

  /** Lets somebody sign up, and waits until the application has been asked. */
  async function asked({ service }: WatchedService, shop: Shop): Promise<string> {
    const before = shop.requests.length;
    const id = randomUUID();
    await signUp(service, id);
    await eventually(() => expect(shop.requests.length).toBeGreaterThan(before));
    return id;
  }

  const eventuallyFires = (watched: WatchedService & { before: Scrape }, expected: readonly string[]) =>
    eventually(async () => expect(await alertsOf(watched)).toEqual(expected));

  const inEvents = async ({ scrape }: WatchedService) =>
    evaluate(ALERTS.find(({ alert }) => alert === 'JumioBridgeEventsOld')?.expr ?? '', [await scrape()]);

  it('it fails for more than an hour: EventsOld, until it takes them again', async () => {
    const { watched, shop } = await told();
    shop.answer = raw(500);
    await asked(watched, shop);
    passTime(watched.service, 58 * MINUTE);
    await eventuallyFires(watched, []);
    passTime(watched.service, 3 * MINUTE);
    await eventuallyFires(watched, ['EventsOld']);
    expect((await inEvents(watched)).map(({ labels }) => labels)).toEqual([{ endpoint: 'shop' }]);
    shop.answer = raw(204);
    // A try may be under way: the next one comes after its pause.
    await eventually(async () => {
      passTime(watched.service, HOUR);
      expect(await alertsOf(watched)).toEqual([]);
    });
  });

  it('it takes all events but one, which is older than an hour: EventsOld', async () => {
    const { watched, shop } = await told();
    shop.answer = raw(400);
    const refused = await asked(watched, shop);
    shop.answer = (response, { body }) => response.writeHead(body.includes(refused) ? 400 : 204).end();
    for (let n = 0; n < 5; n += 1) {
      passTime(watched.service, 15 * MINUTE);
      await asked(watched, shop);
    }
    await eventuallyFires(watched, ['EventsOld']);
  });

  it('it is stopped by 410: its events wait, so EventsOld, until they are replayed', async () => {
    const { watched, shop } = await told();
    const { service } = watched;
    shop.answer = raw(410);
    const id = await asked(watched, shop);
    await eventually(() => expect(service.logs.text()).toContain('answered 410'));
    shop.answer = raw(204);
    passTime(service, 58 * MINUTE);
    await eventuallyFires(watched, []);
    passTime(service, 3 * MINUTE);
    await eventuallyFires(watched, ['EventsOld']);
    // It is told of nothing, however often the worker looks.
    passTime(service, DAY);
    await eventuallyFires(watched, ['EventsOld']);
    const { deliveries } = service.ctx.ledger;
    await deliveries.replay(service.clock.now(), { identityId: id, announceCurrent });
    passTime(service, SECOND);
    await eventuallyFires(watched, []);
  });
});

describe('what is compared with what is usual', () => {
  it('a policy that refuses a fifth of the sign-ins, or in shadow mode would: PolicyRefusesMany', async () => {
    const watched = await installation({ env: { GATE_MODE: 'shadow' } });
    const { service } = watched;
    const [passed = ''] = await decideAll(service, 1);
    const [rejected = ''] = await decideAll(service, 1, 'REJECTED');
    const before = await watched.scrape();
    const signIns = async (id: string, count: number): Promise<void> => {
      for (let n = 0; n < count; n += 1) await validate(service, { kratos_identity_id: id });
    };
    await signIns(rejected, 10);
    expect(await alertsOf({ ...watched, before })).toEqual([]);
    await signIns(passed, 30);
    expect(await alertsOf({ ...watched, before })).toEqual(['PolicyRefusesMany']);
    await signIns(passed, 20);
    expect(await alertsOf({ ...watched, before })).toEqual([]);
  });

  it('twice the usual share of rejections: FailuresUp', async () => {
    const { before } = await installation();
    const decided = (at: number, failed: number, passed: number): Scrape => ({
      at,
      samples: before.samples.map((sample) => {
        const { metric, labels } = sample;
        if (metric !== 'jumio_bridge_verifications_decided_total' || labels.source !== 'jumio') return sample;
        if (labels.reason === 'other') return { ...sample, value: failed };
        return labels.verdict === 'PASSED' ? { ...sample, value: passed } : sample;
      }),
    });
    const week = [decided(0, 0, 0), decided(6 * 86_400, 100, 900)];
    expect(firing([...week, decided(6 * 86_400 + 21_000, 110, 990)])).toEqual([]);
    expect(firing([...week, decided(6 * 86_400 + 21_000, 130, 970)])).toEqual(['FailuresUp']);
    expect(firing([...week, decided(6 * 86_400 + 21_000, 109, 909)])).toEqual([]);
    const bad = [decided(0, 0, 0), decided(6 * 86_400, 600, 400)];
    expect(firing([...bad, decided(6 * 86_400 + 21_000, 670, 430)])).toEqual([]);
    expect(firing([...bad, decided(6 * 86_400 + 21_000, 690, 405)])).toEqual(['FailuresUp']);
  });

  it('an operator rejects many people by hand: nothing, because Jumio did not', async () => {
    const { before } = await installation();
    const decided = (at: number, failed: number, byHand: number): Scrape => ({
      at,
      samples: before.samples.map((sample) => {
        const { metric, labels } = sample;
        if (metric !== 'jumio_bridge_verifications_decided_total' || labels.verdict !== 'FAILED') return sample;
        if (labels.source === 'operator') return { ...sample, value: byHand };
        return labels.reason === 'other' ? { ...sample, value: failed } : sample;
      }),
    });
    const week = [decided(0, 0, 0), decided(6 * 86_400, 10, 0)];
    expect(firing([...week, decided(6 * 86_400 + 21_000, 10, 60)])).toEqual([]);
  });

  it('sign-ins that are slow: both budgets in an hour, the slow one where the last five minutes are good', async () => {
    const { before } = await installation();
    const isOfGate = (labels: Readonly<Record<string, string>>): boolean =>
      labels.route === '/jumio/validate' && labels.code === '2xx';
    const answered = (at: number, all: number, slow: number): Scrape => ({
      at,
      samples: before.samples.map((sample) => {
        const { metric, labels } = sample;
        if (!metric.startsWith('jumio_bridge_http_request') || !isOfGate(labels)) return sample;
        return { ...sample, value: labels.le === '0.25' || labels.le === '0.05' ? all - slow : all };
      }),
    });
    const start = answered(0, 0, 0);
    const hour = 3_600;
    const good = [start, answered(hour - 290, 10_000, 10), answered(hour, 10_100, 10)];
    expect(firing(good)).toEqual([]);
    const slow = [start, answered(hour - 290, 10_000, 400), answered(hour, 10_100, 404)];
    expect(firing(slow)).toEqual(['GateBudgetFast', 'GateBudgetSlow']);
    const over = [start, answered(hour - 290, 10_000, 400), answered(hour, 10_400, 400)];
    expect(firing(over)).toEqual([]);
  });
});

/** Waits until all is published and read back, then stops the worker: nothing but what a test leaves is due from then on. */
async function rested(service: TestService): Promise<void> {
  const { ctx, clock, worker } = service;
  passTime(service, 2 * MINUTE);
  await eventually(async () => {
    const next = await ctx.ledger.nextDue(jobs);
    expect(next.filter(({ job }) => job.name === 'publish')).toEqual([]);
    expect((await ctx.ledger.aheadOf({ leasedAfter: clock.now(), requestedAfter: clock.now(), limit: 9 })).length).toBe(
      0,
    );
  });
  await worker.stop();
}

/** A person whose sign-up is known, whatever Kratos does. */
async function newPerson(service: TestService): Promise<{ readonly id: string }> {
  const id = randomUUID();
  await initiate(service, { kratos_identity_id: id });
  passTime(service, 6 * SECOND);
  return { id };
}

function never(): never {
  throw new Error('there is none');
}
