import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { erase } from '../../../webhook/verification/operator/actions.ts';
import {
  bodyOf,
  decide,
  isSignedBy,
  newSecret,
  secretFile,
  startShop,
  telling,
  untilSeen,
  untilTold,
  webhooks,
} from '../../support/events/shop.ts';
import { type Responder, raw } from '../../support/fakes/http-server.ts';
import { kratosDown } from '../../support/fakes/kratos.ts';
import { eventually, passTime, signUp, untilStatus } from '../../support/service/eventually.ts';
import { type TestService, testService } from '../../support/service/service.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../support/service/shifted-clock.ts';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('an application that takes events', () => {
  it('hears of each change once, in order, signed, after Kratos has the copy', async () => {
    const shop = await startShop();
    const atKratos: unknown[] = [];
    const id = randomUUID();
    const service = await telling([shop]);
    shop.answer = (response) => {
      atKratos.push(Reflect.get(Object(service.kratos.copies.get(id)), 'status'));
      response.writeHead(200).end('ok');
    };
    await signUp(service, id);
    await untilSeen(shop, ['pending 1']);
    await decide(service, id);
    await untilTold(service);
    await decide(service, id, 'FAILED');
    await untilTold(service);
    const events = shop.requests.map(bodyOf);
    expect(events.map(({ data }) => [data.status, data.previous_status, data.source])).toEqual([
      ['pending', 'none', 'jumio'],
      ['approved', 'pending', 'operator'],
      ['rejected', 'approved', 'operator'],
    ]);
    expect(atKratos).toEqual(['pending', 'approved', 'rejected']);
    for (const request of shop.requests) {
      expect(new Webhook(shop.secret).verify(request.body, { ...request.headers } as never)).toEqual(bodyOf(request));
      expect(request.headers['webhook-id']).toBe(`msg_${id.replaceAll('-', '')}_${bodyOf(request).data.sequence}`);
    }
    const logged = service.logs.text();
    for (const secret of [shop.secret, shop.url, 'webhook-signature']) expect(logged).not.toContain(secret);
  });

  it('hears of a change after a minute where Kratos does not take the copy, and only once', async () => {
    const shop = await startShop();
    const service = await telling([shop]);
    const id = randomUUID();
    await signUp(service, id);
    await untilSeen(shop, ['pending 1']);
    service.kratos.instead.publish = () => kratosDown('patch');
    service.kratos.instead.setState = () => kratosDown('patch');
    await decide(service, id);
    passTime(service, 59 * SECOND);
    await pause(100);
    expect(shop.requests).toHaveLength(1);
    passTime(service, SECOND);
    await untilTold(service);
    service.kratos.instead.publish = undefined;
    service.kratos.instead.setState = undefined;
    passTime(service, HOUR);
    await untilStatus(service, id, 'approved');
    await pause(100);
    expect(shop.requests.map((request) => bodyOf(request).data.status)).toEqual(['pending', 'approved']);
  });

  it('hears of an erasure, and nothing else of the person stays', async () => {
    const shop = await startShop();
    const service = await telling([shop]);
    const id = randomUUID();
    await signUp(service, id);
    await untilTold(service);
    const now = service.clock.now();
    await service.ctx.ledger.change(id, now, (record) => record && erase(record, 'ann', now));
    service.worker.wake();
    await eventually(() => expect(shop.requests).toHaveLength(2));
    await untilTold(service);
    expect(bodyOf(shop.requests[1] ?? { body: '{}' })).toMatchObject({
      type: 'verification.erased',
      data: { reason: null },
    });
    const left = await service.ctx.ledger.deliveries.list({ withEnded: true, most: 10 });
    expect(left.map(({ type }) => type)).toEqual(['verification.erased']);
  });

  it('with either secret accepts what is sent during a rotation', async () => {
    const shop = await startShop();
    const next = newSecret();
    const endpoint = { name: 'shop', url: shop.url, secret_files: [secretFile(next), secretFile(shop.secret)] };
    const service = await telling([], { env: { WEBHOOKS: JSON.stringify({ endpoints: [endpoint] }) } });
    await signUp(service, randomUUID());
    await untilSeen(shop, ['pending 1']);
    const [request] = shop.requests;
    if (request === undefined) throw new Error('no request');
    expect([shop.secret, next, newSecret()].map((secret) => isSignedBy(secret, request))).toEqual([true, true, false]);
  });

  it('gets the types that it asked for', async () => {
    const shop = await startShop();
    const service = await telling([], { env: { WEBHOOKS: webhooks([shop], { types: ['verification.approved'] }) } });
    const id = randomUUID();
    await signUp(service, id);
    await decide(service, id);
    await eventually(() => expect(shop.requests).toHaveLength(1));
    expect(bodyOf(shop.requests[0] ?? { body: '{}' }).type).toBe('verification.approved');
  });
});

