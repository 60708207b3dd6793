import { randomUUID } from 'node:crypto';
import type { LightMyRequestResponse } from 'fastify';
import { describe, expect, it } from 'vitest';
import { LedgerUnavailable } from '../../../webhook/errors.ts';
import type { IdentityRecord } from '../../../webhook/model.ts';
import type { Context } from '../../../webhook/verification/context.ts';
import { actOn, erase } from '../../../webhook/verification/operator/actions.ts';
import { decide } from '../../support/builders/people.ts';
import { openBrowser } from '../../support/clients/browser.ts';
import { callback, initiate, validate } from '../../support/clients/calls.ts';
import { eventually, recordOf, signUp, untilStatus } from '../../support/service/eventually.ts';
import { PUBLIC_URL, type TestService, testService } from '../../support/service/service.ts';
import { HOUR, MINUTE } from '../../support/service/shifted-clock.ts';

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

/** The same person, who has left for Jumio by the button. */
async function left(options: Parameters<typeof testService>[0] = {}) {
  const person = await known(options);
  const leaving = await person.browser.press();
  expect(leaving.location).toBe(person.service.jumio.latest(person.id).link);
  return { ...person, leaving };
}

/** The browser's hand-over cookie, as in the Cookie header. */
async function handover(browser: ReturnType<typeof openBrowser>): Promise<string> {
  const cookies = await browser.jar.getCookies(`${PUBLIC_URL}/jumio/verify`);
  return cookies.find(({ key }) => key === HANDOVER)?.value ?? '';
}

/** The response to a GET with exactly these cookies. */
function getWith({ app }: TestService, cookie: string, url = '/jumio/status') {
  return app.inject({ url, headers: { cookie } });
}

function setCookies(page: { readonly headers: LightMyRequestResponse['headers'] }): string[] {
  return [page.headers['set-cookie'] ?? []].flat();
}

