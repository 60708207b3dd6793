import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openBrowser } from '../../support/clients/browser.ts';
import { callback, initiate, validate } from '../../support/clients/calls.ts';
import { recordOf, signUp } from '../../support/service/eventually.ts';
import { PUBLIC_URL, type TestService, testService } from '../../support/service/service.ts';
import { HOUR } from '../../support/service/shifted-clock.ts';

const HANDOVER = '__Host-jumio_handover';

const CSRF = '__Host-jumio_csrf';

/** A person with a verification, and a browser that has visited with a session. */
async function known(options: Parameters<typeof testService>[0] = {}) {
  const service = await testService(options);
  const id = randomUUID();
  await signUp(service, id);
  const browser = openBrowser(service, service.kratos.signIn(id));
  const first = await browser.get('/jumio/verify');
  return { service, id, browser, first };
}

/** The browser's hand-over cookie, as in the Cookie header. */
async function handover(browser: ReturnType<typeof openBrowser>): Promise<string> {
  const cookies = await browser.jar.getCookies(`${PUBLIC_URL}/jumio/verify`);
  return cookies.find(({ key }) => key === HANDOVER)?.value ?? '';
}

/** The response to a GET with exactly these cookies. */
function getWith({ app }: TestService, cookie: string, url = '/jumio/verify') {
  return app.inject({ url, headers: { cookie } });
}

describe('the hand-over cookie', () => {
  it('the first visit with a session sets the hand-over cookie with its attributes', async () => {
    const { first, browser } = await known();
    const [cookie = ''] = [first.headers['set-cookie'] ?? []].flat().filter((text) => text.startsWith(HANDOVER));
    const [, ...attributes] = cookie.split('; ');
    expect(attributes.sort()).toEqual(['HttpOnly', 'Max-Age=259200', 'Path=/', 'SameSite=Lax', 'Secure']);
    const again = await browser.get('/jumio/status');
    expect(again.headers).not.toHaveProperty('set-cookie');
  });

  it('the hand-over and form cookies belong to this host alone: another host of the domain can plant neither', async () => {
    const { service, browser } = await known();
    const cookies = await browser.jar.getCookies(`${PUBLIC_URL}/jumio/verify`);
    const kept = new Map(cookies.map(({ key, hostOnly, secure, path }) => [key, { hostOnly, secure, path }]));
    const ofThisHost = { hostOnly: true, secure: true, path: '/' };
    expect(Object.fromEntries(kept)).toEqual({ [CSRF]: ofThisHost, [HANDOVER]: ofThisHost });
    // Another host of the domain can set a cookie of any other name; it has no effect.
    const planted = (await handover(browser)).replace(/^/, 'jumio_handover=');
    expect((await getWith(service, planted)).statusCode).toBe(401);
    expect((await getWith(service, `__Secure-${planted}`)).statusCode).toBe(401);
    expect((await getWith(service, `__Host-${planted}`)).statusCode).toBe(200);
  });

  it('the hand-over cookie is Secure, and named so, only if the public URL is https', async () => {
    const env = { PUBLIC_URL: 'http://verify.demo.localhost', JUMIO_API_BASE_URL: 'http://127.0.0.1:9' };
    const { first } = await known({ env });
    const cookies = [first.headers['set-cookie'] ?? []].flat();
    expect(new Set(cookies.map((cookie) => cookie.split('=')[0]))).toEqual(new Set(['jumio_csrf', 'jumio_handover']));
    for (const cookie of cookies) expect(cookie).not.toContain('Secure');
  });

  it('the hand-over cookie authenticates its person after the session was revoked', async () => {
    const { service, id, browser } = await known();
    service.kratos.signOut();
    expect((await browser.get('/jumio/verify')).status).toBe(200);
    expect((await browser.get('/jumio/status')).status).toBe(200);
    expect((await browser.press()).location).toBe(service.jumio.latest(id).link);
  });

  it('the hand-over cookie ends after 72 hours, whatever the browser does', async () => {
    const { service, browser } = await known();
    const cookie = `${HANDOVER}=${await handover(browser)}`;
    service.clock.advance(72 * HOUR - 60_000);
    expect((await getWith(service, cookie)).statusCode).toBe(200);
    service.clock.advance(60_000);
    expect((await getWith(service, cookie)).statusCode).toBe(401);
  });

  it('a session of another identity replaces the hand-over cookie', async () => {
    const { service, browser } = await known();
    const other = randomUUID();
    browser.session = service.kratos.signIn(other);
    await browser.press();
    expect(service.jumio.latest(other).identityId).toBe(other);
    expect(await handover(browser)).toContain(other);
  });

  it.each([
    ['another identity', (value: string) => value.replace(/^[^.]+/, randomUUID())],
    ['a later end', (value: string) => value.replace(/\.(\d+)/, (_all, end) => `.${Number(end) + 1}`)],
    ['no end', (value: string) => value.replace(/\.\d+/, '')],
    ['another signature', (value: string) => value.slice(0, -3)],
    ['no signature', (value: string) => value.slice(0, value.lastIndexOf('.'))],
    ['nothing', () => ''],
  ])('a hand-over cookie with %s is refused', async (_name, tamper) => {
    const { service, browser } = await known();
    const value = decodeURIComponent(await handover(browser));
    expect((await getWith(service, `${HANDOVER}=${encodeURIComponent(value)}`)).statusCode).toBe(200);
    expect((await getWith(service, `${HANDOVER}=${encodeURIComponent(tamper(value))}`)).statusCode).toBe(401);
  });

  it('another cookie of ours in place of the hand-over cookie is refused', async () => {
    const { service, browser } = await known();
    const cookies = await browser.jar.getCookies(`${PUBLIC_URL}/jumio/verify`);
    const csrf = cookies.find(({ key }) => key === CSRF)?.value ?? '';
    expect((await getWith(service, `${HANDOVER}=${csrf}`)).statusCode).toBe(401);
  });

  it('a hand-over cookie of a service with another ledger is refused', async () => {
    const { browser } = await known();
    const other = await testService();
    expect((await getWith(other, `${HANDOVER}=${await handover(browser)}`)).statusCode).toBe(401);
  });

  it('a hand-over cookie is valid after a restart', async () => {
    const { service, browser } = await known();
    const again = await testService({ databaseUrl: service.databaseUrl });
    expect((await getWith(again, `${HANDOVER}=${await handover(browser)}`)).statusCode).toBe(200);
  });

  it('a hand-over cookie gives access to verify and status only', async () => {
    const { service, id, browser } = await known();
    const headers = { cookie: `${HANDOVER}=${await handover(browser)}` };
    const before = await recordOf(service, id);
    expect((await initiate(service, { kratos_identity_id: randomUUID() }, headers)).statusCode).toBe(401);
    expect((await validate(service, { kratos_identity_id: id }, headers)).statusCode).toBe(401);
    expect((await callback(service, '{}', headers)).statusCode).toBe(401);
    expect(await recordOf(service, id)).toEqual(before);
  });
});

