import { describe, expect, it } from 'vitest';
import { decide, signedUp, visitor } from '../../support/builders/people.ts';
import type { ParsedPage } from '../../support/clients/browser.ts';
import { nativeProgram } from '../../support/clients/programs.ts';
import { recordOf, signUp, untilStatus } from '../../support/service/eventually.ts';
import { lockLedger } from '../../support/service/locked-ledger.ts';
import { APPLICATION, type TestService, testService } from '../../support/service/service.ts';

const VERIFIED = 'Thank you. There is nothing else you need to do.';

const CLOSE = { kind: 'text', text: 'You can close this page.', href: undefined };

function link(text: string, href: string) {
  return { kind: 'link', text, href };
}

async function approved(service: TestService) {
  const person = await signedUp(service);
  await decide(service, person.id, 'PASSED');
  return person;
}

describe('the return URL', () => {
  const wanted = `${APPLICATION}/account/settings?tab=1`;

  it('the return URL of the page is kept over the way to Jumio and back', async () => {
    const service = await testService();
    const { id, browser } = visitor(service);
    const page = await browser.get(`/jumio/verify?return_to=${encodeURIComponent(wanted)}`);
    expect(page.fields.return_to).toBe(wanted);
    await browser.post(page.fields);
    await untilStatus(service, id, 'pending');
    await decide(service, id, 'PASSED');
    expect((await browser.get('/jumio/status')).action).toEqual(link('Continue to your account', wanted));
  });

  it('a return URL that is no longer on the list is ignored: on a page, in JSON, and by the button', async () => {
    const before = await testService();
    const { id, browser } = visitor(before);
    await browser.press(`/jumio/verify?return_to=${encodeURIComponent(wanted)}`);
    const { jumio, kratos, clock, databaseUrl } = before;
    const now = { ALLOWED_RETURN_URLS: 'https://new.example.com', DEFAULT_RETURN_URL: undefined };
    const service = await testService({ jumio, kratos, clock, databaseUrl, env: now });
    const again = visitor(service, id).browser;
    const { fields } = await again.get('/jumio/verify');
    await decide(before, id, 'PASSED');
    const pressed = await again.post(fields);
    expect([pressed.status, pressed.location, pressed.sentence]).toEqual([200, undefined, VERIFIED]);
    const page = await again.get('/jumio/status');
    expect(page.action).toEqual(CLOSE);
    expect(page.body).not.toContain(APPLICATION);
    expect((await nativeProgram(service, id).get('/jumio/status')).body).not.toContain(APPLICATION);
  });

  it('without another return URL, DEFAULT_RETURN_URL is used', async () => {
    const service = await testService({ env: { DEFAULT_RETURN_URL: `${APPLICATION}/home` } });
    const { id, browser } = visitor(service);
    await signUp(service, id);
    await decide(service, id, 'PASSED');
    expect((await browser.get('/jumio/status')).action).toEqual(
      link('Continue to your account', `${APPLICATION}/home`),
    );
  });

  it.each([
    ['rejected for good', undefined],
    ['to come back another day', 'unreadable'],
  ] as const)('a return link is on the page of a person without further steps: %s', async (_who, reason) => {
    const service = await testService({ env: { POLICY: 'start_again: { wait: 1d }\nrules: [{ then: allow }]\n' } });
    const { id, browser } = await signedUp(service);
    await decide(service, id, 'REJECTED', reason);
    const page = await browser.get(`/jumio/verify?return_to=${encodeURIComponent(wanted)}`);
    expect(page.action?.kind).toBe('text');
    expect(page.body).toContain(
      `<a href="${wanted.replace('=', '&#61;')}" class="button">Leave the identity check</a>`,
    );
    expect((await browser.get('/jumio/status')).body).not.toContain('Leave the identity check');
  });

  it.each([
    `${APPLICATION}/account`,
    `${APPLICATION}/account/`,
    `${APPLICATION}/account/a/b?c=d#e`,
    `${APPLICATION}/x/../account`,
  ])('a return URL may be %s', async (url) => {
    const { browser } = await approved(await testService());
    const page = await browser.get(`/jumio/verify?return_to=${encodeURIComponent(url)}`);
    expect(page.action).toEqual(link('Continue to your account', new URL(url).href));
  });

  it.each([
    `${APPLICATION}/`,
    `${APPLICATION}/accounts`,
    `${APPLICATION}/account/../admin`,
    `${APPLICATION}/account/%2e%2e/admin`,
    `${APPLICATION}:8443/account`,
    `${APPLICATION}.evil.example.com/account`,
    `http://app.example.com/account`,
    `https://user:pass@app.example.com/account`,
    `https://app.example.com@evil.example.com/account`,
    `https://evil.example.com/account`,
    '//app.example.com/account',
    '/account',
    'javascript:alert(1)',
    `${APPLICATION}\\account`,
    `https://app.example.com/account\t`,
    `${APPLICATION}/account/${'x'.repeat(2_000)}`,
  ])('a return URL may not be %s', async (url) => {
    const { browser } = await approved(await testService());
    const page = await browser.get(`/jumio/verify?return_to=${encodeURIComponent(url)}`);
    expect(page.action).toEqual(CLOSE);
    expect(page.fields).toEqual({});
  });

  it('a deep link of a native application is kept over the way to Jumio and back, and a form may lead to it', async () => {
    const deepLink = 'myapp://verified';
    const service = await testService({ env: { ALLOWED_RETURN_URLS: `${APPLICATION}/account,${deepLink}` } });
    const { id, browser } = visitor(service);
    const page = await browser.get(`/jumio/verify?return_to=${encodeURIComponent(deepLink)}`);
    expect(page.headers['content-security-policy']).toMatch(/form-action 'self' https: [^;]*\bmyapp:/);
    await browser.post(page.fields);
    await untilStatus(service, id, 'pending');
    await decide(service, id, 'PASSED');
    expect((await browser.get('/jumio/status')).action).toEqual(link('Continue to your account', deepLink));
    const pressed = await browser.post(page.fields);
    expect([pressed.status, pressed.location]).toEqual([303, deepLink]);
  });

  it.each(['myapp://verified/more', 'myapp://verified?x=1', 'otherapp://verified'])(
    'a deep link that is not exactly the allowed one is ignored: %s',
    async (url) => {
      const service = await testService({ env: { ALLOWED_RETURN_URLS: 'myapp://verified' } });
      const { browser } = await approved(service);
      expect((await browser.get(`/jumio/verify?return_to=${encodeURIComponent(url)}`)).action).toEqual(CLOSE);
    },
  );

  it('a return URL is escaped in the page', async () => {
    const { browser } = visitor(await testService());
    const url = `${APPLICATION}/account/'x?a=1&b="><script>`;
    const page = await browser.get(`/jumio/verify?return_to=${encodeURIComponent(url)}`);
    expect(page.fields.return_to).toBe(new URL(url).href);
    expect(page.body).toContain('/account/&#39;x?a&#61;1&#38;b&#61;%22%3E%3Cscript%3E"');
  });

  it('two return URLs in one request are refused', async () => {
    const { browser } = await approved(await testService());
    const twice = ['https://evil.example.com', wanted].map((url) => `return_to=${encodeURIComponent(url)}`).join('&');
    expect((await browser.get(`/jumio/verify?${twice}`)).action).toEqual(CLOSE);
  });

  it('a return URL of a changed form is ignored', async () => {
    const service = await testService();
    const { id, browser } = visitor(service);
    const { fields } = await browser.get('/jumio/verify');
    await browser.post({ ...fields, return_to: 'https://evil.example.com/account' });
    expect((await recordOf(service, id)).identity.returnTo).toBeNull();
  });
});

