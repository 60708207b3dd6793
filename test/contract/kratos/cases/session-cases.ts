import { expect, test } from 'vitest';
import { createBrowser } from '../../../../sandbox/kratos/client/browser.ts';
import { signIn, signUp, whoami } from '../../../../sandbox/kratos/client/flows.ts';
import { send } from '../../../../sandbox/kratos/client/loopback.ts';
import { adminCall, patchIdentity } from '../admin.ts';
import { newPerson, type World } from '../world.ts';

export function sessionCases(world: () => World): void {
  function ask(headers: Record<string, string>) {
    return send({ method: 'GET', url: `${world().kratos.publicLoopbackUrl}/sessions/whoami`, headers });
  }

  test('whoami accepts a session by X-Session-Token, by bearer token, and by cookie', async () => {
    const { kratos } = world();
    const person = newPerson();
    const { sessionToken = '', identityId } = await signUp(kratos, person, { as: 'api' });
    const { browser } = await signIn(kratos, person, { as: 'browser' });
    const cookie = await browser.cookies(kratos.publicUrl);
    const ways = [{ 'x-session-token': sessionToken }, { authorization: `Bearer ${sessionToken}` }, { cookie }];
    for (const headers of ways) {
      const answer = await ask(headers);
      expect(answer.status).toBe(200);
      expect(answer.json()).toMatchObject({ active: true, identity: { id: identityId, metadata_public: null } });
      expect(answer.headers['x-kratos-authenticated-identity-id']).toBe(identityId);
      expect(answer.text).not.toContain('metadata_admin');
    }
  });

  test('whoami prefers X-Session-Token to the cookie, and the cookie to a bearer token', async () => {
    const { kratos } = world();
    const [one, other] = [newPerson(), newPerson()];
    const { browser, identityId: ofCookie } = await signUp(kratos, one, { as: 'browser' });
    const { sessionToken = '', identityId: ofToken } = await signUp(kratos, other, { as: 'api' });
    const cookie = await browser.cookies(kratos.publicUrl);
    const whoIs = async (headers: Record<string, string>) =>
      (await ask(headers)).headers['x-kratos-authenticated-identity-id'];
    expect(await whoIs({ cookie, 'x-session-token': sessionToken })).toBe(ofToken);
    expect(await whoIs({ cookie, authorization: `Bearer ${sessionToken}` })).toBe(ofCookie);
    expect(await whoIs({ cookie, authorization: 'Bearer of.an.api' })).toBe(ofCookie);
    expect(await whoIs({ cookie: 'a=b', authorization: `Bearer ${sessionToken}` })).toBe(ofToken);
  });

  test('whoami is 401 without credentials, for an unknown token and for an unknown cookie', async () => {
    const withoutSession = [{}, { 'x-session-token': 'ory_st_unknown' }, { cookie: 'ory_kratos_session=unknown' }];
    for (const headers of withoutSession) {
      const answer = await ask(headers);
      expect(answer.status).toBe(401);
      expect(answer.json()).toMatchObject({ error: { code: 401, status: 'Unauthorized' } });
    }
  });

  test('the session cookie is sent to every host of its domain and to no other', async () => {
    const { kratos } = world();
    const { browser } = await signUp(kratos, newPerson(), { as: 'browser' });
    expect(await browser.cookies('http://verify.demo.localhost/jumio/verify')).toContain('ory_kratos_session=');
    expect(await browser.cookies('http://app.demo.localhost/')).toContain('ory_kratos_session=');
    for (const foreign of ['http://other.localhost/', 'http://127.0.0.1/', 'http://localhost/']) {
      expect(await browser.cookies(foreign)).toBe('');
    }
  });

  test('deleted sessions end at once, and a second deletion is a 404', async () => {
    const { kratos } = world();
    const { sessionToken = '', identityId = '' } = await signUp(kratos, newPerson(), { as: 'api' });
    const sessions = await adminCall(world(), 'GET', `${identityId}/sessions`);
    expect(sessions.json()).toHaveLength(1);
    expect((await adminCall(world(), 'DELETE', `${identityId}/sessions`)).status).toBe(204);
    expect((await adminCall(world(), 'DELETE', `${identityId}/sessions`)).status).toBe(404);
    expect((await whoami(kratos, { sessionToken })).status).toBe(401);
  });

  test('an inactive identity has no session and cannot sign in, and no hook is called', async () => {
    const { kratos, hooks } = world();
    const person = newPerson();
    const { sessionToken = '', identityId = '' } = await signUp(kratos, person, { as: 'api' });
    await patchIdentity(world(), identityId, [{ op: 'replace', path: '/state', value: 'inactive' }]);
    hooks.reset();
    expect((await whoami(kratos, { sessionToken })).status).toBe(401);
    const refused = await signIn(kratos, person, { as: 'api' });
    // After v26.2.0 a message of the form (4010011), before an error.
    expect(refused).toMatchObject({ signedIn: false, status: refused.status === 400 ? 400 : 401 });
    expect(hooks.calls()).toEqual([]);
  });

  test('a person with a session gets no second sign-in, and is signed out by the logout_url of Kratos', async () => {
    const { kratos } = world();
    const { browser } = await signUp(kratos, newPerson(), { as: 'browser' });
    const json = { headers: { accept: 'application/json' } };
    const again = await browser.get(`${kratos.publicUrl}/self-service/login/browser`, json);
    expect(again.json()).toMatchObject({ error: { id: 'session_already_available', code: 400 } });
    const logout = await browser.get(`${kratos.publicUrl}/self-service/logout/browser`, json);
    await browser.get(String(Object(logout.json()).logout_url));
    expect((await whoami(kratos, { browser })).status).toBe(401);
  });

  test('a form without the CSRF token of its browser is refused', async () => {
    const { kratos } = world();
    const json = { headers: { accept: 'application/json' } };
    const flow = await createBrowser().get(`${kratos.publicUrl}/self-service/login/browser`, json);
    const { id } = Object(flow.json());
    const answer = await createBrowser().post(
      `${kratos.publicUrl}/self-service/login?flow=${id}`,
      { json: { method: 'password', identifier: 'x', password: 'y', csrf_token: 'forged' } },
      json,
    );
    expect(answer.status).toBe(403);
    expect(answer.json()).toMatchObject({ error: { id: 'security_csrf_violation' } });
  });
}
