import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { agreementBody, nativeProgram, program } from '../../support/clients/programs.ts';
import { signUp } from '../../support/service/eventually.ts';
import { APPLICATION, PUBLIC_URL, testService } from '../../support/service/service.ts';

const ADMIN = 'https://admin.example.com:8443';

const env = { ALLOWED_ORIGINS: `${APPLICATION},${ADMIN}` };

/** A person with a session, and a script in their browser. */
async function script(options: Parameters<typeof testService>[0] = { env }) {
  const service = await testService(options);
  const id = randomUUID();
  await signUp(service, id);
  return {
    service,
    id,
    app: program(service, { cookie: service.kratos.signIn(id) }),
    phone: nativeProgram(service, id),
  };
}

const NOT_ALLOWED = [
  'null',
  'https://evil.example.com',
  'http://app.example.com',
  'https://app.example.com:8443',
  'https://app.example.com.evil.example',
  'https://APP.example.com',
  `${APPLICATION}/`,
  `${APPLICATION}, ${ADMIN}`,
  PUBLIC_URL,
  '*',
  undefined,
];

describe('allowed origins', () => {
  it.each([APPLICATION, ADMIN])(
    'an allowed origin %s may ask and continue by cookie, and is named in the responses',
    async (origin) => {
      const { service, id, app } = await script();
      for (const answer of [
        await app.get('/jumio/status', { origin }),
        await app.post(agreementBody(service), { origin }),
      ]) {
        expect(answer.statusCode).toBe(200);
        expect(answer.headers['access-control-allow-origin']).toBe(origin);
        expect(answer.headers['access-control-allow-credentials']).toBe('true');
        expect(answer.headers.vary).toMatch(/\bOrigin\b/);
      }
      expect((await app.post(agreementBody(service), { origin })).json().url).toBe(service.jumio.latest(id).link);
    },
  );

  it('an allowed origin may read error responses', async () => {
    const { service } = await script();
    const answer = await program(service, {}).get('/jumio/status', { origin: APPLICATION });
    expect([answer.statusCode, answer.headers['access-control-allow-origin']]).toEqual([401, APPLICATION]);
  });

  it('an allowed origin may read a 429 and its Retry-After', async () => {
    const { service } = await script({ env: { ...env, PAGE_RATE: '6' } });
    const app = program(service, { cookie: 'ory_kratos_session=made-up' });
    for (let times = 0; times < 24; times += 1) await app.get('/jumio/status', { origin: APPLICATION });
    const answer = await app.get('/jumio/status', { origin: APPLICATION });
    expect([answer.statusCode, answer.headers['access-control-allow-origin']]).toEqual([429, APPLICATION]);
    expect(answer.headers['access-control-expose-headers']).toContain('retry-after');
  });

  it('an allowed origin gets a preflight response', async () => {
    const { service } = await script();
    const headers = { origin: APPLICATION, 'access-control-request-method': 'POST' };
    for (const url of ['/jumio/status', '/jumio/verify']) {
      const answer = await service.app.inject({ method: 'OPTIONS', url, headers });
      expect([answer.statusCode, answer.body]).toEqual([204, '']);
      expect(answer.headers).toMatchObject({
        'access-control-allow-origin': APPLICATION,
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers': 'authorization, content-type, x-session-token',
        'access-control-max-age': '3600',
      });
    }
    expect(service.kratos.calls.whoami).toEqual([]);
  });
});

describe.each(NOT_ALLOWED)('the origin %s, which is not allowed', (origin) => {
  it('an origin that is not allowed cannot continue by cookie, is never named, and its preflight fails', async () => {
    const { service, app } = await script();
    const answer = await app.post(agreementBody(service), { origin });
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([
      403,
      'application/problem+json; charset=utf-8',
    ]);
    const asked = await app.get('/jumio/status', { origin });
    const headers = { ...(origin === undefined ? {} : { origin }), 'access-control-request-method': 'POST' };
    const preflight = await service.app.inject({ method: 'OPTIONS', url: '/jumio/verify', headers });
    expect(preflight.statusCode).toBeGreaterThanOrEqual(400);
    for (const seen of [answer, asked, preflight])
      expect(Object.keys(seen.headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
    expect(service.jumio.calls.create).toHaveLength(1);
    expect(service.kratos.calls.whoami).toHaveLength(1);
  });

  it('an origin that is not allowed can continue with a token', async () => {
    const { service, phone } = await script();
    expect((await phone.post(agreementBody(service), { origin })).statusCode).toBe(200);
  });
});

describe('scripts of an allowed origin', () => {
  it.each([undefined, 'text/plain', 'application/x-www-form-urlencoded', 'application/jsonp'])(
    'a script of an allowed origin may send JSON and nothing else (%s)',
    async (type) => {
      const { service, app } = await script();
      const answer = await app.post(agreementBody(service), { origin: APPLICATION, 'content-type': type });
      expect(answer.statusCode).toBe(415);
      expect(service.kratos.calls.whoami).toEqual([]);
    },
  );

  it('a script of an allowed origin that got the link may read the status by the hand-over cookie after the session has ended, and not continue', async () => {
    const { service, app, phone } = await script();
    expect((await app.get('/jumio/status')).headers).not.toHaveProperty('set-cookie');
    expect((await phone.post(agreementBody(service))).headers).not.toHaveProperty('set-cookie');
    const left = await app.post(agreementBody(service), { origin: APPLICATION });
    const [cookie = ''] = [left.headers['set-cookie'] ?? []].flat();
    service.kratos.signOut();
    const handedOver = program(service, { cookie: cookie.split(';')[0] });
    expect((await handedOver.get('/jumio/status')).json()).toMatchObject({ status: 'pending' });
    const answer = await handedOver.post(agreementBody(service), { origin: APPLICATION });
    expect([answer.statusCode, answer.json()]).toEqual([401, expect.objectContaining({ code: 'no-session' })]);
  });

  it('a script of an allowed origin gets CORS headers from the JSON API only', async () => {
    const { service } = await script();
    const headers = { origin: APPLICATION, accept: 'text/html', 'access-control-request-method': 'POST' };
    const others = ['/jumio/initiate', '/jumio/callback', '/jumio/validate', '/jumio/handover', '/health/ready'];
    for (const url of ['/jumio/verify', '/jumio/enter', '/jumio/phone', ...others])
      for (const method of ['GET', 'OPTIONS'] as const) {
        if (url === '/jumio/verify' && method === 'OPTIONS') continue;
        const answer = await service.app.inject({ method, url, headers });
        const named = Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'));
        expect([method, url, named]).toEqual([method, url, []]);
        if (method === 'OPTIONS') expect(answer.statusCode).toBeGreaterThanOrEqual(400);
      }
  });
});

describe('without ALLOWED_ORIGINS', () => {
  it('without ALLOWED_ORIGINS, JSON requests cannot continue by cookie, and the pages work unchanged', async () => {
    const { service, app, phone } = await script({});
    for (const origin of [APPLICATION, PUBLIC_URL, undefined])
      expect((await app.post(agreementBody(service), { origin })).statusCode).toBe(403);
    expect((await app.get('/jumio/status')).statusCode).toBe(200);
    expect((await phone.post(agreementBody(service))).statusCode).toBe(200);
    const headers = { origin: APPLICATION, 'access-control-request-method': 'POST' };
    const preflight = await service.app.inject({ method: 'OPTIONS', url: '/jumio/verify', headers });
    expect(preflight.statusCode).toBe(405);
  });
});
