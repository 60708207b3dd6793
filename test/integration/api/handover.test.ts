import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { UpstreamError } from '../../../webhook/errors.ts';
import { updateIdentity } from '../../../webhook/verification/record/record.ts';
import { handover } from '../../support/clients/calls.ts';
import { problem } from '../../support/clients/problems.ts';
import { kratosDown } from '../../support/fakes/kratos.ts';
import { CANARIES } from '../../support/logs/canaries.ts';
import { recordOf, signUp } from '../../support/service/eventually.ts';
import { lockLedger } from '../../support/service/locked-ledger.ts';
import { APPLICATION, testService } from '../../support/service/service.ts';
import { MINUTE } from '../../support/service/shifted-clock.ts';

const ADDRESS = /^https:\/\/verify\.example\.com\/jumio\/enter\?code=[A-Za-z0-9_-]{22}$/;

function expectNotFound(): Promise<never> {
  const facts = { upstream: 'kratos', operation: 'read', failure: 'status', status: 404 } as const;
  return Promise.reject(new UpstreamError({ ...facts, code: 'identity-not-found' }));
}

describe('hand-over by a back end', () => {
  it('a hand-over returns a one-time link of ten minutes, without a call to Kratos for a known identity', async () => {
    const service = await testService();
    const id = randomUUID();
    await signUp(service, id);
    const before = service.clock.now();
    const answer = await handover(service, { kratos_identity_id: id.toUpperCase() });
    expect(answer.statusCode).toBe(201);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.json()).toEqual({ url: expect.stringMatching(ADDRESS), expires_at: expect.any(String) });
    const lifetime = Date.parse(answer.json().expires_at) - before;
    expect([lifetime >= 10 * MINUTE, lifetime <= 10 * MINUTE + service.clock.now() - before]).toEqual([true, true]);
    expect(service.kratos.calls.read).toEqual([]);
    const again = await handover(service, { kratos_identity_id: id });
    expect(again.json().url).not.toBe(answer.json().url);
  });

  it('a hand-over of an identity that only Kratos knows makes a row, with the standing of the published copy', async () => {
    const service = await testService();
    const [id, rejected] = [randomUUID(), randomUUID()];
    service.kratos.copies.set(rejected, { status: 'rejected' });
    for (const one of [id, rejected])
      expect((await handover(service, { kratos_identity_id: one })).statusCode).toBe(201);
    expect((await recordOf(service, id)).identity).toMatchObject({ status: 'none', inherited: null });
    expect((await recordOf(service, rejected)).identity).toMatchObject({ status: 'rejected', inherited: 'rejected' });
    expect(service.jumio.calls.create).toEqual([]);
  });

  it('a hand-over of an identity that Kratos does not have is refused, and stores nothing', async () => {
    const service = await testService();
    const id = randomUUID();
    service.kratos.instead.read = expectNotFound;
    const answer = await handover(service, { kratos_identity_id: id });
    expect(answer.statusCode).toBe(404);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(await service.ctx.ledger.record(id)).toBeUndefined();
  });

  it('a hand-over of an identity that Kratos has deleted is refused, even if the ledger has a row', async () => {
    const service = await testService();
    const id = randomUUID();
    await signUp(service, id);
    await service.ctx.ledger.change(
      id,
      service.clock.now(),
      (found) => found && { record: updateIdentity(found, { deletedInKratos: true }) },
    );
    expect((await handover(service, { kratos_identity_id: id })).statusCode).toBe(201);
    expect(service.kratos.calls.read).toEqual([id]);
    service.kratos.instead.read = expectNotFound;
    expect((await handover(service, { kratos_identity_id: id })).statusCode).toBe(404);
  });

  it('a hand-over of an erased identity is refused', async () => {
    const service = await testService();
    const id = randomUUID();
    await signUp(service, id);
    const now = service.clock.now();
    await service.ctx.ledger.change(id, now, (found) => found && { record: updateIdentity(found, { erasedAt: now }) });
    expect((await handover(service, { kratos_identity_id: id })).statusCode).toBe(404);
  });

  it('a hand-over while Kratos or the ledger is down asks for a retry', async () => {
    const service = await testService();
    service.kratos.instead.read = () => kratosDown('read');
    const answer = await handover(service, { kratos_identity_id: randomUUID() });
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '30']);
    const id = randomUUID();
    await signUp(service, id);
    const release = lockLedger(service.databaseUrl);
    const locked = await handover(service, { kratos_identity_id: id });
    expect([locked.statusCode, locked.headers['retry-after']]).toEqual([503, '5']);
    release();
  });

  it.each([
    [undefined, '#'],
    [[], '#'],
    ['text', '#'],
    [{}, '#/kratos_identity_id'],
    [{ kratos_identity_id: 'x' }, '#/kratos_identity_id'],
    [{ kratos_identity_id: '00000000-0000-0000-0000-000000000000' }, '#/kratos_identity_id'],
    [{ kratos_identity_id: randomUUID(), return_to: 7 }, '#/return_to'],
    [{ kratos_identity_id: randomUUID(), return_to: null }, '#/return_to'],
    [{ kratos_identity_id: randomUUID(), return_to: '' }, '#/return_to'],
    [{ kratos_identity_id: randomUUID(), return_to: 'https://evil.example.com/' }, '#/return_to'],
    [{ kratos_identity_id: randomUUID(), return_to: `${APPLICATION}/other` }, '#/return_to'],
    [{ kratos_identity_id: randomUUID(), return_evil: APPLICATION }, '#'],
  ])('a hand-over with the body %j points to its mistake', async (body, pointer) => {
    const service = await testService();
    const answer = await handover(service, typeof body === 'string' ? JSON.stringify(body) : body);
    expect([answer.statusCode, answer.json()]).toEqual([
      400,
      problem('bad-body', { errors: [{ pointer, expected: expect.stringMatching(/.{6}/) }] }),
    ]);
    expect(answer.body).not.toContain('evil');
    expect(service.kratos.calls.read).toEqual([]);
  });

  it('a hand-over with several mistakes points to each', async () => {
    const answer = await handover(await testService(), { kratos_identity_id: 'x', return_to: 7, extra: 1 });
    expect(
      answer
        .json()
        .errors.map(({ pointer }: { pointer: string }) => pointer)
        .sort(),
    ).toEqual(['#', '#/kratos_identity_id', '#/return_to']);
  });
});

