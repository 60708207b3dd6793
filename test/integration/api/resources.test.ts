import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decide } from '../../support/builders/people.ts';
import { openBrowser } from '../../support/clients/browser.ts';
import { problem } from '../../support/clients/problems.ts';
import { agreementBody, nativeProgram, program } from '../../support/clients/programs.ts';
import { jumioDown } from '../../support/fakes/jumio.ts';
import { kratosDown } from '../../support/fakes/kratos.ts';
import { CANARIES } from '../../support/logs/canaries.ts';
import { passTime, recordOf, signUp, untilStatus } from '../../support/service/eventually.ts';
import { lockLedger } from '../../support/service/locked-ledger.ts';
import { APPLICATION, type TestService, testService } from '../../support/service/service.ts';
import { DAY, HOUR } from '../../support/service/shifted-clock.ts';

async function signedUp(service: TestService) {
  const id = randomUUID();
  await signUp(service, id);
  return { id, app: nativeProgram(service, id) };
}

const PROBLEM = /^application\/problem\+json/;

describe('a native application that reads the status', () => {
  it('the status of a new identity says that the person may continue', async () => {
    const service = await testService();
    const { app } = await signedUp(service);
    const answer = await app.get('/jumio/status');
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers).not.toHaveProperty('set-cookie');
    expect(answer.json()).toEqual({ status: 'pending', waiting_on: 'person', next: 'verify', retry_after: 5 });
  });

  it('the status of an unknown identity says that the person may start', async () => {
    const service = await testService();
    const answer = await nativeProgram(service, randomUUID()).get('/jumio/status');
    expect(answer.json()).toMatchObject({ status: 'none', next: 'verify' });
  });

  it('the status during processing has a growing retry interval', async () => {
    const service = await testService();
    const { id, app } = await signedUp(service);
    service.jumio.latest(id).status = 'ACQUIRED';
    const first = (await app.get('/jumio/status')).json();
    expect(first).toMatchObject({ status: 'processing', waiting_on: 'jumio', next: 'wait', retry_after: 5 });
    passTime(service, HOUR);
    expect((await app.get('/jumio/status')).json()).toMatchObject({ next: 'wait', retry_after: 60 });
  });

  it('the status after a verdict has it and the return URL', async () => {
    const service = await testService();
    const { id, app } = await signedUp(service);
    await app.post(agreementBody(service, { return_to: `${APPLICATION}/account/a` }));
    await decide(service, id, 'PASSED');
    expect((await app.get('/jumio/status')).json()).toEqual({
      status: 'approved',
      waiting_on: 'nobody',
      next: 'continue',
      retry_after: 3600,
      return_to: `${APPLICATION}/account/a`,
    });
  });

  it('the status in review says that it continues, and when to read again', async () => {
    const service = await testService();
    const { id, app } = await signedUp(service);
    await decide(service, id, 'WARNING');
    expect((await app.get('/jumio/status')).json()).toMatchObject({
      status: 'review',
      next: 'continue',
      retry_after: 300,
    });
  });

  it('the status has a code only if the person can act on it', async () => {
    const service = await testService();
    const [one, other] = [await signedUp(service), await signedUp(service)];
    await decide(service, one.id, 'REJECTED', 'unreadable');
    await decide(service, other.id, 'REJECTED');
    expect((await one.app.get('/jumio/status')).json()).toMatchObject({ next: 'verify', code: 'unreadable' });
    const { next, ...rest } = (await other.app.get('/jumio/status')).json();
    expect(next).toBe('contact');
    expect(rest).not.toHaveProperty('code');
  });

  it('the status beside a rejection shows the progress of a further attempt', async () => {
    const service = await testService();
    const { id, app } = await signedUp(service);
    await decide(service, id, 'REJECTED', 'unreadable');
    expect((await app.post(agreementBody(service))).statusCode).toBe(200);
    expect((await app.get('/jumio/status')).json()).toMatchObject({ status: 'rejected', attempt: 'pending' });
  });
});

