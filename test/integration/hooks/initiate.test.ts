import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { initiate } from '../../support/clients/calls.ts';
import { jumioDown, process, unanswered } from '../../support/fakes/jumio.ts';
import { kratosDown } from '../../support/fakes/kratos.ts';
import { CANARIES } from '../../support/logs/canaries.ts';
import { eventually, passTime, recordOf, rowCounts, signUp, untilStatus } from '../../support/service/eventually.ts';
import { APPLICATION, testService } from '../../support/service/service.ts';

describe('sign-up hooks', () => {
  it('a sign-up starts one verification, and its ids are on the identity before Kratos continues', async () => {
    const service = await testService();
    const id = randomUUID();
    const answer = await initiate(service, { kratos_identity_id: id });
    expect([answer.statusCode, answer.body, answer.headers['content-length']]).toEqual([204, '', undefined]);
    const { accountId, executionId } = service.jumio.latest(id);
    expect(service.kratos.copies.get(id)).toMatchObject({
      status: 'pending',
      source: 'jumio',
      account_id: accountId,
      workflow_execution_id: executionId,
    });
  });

  it('a sign-up sends Jumio the identity and a signed reference of 82 characters', async () => {
    const service = await testService();
    const id = randomUUID();
    await initiate(service, { kratos_identity_id: id.toUpperCase() });
    const [start] = service.jumio.calls.create;
    const { verifications } = await recordOf(service, id);
    expect(start?.identityId).toBe(id);
    expect(start?.reference).toHaveLength(82);
    expect(start?.reference).toMatch(new RegExp(`^1\\.${verifications[0]?.id}\\.[\\w-]{43}$`));
  });

  it('an initiate body of the published templates is accepted, and unknown members are ignored', async () => {
    const service = await testService();
    const id = randomUUID();
    const published = { email: CANARIES.email, first_name: 'A', last_name: 'B', jumio_account_id: null, other: {} };
    expect((await initiate(service, { kratos_identity_id: id, ...published, flow: 'x' })).statusCode).toBe(204);
    expect(service.jumio.latest(id).identityId).toBe(id);
  });

  it('a sign-up with an allowed return URL stores it', async () => {
    const service = await testService();
    const [good, bad] = [randomUUID(), randomUUID()];
    await initiate(service, { kratos_identity_id: good, flow: { return_to: `${APPLICATION}/account/x` } });
    await initiate(service, { kratos_identity_id: bad, flow: { return_to: 'https://evil.example.com/account' } });
    expect((await recordOf(service, good)).identity.returnTo).toBe(`${APPLICATION}/account/x`);
    expect((await recordOf(service, bad)).identity.returnTo).toBeNull();
  });

  it('a sign-up hook repeated three times is one verification and one create call', async () => {
    const service = await testService();
    const id = randomUUID();
    for (const _ of [1, 2, 3]) expect((await initiate(service, { kratos_identity_id: id })).statusCode).toBe(204);
    expect((await rowCounts(service, id)).verifications).toBe(1);
    expect(service.jumio.calls.create).toHaveLength(1);
  });

  it('concurrent repeats of a sign-up hook are one verification and one create call', async () => {
    const service = await testService();
    const id = randomUUID();
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => initiate(service, { kratos_identity_id: id })));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([204, 204, 204, 204, 204]);
    await untilStatus(service, id, 'pending');
    expect((await rowCounts(service, id)).verifications).toBe(1);
    expect(service.jumio.calls.create).toHaveLength(1);
  });

  it('a sign-up hook repeated after the decision changes nothing', async () => {
    const service = await testService();
    const id = randomUUID();
    const execution = await signUp(service, id);
    process(execution, 'REJECTED', service.clock.now());
    passTime(service, 25 * 3_600_000);
    const before = await untilStatus(service, id, 'rejected');
    for (const _ of [1, 2, 3]) expect((await initiate(service, { kratos_identity_id: id })).statusCode).toBe(204);
    expect(await recordOf(service, id)).toEqual(before);
    expect(service.jumio.calls.create).toHaveLength(1);
  });
});

describe('initiate while Jumio or Kratos fails', () => {
  it('while Jumio is down, initiate is 204 and publishes `pending`, and the verification starts when Jumio is back', async () => {
    const service = await testService();
    const id = randomUUID();
    service.jumio.instead.create = () => jumioDown('create');
    expect((await initiate(service, { kratos_identity_id: id })).statusCode).toBe(204);
    await eventually(() => expect(service.kratos.copies.get(id)).toMatchObject({ status: 'pending' }));
    expect(service.kratos.copies.get(id)).not.toHaveProperty('account_id');
    service.jumio.instead.create = undefined;
    passTime(service, 60_000);
    await eventually(() =>
      expect(service.kratos.copies.get(id)).toMatchObject({ account_id: service.jumio.latest(id).accountId }),
    );
  });

  it('while Jumio hangs, initiate is 204 within about its two seconds', async () => {
    const service = await testService();
    service.jumio.instead.create = unanswered();
    const started = performance.now();
    const answer = await initiate(service, { kratos_identity_id: randomUUID() });
    const took = performance.now() - started;
    expect(answer.statusCode).toBe(204);
    expect(took).toBeGreaterThan(1_000);
    expect(took).toBeLessThan(3_500);
  });

  it('while Kratos is down, initiate is 204, and the copy is published later', async () => {
    const service = await testService();
    const id = randomUUID();
    service.kratos.instead.publish = () => kratosDown('patch');
    expect((await initiate(service, { kratos_identity_id: id })).statusCode).toBe(204);
    expect(service.jumio.calls.create).toHaveLength(1);
    service.kratos.instead.publish = undefined;
    passTime(service, 60_000);
    await untilStatus(service, id, 'pending');
    expect(service.jumio.calls.create).toHaveLength(1);
  });

  it('with the rate budget exhausted, initiate does not wait beyond its two seconds', async () => {
    const service = await testService({ env: { JUMIO_ACCOUNT_RATE: '0.01', JUMIO_ACCOUNT_BURST: '1' } });
    await initiate(service, { kratos_identity_id: randomUUID() });
    const started = performance.now();
    expect((await initiate(service, { kratos_identity_id: randomUUID() })).statusCode).toBe(204);
    expect(performance.now() - started).toBeLessThan(1_900);
    expect(service.jumio.calls.create).toHaveLength(1);
  });
});