describe('HANDOVER_SECRET', () => {
  it.each([
    ['nothing', {}],
    ['another secret of ours', { authorization: `Bearer ${CANARIES.webhookSecret}` }],
    ['its name in the wrong header', { 'x-webhook-secret': CANARIES.handoverSecret }],
    ['another scheme', { authorization: `Basic ${CANARIES.handoverSecret}` }],
    ['a part of it', { authorization: `Bearer ${CANARIES.handoverSecret.slice(0, -1)}` }],
    ['a person’s cookie', { cookie: 'ory_kratos_session=x' }],
  ])('HANDOVER_SECRET does not accept %s', async (_name, headers) => {
    const service = await testService();
    const id = randomUUID();
    const answer = await handover(service, { kratos_identity_id: id }, headers);
    expect([answer.statusCode, answer.headers['www-authenticate']]).toEqual([401, 'Bearer']);
    expect(await service.ctx.ledger.record(id)).toBeUndefined();
  });

  it('during a rotation, both HANDOVER_SECRETs are valid', async () => {
    const [fresh, old] = ['the-new-handover-secret', 'the-old-handover-secret'];
    const service = await testService({ env: { HANDOVER_SECRET: `${fresh},${old}` } });
    for (const secret of [fresh, old]) {
      const headers = { authorization: `Bearer ${secret}` };
      expect((await handover(service, { kratos_identity_id: randomUUID() }, headers)).statusCode).toBe(201);
    }
  });

  it('without HANDOVER_SECRET a hand-over is impossible, also with a person’s session', async () => {
    const service = await testService({ env: { HANDOVER_SECRET: undefined } });
    const answer = await handover(service, { kratos_identity_id: randomUUID() });
    expect(answer.statusCode).toBe(404);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  });
});
