import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { send } from '../../../sandbox/kratos/client/loopback.ts';
import { UpstreamError } from '../../../webhook/errors.ts';
import { createUpstreamHealth } from '../../../webhook/upstream/health.ts';
import { visitor } from '../../support/builders/people.ts';
import { openBrowser } from '../../support/clients/browser.ts';
import { initiate } from '../../support/clients/calls.ts';
import { jumioDown } from '../../support/fakes/jumio.ts';
import { kratosDown, kratosFails } from '../../support/fakes/kratos.ts';
import { postgres, whyNoPostgres } from '../../support/service/databases.ts';
import { eventually, passTime } from '../../support/service/eventually.ts';
import { lockLedger } from '../../support/service/locked-ledger.ts';
import { type TestService, testService } from '../../support/service/service.ts';
import { HOUR, MINUTE, SECOND } from '../../support/service/shifted-clock.ts';
import { startSplitProcess } from '../../support/service/split-process.ts';

const noPostgres = await whyNoPostgres();

async function ready({ app }: TestService): Promise<{ status: number; body: unknown }> {
  const answer = await app.inject('/health/ready');
  return { status: answer.statusCode, body: answer.json() };
}

/** The readiness two seconds later: the result of a check is cached for one. */
async function readyLater(service: TestService) {
  passTime(service, 2 * SECOND);
  return ready(service);
}

const GATE = expect.objectContaining({ mode: 'enforce' });

const VERSION = expect.stringMatching(/^\d+\.\d+\.\d+$/);

const OK = { status: 200, body: { status: 'ok', degraded: [], gate: GATE, version: VERSION } };

function degraded(...problems: unknown[]) {
  return { status: 200, body: { status: 'degraded', degraded: problems, gate: GATE, version: VERSION } };
}

describe('/health/live and /health/alive', () => {
  it('both respond as long as the process runs', async () => {
    const service = await testService();
    service.phase.current = 'starting';
    lockLedger(service.databaseUrl);
    for (const path of ['/health/live', '/health/alive']) {
      const answer = await service.app.inject(path);
      expect([path, answer.statusCode, answer.json()]).toEqual([path, 200, { status: 'ok' }]);
    }
  });
});