describe('a native application that continues', () => {
  it('a continue request first gets the consent text, in the language that it asks for', async () => {
    const privacyUrl = 'https://example.com/privacy';
    const service = await testService({ env: { PRIVACY_URL: privacyUrl } });
    const app = nativeProgram(service, randomUUID());
    const shown = (await app.get('/jumio/verify', { 'accept-language': 'de' })).json();
    expect(shown).toMatchObject({ next: 'verify', consent: { given: false, language: 'de', privacy_url: privacyUrl } });
    const answer = await app.post({ language: 'de' });
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([409, expect.stringMatching(PROBLEM)]);
    const { given: _given, ...text } = shown.consent;
    expect(answer.json()).toMatchObject({ status: 409, code: 'consent-needed', consent: text });
    expect(text.text_version).toBe(service.ctx.consentVersion);
    expect(text.paragraphs.length).toBeGreaterThan(3);
    expect(JSON.stringify(text)).toContain('Jumio');
    expect(service.jumio.calls.create).toEqual([]);
  });

  it('a continue request with a consent to another text gets the text again', async () => {
    const service = await testService();
    const answer = await nativeProgram(service, randomUUID()).post({ consent: { text_version: 'of-last-year' } });
    expect([answer.statusCode, answer.json().code]).toEqual([409, 'consent-needed']);
    expect(service.jumio.calls.create).toEqual([]);
  });

  it('a refusal by JSON is stored as on the page: nothing leads to Jumio until the person consents', async () => {
    const service = await testService();
    const { id, app } = await signedUp(service);
    await app.post(agreementBody(service));
    const consent = { text_version: service.ctx.consentVersion, declined: true };
    for (const _ of [1, 2]) {
      const refused = await app.post({ consent, return_to: `${APPLICATION}/account` });
      const status = { status: 'pending', next: 'verify', return_to: `${APPLICATION}/account` };
      expect([refused.statusCode, refused.json()]).toEqual([200, expect.objectContaining(status)]);
      expect(refused.json()).not.toHaveProperty('url');
    }
    expect((await app.get('/jumio/verify')).json().consent.given).toBe(false);
    expect((await app.post({})).json().code).toBe('consent-needed');
    const kinds = (await service.ctx.ledger.events(id)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'declined')).toHaveLength(1);
    const page = await openBrowser(service, service.kratos.signIn(id)).get('/jumio/status');
    expect(page.sentence).toMatch(/^Your identity check will not continue/);
    expect((await app.post(agreementBody(service))).json().url).toBe(service.jumio.latest(id).link);
  });

  it('a continue request that returns the text unchanged is a consent', async () => {
    const service = await testService();
    const { app } = await signedUp(service);
    const { consent } = (await app.get('/jumio/verify')).json();
    expect((await app.post({ consent })).statusCode).toBe(200);
  });

  it('a continue request with consent gets the hosted link, and the consent is recorded', async () => {
    const service = await testService();
    const id = randomUUID();
    const answer = await nativeProgram(service, id).post(agreementBody(service, { language: 'fr' }));
    const { identity, verifications } = await recordOf(service, id);
    const expiresAt = new Date(verifications[0]?.linkEndsAt ?? 0).toISOString();
    expect([answer.statusCode, answer.json()]).toEqual([
      200,
      { url: service.jumio.latest(id).link, expires_at: expiresAt },
    ]);
    expect(identity).toMatchObject({ consentVersion: service.ctx.consentVersion, consentLanguage: 'fr' });
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it.each([
    ['amer-1', 'us'],
    ['emea-1', 'eu'],
    ['apac-1', 'sgp'],
  ])('a continue request gets the SDK token with the data centre of %s', async (host, dataCentre) => {
    const env = {
      JUMIO_API_BASE_URL: `https://account.${host}.jumio.ai`,
      JUMIO_AUTH_URL: `https://auth.${host}.jumio.ai/oauth2/token`,
    };
    const service = await testService({ env });
    const { app } = await signedUp(service);
    const answer = await app.post(agreementBody(service, { want: 'sdk' }));
    const sdk = { token: CANARIES.sdkToken, data_center: dataCentre };
    expect([answer.statusCode, answer.json()]).toEqual([200, { sdk }]);
  });

  it('a continue request without an SDK token says so, and may have the link', async () => {
    const service = await testService();
    service.jumio.instead.create = async () => ({ accountId: 'a', executionId: 'e', link: 'https://jumio.example/x' });
    const app = nativeProgram(service, randomUUID());
    const answer = await app.post(agreementBody(service, { want: 'sdk' }));
    expect([answer.statusCode, answer.json().code]).toEqual([409, 'no-sdk-token']);
    expect((await app.post(agreementBody(service))).json()).toMatchObject({ url: 'https://jumio.example/x' });
  });

  it('a continue request while the link is being created says when to retry', async () => {
    const service = await testService();
    service.jumio.instead.create = () => jumioDown('create');
    const answer = await nativeProgram(service, randomUUID()).post(agreementBody(service));
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([202, '5']);
    expect(answer.json()).toMatchObject({ status: 'pending', next: 'wait', retry_after: 5 });
  });

  it.each([
    ['approved', 'PASSED', undefined],
    ['review', 'WARNING', undefined],
    ['rejected', 'REJECTED', undefined],
  ] as const)('a continue request of a person who is %s is refused with the code', async (code, type, reason) => {
    const service = await testService();
    const { id, app } = await signedUp(service);
    await decide(service, id, type, reason);
    const answer = await app.post(agreementBody(service));
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([409, expect.stringMatching(PROBLEM)]);
    expect(answer.json()).toEqual(problem(code, { state: expect.objectContaining({ status: code }) }));
    expect(service.jumio.calls.create).toHaveLength(1);
  });

  it('a continue request after too many attempts names the date', async () => {
    const service = await testService();
    const { id, app } = await signedUp(service);
    for (let attempt = 1; attempt < 5; attempt += 1) {
      service.jumio.latest(id).status = 'TOKEN_EXPIRED';
      passTime(service, DAY + HOUR);
      await untilStatus(service, id, 'expired');
      expect((await app.post(agreementBody(service))).statusCode).toBe(200);
      await untilStatus(service, id, 'pending');
    }
    service.jumio.latest(id).status = 'TOKEN_EXPIRED';
    passTime(service, DAY + HOUR);
    await untilStatus(service, id, 'expired');
    const answer = await app.post(agreementBody(service));
    expect(answer.json()).toMatchObject({
      code: 'too-many',
      until: expect.stringMatching(/^20.*Z$/),
    });
    expect((await app.get('/jumio/status')).json()).toMatchObject({ next: 'later', until: answer.json().until });
  });

  it.each([
    ['text', '#'],
    [[], '#'],
    [{ consent: 'yes' }, '#/consent'],
    [{ consent: {} }, '#/consent/text_version'],
    [{ consent: { text_version: '1', declind: true } }, '#/consent'],
    [{ consent: { text_version: '1', declined: 'yes' } }, '#/consent/declined'],
    [{ want: 'sms' }, '#/want'],
    [{ wnat: 'sdk' }, '#'],
    [{ language: 7 }, '#/language'],
    [{ language: '' }, '#/language'],
    [{ language: 'de, en' }, '#/language'],
    [{ language: '\u202een' }, '#/language'],
    [{ language: `en-${'a'.repeat(9)}` }, '#/language'],
    [{ return_to: 'https://evil.example.com/' }, '#/return_to'],
    [{ return_to: null }, '#/return_to'],
  ])('a continue request with %j points to its mistake', async (body, pointer) => {
    const service = await testService();
    const id = randomUUID();
    const answer = await nativeProgram(service, id).post(JSON.stringify(body));
    expect([answer.statusCode, answer.json()]).toEqual([
      400,
      problem('bad-body', { errors: [{ pointer, expected: expect.stringMatching(/.{6}/) }] }),
    ]);
    expect(answer.body).not.toMatch(/evil|declind|wnat/);
    expect(await service.ctx.ledger.record(id)).toBeUndefined();
  });

  it.each(['{', '', '{"__proto__": {}}'])('a continue request with the invalid body %j is refused', async (text) => {
    const answer = await nativeProgram(await testService(), randomUUID()).post(text);
    expect([answer.statusCode, answer.json().errors]).toMatchObject([400, [{ pointer: '#' }]]);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])(
    'a continue request with %s is refused',
    async (type) => {
      const service = await testService();
      const answer = await nativeProgram(service, randomUUID()).post(agreementBody(service), { 'content-type': type });
      expect([answer.statusCode, answer.headers['content-type']]).toEqual([415, expect.stringMatching(PROBLEM)]);
    },
  );

  it('a continue request with invalid JSON says so, without echoing it', async () => {
    const service = await testService();
    const answer = await nativeProgram(service, randomUUID()).post('{"evil');
    expect(answer.statusCode).toBe(400);
    expect(answer.body).not.toContain('evil');
  });
});

describe('unauthenticated programs', () => {
  it.each(['/jumio/status', '/jumio/verify'])('a JSON request without a session says so (%s)', async (path) => {
    const service = await testService();
    for (const credentials of [
      {},
      { 'x-session-token': 'x' },
      { 'x-session-token': '' },
      { authorization: 'Bearer x' },
    ]) {
      const answer = await program(service, credentials).get(path);
      expect([answer.statusCode, answer.headers['www-authenticate']]).toEqual([401, 'Bearer']);
      expect(answer.headers['content-type']).toMatch(PROBLEM);
    }
  });

  it('a JSON request whose session lacks a second factor says so', async () => {
    const service = await testService();
    const app = nativeProgram(service, randomUUID());
    service.kratos.instead.whoami = async () => ({ kind: 'second-factor' });
    const answer = await app.post(agreementBody(service));
    expect([answer.statusCode, answer.json().code]).toEqual([403, 'second-factor']);
  });

  it('a JSON request while Kratos or the ledger is down asks for a retry', async () => {
    const service = await testService();
    const { app } = await signedUp(service);
    const release = lockLedger(service.databaseUrl);
    const answer = await app.post(agreementBody(service));
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([503, expect.stringMatching(PROBLEM)]);
    expect(answer.headers['retry-after']).toBe('5');
    release();
    service.kratos.instead.whoami = () => kratosDown('whoami');
    const other = await app.get('/jumio/status');
    expect([other.statusCode, other.headers['retry-after'], other.json().code]).toEqual([503, '30', 'kratos-down']);
  });
});

describe('session tokens', () => {
  it('a session token may be a bearer token', async () => {
    const service = await testService();
    const id = randomUUID();
    await signUp(service, id);
    const app = program(service, { authorization: `Bearer ${service.kratos.signInApp(id)}` });
    expect((await app.get('/jumio/status')).json().status).toBe('pending');
  });

  it('a session token beside a cookie of another identity takes precedence, also if it is invalid', async () => {
    const service = await testService();
    const { id } = await signedUp(service);
    const other = randomUUID();
    const browser = openBrowser(service, service.kratos.signIn(other));
    await browser.press();
    const cookie = `${browser.session}; ${await browser.jar.getCookieString('https://verify.example.com/jumio/verify')}`;
    const app = program(service, { cookie, 'x-session-token': service.kratos.signInApp(id) });
    const answer = await app.post(agreementBody(service));
    expect(answer.json().url).toBe(service.jumio.latest(id).link);
    expect(answer.headers).not.toHaveProperty('set-cookie');
    expect((await app.get('/jumio/status', { 'x-session-token': 'wrong' })).statusCode).toBe(401);
    expect(service.kratos.calls.whoami.slice(-2)).toEqual([
      { sessionToken: expect.stringContaining(CANARIES.sessionToken) },
      { sessionToken: 'wrong' },
    ]);
  });
});

describe('choice between JSON and HTML', () => {
  const token = { 'x-session-token': 'x' };
  const browsers = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
  it.each([
    [{}, 'page'],
    [{ accept: '*/*' }, 'page'],
    [{ accept: browsers }, 'page'],
    [{ accept: browsers, ...token }, 'page'],
    [{ accept: 'image/png' }, 'page'],
    [{ accept: 'application/json' }, 'JSON'],
    [{ accept: 'application/json;q=0.9,text/html;q=0.5' }, 'JSON'],
    [{ accept: 'application/json;q=0.4,text/html;q=0.5' }, 'page'],
    [{ accept: '*/*', ...token }, 'JSON'],
    [{ ...token }, 'JSON'],
    [{ authorization: 'Bearer x' }, 'JSON'],
    [{ authorization: 'Basic x' }, 'page'],
  ])('an unauthenticated request with the headers %j gets a %s', async (headers, kind) => {
    const { app } = await testService();
    for (const url of ['/jumio/status', '/jumio/verify?return_to=x']) {
      const answer = await app.inject({ url, headers });
      const type = kind === 'page' ? /^text\/html/ : PROBLEM;
      expect([answer.statusCode, answer.headers['content-type']]).toEqual([401, expect.stringMatching(type)]);
    }
  });

  it('a person is not authenticated at the endpoints of Kratos and Jumio', async () => {
    const { app } = await testService();
    for (const url of ['/jumio/initiate', '/jumio/callback'])
      expect(
        (await app.inject({ method: 'POST', url, headers: { accept: 'text/html' } })).headers['content-type'],
      ).toMatch(PROBLEM);
  });
});
