import { describe, expect, it } from 'vitest';
import { decide, signedUp } from '../../support/builders/people.ts';
import type { ParsedPage } from '../../support/clients/browser.ts';
import { agreementBody, nativeProgram } from '../../support/clients/programs.ts';
import { jumioDown, process } from '../../support/fakes/jumio.ts';
import { eventually, passTime, recordOf, untilStatus } from '../../support/service/eventually.ts';
import { testService } from '../../support/service/service.ts';
import { DAY, HOUR, MINUTE } from '../../support/service/shifted-clock.ts';

const LIFETIME = DAY;

/** A person whose link has ended, with the answer of Jumio about the execution. */
async function linkEnded(status: string) {
  const service = await testService();
  const { id, browser } = await signedUp(service);
  const first = service.jumio.latest(id);
  first.status = status;
  const page = await browser.get('/jumio/verify');
  // The read that is due at the link's end is left to the button.
  service.jumio.instead.status = () => jumioDown('status');
  passTime(service, LIFETIME + MINUTE);
  await eventually(() => expect(service.jumio.calls.status.length).toBeGreaterThan(0));
  service.jumio.instead.status = undefined;
  const asked = service.jumio.calls.status.length;
  return { service, id, browser, first, page, asked };
}

describe('a verification whose link has ended', () => {
  it.each(['INITIATED', 'ACQUISITION_STARTED', 'TOKEN_EXPIRED', 'SESSION_EXPIRED'])(
    'an ended link is replaced if Jumio, asked first, reports %s',
    async (status) => {
      const { service, id, browser, first, page, asked } = await linkEnded(status);
      let readWhenCreated = 0;
      service.jumio.instead.create = async (start) => {
        readWhenCreated = service.jumio.calls.status.length - asked;
        service.jumio.instead.create = undefined;
        return service.jumio.create(start);
      };
      const { location } = await browser.post(page.fields);
      const second = service.jumio.latest(id);
      expect(second.executionId).not.toBe(first.executionId);
      expect(location).toBe(second.link);
      expect(readWhenCreated).toBeGreaterThan(0);
      expect(second.accountId).toBe(first.accountId);
      const { verifications } = await recordOf(service, id);
      expect(verifications.map(({ state, attempt }) => [state, attempt])).toEqual([
        ['expired', 1],
        ['started', 2],
      ]);
    },
  );

  it('an ended link is not replaced if Jumio has all it needs: a billed execution is not discarded', async () => {
    const { service, id, browser, page } = await linkEnded('ACQUIRED');
    const answer = await browser.post(page.fields);
    expect(answer.location).toBeUndefined();
    expect(answer.sentence).toBe('This usually takes a few minutes.');
    expect(answer.action?.text).toBe('Check for the result');
    expect((await recordOf(service, id)).verifications).toHaveLength(1);
    expect(service.jumio.calls.create).toHaveLength(1);
  });

  it('an ended link leads to the verdict if Jumio has one', async () => {
    const { service, id, browser, first, page } = await linkEnded('PROCESSED');
    process(first, 'PASSED', service.clock.now());
    expect((await browser.post(page.fields)).location).toBeUndefined();
    await untilStatus(service, id, 'approved');
    expect((await browser.get('/jumio/verify')).sentence).toBe('Thank you. There is nothing else you need to do.');
    expect(service.jumio.calls.create).toHaveLength(1);
  });

  it('an ended link is not replaced while Jumio cannot be asked', async () => {
    const { service, id, browser, page } = await linkEnded('INITIATED');
    service.jumio.instead.status = () => jumioDown('status');
    const answer = await browser.post(page.fields);
    expect(answer.body).toContain('<h1 id="title">We cannot reach Jumio right now</h1>');
    expect((await recordOf(service, id)).verifications).toHaveLength(1);
    expect(service.jumio.calls.create).toHaveLength(1);
    service.jumio.instead.status = undefined;
    passTime(service, HOUR);
    await eventually(() => expect(service.jumio.calls.create).toHaveLength(2));
  });

  it('five concurrent requests for a new link create one', async () => {
    const { service, id, browser, page } = await linkEnded('INITIATED');
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => browser.post(page.fields)));
    const { link } = service.jumio.latest(id);
    expect(new Set(answers.map(({ location }) => location))).toEqual(new Set([link]));
    expect(service.jumio.calls.create).toHaveLength(2);
  });
});

describe('a link that is still valid', () => {
  it('a person with a valid link is redirected to it, not to a new one', async () => {
    const service = await testService();
    const { id, browser } = await signedUp(service);
    const first = service.jumio.latest(id);
    first.status = 'ACQUISITION_STARTED';
    await browser.get('/jumio/status');
    await untilStatus(service, id, 'processing');
    expect((await browser.press()).location).toBe(first.link);
    expect(service.jumio.calls.create).toHaveLength(1);
  });
});

/** The time from which, by the page, another attempt is allowed. */
function retryTimeOf({ action }: ParsedPage): Date {
  const [, day, time] =
    /^You can start a new identity check from (.+) at (\d\d:\d\d) UTC\.$/.exec(action?.text ?? '') ?? [];
  return new Date(`${day} ${time} UTC`);
}

