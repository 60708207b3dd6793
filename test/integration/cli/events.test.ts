import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { runCli } from '../../support/clients/cli.ts';
import {
  bodyOf,
  decide,
  type Shop,
  startShop,
  telling,
  untilSeen,
  untilTold,
  webhooks,
} from '../../support/events/shop.ts';
import { raw } from '../../support/fakes/http-server.ts';
import { eventually, passTime, signUp } from '../../support/service/eventually.ts';
import { type TestService, testService } from '../../support/service/service.ts';
import { DAY, MINUTE } from '../../support/service/shifted-clock.ts';

async function world(answer = raw(204)): Promise<{ service: TestService; shop: Shop; id: string }> {
  const shop = await startShop('shop', answer);
  const service = await telling([shop]);
  const id = randomUUID();
  await signUp(service, id);
  return { service, shop, id };
}

describe('events list', () => {
  it('says which endpoint takes events, which fails and since when, and what waits', async () => {
    const { service, id } = await world(raw(502));
    await eventually(async () => expect((await service.ctx.ledger.deliveries.list({ most: 1 }))[0]?.tries).toBe(1));
    const { code, out } = await runCli(service, ['events', 'list']);
    expect(code).toBe(0);
    expect(out).toMatch(/shop +fails since .*: 502 +1 /);
    expect(out).toMatch(new RegExp(`shop +${id} +verification.pending +1 +failed: 1 × 502, again `));
    const document = JSON.parse((await runCli(service, ['events', 'list', '--json'])).out);
    expect(document).toMatchObject({
      endpoints: [{ endpoint: 'shop', waiting: 1, failures: 1, stopped_at: null, last_outcome: '502' }],
      events: [{ id: `msg_${id.replaceAll('-', '')}_1`, failed_tries: 1, result: null, stuck: false }],
    });
    expect((await runCli(service, ['events', 'list', '--stuck'])).out).toMatch(/Stuck events\n {2}none/);
    expect((await runCli(service, ['status', id])).out).toMatch(
      /Signed events\n.*\n +shop +verification.pending +1 .*failed: 1 × 502/,
    );
  });

  it('--stuck has what has failed for three days, and --all what was taken', async () => {
    const { service, shop, id } = await world(raw(500));
    for (let day = 0; day < 12; day += 1) {
      passTime(service, 1.2 * DAY);
      await eventually(async () =>
        expect((await service.ctx.ledger.deliveries.list({ most: 1 }))[0]?.tries).toBeGreaterThan(Math.min(day, 9)),
      );
    }
    expect((await runCli(service, ['events', 'list', '--stuck'])).out).toContain('stuck: ');
    shop.answer = raw(200);
    passTime(service, 2 * DAY);
    await untilTold(service);
    const { out } = await runCli(service, ['events', 'list', '--all', '--identity', id, '--endpoint', 'shop']);
    expect(out).toContain('delivered at');
    expect((await runCli(service, ['events', 'list'])).out).toContain('takes events');
  });

  it('without endpoints says so', async () => {
    const service = await testService();
    expect((await runCli(service, ['events', 'list'])).err).toContain('without WEBHOOKS');
    expect((await runCli(service, ['events', 'replay', '--since', '1d'])).code).toBe(2);
    expect((await runCli(service, ['events', 'test', 'shop'])).err).toContain('WEBHOOKS is not set here');
  });
});

