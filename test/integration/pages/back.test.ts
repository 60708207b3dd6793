import { describe, expect, it } from 'vitest';
import { decide, hasAgreed, signedUp, visitor } from '../../support/builders/people.ts';
import { openBrowser, type ParsedPage } from '../../support/clients/browser.ts';
import { unescapeHtml } from '../../support/clients/entities.ts';
import { jumioDown, unanswered } from '../../support/fakes/jumio.ts';
import { eventually, passTime, recordOf, withShortWaits } from '../../support/service/eventually.ts';
import { type TestService, testService } from '../../support/service/service.ts';
import { DAY, MINUTE } from '../../support/service/shifted-clock.ts';

const SECOND = 1_000;

const FROM_JUMIO = '/jumio/status?acquisitionStatus=SUCCESS';

const UNDER_WAY = 'This usually takes a few minutes.';

const WAITING = 'Everything is ready. The check usually takes less than five minutes.';

/** A person who opened the status page four seconds ago: the next read of Jumio is allowed in six seconds. */
async function openedStatusPage() {
  const service = await testService();
  const person = await signedUp(service);
  await hasAgreed(service, person);
  // The clock is stopped, so that a slow machine does not shorten the six seconds.
  service.clock.stop();
  expect((await person.browser.get('/jumio/status')).sentence).toBe(WAITING);
  passTime(service, 4 * SECOND);
  return { service, ...person, execution: service.jumio.latest(person.id) };
}

/** The URL to which the page continues by itself, and after how many seconds; with scripts and without. */
function continuationOf({ body }: ParsedPage): { to: string; seconds: number } | undefined {
  const [, to = '', seconds] = /data-onwards="([^"]*)" data-moment="(\d+)"/.exec(body) ?? [];
  if (seconds === undefined) return undefined;
  expect(body).toContain(`<meta http-equiv="refresh" content="${seconds}; url`);
  return { to: unescapeHtml(to), seconds: Number(seconds) };
}

/** Lets the page continue by itself, once. */
async function followContinuation(
  service: TestService,
  browser: { get(path: string): Promise<ParsedPage> },
  page: ParsedPage,
) {
  const next = continuationOf(page);
  if (next === undefined) throw new Error('the page does not go on by itself');
  const reads = service.jumio.reads();
  passTime(service, next.seconds * SECOND);
  await eventually(() => expect(service.jumio.reads()).toBeGreaterThan(reads));
  return browser.get(next.to);
}

describe('returns from Jumio within ten seconds of an earlier read', () => {
  it('a person back from Jumio is not asked to continue: the page waits for the read, and shows its result', async () => {
    const { service, browser, execution } = await openedStatusPage();
    execution.status = 'ACQUIRED';
    const page = await browser.get(FROM_JUMIO);
    expect([page.sentence, page.action?.text]).toEqual([UNDER_WAY, 'Check for the result']);
    expect(continuationOf(page)?.seconds).toBe(6);
    expect(continuationOf(page)?.to).toBe(page.action?.href);
    const after = await followContinuation(service, browser, page);
    expect([after.sentence, after.action?.href]).toEqual([UNDER_WAY, '/jumio/status']);
    expect(after.body).toContain('data-poll');
  });

  it('a person back from Jumio sees the verdict if it is there after the read', async () => {
    const { service, id, browser } = await openedStatusPage();
    const page = await browser.get(FROM_JUMIO);
    await decide(service, id, 'PASSED');
    expect((await browser.get(continuationOf(page)?.to ?? '')).sentence).toBe(
      'Thank you. There is nothing else you need to do.',
    );
  });

  it('a person back from Jumio sees the waiting page while a read is under way', async () => {
    const service = await testService();
    const { browser } = await signedUp(service);
    service.jumio.instead.status = unanswered();
    const page = await withShortWaits(service, () => browser.get(FROM_JUMIO));
    expect([page.sentence, continuationOf(page)?.seconds]).toEqual([UNDER_WAY, 3]);
  });

  it('a person back from Jumio without consent to the current text is asked for it only after Jumio was read', async () => {
    const service = await testService();
    const { browser } = await signedUp(service);
    await browser.get('/jumio/status');
    passTime(service, SECOND);
    expect((await browser.get(FROM_JUMIO)).sentence).toBe(UNDER_WAY);
  });
});

