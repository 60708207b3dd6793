import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { visitor } from '../../support/builders/people.ts';
import { openBrowser } from '../../support/clients/browser.ts';
import { callback, initiate, validate } from '../../support/clients/calls.ts';
import { agreementBody, nativeProgram } from '../../support/clients/programs.ts';
import { signUp } from '../../support/service/eventually.ts';
import { type TestService, testService } from '../../support/service/service.ts';

/** Twelve requests a minute, and two for continuing. */
const env = { PAGE_RATE: '12' };

async function times<T>(count: number, act: () => Promise<T>): Promise<T[]> {
  const answers: T[] = [];
  for (let n = 0; n < count; n += 1) answers.push(await act());
  return answers;
}

describe('limits per person', () => {
  it('a person above the limit sees a page with a continuation link and the time to wait, and others are not affected', async () => {
    const service = await testService({ env });
    const { browser } = visitor(service);
    const pages = await times(12, () => browser.get('/jumio/verify'));
    expect(pages.map(({ status }) => status)).toEqual(Array(12).fill(200));
    const page = await browser.get('/jumio/status');
    expect(page.status).toBe(429);
    expect(Number(page.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(page.headers['retry-after'])).toBeLessThanOrEqual(60);
    expect(page.action).toMatchObject({ kind: 'link', href: '/jumio/verify' });
    expect((await visitor(service).browser.get('/jumio/verify')).status).toBe(200);
  });

  it('a person has one limit across all browsers and applications', async () => {
    const service = await testService({ env });
    const { id, browser } = visitor(service);
    const app = nativeProgram(service, id);
    await times(6, () => browser.get('/jumio/verify'));
    await times(6, () => app.get('/jumio/status'));
    const answer = await app.get('/jumio/status');
    expect(answer.statusCode).toBe(429);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect((await openBrowser(service, service.kratos.signIn(id)).get('/jumio/verify')).status).toBe(429);
  });

  it('a person may continue to Jumio a sixth as often, by page and JSON together', async () => {
    const service = await testService({ env });
    const { id, browser } = visitor(service);
    expect((await browser.press()).status).toBe(303);
    const app = nativeProgram(service, id);
    expect((await app.post(agreementBody(service))).statusCode).toBe(200);
    expect((await app.post(agreementBody(service))).statusCode).toBe(429);
    expect((await browser.press()).status).toBe(429);
    expect((await browser.get('/jumio/status')).status).toBe(200);
  });

  it('a person may refuse as often as continue', async () => {
    const service = await testService({ env });
    const { browser } = visitor(service);
    const { fields } = await browser.get('/jumio/verify');
    const answers = await times(3, () => browser.post(fields, '/jumio/decline'));
    expect(answers.map(({ status }) => status)).toEqual([303, 303, 429]);
  });

  it('a client above the limit causes no more calls to Kratos, authenticated or not', async () => {
    const service = await testService({ env });
    const visitor = openBrowser(service, 'ory_kratos_session=made-up');
    const pages = await times(50, () => visitor.get('/jumio/verify'));
    expect(pages.map(({ status }) => status)).toEqual([...Array(48).fill(401), 429, 429]);
    expect(service.kratos.calls.whoami).toHaveLength(1);
    expect((await openBrowser(service).get('/jumio/verify')).status).toBe(401);
  });

  it('a browser that sends another bearer token each time has one limit: pages count the cookie, which alone they read', async () => {
    const service = await testService({ env });
    const cookie = service.kratos.signIn(randomUUID());
    let made = 0;
    const page = { accept: 'text/html', cookie };
    await times(50, () =>
      service.app.inject({ url: '/jumio/verify', headers: { ...page, authorization: `Bearer ${made++}` } }),
    );
    expect(service.kratos.calls.whoami).toHaveLength(48);
  });
});

describe('limits per IP address', () => {
  const visit = (service: TestService, address: string, more: Readonly<Record<string, string>> = {}) =>
    service.app.inject({ url: '/jumio/verify', headers: { 'x-forwarded-for': address, ...more } });

  const TRUSTING = { PAGE_RATE: '6', TRUSTED_PROXIES: '127.0.0.1' };

  it('an IP address is limited only if a trusted proxy names it', async () => {
    const trusting = await testService({ env: TRUSTING });
    const answers = await times(241, () => visit(trusting, '203.0.113.7'));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([...Array(240).fill(401), 429]);
    expect((await visit(trusting, '203.0.113.8')).statusCode).toBe(401);
    const other = await testService({ env: { ...TRUSTING, TRUSTED_PROXIES: '' } });
    const free = await times(241, () => visit(other, '203.0.113.7'));
    expect(free.at(-1)?.statusCode).toBe(401);
  });

  it('the IPv6 addresses of one /64 have one limit, those of another have another', async () => {
    const service = await testService({ env: TRUSTING });
    let made = 0;
    const answers = await times(241, () => visit(service, `2001:db8:1:2::${(made++).toString(16)}`));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([...Array(240).fill(401), 429]);
    expect((await visit(service, '2001:db8:1:3::1')).statusCode).toBe(401);
  });

  it('an IPv4 address has one limit in both spellings, and is not one with all other mapped addresses', async () => {
    const service = await testService({ env: TRUSTING });
    await times(240, () => visit(service, '203.0.113.7'));
    expect((await visit(service, '::ffff:203.0.113.7')).statusCode).toBe(429);
    expect((await visit(service, '::ffff:203.0.113.8')).statusCode).toBe(401);
  });

  it('an IP address that invents a new cookie each time cannot cause unlimited calls to Kratos', async () => {
    const service = await testService({ env: TRUSTING });
    let made = 0;
    const answers = await times(260, () => visit(service, '203.0.113.7', { cookie: `ory_kratos_session=${made++}` }));
    expect(answers.at(-1)?.statusCode).toBe(429);
    expect(service.kratos.calls.whoami).toHaveLength(240);
  });
});

describe('limits of refusals at authorize', () => {
  const TRUSTING = { PAGE_RATE: '6', TRUSTED_PROXIES: '127.0.0.1' };

  const authorize = ({ app }: TestService, cookie: string, address = '203.0.113.7') =>
    app.inject({ url: '/jumio/authorize', headers: { cookie, 'x-forwarded-for': address } });

  it('an IP address that invents a new cookie each time is 429 at authorize after 240 refusals a minute, and another is not', async () => {
    const service = await testService({ env: TRUSTING });
    let made = 0;
    const answers = await times(242, () => authorize(service, `ory_kratos_session=${made++}`));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([...Array(240).fill(401), 429, 429]);
    expect(Number(answers.at(-1)?.headers['retry-after'])).toBeGreaterThan(0);
    expect(service.kratos.calls.whoami).toHaveLength(240);
    expect((await authorize(service, 'ory_kratos_session=other', '203.0.113.8')).statusCode).toBe(401);
  });

  it('a credential that is refused again and again is 429 at authorize after 24 refusals a minute, without trusted proxies too', async () => {
    const service = await testService({ env: { ...TRUSTING, TRUSTED_PROXIES: '' } });
    const answers = await times(26, () => authorize(service, 'ory_kratos_session=made-up'));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([...Array(24).fill(401), 429, 429]);
  });

  it('a person with a session is never limited at authorize', async () => {
    const service = await testService({ env: TRUSTING });
    const id = randomUUID();
    service.kratos.copies.set(id, { status: 'approved' });
    const cookie = service.kratos.signIn(id);
    const answers = await times(300, () => authorize(service, cookie));
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
  });
});

describe('limits for Kratos and Jumio', () => {
  it('requests of Kratos and Jumio are never limited, whatever they contain', async () => {
    const service = await testService({ env });
    const id = randomUUID();
    await signUp(service, id);
    const body = { kratos_identity_id: id };
    const cookie = { cookie: 'a=b' };
    const secret = { 'x-webhook-secret': service.config.ORY_WEBHOOK_SECRET[0] ?? '', ...cookie };
    const gates = await times(120, () => validate(service, body, secret));
    expect(new Set(gates.map(({ statusCode }) => statusCode))).toEqual(new Set([204]));
    const signUps = await times(60, () => initiate(service, body, secret));
    expect(new Set(signUps.map(({ statusCode }) => statusCode))).toEqual(new Set([204]));
    const callbacks = await times(60, () => callback(service, '{}', cookie));
    expect(new Set(callbacks.map(({ statusCode }) => statusCode))).toEqual(new Set([401]));
  });
});