describe('an application that does not take events', () => {
  it('gets one after the schedule of the specification, with the same id and bytes', async () => {
    const shop = await startShop('shop', raw(500));
    const service = await telling([shop]);
    await signUp(service, randomUUID());
    const pauses = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, DAY, DAY];
    for (const [index, ms] of pauses.entries()) {
      await eventually(() => expect(shop.requests).toHaveLength(index + 1));
      await eventually(async () =>
        expect((await service.ctx.ledger.deliveries.list({ most: 1 }))[0]?.tries).toBe(index + 1),
      );
      passTime(service, ms - 1);
      await pause(20);
      expect(shop.requests).toHaveLength(index + 1);
      passTime(service, 0.1 * ms + 1);
    }
    await eventually(() => expect(shop.requests).toHaveLength(pauses.length + 1));
    expect(new Set(shop.requests.map(({ headers, body }) => `${String(headers['webhook-id'])} ${body}`)).size).toBe(1);
    expect(new Set(shop.requests.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(pauses.length + 1);
    expect(shop.requests.every((request) => isSignedBy(shop.secret, request))).toBe(true);
  });

  it('is asked with one event at a time for three days, and then hears of everything, in order', async () => {
    let [open, most] = [0, 0];
    const down: Responder = (response) => {
      open += 1;
      most = Math.max(most, open);
      setTimeout(() => {
        open -= 1;
        response.writeHead(503).end();
      }, 5);
    };
    const shop = await startShop('shop', down);
    const service = await telling([shop]);
    const ids = Array.from({ length: 12 }, () => randomUUID());
    for (const id of ids) await signUp(service, id);
    for (const id of ids) await decide(service, id);
    for (let hour = 0; hour < 72; hour += 1) {
      passTime(service, HOUR);
      await pause(15);
    }
    await eventually(() => expect(open).toBe(0));
    expect(most).toBe(1);
    // At most one in five minutes, and fewer by the schedule of each event.
    expect(shop.requests.length).toBeLessThan(120);
    const before = shop.requests.length;
    shop.answer = raw(204);
    for (let hour = 0; hour < 26 && shop.requests.length === before; hour += 1) {
      passTime(service, HOUR);
      await pause(100);
    }
    await untilTold(service);
    const taken = shop.requests.slice(before).map(bodyOf);
    for (const id of ids)
      expect(taken.filter(({ data }) => data.identity_id === id).map(({ data }) => data.status)).toEqual([
        'pending',
        'approved',
      ]);
  });

  it('does not slow another application, the publication or a sign-in', async () => {
    const [slow, shop] = [await startShop('slow', () => undefined), await startShop('shop')];
    const service = await telling([slow, shop]);
    const started = performance.now();
    for (let n = 0; n < 20; n += 1) {
      const id = randomUUID();
      await signUp(service, id);
      await decide(service, id);
      await untilStatus(service, id, 'approved');
    }
    await eventually(() => expect(shop.requests).toHaveLength(40));
    expect(slow.requests.length).toBeLessThanOrEqual(16);
    expect(performance.now() - started).toBeLessThan(15_000);
    await slow.close();
  });

  it('that hangs at one event holds up nobody else for longer than a moment', async () => {
    const slow = randomUUID();
    const shop = await startShop('shop', (response, { body }) => {
      if (!body.includes(slow)) response.writeHead(204).end();
    });
    const service = await telling([shop]);
    await signUp(service, slow);
    await eventually(() => expect(shop.requests).toHaveLength(1));
    const started = performance.now();
    const other = randomUUID();
    await signUp(service, other);
    await eventually(() => expect(shop.requests.map((request) => bodyOf(request).data.identity_id)).toContain(other));
    expect(performance.now() - started).toBeLessThan(6_000);
    await shop.close();
  });

  it('with 410 gets nothing more until events are replayed', async () => {
    const shop = await startShop('shop', raw(410));
    const service = await telling([shop]);
    const id = randomUUID();
    await signUp(service, id);
    await eventually(() => expect(service.logs.text()).toContain('answered 410'));
    shop.answer = raw(204);
    await decide(service, id);
    passTime(service, DAY);
    await pause(100);
    expect(shop.requests).toHaveLength(1);
  });

  it('with Retry-After is left alone as long as it asks', async () => {
    const shop = await startShop('shop', raw(429, '', { 'retry-after': '600' }));
    const service = await telling([shop]);
    await signUp(service, randomUUID());
    await eventually(() => expect(service.logs.text()).toContain('does not take one'));
    passTime(service, 9 * MINUTE);
    await signUp(service, randomUUID());
    await pause(100);
    expect(shop.requests).toHaveLength(1);
    shop.answer = raw(204);
    passTime(service, MINUTE);
    await untilTold(service);
    expect(shop.requests).toHaveLength(3);
  });
});

describe('events that are over', () => {
  it('are deleted thirty days after their end', async () => {
    const shop = await startShop();
    const service = await telling([shop]);
    await signUp(service, randomUUID());
    await untilTold(service);
    const all = () => service.ctx.ledger.deliveries.list({ withEnded: true, most: 10 });
    passTime(service, 29 * DAY);
    await pause(100);
    expect(await all()).toHaveLength(1);
    passTime(service, 2 * DAY);
    await eventually(async () => expect(await all()).toEqual([]));
  });
});

describe('events of a service that is without WEBHOOKS since', () => {
  async function without(): Promise<{ id: string; next: TestService; all: () => Promise<unknown[]> }> {
    const shop = await startShop();
    const service = await telling([shop]);
    const id = randomUUID();
    await signUp(service, id);
    await untilTold(service);
    await service.worker.stop();
    const { databaseUrl, clock, kratos } = service;
    const next = await testService({ databaseUrl, clock, kratos });
    return { id, next, all: () => next.ctx.ledger.deliveries.list({ withEnded: true, most: 10 }) };
  }

  it('are deleted thirty days after their end, too', async () => {
    const { next, all } = await without();
    expect(await all()).toHaveLength(1);
    passTime(next, 31 * DAY);
    await eventually(async () => expect(await all()).toEqual([]));
  });

  it('are deleted with the erasure of their person', async () => {
    const { id, next, all } = await without();
    const now = next.clock.now();
    await next.ctx.ledger.change(id, now, (record) => record && erase(record, 'ann', now));
    expect(await all()).toEqual([]);
  });
});

describe('a process that stops', () => {
  it('finishes what it sends, and the next one sends the rest', async () => {
    const shop = await startShop('shop', (response) => setTimeout(() => response.writeHead(204).end(), 150));
    const service = await telling([shop]);
    const id = randomUUID();
    await signUp(service, id);
    await eventually(() => expect(shop.requests).toHaveLength(1));
    await decide(service, id);
    await service.worker.stop();
    const [first] = await service.ctx.ledger.deliveries.list({ withEnded: true, most: 1 });
    expect(first?.result).toBe('delivered');
    const next = await testService({
      databaseUrl: service.databaseUrl,
      clock: service.clock,
      kratos: service.kratos,
      env: { WEBHOOKS: webhooks([shop]) },
    });
    passTime(next, MINUTE);
    await untilTold(next);
    expect(shop.requests.map((request) => bodyOf(request).data.status)).toEqual(['pending', 'approved']);
  });
});
