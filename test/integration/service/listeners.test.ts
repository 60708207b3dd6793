import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { describe, expect, it, onTestFinished } from 'vitest';
import { send } from '../../../sandbox/kratos/client/loopback.ts';
import { CANARIES } from '../../support/logs/canaries.ts';
import { testService } from '../../support/service/service.ts';
import { startSplitProcess } from '../../support/service/split-process.ts';

const HOOKS = ['/jumio/initiate', '/jumio/validate', '/eid/assurance', '/eid/link', '/jumio/decision'];

const PUBLIC = ['/jumio/callback', '/jumio/handover', '/jumio/verify', '/jumio/decline', '/jumio/enter'];

const SPLIT = { HOOKS_PORT: '3001' };

async function statuses(app: FastifyInstance, urls: readonly string[]): Promise<number[]> {
  const headers = { 'content-type': 'application/json' };
  const answers = await Promise.all(urls.map((url) => app.inject({ method: 'POST', url, headers, payload: '{}' })));
  return answers.map(({ statusCode }) => statusCode);
}

const NOT_FOUND = [404, 404, 404, 404, 404];

describe('the routes of HOOKS_PORT', () => {
  it('with HOOKS_PORT the public listener has no hook and no decision, and the other has nothing for people or Jumio', async () => {
    const { app, hooks } = await testService({ env: SPLIT });
    expect(await statuses(app, HOOKS)).toEqual(NOT_FOUND);
    expect(await statuses(hooks, PUBLIC)).toEqual(NOT_FOUND);
    expect(await statuses(hooks, HOOKS)).toEqual([401, 401, 401, 401, 401]);
    expect(await statuses(app, PUBLIC)).not.toContain(404);
    expect((await app.inject('/jumio/authorize')).statusCode).toBe(401);
  });

  it('without HOOKS_PORT one listener has every route', async () => {
    const { app } = await testService();
    expect(await statuses(app, [...HOOKS, ...PUBLIC])).not.toContain(404);
  });

  it('a sign-up at HOOKS_PORT is seen at once by a person on the public listener', async () => {
    const service = await testService({ env: SPLIT });
    const id = randomUUID();
    const secret = { 'x-webhook-secret': CANARIES.webhookSecret };
    const payload = { kratos_identity_id: id };
    const hook = await service.hooks.inject({ method: 'POST', url: '/jumio/initiate', headers: secret, payload });
    expect(hook.statusCode).toBe(204);
    const headers = { cookie: service.kratos.signIn(id), accept: 'application/json' };
    expect((await service.app.inject({ url: '/jumio/status', headers })).json()).toMatchObject({ status: 'pending' });
  });
});

describe('readiness on two listeners', () => {
  it('strangers at the public listener see the status alone; the gate and what is degraded are shown at HOOKS_PORT', async () => {
    const { app, hooks } = await testService({ env: { ...SPLIT, GATE_MODE: 'shadow', ON_FAILURE: 'allow' } });
    expect((await app.inject('/health/ready')).json()).toEqual({ status: 'ok' });
    expect((await hooks.inject('/health/ready')).json()).toMatchObject({
      status: 'ok',
      degraded: [],
      gate: { mode: 'shadow', on_failure: 'allow' },
    });
  });

  it('the public listener is 503 while the service stops, as the other is', async () => {
    const { app, hooks, phase } = await testService({ env: SPLIT });
    phase.current = 'stopping';
    for (const each of [app, hooks]) expect((await each.inject('/health/ready')).statusCode).toBe(503);
  });
});

/** The service as a process with two listeners. */
async function splitProcess(descriptors?: number) {
  const options = descriptors === undefined ? {} : { descriptors };
  const { service, hooksPort } = await startSplitProcess({}, options);
  const signIn = () =>
    send({
      method: 'POST',
      url: `http://127.0.0.1:${hooksPort}/jumio/validate`,
      headers: { 'content-type': 'application/json', 'x-webhook-secret': CANARIES.webhookSecret },
      body: JSON.stringify({ kratos_identity_id: randomUUID() }),
      timeoutMs: 5_000,
    });
  return { service, signIn };
}

function openSocket(port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  return socket;
}

describe('the process with two listeners', () => {
  it('a process with HOOKS_PORT listens on both ports, and SIGTERM closes both', async () => {
    const { service, signIn } = await splitProcess();
    const live = () => send({ method: 'GET', url: `${service.url}/health/live`, timeoutMs: 5_000 });
    expect([(await signIn()).status, (await live()).status]).toEqual([204, 200]);
    await service.stop();
    expect(service.process.exitCode).toBe(0);
    await expect(signIn()).rejects.toThrow('ECONNREFUSED');
    await expect(live()).rejects.toThrow('ECONNREFUSED');
  });

  it('more connections of strangers than the process may have files leave descriptors for the gate', async () => {
    const { service, signIn } = await splitProcess(256);
    const port = Number(new URL(service.url).port);
    const sockets = Array.from({ length: 400 }, () => openSocket(port));
    await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
    for (let n = 0; n < 20; n += 1) expect((await signIn()).status).toBe(204);
  });
});
