import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decide, signedUp } from '../../support/builders/people.ts';
import { type Browser, openBrowser } from '../../support/clients/browser.ts';
import { oneTimePath, validate } from '../../support/clients/calls.ts';
import { kratosDown } from '../../support/fakes/kratos.ts';
import { signUp } from '../../support/service/eventually.ts';
import { lockLedger } from '../../support/service/locked-ledger.ts';
import { APPLICATION, PUBLIC_URL, testService } from '../../support/service/service.ts';
import { HOUR, MINUTE } from '../../support/service/shifted-clock.ts';

/** A person who has signed up in another browser, their one-time link, and a new browser. */
async function withOneTimeLink(returnTo?: string) {
  const service = await testService();
  const id = randomUUID();
  await signUp(service, id);
  return { service, id, path: await oneTimePath(service, id, returnTo), browser: openBrowser(service) };
}

async function redeemedBy(browser: Browser): Promise<string | undefined> {
  const cookies = await browser.jar.getCookies(`${PUBLIC_URL}/jumio/verify`);
  return cookies.find(({ key }) => key === '__Host-jumio_handover')?.value.slice(0, 36);
}

const DEAD_END = { kind: 'link', text: 'Go to your identity check', href: '/jumio/verify' };

describe('one-time links', () => {
  it('a one-time link shows a page with one button, which authenticates its person and continues', async () => {
    const { service, id, path, browser } = await withOneTimeLink();
    const confirmPage = await browser.get(path);
    expect([confirmPage.status, confirmPage.action?.kind, confirmPage.to]).toEqual([200, 'button', '/jumio/enter']);
    expect(confirmPage.headers['referrer-policy']).toBe('no-referrer');
    expect(confirmPage.headers['cache-control']).toBe('no-store');
    const led = await browser.post(confirmPage.fields, confirmPage.to);
    expect([led.status, led.location]).toEqual([303, '/jumio/verify']);
    expect(await redeemedBy(browser)).toBe(id);
    expect((await browser.get('/jumio/status')).status).toBe(200);
    expect((await browser.press()).location).toBe(service.jumio.latest(id).link);
  });

  it('a person without a session who came by a one-time link may start again by it after Jumio, until an hour after the result', async () => {
    const { service, id, path, browser } = await withOneTimeLink();
    service.clock.stop();
    await browser.press(path);
    const first = await browser.press();
    await decide(service, id, 'REJECTED', 'unreadable');
    service.clock.advance(59 * MINUTE);
    const again = await browser.press();
    expect([again.status, again.location]).toEqual([303, service.jumio.latest(id).link]);
    expect(again.location).not.toBe(first.location);
    await decide(service, id, 'REJECTED', 'unreadable');
    service.clock.advance(HOUR);
    expect((await browser.get('/jumio/verify')).status).toBe(401);
  });

  it('a person who came by a one-time link may leave for Jumio until an hour after a link of ten minutes', async () => {
    const { service, path, browser } = await withOneTimeLink();
    service.clock.stop();
    await browser.press(path);
    const cookie = await browser.jar.getCookieString(PUBLIC_URL);
    const seen = async () => (await service.app.inject({ url: '/jumio/verify', headers: { cookie } })).statusCode;
    service.clock.advance(HOUR - 1_000);
    expect(await seen()).toBe(200);
    service.clock.advance(1_000);
    expect(await seen()).toBe(401);
  });

  it('an allowed sign-in ends the hand-over cookie of a one-time link', async () => {
    const { service, id, path, browser } = await withOneTimeLink();
    await browser.press(path);
    expect((await browser.get('/jumio/verify')).status).toBe(200);
    expect((await validate(service, { kratos_identity_id: id })).statusCode).toBe(204);
    expect((await browser.get('/jumio/verify')).status).toBe(401);
  });

  it('a one-time link is not consumed by a GET, and works once', async () => {
    const { service, path, browser } = await withOneTimeLink();
    for (const _ of [1, 2, 3])
      expect((await openBrowser(service).get(path)).headers['set-cookie']).toMatch(/^__Host-jumio_csrf=/);
    await service.app.inject({ method: 'HEAD', url: path });
    expect((await browser.press(path)).status).toBe(303);
    const replayed = openBrowser(service);
    const page = await replayed.press(path);
    expect([page.status, page.action]).toEqual([410, DEAD_END]);
    expect(await redeemedBy(replayed)).toBeUndefined();
  });

  it('a one-time link leads to the return URL of the application, and never to a foreign URL', async () => {
    const wanted = `${APPLICATION}/account/a?b=c&d=e`;
    const { path, browser } = await withOneTimeLink(wanted);
    const { location = '' } = await browser.press(path);
    expect(new URL(location, PUBLIC_URL).searchParams.get('return_to')).toBe(wanted);
    expect((await browser.get(location)).fields.return_to).toBe(wanted);
  });

  it.each(['', '?code=', '?code=x', `?code=${'A'.repeat(22)}`, `?code=${'A'.repeat(200)}`, '?code=a&code=b'])(
    'an invalid one-time link (%s) shows a page with a continuation link',
    async (query) => {
      const browser = openBrowser(await testService());
      const first = await browser.get(`/jumio/enter${query}`);
      const page = first.status === 410 ? first : await browser.post(first.fields, first.to);
      expect([page.status, page.action]).toEqual([410, DEAD_END]);
      expect(await redeemedBy(browser)).toBeUndefined();
    },
  );

  it('an expired one-time link looks like one that never existed', async () => {
    const { service, path, browser } = await withOneTimeLink();
    const never = await openBrowser(service).press(`/jumio/enter?code=${'A'.repeat(22)}`);
    service.clock.advance(10 * MINUTE);
    const ended = await browser.press(path);
    expect([ended.status, ended.body]).toEqual([never.status, never.body]);
  });

  it('a one-time link rejects a form of another page, and is not consumed by it', async () => {
    const { path, browser } = await withOneTimeLink();
    const confirmPage = await browser.get(path);
    for (const _csrf of [undefined, '', `${confirmPage.fields._csrf}x`]) {
      const page = await browser.post({ ...confirmPage.fields, _csrf }, confirmPage.to);
      expect([page.status, page.action?.kind, page.to]).toEqual([403, 'button', '/jumio/enter']);
    }
    expect(await redeemedBy(browser)).toBeUndefined();
    expect((await browser.post(confirmPage.fields, confirmPage.to)).status).toBe(303);
  });

  it('the form token of a one-time link is valid for nothing else', async () => {
    const { path, browser } = await withOneTimeLink();
    const { fields } = await browser.get(path);
    await browser.press(path);
    expect((await browser.post({ _csrf: fields._csrf })).status).toBe(403);
  });

  it('a one-time link is not consumed while the ledger cannot be written', async () => {
    const { service, path, browser } = await withOneTimeLink();
    const confirmPage = await browser.get(path);
    const release = lockLedger(service.databaseUrl);
    expect((await browser.post(confirmPage.fields, confirmPage.to)).status).toBe(503);
    release();
    expect((await browser.post(confirmPage.fields, confirmPage.to)).status).toBe(303);
  });

  it('a one-time link shows nothing about its person before the button is pressed', async () => {
    const { id, path, browser } = await withOneTimeLink();
    const { body, headers } = await browser.get(path);
    expect(body + JSON.stringify(headers)).not.toContain(id);
  });
});

