import { randomUUID } from 'node:crypto';
import type { InjectOptions } from 'fastify';
import { describe, expect, it } from 'vitest';
import type { Context } from '../../../webhook/verification/context.ts';
import { kratosDown } from '../../support/fakes/kratos.ts';
import { CANARIES } from '../../support/logs/canaries.ts';
import { PATHS, WEBHOOKS } from '../../support/openapi/operations.ts';
import { type TestService, testService } from '../../support/service/service.ts';

/*
 * The answers of docs/schemas/openapi.json that no other test is about: what goes wrong in the same way everywhere. Each is
 * compared with the description as it comes (`support/openapi/checked-answers.ts`).
 */

const json = { accept: 'application/json', 'content-type': 'application/json' };

/** The proof of the caller of each operation. */
function proofOf(service: TestService, id: string): Record<string, string> {
  const person = { 'x-session-token': service.kratos.signInApp(randomUUID()) };
  const secret = { 'x-webhook-secret': CANARIES.webhookSecret };
  const bearer = (value: string) => ({ authorization: `Bearer ${value}` });
  const proofs: Readonly<Record<string, Record<string, string>>> = {
    handOver: bearer(CANARIES.handoverSecret),
    decide: bearer(CANARIES.decisionSecret),
    kratosLink: secret,
  };
  return proofs[id] ?? person;
}

function ask(service: TestService, id: string, more: InjectOptions = {}) {
  const operation = [...PATHS, ...WEBHOOKS].find((each) => each.id === id);
  if (operation === undefined) throw new Error(`there is no operation ${id}`);
  const { method, path } = operation;
  const payload = method === 'POST' ? JSON.stringify({ kratos_identity_id: randomUUID() }) : undefined;
  const body = id === 'continueVerification' ? '{}' : payload;
  const headers = { ...(method === 'POST' ? json : { accept: json.accept }), ...proofOf(service, id), ...more.headers };
  return service.app.inject({ method, url: path, ...(body === undefined ? {} : { payload: body }), ...more, headers });
}

/** A context whose ledger fails in whatever is asked of it. */
function failing(error: Error) {
  return (ctx: Context): Context => {
    const fail = () => {
      throw error;
    };
    const budgets = { ...ctx.ledger.budgets, paused: fail };
    const calls = Object.entries(ctx.ledger).map(([name, value]) => {
      const isCall = typeof value === 'function' && !['close', 'probe'].includes(name);
      return [name, isCall ? () => Promise.reject(error) : value] as const;
    });
    return { ...ctx, ledger: { ...ctx.ledger, ...Object.fromEntries(calls), budgets } };
  };
}

describe('an operation as it is described', () => {
  it.each(['continueVerification', 'handOver', 'decide', 'kratosLink'])('%s: a body that is too large', async (id) => {
    const service = await testService();
    const payload = JSON.stringify({ kratos_identity_id: 'x'.repeat(1_100_000) });
    expect((await ask(service, id, { payload })).statusCode).toBe(413);
  });

  it.each(['handOver', 'decide', 'kratosLink'])('%s: a body that is no JSON', async (id) => {
    const service = await testService();
    const answer = await ask(service, id, { payload: '<a/>', headers: { 'content-type': 'application/xml' } });
    expect(answer.statusCode).toBe(415);
  });

  it.each(['getStatus', 'getVerification'])('%s: a second factor first', async (id) => {
    const service = await testService();
    service.kratos.instead.whoami = async () => ({ kind: 'second-factor' });
    expect((await ask(service, id)).json()).toMatchObject({ status: 403, code: 'second-factor' });
  });

  it('getVerification: too many requests', async () => {
    const service = await testService({ env: { PAGE_RATE: '6' } });
    const headers = proofOf(service, 'getVerification');
    const statuses: number[] = [];
    for (let count = 0; count < 8; count += 1)
      statuses.push((await ask(service, 'getVerification', { headers })).statusCode);
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
  });

  it('getVerification: Kratos is down', async () => {
    const service = await testService();
    service.kratos.instead.whoami = () => kratosDown('whoami');
    expect((await ask(service, 'getVerification')).json()).toMatchObject({ status: 503, code: 'kratos-down' });
  });

  it('authorize: without the pages there is no such resource', async () => {
    const env = { PUBLIC_URL: undefined, KRATOS_PUBLIC_URL: undefined, HANDOVER_SECRET: undefined };
    const service = await testService({ env });
    expect((await ask(service, 'authorize')).json()).toMatchObject({ status: 404, code: 'not-found' });
  });

  it.each(['getStatus', 'getVerification', 'continueVerification', 'handOver', 'authorize', 'getReadiness'])(
    '%s: an error that nobody expected',
    async (id) => {
      const service = await testService({ ctx: failing(new TypeError('a bug')), idle: true });
      service.kratos.instead.whoami = () => Promise.reject(new TypeError('a bug'));
      const answer = await ask(service, id);
      expect(answer.json()).toMatchObject({ status: 500, code: 'internal-error' });
      expect(answer.body).not.toContain('a bug');
    },
  );

  it('decide: an error that nobody expected', async () => {
    let isBroken = false;
    const now = (ctx: Context) => () => {
      if (isBroken) throw new TypeError('a bug');
      return ctx.clock.now();
    };
    const service = await testService({ ctx: (ctx) => ({ ...ctx, clock: { now: now(ctx) } }), idle: true });
    isBroken = true;
    const answer = await ask(service, 'decide');
    isBroken = false;
    expect(answer.json()).toMatchObject({ status: 500, code: 'internal-error' });
  });
});