describe('the return URL on error pages', () => {
  const wanted = `${APPLICATION}/account/settings?tab=1`;
  const again = `/jumio/verify?return_to=${encodeURIComponent(wanted)}`;
  const NOBODYS = 'https://evil.example.com/account';

  /** Submits the form of a page with this `return_to`; returns the error page. */
  type FailingSubmit = (returnTo: string) => Promise<ParsedPage>;

  const tooOld: FailingSubmit = async (returnTo) =>
    visitor(await testService()).browser.post({ _csrf: 'old', return_to: returnTo });
  const unavailable: FailingSubmit = async (returnTo) => {
    const service = await testService();
    const { browser } = visitor(service);
    const { fields } = await browser.get('/jumio/verify');
    lockLedger(service.databaseUrl);
    return browser.post({ ...fields, return_to: returnTo });
  };
  const tooMany: FailingSubmit = async (returnTo) => {
    const { browser } = visitor(await testService({ env: { PAGE_RATE: '6' } }));
    const { fields } = await browser.get('/jumio/verify');
    await browser.post({ ...fields });
    return browser.post({ ...fields, return_to: returnTo });
  };
  const tooManyLooks: FailingSubmit = async (returnTo) => {
    const { browser } = visitor(await testService({ env: { PAGE_RATE: '6' } }));
    for (const _ of [1, 2, 3, 4, 5, 6]) await browser.get('/jumio/verify');
    return browser.get(`/jumio/verify?return_to=${encodeURIComponent(returnTo)}`);
  };

  it.each([
    ['open for too long', 403, tooOld],
    ['out of reach', 503, unavailable],
    ['too many presses', 429, tooMany],
    ['too many looks', 429, tooManyLooks],
  ] as const)('an error page keeps the return URL: %s', async (_what, status, goesWrong) => {
    const page = await goesWrong(wanted);
    expect([page.status, page.action?.href]).toEqual([status, again]);
    const other = await goesWrong(NOBODYS);
    expect([other.status, other.action?.href]).toEqual([status, '/jumio/verify']);
    expect(other.body).not.toContain('evil');
  });
});