describe('forged return hints', () => {
  it('a forged return hint has no effect after the next read', async () => {
    const { service, id, browser } = await openedStatusPage();
    const page = await browser.get(FROM_JUMIO);
    expect(page.sentence).toBe(UNDER_WAY);
    const after = await followContinuation(service, browser, page);
    expect([after.sentence, after.action?.text, continuationOf(after)]).toEqual([
      WAITING,
      'Continue to identity check',
      undefined,
    ]);
    expect((await browser.press()).location).toBe(service.jumio.latest(id).link);
  });

  it.each([
    ['of long ago', (now: number) => String(now - 2 * MINUTE)],
    ['that is no time', () => 'soon'],
    ['twice', (now: number) => `${now}&back=${now}`],
  ])('a return hint with a time %s is ignored', async (_which, back) => {
    const { service, browser } = await openedStatusPage();
    expect((await browser.get(`${FROM_JUMIO}&back=${back(service.clock.now())}`)).sentence).toBe(WAITING);
  });

  it('a return hint with a future time waits for one read, like every other', async () => {
    const { service, browser } = await openedStatusPage();
    const before = service.clock.now();
    const page = await browser.get(`${FROM_JUMIO}&back=999999999999999`);
    const back = Number(new URL(continuationOf(page)?.to ?? '', 'http://localhost').searchParams.get('back'));
    expect(back).toBeGreaterThanOrEqual(before);
    expect(back).toBeLessThanOrEqual(service.clock.now());
    expect((await followContinuation(service, browser, page)).sentence).toBe(WAITING);
  });

  it('a return hint does not keep the page waiting while Jumio cannot be asked', async () => {
    const { service, browser } = await openedStatusPage();
    const to = continuationOf(await browser.get(FROM_JUMIO))?.to ?? '';
    service.jumio.instead.status = unanswered();
    passTime(service, MINUTE + SECOND);
    expect((await withShortWaits(service, () => browser.get(to))).sentence).toBe(WAITING);
  });

  it('a return hint is not stored, and is invisible to other identities', async () => {
    const { service, id, browser } = await openedStatusPage();
    await browser.get(FROM_JUMIO);
    const hinted = await recordOf(service, id);
    expect((await browser.get('/jumio/status')).sentence).toBe(WAITING);
    expect((await browser.get('/jumio/verify?acquisitionStatus=SUCCESS')).sentence).toBe(WAITING);
    expect(await recordOf(service, id)).toEqual(hinted);
    expect((await service.ctx.ledger.events(id)).map(({ kind }) => kind)).not.toContain('callback');
  });
});

describe('waiting pages', () => {
  async function waits(name: string): Promise<ParsedPage> {
    const service = await testService();
    const person = await signedUp(service);
    const { browser } = person;
    switch (name) {
      case 'for the read after the return':
        service.jumio.instead.status = unanswered();
        return withShortWaits(service, () => browser.get(FROM_JUMIO));
      case 'for Jumio’s verdict':
        service.jumio.latest(person.id).status = 'ACQUIRED';
        return browser.get('/jumio/status');
      case 'for a new link':
        await hasAgreed(service, person);
        service.jumio.instead.status = unanswered();
        passTime(service, DAY + MINUTE);
        return withShortWaits(service, () => browser.press());
      default:
        service.jumio.instead.create = name === 'for a link' ? unanswered() : () => jumioDown('create');
        return withShortWaits(service, () => visitor(service).browser.press());
    }
  }

  it.each(['for the read after the return', 'for Jumio’s verdict', 'for a new link', 'for a link', 'for Jumio itself'])(
    'a waiting page announces its state to a screen reader once and by name: %s',
    async (name) => {
      const { body } = await waits(name);
      expect(body).toMatch(/<main data-(poll|onwards)=/);
      const regions = body.match(/<[^>]* role="status"[^>]*>/g) ?? [];
      expect(regions).toEqual(['<p id="sentence" role="status" aria-labelledby="title">']);
      expect(body).toMatch(/<h1 id="title">[A-Z][^<]+<\/h1>/);
      expect(body.match(/id="title"/g)).toHaveLength(1);
    },
  );
});

describe('the address that Jumio leads back to', () => {
  const IDS = 'accountId=0b6d&workflowExecutionId=7c1b&customerInternalReference=kyc';

  it.each([
    [`${IDS}&acquisitionStatus=ERROR&errorCode=9820`, '/jumio/status?errorCode=9820', 'No camera was found.'],
    [`${IDS}&acquisitionStatus=ERROR&errorCode=%3Cb%3E`, '/jumio/status', WAITING],
    [IDS, '/jumio/status', WAITING],
  ])('%s is cleaned by a redirect, and the page says the same', async (query, path, words) => {
    const service = await testService();
    const person = await signedUp(service);
    await hasAgreed(service, person);
    const answer = await person.browser.get(`/jumio/status?${query}`);
    expect([answer.status, answer.location]).toEqual([303, path]);
    const page = await person.browser.get(path);
    expect([page.status, page.body.includes(words)]).toEqual([200, true]);
  });

  it('after a success the address keeps the hint and the time, and no id', async () => {
    const { service, browser } = await openedStatusPage();
    const { status, location = '' } = await browser.get(`${FROM_JUMIO}&${IDS}`);
    expect([status, location]).toEqual([303, `${FROM_JUMIO}&back=${service.clock.now()}`]);
    expect((await browser.get(location)).sentence).toBe(UNDER_WAY);
  });

  it('the address is cleaned also where nobody is signed in, and Kratos is not asked for it', async () => {
    const service = await testService();
    const { status, location } = await openBrowser(service).get(`/jumio/status?${IDS}`);
    expect([status, location]).toEqual([303, '/jumio/status']);
  });

  it.each(['/jumio/status', FROM_JUMIO, '/jumio/status?errorCode=9820', '/jumio/status?return_to=x'])(
    '%s needs no redirect',
    async (path) => {
      const { browser } = await signedUp(await testService());
      expect((await browser.get(path)).status).toBe(200);
    },
  );
});
