import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decide, hasAgreed, signedUp, visitor } from '../../support/builders/people.ts';
import { type Browser, openBrowser } from '../../support/clients/browser.ts';
import { program } from '../../support/clients/programs.ts';
import { findCanaries } from '../../support/logs/canaries.ts';
import { recordOf } from '../../support/service/eventually.ts';
import { APPLICATION, PUBLIC_URL, type TestService, testService } from '../../support/service/service.ts';

const HTML = { accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8' };

function open({ app }: TestService, url: string, headers: Record<string, string> = HTML) {
  return app.inject({ url, headers });
}

function sentenceOf(body: string): string | undefined {
  return /<p id="sentence"[^>]*>([^<]*)</.exec(body)?.[1];
}

describe('unknown URLs', () => {
  it.each([
    '/jumio/',
    '/jumio/verifi',
    '/jumio/status/x',
    '/jumio/callback',
    '/jumio/%3Cscript%3E',
    '/jumio/../jumio/x',
  ])('an unknown URL is a page with a continuation link for a browser: %s', async (url) => {
    const answer = await open(await testService(), url);
    expect(answer.statusCode).toBe(404);
    expect(sentenceOf(answer.body)).toBe('If you followed a link, part of it may be missing.');
    expect(answer.body).toContain('href="/jumio/verify"');
    expect(answer.body).not.toContain('script%3E');
    expect(answer.headers).toMatchObject({ 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' });
    expect(answer.headers).not.toHaveProperty('set-cookie');
  });

  it.each([{}, { accept: '*/*' }, { accept: 'application/json' }])(
    'an unknown URL is a problem document for %j',
    async (headers) => {
      const answer = await open(await testService(), '/jumio/verifi', headers);
      expect(answer.statusCode).toBe(404);
      expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    },
  );

  it('a wrong method on a known URL is 405 for a program', async () => {
    const answer = await open(await testService(), '/jumio/callback', {});
    expect([answer.statusCode, answer.headers.allow]).toEqual([405, 'POST']);
  });
});

describe('the root', () => {
  it('the root leads a browser to the verification, and is a problem document for a program', async () => {
    const service = await testService();
    const { statusCode, headers } = await open(service, '/');
    expect([statusCode, headers.location]).toEqual([303, '/jumio/verify']);
    const machine = await open(service, '/', {});
    expect([machine.statusCode, machine.headers['content-type']]).toEqual([404, expect.stringMatching(/problem/)]);
  });

  it.each([
    ['https://app.example.com/account', 303, 'https://app.example.com/account'],
    ['', 404, undefined],
  ])('without pages the root leads to DEFAULT_RETURN_URL (%s)', async (DEFAULT_RETURN_URL, status, location) => {
    const env = { KRATOS_PUBLIC_URL: undefined, HANDOVER_SECRET: undefined, DEFAULT_RETURN_URL };
    const answer = await open(await testService({ env }), '/');
    expect([answer.statusCode, answer.headers.location]).toEqual([status, location]);
  });
});

describe('pages without configuration', () => {
  it.each(['/jumio/verify', '/jumio/status', '/jumio/help'])(
    'without configured pages, %s shows a calm explanation',
    async (url) => {
      const env = {
        KRATOS_PUBLIC_URL: undefined,
        HANDOVER_SECRET: undefined,
        DEFAULT_RETURN_URL: `${APPLICATION}/home`,
      };
      const answer = await open(await testService({ env }), url);
      expect(answer.statusCode).toBe(404);
      expect(answer.body).toContain('>You cannot verify your identity here</h1>');
      expect(answer.body).toContain(`href="${APPLICATION}/home"`);
    },
  );
});

describe('the help page', () => {
  it('the help page needs no authentication and names the operator’s address', async () => {
    const answer = await open(await testService({ env: { SUPPORT_ADDRESS: 'help@acme.example' } }), '/jumio/help');
    expect(answer.statusCode).toBe(200);
    expect(sentenceOf(answer.body)).toContain('no camera');
    expect(answer.body).toContain('id="action" href="mailto:help@acme.example"');
  });

  it('the help page leads back to an allowed return URL, and to no other', async () => {
    const service = await testService();
    const { browser } = visitor(service);
    const wanted = `return_to=${encodeURIComponent(`${APPLICATION}/account/42`)}`;
    const asked = await browser.get(`/jumio/verify?${wanted}`);
    expect(asked.body).toContain(`<a href="/jumio/help?${wanted.replace('=', '&#61;')}">`);
    expect((await open(service, `/jumio/help?${wanted}`)).body).toContain(
      `href="/jumio/verify?${wanted.replace('=', '&#61;')}"`,
    );
    const foreign = await open(service, '/jumio/help?return_to=https%3A%2F%2Fevil.example.com');
    expect(foreign.body).toContain('href="/jumio/verify"');
  });

  it('the help page shows the operator’s own text', async () => {
    const TEXTS = 'en:\n  cannot.text: Come to any of our branches with your passport.\n';
    const answer = await open(await testService({ env: { TEXTS } }), '/jumio/help');
    expect(sentenceOf(answer.body)).toBe('Come to any of our branches with your passport.');
    expect(answer.body).toContain('href="/jumio/verify"');
  });
});

describe('returns from Jumio in a session of another identity', () => {
  it('a return from Jumio in a session of another identity shows nothing of either, once, and can continue with the session', async () => {
    const service = await testService();
    const { id, browser } = await signedUp(service);
    await browser.press();
    await decide(service, id, 'PASSED');
    const other = randomUUID();
    browser.session = service.kratos.signIn(other);
    const page = await browser.get('/jumio/status');
    expect(page.status).toBe(409);
    expect(page.body).toContain('>Someone else is signed in</h1>');
    expect(page.action).toMatchObject({ kind: 'link', href: '/jumio/verify' });
    expect(page.body).not.toContain('verified');
    expect(page.body).not.toContain(id);
    expect((await browser.press()).location).toBe(service.jumio.latest(other).link);
  });
});

describe('waiting pages in a session of another identity', () => {
  /** The request of the page's script, with the cookies of its browser. */
  async function poll(service: TestService, { jar, session }: Browser, path = '/jumio/status') {
    const cookie = [session, await jar.getCookieString(`${PUBLIC_URL}/jumio/status`)].join('; ');
    return program(service, { cookie }).get(path);
  }

  it('a waiting page in a session of another identity is notified, changes nothing, and leads to the page that says so once', async () => {
    const service = await testService();
    const { browser } = await signedUp(service);
    await browser.press();
    expect((await poll(service, browser)).json()).not.toHaveProperty('somebody_else');
    browser.session = service.kratos.signIn(randomUUID());
    for (const _ of [1, 2]) {
      const answer = await poll(service, browser);
      expect(answer.json()).toMatchObject({ status: 'none', somebody_else: true });
      expect(answer.headers).not.toHaveProperty('set-cookie');
    }
    expect((await browser.get('/jumio/status')).status).toBe(409);
    expect((await poll(service, browser)).json()).not.toHaveProperty('somebody_else');
    expect((await browser.get('/jumio/status')).status).toBe(200);
  });

  it('a JSON request in a session of another identity continues with that session, and deletes the cookie of before', async () => {
    const service = await testService();
    const { browser } = await signedUp(service);
    await browser.press();
    browser.session = service.kratos.signIn(randomUUID());
    const answer = await poll(service, browser, '/jumio/verify');
    const deleted = expect.stringMatching(/^__Host-jumio_handover=;.*Expires=Thu, 01 Jan 1970/);
    expect([answer.statusCode, answer.headers['set-cookie']]).toEqual([200, deleted]);
  });
});

describe('parameters of Jumio’s redirect', () => {
  async function openStatus(parameters: string) {
    const service = await testService();
    const person = await signedUp(service);
    await hasAgreed(service, person);
    return { service, ...person, page: await person.browser.get(`/jumio/status?${parameters}`) };
  }

  it.each([
    ['9820', 'No camera was found.'],
    ['9835', 'None of your three photos could be used.'],
    ['9210', 'Jumio closed the session after a long pause.'],
    ['1234', 'Something went wrong this time.'],
  ])('a redirect with errorCode=%s shows a hint in our own text', async (code, words) => {
    const { page } = await openStatus(`acquisitionStatus=ERROR&errorCode=${code}`);
    expect(page.body).toContain(words);
    expect(page.sentence).toBe('Everything is ready. The check usually takes less than five minutes.');
    expect(page.body).not.toContain(code);
  });

  it.each([
    'errorCode=%3Cscript%3E',
    'errorCode=98200',
    'errorCode=9820&errorCode=9821',
    'errorCode[]=9820',
    'errorCode=constructor',
    'acquisitionStatus=%22%3E%3Cscript%3E',
  ])('a redirect with %s shows nothing and is not echoed', async (parameters) => {
    const { page } = await openStatus(parameters);
    expect(page.status).toBe(200);
    expect(page.body).not.toContain('class="notice"');
    expect(page.body).not.toMatch(/<script>|9820|constructor/);
  });

  it('a redirect changes and hides nothing: SUCCESS is not an approval, an error is not the end of an execution', async () => {
    const { service, id, browser, page } = await openStatus('acquisitionStatus=SUCCESS');
    expect(page.sentence).toBe('Everything is ready. The check usually takes less than five minutes.');
    expect((await recordOf(service, id)).identity.standing).toBeNull();
    await decide(service, id, 'PASSED');
    const after = await browser.get('/jumio/status?acquisitionStatus=ERROR&errorCode=9836');
    expect(after.sentence).toBe('Thank you. There is nothing else you need to do.');
    expect(after.body).not.toContain('could not be finished');
  });
});

describe('prefetches of the status page', () => {
  it.each<Record<string, string>>([
    { 'sec-purpose': 'prefetch' },
    { 'sec-purpose': 'prefetch;prerender' },
    { purpose: 'prefetch' },
  ])('a prefetch of a page gets an empty 503: %j', async (headers) => {
    const service = await testService();
    const { id, browser } = await signedUp(service);
    const before = await recordOf(service, id);
    for (const url of ['/jumio/verify', '/jumio/status', '/jumio/help']) {
      const answer = await open(service, url, { ...HTML, ...headers, cookie: browser.session });
      expect([answer.statusCode, answer.body]).toEqual([503, '']);
      expect(answer.headers).not.toHaveProperty('set-cookie');
    }
    expect(await recordOf(service, id)).toEqual(before);
  });
});

describe('error pages', () => {
  it('an error page shows neither link, token nor identity', async () => {
    const service = await testService();
    const { id } = await signedUp(service);
    const visitor = openBrowser(service);
    const pages = ['/jumio/verify', '/jumio/status', '/jumio/help', '/jumio/nothing'];
    for (const path of pages) {
      const { body } = await visitor.get(path);
      expect(body).not.toContain(id);
      expect(findCanaries(body)).toEqual([]);
    }
  });
});