describe('the hand-over cookie', () => {
  it('a look at the pages with a session sets no hand-over cookie; the POST that leads to Jumio sets it with its attributes', async () => {
    const { browser, first, service } = await known();
    service.clock.stop();
    for (const look of [first, await browser.get('/jumio/status'), await browser.get('/jumio/verify')])
      expect(setCookies(look).filter((cookie) => cookie.startsWith(HANDOVER))).toEqual([]);
    const [cookie = ''] = setCookies(await browser.press()).filter((text) => text.startsWith(HANDOVER));
    const [, maxAge = '', ...attributes] = cookie.split('; ');
    expect(attributes.sort()).toEqual(['HttpOnly', 'Path=/', 'SameSite=Lax', 'Secure']);
    // The link lasts a day, and was made a moment ago.
    const seconds = Number(/^Max-Age=(\d+)$/.exec(maxAge)?.[1]);
    expect(seconds).toBeLessThanOrEqual(25 * 3_600);
    expect(seconds).toBeGreaterThan(25 * 3_600 - 60);
  });

  it('the hand-over and form cookies belong to this host alone: another host of the domain can plant neither', async () => {
    const { service, browser } = await left();
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
    const { first, leaving } = await left({ env });
    const cookies = [first, leaving].flatMap(setCookies);
    expect(new Set(cookies.map((cookie) => cookie.split('=')[0]))).toEqual(new Set(['jumio_csrf', 'jumio_handover']));
    for (const cookie of cookies) expect(cookie).not.toContain('Secure');
  });

  it('after a sign-out the hand-over cookie shows the status, and every POST asks for a session', async () => {
    const { service, browser, first } = await left();
    service.kratos.signOut();
    const status = await browser.get('/jumio/status');
    expect([status.status, status.sentence]).toEqual([
      200,
      'Everything is ready. The check usually takes less than five minutes.',
    ]);
    expect((await browser.get('/jumio/verify')).status).toBe(401);
    for (const to of ['/jumio/verify', '/jumio/decline'])
      for (const fields of [first.fields, status.fields]) {
        const page = await browser.post(fields, to);
        expect([page.status, page.action?.text, page.location]).toEqual([401, 'Sign in to your account', undefined]);
      }
  });

  it('a person who comes back from Jumio without a session sees their result', async () => {
    const { service, id, browser } = await left();
    service.kratos.signOut();
    await decide(service, id, 'PASSED');
    expect((await browser.get('/jumio/status')).sentence).toBe('Thank you. There is nothing else you need to do.');
  });

  it('the hand-over cookie ends an hour after the link to Jumio, whatever the browser does', async () => {
    const { service, browser } = await left({ env: { JUMIO_LINK_LIFETIME: '2h' } });
    const cookie = `${HANDOVER}=${await handover(browser)}`;
    service.clock.advance(3 * HOUR - MINUTE);
    expect((await getWith(service, cookie)).statusCode).toBe(200);
    service.clock.advance(MINUTE);
    expect((await getWith(service, cookie)).statusCode).toBe(401);
  });

  it('the hand-over cookie ends an hour after its attempt was decided', async () => {
    const { service, id, browser } = await left();
    service.clock.stop();
    const cookie = `${HANDOVER}=${await handover(browser)}`;
    await decide(service, id, 'PASSED');
    service.clock.advance(HOUR - MINUTE);
    expect((await getWith(service, cookie)).statusCode).toBe(200);
    service.clock.advance(MINUTE);
    expect((await getWith(service, cookie)).statusCode).toBe(401);
  });

  it('an allowed sign-in ends the hand-over cookies that were set before it, and none that is set later', async () => {
    const { service, id, browser } = await left();
    const cookie = `${HANDOVER}=${await handover(browser)}`;
    expect((await getWith(service, cookie)).statusCode).toBe(200);
    expect((await validate(service, { kratos_identity_id: id })).statusCode).toBe(204);
    expect((await getWith(service, cookie)).statusCode).toBe(401);
    await browser.press();
    const next = `${HANDOVER}=${await handover(browser)}`;
    expect((await getWith(service, next)).statusCode).toBe(200);
    expect((await getWith(service, cookie)).statusCode).toBe(401);
  });

  it('a refused sign-in ends no hand-over cookie, because it proves no more than a password', async () => {
    const { service, id, browser } = await left();
    await decide(service, id, 'REJECTED', 'other');
    expect((await validate(service, { kratos_identity_id: id })).statusCode).toBe(403);
    expect((await getWith(service, `${HANDOVER}=${await handover(browser)}`)).statusCode).toBe(200);
  });

  it('a sign-in writes nothing to the ledger where no hand-over cookie is in use', async () => {
    const { service, id } = await known();
    const before = await recordOf(service, id);
    expect((await validate(service, { kratos_identity_id: id })).statusCode).toBe(204);
    const { handoverCounter, handoverUntil } = (await recordOf(service, id)).identity;
    expect([handoverCounter, handoverUntil]).toEqual([before.identity.handoverCounter, null]);
  });

  it('the hand-over cookie ends with the sessions that a rejection revokes', async () => {
    const revoking = { revokeSessions: true, deactivate: false };
    const { service, id, browser } = await left({ ctx: (ctx) => ({ ...ctx, onRejected: revoking }) });
    const cookie = `${HANDOVER}=${await handover(browser)}`;
    await decide(service, id, 'REJECTED', 'other');
    await eventually(() => expect(service.kratos.calls.revokeSessions).toContain(id));
    await eventually(async () => expect((await getWith(service, cookie)).statusCode).toBe(401));
  });

  it('the hand-over cookie ends with an erasure', async () => {
    const { service, id, browser } = await left();
    const cookie = `${HANDOVER}=${await handover(browser)}`;
    expect((await getWith(service, cookie)).statusCode).toBe(200);
    const decideErasure = (record: IdentityRecord, now: number) => erase(record, 'ann', now);
    await actOn(service.ctx, { identityId: id, dryRun: false, decide: decideErasure });
    expect((await getWith(service, cookie)).statusCode).toBe(401);
  });

  it('a person leaves for Jumio without a hand-over cookie where the ledger can no longer be written', async () => {
    const writes = { left: Number.POSITIVE_INFINITY };
    const failing = (ctx: Context): Context => {
      const change: Context['ledger']['change'] = (...args) => {
        writes.left -= 1;
        return writes.left < 0 ? Promise.reject(new LedgerUnavailable('locked')) : ctx.ledger.change(...args);
      };
      return { ...ctx, ledger: { ...ctx.ledger, change } };
    };
    const { service, browser, id } = await known({ ctx: failing });
    const { fields, to } = await browser.get('/jumio/verify');
    // The POST itself writes once.
    writes.left = 1;
    const page = await browser.post(fields, to);
    expect(page.location).toBe(service.jumio.latest(id).link);
    expect(await handover(browser)).toBe('');
    // Else the step would try to write until its lease ends.
    writes.left = Number.POSITIVE_INFINITY;
  });

  it('leaving with a session of another identity replaces the hand-over cookie', async () => {
    const { service, browser, id } = await left();
    expect(await handover(browser)).toContain(id);
    const other = randomUUID();
    browser.session = service.kratos.signIn(other);
    await browser.get('/jumio/verify');
    expect(await handover(browser)).toBe('');
    await browser.press();
    expect(service.jumio.latest(other).identityId).toBe(other);
    expect(await handover(browser)).toContain(other);
  });

  it.each([
    ['another identity', (value: string) => value.replace(/^[^.]+/, randomUUID())],
    ['a later end', (value: string) => value.replace(/\.(\d{10})\./, (_all, end) => `.${Number(end) + 1}.`)],
    ['no end', (value: string) => value.replace(/\.\d{10}\./, '.')],
    ['a wider scope', (value: string) => value.replace('.status.', '.verify.')],
    ['another signature', (value: string) => value.slice(0, -3)],
    ['no signature', (value: string) => value.slice(0, value.lastIndexOf('.'))],
    ['nothing', () => ''],
  ])('a hand-over cookie with %s is refused', async (_name, tamper) => {
    const { service, browser } = await left();
    const value = decodeURIComponent(await handover(browser));
    expect(tamper(value)).not.toBe(value);
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
    const { browser } = await left();
    const other = await testService();
    expect((await getWith(other, `${HANDOVER}=${await handover(browser)}`)).statusCode).toBe(401);
  });

  it('a hand-over cookie is valid after a restart', async () => {
    const { service, browser } = await left();
    const again = await testService({ databaseUrl: service.databaseUrl });
    expect((await getWith(again, `${HANDOVER}=${await handover(browser)}`)).statusCode).toBe(200);
  });

  it('a hand-over cookie gives access to the status only', async () => {
    const { service, id, browser } = await left();
    const headers = { cookie: `${HANDOVER}=${await handover(browser)}` };
    const before = await untilStatus(service, id, 'pending');
    expect((await initiate(service, { kratos_identity_id: randomUUID() }, headers)).statusCode).toBe(401);
    expect((await validate(service, { kratos_identity_id: id }, headers)).statusCode).toBe(401);
    expect((await callback(service, '{}', headers)).statusCode).toBe(401);
    expect((await getWith(service, headers.cookie, '/jumio/verify')).statusCode).toBe(401);
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
    expect(page.action).toEqual({ kind: 'link', text: 'Go to your identity check', href: '/jumio/verify' });
  });
});
