import { expect, test } from 'vitest';
import { createBrowser } from '../../../../sandbox/kratos/client/browser.ts';
import { signUp, whoami } from '../../../../sandbox/kratos/client/flows.ts';
import { patchIdentity, readIdentity } from '../admin.ts';
import { initiateBody } from '../bodies.ts';
import { newPerson, SECRET, UI_URL, VERIFY_URL, type World } from '../world.ts';

const CLIENTS = ['api', 'spa', 'browser'] as const;

const INITIATE = '/jumio/initiate';

export function registrationCases(world: () => World): void {
  test.each(CLIENTS)(
    'a sign-up (%s) calls the hook once, with the secret and exactly the keys of the contract',
    async (as) => {
      const { kratos, hooks } = world();
      const outcome = await signUp(kratos, newPerson(), { as, headers: { 'accept-language': 'de-CH, en;q=0.5' } });
      expect(hooks.calls().map(({ path }) => path)).toEqual([INITIATE]);
      const [call] = hooks.calls();
      expect(call?.headers['x-webhook-secret']).toBe(SECRET);
      const body = initiateBody(call);
      expect(body).toMatchObject({ kratos_identity_id: outcome.identityId, accept_language: 'de-CH, en;q=0.5' });
      expect(body.flow).toMatchObject({ type: as === 'api' ? 'api' : 'browser', method: null, return_to: null });
    },
  );

  test('an identity can be patched while its hook runs: the next whoami shows it, the response of the sign-up does not', async () => {
    const { kratos, hooks } = world();
    hooks.whileCalled(async (call) => {
      const value = { status: 'pending' };
      const patch = [{ op: 'add', path: '/metadata_public/jumio', value }];
      const answer = await patchIdentity(world(), initiateBody(call).kratos_identity_id, patch);
      expect(answer.status).toBe(200);
    });
    const { sessionToken = '' } = await signUp(kratos, newPerson(), { as: 'api' });
    const { session } = await whoami(kratos, { sessionToken });
    expect(session?.identity.metadata_public).toEqual({ jumio: { status: 'pending' } });
  });

  test.each(['spa', 'browser'] as const)(
    'after a sign-up (%s) the person is signed in and redirected to the verification',
    async (as) => {
      const outcome = await signUp(world().kratos, newPerson(), { as });
      expect(outcome).toMatchObject({ signedIn: true, location: `${VERIFY_URL}/jumio/verify` });
    },
  );

  test.each(['spa', 'browser'] as const)(
    'a return_to (%s) takes precedence over the verification, and is sent to the hook',
    async (as) => {
      const { kratos, hooks } = world();
      const returnTo = `${UI_URL}/basket`;
      const outcome = await signUp(kratos, newPerson(), { as, returnTo });
      expect(outcome.location).toBe(returnTo);
      expect(initiateBody(hooks.calls()[0]).flow.return_to).toBe(returnTo);
    },
  );

  test('a return_to with a foreign host is refused', async () => {
    const { kratos } = world();
    const url = `${kratos.publicUrl}/self-service/registration/browser?return_to=https://elsewhere.example/`;
    const answer = await createBrowser().get(url, { headers: { accept: 'application/json' } });
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ error: { id: 'self_service_flow_return_to_forbidden' } });
  });

  test.each(CLIENTS)(
    'a hook that fails with 400 (%s) leaves an account without a session, and a second sign-up reports that it exists',
    async (as) => {
      const { kratos, hooks } = world();
      const person = newPerson();
      hooks.answerWith({ status: 400 });
      const first = await signUp(kratos, person, { as });
      expect(first).toMatchObject({ signedIn: false, error: { code: 502 } });
      const { id } = await readIdentity(world(), initiateBody(hooks.calls()[0]).kratos_identity_id);
      expect(id).toBeTruthy();
      hooks.reset();
      const second = await signUp(kratos, person, { as });
      expect(second.messages).toMatchObject([{ id: 4000007 }]);
      expect(hooks.calls()).toEqual([]);
    },
  );
}
