import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { askRunning } from '../../../webhook/applied/ask.ts';
import { startShop, telling, webhooks } from '../../support/events/shop.ts';
import { json, raw, refusingUrl, startRecordingServer } from '../../support/fakes/http-server.ts';
import { CANARIES, findCanaries } from '../../support/logs/canaries.ts';
import { eventually, signUp } from '../../support/service/eventually.ts';
import { testService } from '../../support/service/service.ts';

const PATH = '/health/applied';

const SECRET = { 'x-webhook-secret': CANARIES.webhookSecret };

describe('GET /health/applied', () => {
  it('with the webhook secret it answers policy, mode and fingerprints, and no secret', async () => {
    const { app, ctx } = await testService({ env: { GATE_MODE: 'shadow' } });
    const answer = await app.inject({ url: PATH, headers: SECRET });
    expect(answer.json()).toMatchObject({ mode: 'shadow', on_failure: 'block', policy: ctx.policy.hash });
    expect(Object.keys(answer.json().secrets)).toContain('ORY_WEBHOOK_SECRET');
    expect(findCanaries(answer.body)).toEqual([]);
  });

  it('the endpoints of signed events are told, and one that answered 410 is stopped; no address and no secret is', async () => {
    const [shop, crm] = [await startShop('shop', raw(410)), await startShop('crm')];
    const service = await telling([], { env: { WEBHOOKS: webhooks([shop, crm]) } });
    const ask = async () => (await service.app.inject({ url: PATH, headers: SECRET })).json().endpoints;
    const told = (name: string, stopped: boolean | null) => expect.objectContaining({ name, stopped });
    expect(await ask()).toEqual([told('shop', false), told('crm', false)]);
    await signUp(service, randomUUID());
    await eventually(async () => expect(await ask()).toEqual([told('shop', true), told('crm', false)]));
    const text = JSON.stringify(await ask());
    for (const canary of [shop.url, crm.url, shop.secret, crm.secret]) expect(text).not.toContain(canary);
  });

  it('without the webhook secret it is 401, and it is not on the public listener', async () => {
    const { app, hooks } = await testService({ env: { HOOKS_PORT: '3001' } });
    expect((await hooks.inject(PATH)).statusCode).toBe(401);
    expect((await hooks.inject({ url: PATH, headers: { 'x-webhook-secret': 'another-secret-1' } })).statusCode).toBe(
      401,
    );
    expect((await hooks.inject({ url: PATH, headers: SECRET })).statusCode).toBe(200);
    expect((await app.inject({ url: PATH, headers: SECRET })).statusCode).toBe(404);
  });
});

describe('asking the running service', () => {
  it('during a rotation each secret is tried, until one is accepted', async () => {
    const { app } = await testService();
    const at = await app.listen({ port: 0, host: '127.0.0.1' });
    expect(await askRunning(at, ['new-secret-of-ours', CANARIES.webhookSecret])).toMatchObject({ at, applied: {} });
    expect(await askRunning(at, ['new-secret-of-ours'])).toEqual({ at, refused: true });
  });

  it('another program, and none, are failures in words', async () => {
    const other = await startRecordingServer(json(200, { pretends: 'to be the service' }));
    expect(await askRunning(other.url, ['s'])).toMatchObject({ failure: expect.stringContaining('another program') });
    await other.close();
    expect(await askRunning(await refusingUrl(), ['s'])).toMatchObject({ failure: 'ECONNREFUSED' });
  });
});