describe('the CSRF token', () => {
  it('a POST needs both the CSRF token and the session', async () => {
    const { service, browser, first } = await known();
    const creates = service.jumio.calls.create.length;
    expect((await browser.post({ ...first.fields, _csrf: undefined })).status).toBe(403);
    expect((await browser.post({ ...first.fields, _csrf: '' })).status).toBe(403);
    expect((await browser.post({ ...first.fields, _csrf: `${first.fields._csrf}x` })).status).toBe(403);
    const elsewhere = openBrowser(service);
    expect((await elsewhere.post(first.fields)).status).toBe(401);
    expect(service.jumio.calls.create).toHaveLength(creates);
    expect((await browser.post(first.fields)).status).toBe(303);
  });

  it('a CSRF token without its cookie is refused', async () => {
    const { service, id, first } = await known();
    const elsewhere = openBrowser(service, service.kratos.signIn(id));
    expect((await elsewhere.post(first.fields)).status).toBe(403);
  });

  it('a CSRF token of another identity is refused, also in the same browser', async () => {
    const { service, browser, first } = await known();
    const other = randomUUID();
    browser.session = service.kratos.signIn(other);
    expect((await browser.post(first.fields)).status).toBe(403);
    expect(await service.ctx.ledger.record(other)).toBeUndefined();
  });

  it('a POST that a foreign page can send without a preflight request has no CSRF token', async () => {
    const { service, id } = await known();
    const headers = { cookie: service.kratos.signIn(id), 'content-type': 'text/plain' };
    const answer = await service.app.inject({ method: 'POST', url: '/jumio/verify', headers, payload: '_csrf=x' });
    expect(answer.statusCode).toBe(403);
  });

  it('a refused CSRF token leads to a page with a continuation link', async () => {
    const { browser, first } = await known();
    const page = await browser.post({ ...first.fields, _csrf: 'old' });
    expect(page.status).toBe(403);
    expect(page.headers['content-type']).toMatch(/^text\/html/);
    expect(page.sentence).toMatch(/\.$/);
    expect(page.action).toEqual({ kind: 'link', text: 'Go back', href: '/jumio/verify' });
  });
});
