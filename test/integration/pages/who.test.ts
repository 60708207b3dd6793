import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openBrowser } from '../../support/clients/browser.ts';
import { kratosDown } from '../../support/fakes/kratos.ts';
import { signUp } from '../../support/service/eventually.ts';
import { APPLICATION, KRATOS_PUBLIC_URL, PUBLIC_URL, testService } from '../../support/service/service.ts';

const BACK = `return_to=${encodeURIComponent(`${PUBLIC_URL}/jumio/verify`)}`;

const LOGIN = `${KRATOS_PUBLIC_URL}/self-service/login/browser?${BACK}`;

/** A person with a verification, and a browser that has visited with a session. */
async function known(options: Parameters<typeof testService>[0] = {}) {
  const service = await testService(options);
  const id = randomUUID();
  await signUp(service, id);
  const browser = openBrowser(service, service.kratos.signIn(id));
  const first = await browser.get('/jumio/verify');
  return { service, id, browser, first };
}

describe('pages without a session', () => {
  it.each(['/jumio/verify', '/jumio/status'])(
    'a request without a session is redirected to Kratos’ sign-in, and back to us (%s)',
    async (path) => {
      const page = await openBrowser(await testService()).get(path);
      expect(page.status).toBe(401);
      expect(page.sentence).toBe('Once you are signed in, you will come straight back to your identity check.');
      expect(page.action).toEqual({ kind: 'link', text: 'Sign in to your account', href: LOGIN });
      expect(page.headers).not.toHaveProperty('set-cookie');
    },
  );

  it('a sign-in from the page returns with its return_to, if that is allowed', async () => {
    const browser = openBrowser(await testService());
    const wayBack = async (wanted: string) => {
      const page = await browser.get(`/jumio/verify?return_to=${encodeURIComponent(wanted)}`);
      return new URL(page.action?.href ?? '').searchParams.get('return_to');
    };
    const wanted = `${APPLICATION}/account?tab=1`;
    expect(await wayBack(wanted)).toBe(`${PUBLIC_URL}/jumio/verify?return_to=${encodeURIComponent(wanted)}`);
    expect(await wayBack('https://evil.example.com/')).toBe(`${PUBLIC_URL}/jumio/verify`);
  });

  it('a POST without a session is not authenticated', async () => {
    const service = await testService();
    expect((await openBrowser(service).post({ _csrf: 'x' })).status).toBe(401);
    expect(service.jumio.calls.create).toEqual([]);
  });
});

describe('sessions that lack a second factor', () => {
  async function visit(redirectTo?: string) {
    const service = await testService();
    service.kratos.instead.whoami = async () => ({
      kind: 'second-factor',
      ...(redirectTo === undefined ? {} : { redirectTo }),
    });
    return openBrowser(service, 'ory_kratos_session=x').get('/jumio/verify');
  }

  it('a session that lacks a second factor is redirected to Kratos’ URL, and back to us', async () => {
    const where = `${KRATOS_PUBLIC_URL}/self-service/login/browser?aal=aal2`;
    const page = await visit(where);
    expect([page.status, page.location]).toEqual([303, `${where}&${BACK}`]);
  });

  it.each([
    undefined,
    'https://evil.example.com/self-service/login/browser?aal=aal2',
    'https://auth.example.com.evil.example.com/',
    'https://auth.example.com@evil.example.com/',
    'http://auth.example.com/self-service/login/browser?aal=aal2',
    'https://auth.example.com:8443/',
    '//evil.example.com',
    'javascript:alert(1)',
    'no URL',
  ])(
    'a session that lacks a second factor with an unusable URL is redirected to Kratos’ sign-in, never elsewhere (%s)',
    async (where) => {
      const page = await visit(where);
      expect([page.status, page.location]).toEqual([303, `${LOGIN}&aal=aal2`]);
    },
  );
});

describe('pages while Kratos is down', () => {
  it('while Kratos is down, an unknown person gets a 503 page', async () => {
    const service = await testService();
    service.kratos.instead.whoami = () => kratosDown('whoami');
    const page = await openBrowser(service, 'ory_kratos_session=x').get('/jumio/verify');
    expect(page.status).toBe(503);
    expect(page.body).toContain('>We cannot check your sign-in right now</h1>');
    expect(page.action).toEqual({ kind: 'link', text: 'Reload this page', href: '/jumio/verify' });
  });

  it('while Kratos is down, the return URL of the person is kept', async () => {
    const service = await testService();
    service.kratos.instead.whoami = () => kratosDown('whoami');
    const address = `/jumio/verify?return_to=${encodeURIComponent(`${APPLICATION}/account`)}`;
    const browser = openBrowser(service, 'ory_kratos_session=x');
    expect((await browser.get(address)).action?.href).toBe(address);
    expect((await browser.post({ return_to: `${APPLICATION}/account` })).action?.href).toBe(address);
    expect((await browser.post({ return_to: 'https://elsewhere.example/' })).action?.href).toBe('/jumio/verify');
  });

  it('while Kratos is down, the hand-over cookie shows the status, and a POST waits until a session can be checked', async () => {
    const { service, id, browser, first } = await known();
    await browser.press();
    service.kratos.instead.whoami = () => kratosDown('whoami');
    expect((await browser.get('/jumio/status')).status).toBe(200);
    expect((await browser.post(first.fields)).status).toBe(503);
    service.kratos.instead.whoami = undefined;
    expect((await browser.press()).location).toBe(service.jumio.latest(id).link);
  });
});

describe('pages without KRATOS_PUBLIC_URL', () => {
  it.each(['/jumio/verify', '/jumio/status'])('without KRATOS_PUBLIC_URL, %s is 404', async (url) => {
    const { app, kratos } = await testService({ env: { KRATOS_PUBLIC_URL: undefined, HANDOVER_SECRET: undefined } });
    for (const method of ['GET', 'POST'] as const) {
      const answer = await app.inject({ method, url, headers: { cookie: 'ory_kratos_session=x' } });
      expect(answer.statusCode).toBe(404);
      expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    }
    expect(kratos.calls.whoami).toEqual([]);
  });
});