describe('one-time links in a browser with a session or a hand-over cookie', () => {
  it('a one-time link replaces the hand-over cookie of another identity', async () => {
    const { service, id, path } = await withOneTimeLink();
    const { id: other, browser } = await signedUp(service);
    await browser.press();
    expect(await redeemedBy(browser)).toBe(other);
    browser.session = '';
    expect((await browser.press(path)).status).toBe(303);
    expect(await redeemedBy(browser)).toBe(id);
  });

  it('a one-time link is consumed by the session of its own person', async () => {
    const { service, id, path } = await withOneTimeLink();
    expect((await openBrowser(service, service.kratos.signIn(id)).press(path)).status).toBe(303);
  });

  it('a one-time link in a session of another identity says so, is not consumed, and identifies neither', async () => {
    const { service, id, path } = await withOneTimeLink();
    const { id: other, browser } = await signedUp(service);
    await browser.press();
    const page = await browser.press(path);
    expect([page.status, page.action?.href]).toEqual([409, '/jumio/verify']);
    expect(page.body).not.toMatch(new RegExp(`${id}|${other}`));
    expect(await redeemedBy(browser)).toBe(other);
    browser.session = '';
    expect((await browser.press(path)).status).toBe(303);
  });

  it('a one-time link treats a session that lacks a second factor as a session of another identity', async () => {
    const { service, path } = await withOneTimeLink();
    service.kratos.instead.whoami = async () => ({ kind: 'second-factor' });
    expect((await openBrowser(service, 'ory_kratos_session=x').press(path)).status).toBe(409);
  });

  it('a one-time link works while Kratos is down; an existing session takes precedence when Kratos is back', async () => {
    const { service, id, path } = await withOneTimeLink();
    const { browser } = await signedUp(service);
    service.kratos.instead.whoami = () => kratosDown('whoami');
    expect((await browser.press(path)).status).toBe(303);
    expect(await redeemedBy(browser)).toBe(id);
    service.kratos.instead.whoami = undefined;
    await browser.get('/jumio/verify');
    expect(await redeemedBy(browser)).toBeUndefined();
  });
});

describe('prefetches of one-time links', () => {
  it.each([
    { 'sec-purpose': 'prefetch' },
    { 'sec-purpose': 'prefetch;prerender' },
    { purpose: 'prefetch' },
    { 'x-moz': 'prefetch' },
  ])('a prefetch of a one-time link gets nothing (%j)', async (headers) => {
    const { service, path, browser } = await withOneTimeLink();
    const { id, browser: signedIn } = await signedUp(service);
    for (const url of [path, '/jumio/verify', '/jumio/status']) {
      const answer = await service.app.inject({ url, headers: { ...headers, cookie: signedIn.session } });
      expect([answer.statusCode, answer.body]).toEqual([503, '']);
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(answer.headers).not.toHaveProperty('set-cookie');
    }
    expect(service.kratos.calls.whoami).toEqual([]);
    expect(service.jumio.latest(id).status).toBe('INITIATED');
    expect((await browser.press(path)).status).toBe(303);
  });
});