describe('/health/ready', () => {
  it('/health/ready is 503 while the service starts and stops, and 200 between', async () => {
    const service = await testService();
    for (const phase of ['starting', 'stopping'] as const) {
      service.phase.current = phase;
      expect(await ready(service)).toEqual({ status: 503, body: { status: phase } });
    }
    service.phase.current = 'ready';
    expect(await ready(service)).toEqual(OK);
  });

  it.skipIf(noPostgres)(
    `/health/ready is degraded if the clock is far from that of a shared ledger${noPostgres ? ` (skipped: ${noPostgres})` : ''}`,
    async () => {
      const service = await testService({ databaseUrl: await postgres.fresh(), idle: true });
      expect(await ready(service)).toEqual(OK);
      service.clock.advance(45 * SECOND);
      expect(await readyLater(service)).toEqual(degraded(expect.stringMatching(/^clock 4[67] s from the ledger's$/)));
    },
  );

  it('/health/ready is degraded, and 200, while the ledger cannot be written', async () => {
    const service = await testService();
    const release = lockLedger(service.databaseUrl);
    expect(await ready(service)).toEqual(degraded('ledger not writable'));
    release();
    expect(await readyLater(service)).toEqual(OK);
  });

  it('/health/ready is degraded while creation is paused, and names the reason', async () => {
    const service = await testService();
    service.jumio.instead.create = () =>
      Promise.reject(new UpstreamError({ upstream: 'jumio', operation: 'create', failure: 'status', status: 403 }));
    await initiate(service, { kratos_identity_id: randomUUID() });
    expect(await readyLater(service)).toEqual(degraded(expect.stringMatching(/^creation paused: Jumio answers 403/)));
    service.jumio.instead.create = undefined;
    passTime(service, HOUR);
    await eventually(() => expect(service.jumio.executions).toHaveLength(1));
    await eventually(async () => expect(await readyLater(service)).toEqual(OK));
  });

  it('/health/ready is degraded during a pause that Kratos asked for', async () => {
    const service = await testService();
    const facts = { upstream: 'kratos', operation: 'patch', failure: 'status', status: 429 } as const;
    service.kratos.instead.publish = () => Promise.reject(new UpstreamError({ ...facts, retryAfter: MINUTE }));
    await initiate(service, { kratos_identity_id: randomUUID() });
    await eventually(() => expect(service.kratos.calls.publish).toHaveLength(1));
    await eventually(async () => expect(await readyLater(service)).toEqual(degraded('kratos budget paused')));
    service.kratos.instead.publish = undefined;
    passTime(service, 2 * MINUTE);
    expect(await ready(service)).toEqual(OK);
  });

  it('/health/ready is degraded after three failed calls in a row to an upstream, until one succeeds', async () => {
    const service = await testService();
    const { browser } = visitor(service);
    service.kratos.instead.whoami = () => kratosDown('whoami');
    for (const problems of [[], [], ['kratos unreachable']]) {
      await browser.get('/jumio/verify');
      expect(await readyLater(service)).toMatchObject({ status: 200, body: { degraded: problems } });
    }
    service.kratos.instead.whoami = undefined;
    await browser.get('/jumio/verify');
    expect(await readyLater(service)).toEqual(OK);
  });

  it('/health/ready is degraded by one refused connection of an upstream that nobody has spoken to, until a probe succeeds', async () => {
    const service = await testService({ idle: true });
    const refused = () => kratosFails({ operation: 'read', failure: 'unreachable', detail: 'ECONNREFUSED' });
    service.kratos.instead.read = refused;
    await service.probing.round();
    expect(await ready(service)).toEqual(degraded('kratos unreachable'));
    service.kratos.instead.read = () => kratosFails({ operation: 'read', status: 404, code: 'identity-not-found' });
    passTime(service, 10 * SECOND);
    await service.probing.round();
    expect(await ready(service)).toEqual(degraded('kratos unreachable'));
    passTime(service, 10 * SECOND);
    await service.probing.round();
    expect(await ready(service)).toEqual(OK);
  });

  it('/health/ready is degraded when Jumio issues no token, before any person needs one', async () => {
    const service = await testService({ idle: true });
    const facts = { upstream: 'jumio', operation: 'token', failure: 'unreachable', detail: 'ENOTFOUND' } as const;
    service.jumio.instead.probe = () => Promise.reject(new UpstreamError(facts));
    await service.probing.round();
    expect(await ready(service)).toEqual(degraded('jumio unreachable'));
  });

  it('the service as a process probes its upstreams from its start', async () => {
    const { hooksPort } = await startSplitProcess();
    await eventually(async () => {
      const { text } = await send({ method: 'GET', url: `http://127.0.0.1:${hooksPort}/health/ready` });
      expect(JSON.parse(text).degraded.sort()).toEqual(['jumio unreachable', 'kratos unreachable']);
    });
  });

  it('/health/ready is ok although Kratos responds with 500 to the same unreadable cookie, again and again', async () => {
    const service = await testService();
    service.kratos.instead.whoami = () => kratosFails({ operation: 'whoami', status: 500 });
    const stranger = openBrowser(service, 'ory_kratos_session=garbage');
    for (const _ of [1, 2, 3, 4]) expect((await stranger.get('/jumio/verify')).status).toBe(503);
    expect(await readyLater(service)).toEqual(OK);
  });

  it('/health/ready is degraded while whoami is answered 502 by a proxy whose Kratos is away', async () => {
    const service = await testService();
    service.kratos.instead.whoami = () => kratosFails({ operation: 'whoami', status: 502 });
    const { browser } = visitor(service);
    for (const _ of [1, 2, 3]) await browser.get('/jumio/verify');
    expect(await readyLater(service)).toEqual(degraded('kratos unreachable'));
  });

  it('/health/ready is degraded while Jumio does not respond', async () => {
    const service = await testService();
    service.jumio.instead.create = () => jumioDown('create');
    for (const _ of [1, 2, 3]) {
      const calls = service.jumio.calls.create.length;
      void initiate(service, { kratos_identity_id: randomUUID() });
      await eventually(() => expect(service.jumio.calls.create.length).toBeGreaterThan(calls));
    }
    expect(await readyLater(service)).toEqual(degraded('jumio unreachable'));
  });

  it('/health/ready writes to the ledger at most once a second, however often it is called', async () => {
    let probes = 0;
    const service = await testService({
      ctx: (ctx) => {
        const probe = () => {
          probes += 1;
          return ctx.ledger.probe(ctx.clock.now());
        };
        return { ...ctx, ledger: { ...ctx.ledger, probe } };
      },
    });
    await Promise.all(Array.from({ length: 50 }, () => ready(service)));
    expect(probes).toBe(1);
    await readyLater(service);
    expect(probes).toBe(2);
  });
});

describe('the health of upstreams', () => {
  const down = (operation = 'keys') => new UpstreamError({ upstream: 'eid', operation, failure: 'timeout' });

  it('a failure that several calls share counts once', () => {
    const health = createUpstreamHealth();
    const fails = (error: UpstreamError) => health.observe({ upstream: 'eid', operation: 'keys' }, error, 1);
    const shared = down();
    for (const error of [shared, shared, shared, down()]) fails(error);
    expect(health.unreachable()).toEqual([]);
    fails(down());
    expect(health.unreachable()).toEqual(['eid']);
  });

  it('a working eID provider does not hide another that fails', () => {
    const health = createUpstreamHealth();
    for (const _ of [1, 2, 3]) {
      health.observe({ upstream: 'eid', operation: 'keys', provider: 'down' }, down(), 1);
      health.observe({ upstream: 'eid', operation: 'keys', provider: 'up' }, 'ok', 1);
    }
    expect(health.unreachable()).toEqual(['eID provider down']);
  });

  it('a refused connection counts at once, another failure of a connection does not', () => {
    const health = createUpstreamHealth();
    const fails = (detail: string) => {
      const facts = { upstream: 'kratos', operation: 'patch', failure: 'unreachable', detail } as const;
      health.observe({ upstream: 'kratos', operation: 'patch' }, new UpstreamError(facts), 1);
    };
    fails('EAI_AGAIN');
    expect(health.unreachable()).toEqual([]);
    fails('ECONNREFUSED');
    expect(health.unreachable()).toEqual(['kratos']);
    health.observe({ upstream: 'kratos', operation: 'patch' }, 'ok', 1);
    expect(health.unreachable()).toEqual([]);
  });

  it('a working whoami does not hide an admin API that fails', () => {
    const health = createUpstreamHealth();
    const facts = { upstream: 'kratos', operation: 'patch', failure: 'timeout' } as const;
    for (const _ of [1, 2, 3]) {
      health.observe({ upstream: 'kratos', operation: 'whoami' }, 'ok', 1);
      health.observe({ upstream: 'kratos', operation: 'patch' }, new UpstreamError(facts), 1);
    }
    expect(health.unreachable()).toEqual(['kratos']);
  });

  it('a place that was spoken to within the time is not quiet, and another of the same upstream is', () => {
    let now = 0;
    const health = createUpstreamHealth(() => now);
    health.observe({ upstream: 'kratos', operation: 'patch' }, 'ok', 1);
    now = 14_999;
    expect([health.isQuiet('kratos', 15_000), health.isQuiet('kratos/whoami', 15_000)]).toEqual([false, true]);
    now = 15_000;
    expect(health.isQuiet('kratos', 15_000)).toBe(true);
  });

  it('a working token endpoint does not hide an API that fails', () => {
    const health = createUpstreamHealth();
    for (const _ of [1, 2, 3]) {
      health.observe({ upstream: 'jumio', operation: 'token' }, 'ok', 1);
      health.observe({ upstream: 'jumio', operation: 'create' }, down('create'), 1);
    }
    expect(health.unreachable()).toEqual(['jumio']);
  });
});
