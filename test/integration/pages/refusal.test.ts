import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { jobs } from '../../../webhook/verification/jobs.ts';
import { override, recheck } from '../../../webhook/verification/operator/actions.ts';
import { visitor } from '../../support/builders/people.ts';
import { initiate, validate } from '../../support/clients/calls.ts';
import { jumioDown } from '../../support/fakes/jumio.ts';
import { deferred, kindsOf } from '../../support/fakes/upstream-answers.ts';
import { eventually, passTime, recordOf, withShortWaits } from '../../support/service/eventually.ts';
import { type TestService, testService } from '../../support/service/service.ts';
import { DAY, HOUR, MINUTE } from '../../support/service/shifted-clock.ts';

const AT_CONSENT = { VERIFICATION_START: 'consent' } as const;

/** Waits until no job is due. */
async function untilIdle(service: TestService, id: string): Promise<void> {
  service.worker.wake();
  await new Promise((resolve) => setTimeout(resolve, 100));
  await eventually(async () => {
    const now = service.clock.now();
    expect((await recordOf(service, id)).identity.leasedUntil).toBeLessThanOrEqual(now);
    expect((await service.ctx.ledger.nextDue(jobs))[0]?.at ?? Number.POSITIVE_INFINITY).toBeGreaterThan(now);
  });
}

async function rowOf(service: TestService, id: string) {
  return (await recordOf(service, id)).verifications.at(-1);
}

describe('refusals by the person', () => {
  it('a refusal while Jumio creates nothing cancels the creation, and a new consent resumes it at once', async () => {
    const service = await testService({ env: AT_CONSENT });
    const { id, browser } = visitor(service);
    service.jumio.instead.create = () => jumioDown('create');
    const page = await withShortWaits(service, () => browser.press());
    await browser.post(page.fields, '/jumio/decline');
    await untilIdle(service, id);
    expect((await recordOf(service, id)).identity.attemptWaitsOn).toBe('person');
    service.jumio.instead.create = undefined;
    passTime(service, HOUR);
    await untilIdle(service, id);
    expect(service.jumio.executions).toEqual([]);
    expect((await browser.press()).location).toBe(service.jumio.latest(id).link);
  });

  it('after a refusal, an operator’s recheck creates nothing', async () => {
    const service = await testService({ env: AT_CONSENT });
    const { id, browser } = visitor(service);
    service.jumio.instead.create = () => jumioDown('create');
    const page = await withShortWaits(service, () => browser.press());
    await browser.post(page.fields, '/jumio/decline');
    service.jumio.instead.create = undefined;
    const now = service.clock.now();
    const how = { force: true, hasEid: false };
    await service.ctx.ledger.change(id, now, (found) => found && recheck(found, how, now));
    await untilIdle(service, id);
    expect(service.jumio.executions).toEqual([]);
  });

  it('after a refusal during a create call that then fails, the call is not repeated', async () => {
    const service = await testService({ env: AT_CONSENT });
    const { id, browser } = visitor(service);
    const answer = deferred<void>();
    service.jumio.instead.create = () => answer.promise.then(() => jumioDown('create'));
    const page = await withShortWaits(service, () => browser.press());
    await eventually(() => expect(service.jumio.calls.create).toHaveLength(1));
    await browser.post(page.fields, '/jumio/decline');
    service.jumio.instead.create = undefined;
    answer.resolve(undefined);
    await untilIdle(service, id);
    passTime(service, HOUR);
    await untilIdle(service, id);
    expect(await rowOf(service, id)).toMatchObject({ state: 'requested', readDue: null, executionId: null });
  });

  it('after a request for a new link, a refusal cancels it', async () => {
    const service = await testService({ env: AT_CONSENT });
    const { id, browser } = visitor(service);
    await browser.press();
    service.jumio.latest(id).status = 'INITIATED';
    passTime(service, 2 * DAY);
    service.jumio.instead.status = () => jumioDown('status');
    const pressed = await withShortWaits(service, () => browser.press());
    await browser.post(pressed.fields, '/jumio/decline');
    service.jumio.instead.status = undefined;
    passTime(service, HOUR);
    await untilIdle(service, id);
    expect(service.jumio.executions).toHaveLength(1);
    expect(await kindsOf(service, id)).not.toContain('renewed');
  });

  it('after a refusal before the sign-up hook, neither a sign-in nor the late hook starts anything', async () => {
    const service = await testService();
    const { id, browser } = visitor(service);
    const { fields } = await browser.get('/jumio/verify');
    await browser.post({ _csrf: fields._csrf }, '/jumio/decline');
    passTime(service, MINUTE);
    const created_at = new Date(service.clock.now()).toISOString();
    await validate(service, { kratos_identity_id: id, metadata_public: null, created_at, flow: { kind: 'login' } });
    await initiate(service, { kratos_identity_id: id });
    await untilIdle(service, id);
    expect(service.jumio.calls.create).toEqual([]);
    expect((await browser.press()).location).toBe(service.jumio.latest(id).link);
  });

  it('a refusal does not change the attempt that the sign-up itself requested', async () => {
    const service = await testService();
    const { id, browser } = visitor(service);
    service.jumio.instead.create = () => jumioDown('create');
    await initiate(service, { kratos_identity_id: id });
    const { fields } = await browser.get('/jumio/verify');
    await browser.post({ _csrf: fields._csrf }, '/jumio/decline');
    service.jumio.instead.create = undefined;
    passTime(service, HOUR);
    await eventually(() => expect(service.jumio.executions).toHaveLength(1));
    expect((await browser.get('/jumio/status')).location).toBeUndefined();
  });
});

describe('attempts abandoned during a create call that then fails', () => {
  it('an attempt abandoned during a create call that then fails is not claimed again', async () => {
    const service = await testService();
    const id = randomUUID();
    const answer = deferred<void>();
    service.jumio.instead.create = () => answer.promise.then(() => jumioDown('create'));
    void initiate(service, { kratos_identity_id: id });
    await eventually(() => expect(service.jumio.calls.create).toHaveLength(1));
    const now = service.clock.now();
    const how = { verdict: 'PASSED', reason: 'seen at the counter', by: 'ann' } as const;
    await service.ctx.ledger.change(id, now, (found) => found && override(found, how, randomUUID(), now));
    answer.resolve(undefined);
    await untilIdle(service, id);
    const [first] = (await recordOf(service, id)).verifications;
    expect(first).toMatchObject({ state: 'expired', readDue: null });
    const { lease } = (await recordOf(service, id)).identity;
    passTime(service, 2 * MINUTE);
    await untilIdle(service, id);
    passTime(service, 2 * MINUTE);
    await untilIdle(service, id);
    expect((await recordOf(service, id)).identity.lease).toBeLessThanOrEqual(lease + 1);
  });
});