/** The time rounded up to a whole minute. */
function roundUpToMinute(at: number): Date {
  return new Date(Math.ceil(at / MINUTE) * MINUTE);
}

describe('further attempts', () => {
  it.each([
    ['PASSED', 'approved'],
    ['WARNING', 'review'],
    ['REJECTED', 'rejected'],
  ] as const)(
    'no further attempt is possible after the verdict %s, not even by an older form',
    async (type, status) => {
      const service = await testService();
      const { id, browser } = await signedUp(service);
      const { fields } = await browser.get('/jumio/verify');
      await decide(service, id, type);
      const answer = await browser.post(fields);
      expect([answer.status, answer.location]).toEqual([200, undefined]);
      expect((await recordOf(service, id)).verifications).toHaveLength(1);
      expect((await recordOf(service, id)).identity.status).toBe(status);
      expect(service.jumio.calls.create).toHaveLength(1);
    },
  );

  it('a further attempt is possible at once after a correctable rejection, up to three rejected executions in all', async () => {
    const service = await testService();
    const { id, browser } = await signedUp(service);
    for (const attempt of [1, 2, 3]) {
      await decide(service, id, 'REJECTED', 'unreadable');
      const page = await browser.get('/jumio/verify');
      expect(page.action?.kind).toBe(attempt < 3 ? 'button' : 'text');
      if (attempt < 3) expect((await browser.post(page.fields)).location).toBe(service.jumio.latest(id).link);
    }
    expect(service.jumio.executions).toHaveLength(3);
    expect(new Set(service.jumio.executions.map(({ accountId }) => accountId)).size).toBe(1);
  });

  it('after five executions in 30 days, the page names the date of the next attempt', async () => {
    const service = await testService();
    const { id, browser } = await signedUp(service);
    const first = (await recordOf(service, id)).verifications[0]?.requestedAt ?? 0;
    for (const _ of [2, 3, 4, 5]) {
      service.jumio.latest(id).status = 'TOKEN_EXPIRED';
      passTime(service, LIFETIME + HOUR);
      await untilStatus(service, id, 'expired');
      expect((await browser.press()).location).toBe(service.jumio.latest(id).link);
    }
    service.jumio.latest(id).status = 'TOKEN_EXPIRED';
    passTime(service, LIFETIME + HOUR);
    await untilStatus(service, id, 'expired');
    const page = await browser.get('/jumio/verify');
    expect(retryTimeOf(page)).toEqual(roundUpToMinute(first + 30 * DAY));
    expect(page.body).toContain('You have used all your attempts for now.');
    expect(service.jumio.executions).toHaveLength(5);

    passTime(service, first + 30 * DAY - service.clock.now() + HOUR);
    expect((await browser.press()).location).toBe(service.jumio.latest(id).link);
    expect(service.jumio.executions).toHaveLength(6);
  });
});

describe('further attempts under the policy', () => {
  const policy = (startAgain: string) =>
    `start_again: ${startAgain}\nrules: [{ when: { status: rejected }, then: block }, { then: allow }]`;

  it('a further attempt waits after a rejection as long as the policy says: page and JSON name the date, and an older form does not help', async () => {
    const service = await testService({ env: { POLICY: policy('{ wait: 2d }') } });
    const { id, browser } = await signedUp(service);
    const { fields } = await browser.get('/jumio/verify');
    await decide(service, id, 'REJECTED', 'unreadable');
    const until = ((await recordOf(service, id)).identity.decidedAt ?? 0) + 2 * DAY;
    const page = await browser.get('/jumio/verify');
    expect(retryTimeOf(page)).toEqual(roundUpToMinute(until));
    expect(page.body).toContain('You need to wait a while between two attempts.');
    const app = nativeProgram(service, id);
    expect((await app.get('/jumio/status')).json()).toMatchObject({ status: 'rejected', next: 'later' });
    expect((await browser.post(fields)).location).toBeUndefined();
    expect((await app.post(agreementBody(service))).json()).not.toHaveProperty('link');
    passTime(service, until - service.clock.now() - HOUR);
    expect((await browser.get('/jumio/verify')).action?.kind).toBe('text');
    expect(service.jumio.executions).toHaveLength(1);
    passTime(service, 2 * HOUR);
    expect((await browser.press()).location).toBe(service.jumio.latest(id).link);
    expect(service.jumio.executions).toHaveLength(2);
  });

  it('no further attempt is possible after the number of rejections that the policy sets', async () => {
    const service = await testService({ env: { POLICY: policy('{ max_rejections: 2 }') } });
    const { id, browser } = await signedUp(service);
    await decide(service, id, 'REJECTED', 'unreadable');
    expect((await browser.press()).location).toBe(service.jumio.latest(id).link);
    const { fields } = await browser.get('/jumio/verify');
    await decide(service, id, 'REJECTED', 'unreadable');
    expect((await browser.get('/jumio/verify')).action?.kind).toBe('text');
    expect((await browser.post(fields)).location).toBeUndefined();
    const app = nativeProgram(service, id);
    expect((await app.get('/jumio/status')).json()).toMatchObject({ status: 'rejected', next: 'contact' });
    expect((await app.post(agreementBody(service))).json()).not.toHaveProperty('link');
    expect(service.jumio.executions).toHaveLength(2);
  });
});
