import { describe, expect, it } from 'vitest';
import { visitor } from '../../support/builders/people.ts';
import { jumioDown, jumioFails } from '../../support/fakes/jumio.ts';
import { SOON } from '../../support/fakes/upstream-answers.ts';
import { eventually, passTime, recordOf, withShortWaits } from '../../support/service/eventually.ts';
import { APPLICATION, testService } from '../../support/service/service.ts';
import { HOUR, MINUTE } from '../../support/service/shifted-clock.ts';

const ACCOUNT = `${APPLICATION}/account`;

const BUTTON_COMES = 'When everything is ready, a button will appear here.';

/** A person who has pressed the button while Jumio creates no links. */
async function pressedWithoutLink() {
  const service = await testService();
  const { id, browser } = visitor(service);
  service.jumio.instead.create = () => jumioDown('create');
  // One try has failed; after more of them the page offers another action.
  service.clock.stop();
  const path = `/jumio/verify?return_to=${encodeURIComponent(ACCOUNT)}`;
  const page = await withShortWaits(service, () => browser.press(path));
  return { service, id, browser, page };
}

/** Lets Jumio create links again. */
async function untilLink({ service, id }: Awaited<ReturnType<typeof pressedWithoutLink>>): Promise<void> {
  service.jumio.instead.create = undefined;
  passTime(service, HOUR);
  await eventually(async () => expect((await recordOf(service, id)).verifications.at(-1)?.link).toBeTruthy());
}

describe('the page after a press while the link is being created', () => {
  it('the page after a press has the form that its script sends once more, which then leads to Jumio', async () => {
    const pressed = await pressedWithoutLink();
    const { service, id, browser, page } = pressed;
    expect(page.body).toContain('<form method="post" action="/jumio/verify" data-press>');
    expect(page.fields).toEqual({ _csrf: expect.any(String), return_to: ACCOUNT });
    await untilLink(pressed);
    expect((await browser.post(page.fields)).location).toBe(service.jumio.latest(id).link);
  });

  it('the page after a press announces a button to browsers without scripts', async () => {
    const { page } = await pressedWithoutLink();
    expect(page.body).toContain(`<noscript><p>${BUTTON_COMES}</p></noscript>`);
    expect(page.body).toContain('<noscript><meta http-equiv="refresh" content="5"></noscript>');
  });

  it('the page after a press gives no consent: after a later refusal it asks again, and nothing leads to Jumio', async () => {
    const pressed = await pressedWithoutLink();
    const { browser, page } = pressed;
    await untilLink(pressed);
    await browser.post(page.fields, '/jumio/decline');
    const answer = await browser.post(page.fields);
    expect([answer.location, answer.action?.text]).toEqual([undefined, 'Agree and continue']);
  });
});

describe('the page after a visit without a press', () => {
  it('the page after a visit without a press has nothing to send, with the link and without', async () => {
    const pressed = await pressedWithoutLink();
    const { browser } = pressed;
    const page = await browser.get('/jumio/verify');
    expect(page.body).toContain('data-poll');
    expect(page.body).toContain(`<p>${BUTTON_COMES}</p>`);
    expect(page.body).not.toContain('<form');
    await untilLink(pressed);
    const after = await browser.get('/jumio/verify');
    expect([after.action?.text, after.body.includes('data-press')]).toEqual(['Continue to identity check', false]);
  });
});

describe('retries while Jumio has not created the link for a while', () => {
  /** Each of these tries may have taken effect at Jumio, so retries are hourly. */
  async function untilTriesFailed() {
    const service = await testService();
    const { id, browser } = visitor(service);
    service.jumio.instead.create = () => jumioFails({ operation: 'create', status: 503 });
    service.clock.stop();
    await withShortWaits(service, () => browser.press());
    const tries = () => service.jumio.calls.create.length;
    /** Waits until so many tries were made and the last result is written: advancing the clock would end the lease of a running step. */
    const hasTried = (times: number) =>
      eventually(async () => {
        expect(tries()).toBe(times);
        expect((await recordOf(service, id)).identity.leasedUntil).toBeLessThanOrEqual(service.clock.now());
      });
    for (const times of [1, 2, 3]) {
      await hasTried(times);
      passTime(service, SOON);
    }
    await hasTried(4);
    return { service, id, browser, tries, hasTried };
  }

  it('a press causes one more create try, and a second press within a minute waits', async () => {
    const { service, id, browser, tries, hasTried } = await untilTriesFailed();
    passTime(service, MINUTE);
    const page = await browser.get('/jumio/verify');
    expect([page.action?.text, page.body.includes('data-press')]).toEqual(['Start identity check', false]);
    const press = () => browser.post(page.fields);
    await withShortWaits(service, () => Promise.all([press(), press()]));
    await hasTried(5);
    await withShortWaits(service, press);
    expect(tries()).toBe(5);
    service.jumio.instead.create = undefined;
    passTime(service, MINUTE);
    expect((await browser.post(page.fields)).location).toBe(service.jumio.latest(id).link);
  });

  it('a press within the minute has its try when the minute is over, and not in an hour', async () => {
    const { service, id, browser, tries, hasTried } = await untilTriesFailed();
    const page = await browser.get('/jumio/verify');
    for (const _ of [1, 2]) await withShortWaits(service, () => browser.post(page.fields));
    expect(tries()).toBe(4);
    passTime(service, MINUTE - 1);
    service.jumio.instead.create = undefined;
    await hasTried(4);
    passTime(service, 1);
    await hasTried(5);
    expect((await browser.post(page.fields)).location).toBe(service.jumio.latest(id).link);
  });

  it('a visit without a press causes no create try', async () => {
    const { service, browser, tries } = await untilTriesFailed();
    passTime(service, 2 * MINUTE);
    await browser.get('/jumio/verify');
    await browser.get('/jumio/status');
    service.worker.wake();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(tries()).toBe(4);
  });
});