describe('events replay', () => {
  it('sends the events of a person again, with the same ids and bytes', async () => {
    const { service, shop, id } = await world();
    await untilSeen(shop, ['pending 1']);
    await decide(service, id);
    await untilTold(service);
    expect((await runCli(service, ['events', 'replay', id])).out).toContain('2 event(s) are sent again, and 0 ');
    service.worker.wake();
    await eventually(() => expect(shop.requests).toHaveLength(4));
    const sent = shop.requests.map(({ headers, body }) => `${String(headers['webhook-id'])} ${body}`);
    expect(sent.slice(2)).toEqual(sent.slice(0, 2));
  });

  it('tells an endpoint that was added later what was before', async () => {
    const service = await testService();
    const ids = [randomUUID(), randomUUID()];
    for (const id of ids) await signUp(service, id);
    const shop = await startShop();
    const { databaseUrl, clock, kratos, jumio } = service;
    await service.worker.stop();
    const next = await testService({ databaseUrl, clock, kratos, jumio, env: { WEBHOOKS: webhooks([shop]) } });
    const { code, out } = await runCli(next, ['events', 'replay', '--since', '1d', '--endpoint', 'shop']);
    expect([code, out]).toEqual([0, expect.stringContaining('0 event(s) are sent again, and 2 ')]);
    next.worker.wake();
    await untilTold(next);
    expect(shop.requests.map((request) => bodyOf(request).data.identity_id).sort()).toEqual(ids.sort());
  });

  it('starts an endpoint again that was stopped by 410', async () => {
    const { service, shop, id } = await world(raw(410));
    await eventually(async () =>
      expect((await service.ctx.ledger.deliveries.endpoints())[0]?.stoppedAt).not.toBeNull(),
    );
    expect((await runCli(service, ['events', 'list'])).out).toContain('stopped by 410');
    shop.answer = raw(204);
    await runCli(service, ['events', 'replay', id]);
    service.worker.wake();
    await untilTold(service);
    expect(shop.requests).toHaveLength(2);
  });

  it.each([
    ['neither a person nor a time', []],
    ['both', [randomUUID(), '--since', '1d']],
    ['an endpoint that there is not', ['--since', '1d', '--endpoint', 'none']],
  ])('with %s is a wrong argument', async (_what, args) => {
    const { service } = await world();
    expect((await runCli(service, ['events', 'replay', ...args])).code).toBe(2);
  });

  it('of a person of whom nothing is known is a failure', async () => {
    const { service } = await world();
    const { code, err } = await runCli(service, ['events', 'replay', randomUUID()]);
    expect([code, err]).toEqual([1, expect.stringContaining('nothing to send again')]);
  });
});

describe('events test', () => {
  it('sends an event that tells of nobody, signed, and prints the answer', async () => {
    const { service, shop } = await world();
    await untilSeen(shop, ['pending 1']);
    const env = { WEBHOOKS: webhooks([shop]) };
    const { code, out } = await runCli(service, ['events', 'test', 'shop'], { env });
    expect([code, out]).toEqual([0, expect.stringMatching(/^shop took the test event: 204, after \d+ ms\.\n$/)]);
    const request = shop.requests[1];
    if (request === undefined) throw new Error('no request');
    new Webhook(shop.secret).verify(request.body, { ...request.headers } as never);
    expect(bodyOf(request)).toMatchObject({ type: 'verification.test', data: { status: 'none', sequence: 0 } });
    shop.answer = raw(302, '', { location: '/elsewhere' });
    const failed = await runCli(service, ['events', 'test', 'shop'], { env });
    expect([failed.code, failed.err]).toEqual([1, expect.stringContaining('did not take the test event: 302')]);
    expect((await runCli(service, ['events', 'test', 'crm'], { env })).err).toContain('no endpoint crm, but shop');
    const all = await service.ctx.ledger.deliveries.list({ withEnded: true, most: 10 });
    expect(all).toHaveLength(1);
  });
});

describe('events secret', () => {
  it('prints a new secret, and nothing else to the standard output', async () => {
    const service = await testService();
    const { out } = await runCli(service, ['events', 'secret']);
    expect(out).toMatch(/^whsec_[A-Za-z0-9+/]{43}=\n$/);
    expect((await runCli(service, ['events', 'secret'])).out).not.toBe(out);
  });
});

describe('a command that changes a status', () => {
  it('is told of like any other change, also where its own environment names no endpoint', async () => {
    const { service, shop, id } = await world();
    await untilSeen(shop, ['pending 1']);
    await runCli(service, ['override', id, '--reject', '--by', 'ann', '--reason', 'seen', '--yes']);
    passTime(service, MINUTE);
    await untilTold(service);
    expect(shop.requests.map((request) => bodyOf(request).data.status)).toEqual(['pending', 'rejected']);
  });
});

describe('doctor', () => {
  it('sends a test to each endpoint, and names the one that does not take it', async () => {
    const { service, shop } = await world();
    const broken = await startShop('broken', raw(403));
    const env = { WEBHOOKS: webhooks([shop, broken]) };
    const { findings } = JSON.parse((await runCli(service, ['doctor', '--json'], { env })).out);
    const found = findings.filter(({ id }: { id: string }) => id === 'endpoint-takes-no-events');
    expect(found).toMatchObject([{ severity: 'error', seen: expect.stringMatching(/^broken did not take .*: 403/) }]);
    expect(shop.requests.map((request) => bodyOf(request).type)).toContain('verification.test');
  });
});
