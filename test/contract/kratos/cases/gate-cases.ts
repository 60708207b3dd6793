import { expect, test } from 'vitest';
import { signIn, signUp } from '../../../../sandbox/kratos/client/flows.ts';
import { patchIdentity } from '../admin.ts';
import { validateBody } from '../bodies.ts';
import { REFUSAL, REFUSAL_MESSAGE } from '../hook-server.ts';
import { newPerson, type World } from '../world.ts';

const CLIENTS = ['api', 'spa', 'browser'] as const;

export function gateCases(world: () => World): void {
  async function signedUp() {
    const { kratos, hooks } = world();
    const person = newPerson();
    const { identityId = '' } = await signUp(kratos, person, { as: 'api' });
    hooks.reset();
    return { kratos, hooks, person, identityId };
  }

  test.each(CLIENTS)(
    'a 204 of the gate admits a person (%s) after one call with exactly the keys of the contract',
    async (as) => {
      const { kratos, hooks, person, identityId } = await signedUp();
      const copy = { jumio: { status: 'approved' }, other: [1, 'ü'] };
      await patchIdentity(world(), identityId, [{ op: 'add', path: '/metadata_public', value: copy }]);
      const outcome = await signIn(kratos, person, { as, headers: { 'accept-language': 'fr' } });
      expect(outcome).toMatchObject({ signedIn: true, identityId });
      expect(hooks.calls().map(({ path }) => path)).toEqual(['/jumio/validate']);
      const body = validateBody(hooks.calls()[0]);
      expect(body).toMatchObject({ kratos_identity_id: identityId, metadata_public: copy, accept_language: 'fr' });
      expect(body.flow).toMatchObject({ kind: 'login', method: 'password', refresh: false, requested_aal: 'aal1' });
    },
  );

  test('without metadata the published copy is null, and signing in again has refresh: true', async () => {
    const { kratos, hooks, person } = await signedUp();
    const { browser } = await signIn(kratos, person, { as: 'browser' });
    await signIn(kratos, person, { as: 'browser', browser, refresh: true });
    const bodies = hooks.calls().map(validateBody);
    expect(bodies.map(({ metadata_public }) => metadata_public)).toEqual([null, null]);
    expect(bodies.map(({ flow }) => flow.refresh)).toEqual([false, true]);
  });

  test.each([
    ['api', 400],
    ['spa', 400],
    ['browser', 303],
  ] as const)('a 403 with messages refuses a person (%s: %i), and its text is shown', async (as, status) => {
    const { kratos, hooks, person } = await signedUp();
    hooks.answerWith(REFUSAL);
    const outcome = await signIn(kratos, person, { as });
    expect(outcome).toMatchObject({ status, signedIn: false, messages: [REFUSAL_MESSAGE] });
    expect(outcome.sessionToken).toBeUndefined();
    expect(hooks.calls()).toHaveLength(1);
  });

  test.each([
    ['api', 400],
    ['spa', 500],
    ['browser', 303],
  ] as const)('a 403 without messages refuses a person (%s: %i) without a text', async (as, status) => {
    const { kratos, hooks, person } = await signedUp();
    hooks.answerWith({ status: 403, body: '{"title":"Forbidden","status":403}' });
    const outcome = await signIn(kratos, person, { as });
    expect(outcome).toMatchObject({ status, signedIn: false, messages: [], error: { code: 500 } });
    expect(hooks.calls()).toHaveLength(1);
  });

  test.each([500, 429])('a %i of the gate is retried up to three calls, and its text is lost', async (status) => {
    const { kratos, hooks, person } = await signedUp();
    hooks.answerWith({ ...REFUSAL, status });
    const outcome = await signIn(kratos, person, { as: 'api' });
    expect(outcome).toMatchObject({ status: 400, signedIn: false, messages: [], error: { code: 500 } });
    expect(outcome.error?.message).toContain('giving up after 3 attempt(s)');
    expect(hooks.calls()).toHaveLength(3);
  });

  test('a 500 of the gate followed by a 204 admits a person', async () => {
    const { kratos, hooks, person } = await signedUp();
    hooks.answerWith({ status: 500 }, { status: 204 });
    expect(await signIn(kratos, person, { as: 'spa' })).toMatchObject({ signedIn: true });
    expect(hooks.calls()).toHaveLength(2);
  });

  test('a wrong password does not reach the gate', async () => {
    const { kratos, hooks, person } = await signedUp();
    const outcome = await signIn(kratos, { ...person, password: 'wrong-horse-9' }, { as: 'spa' });
    expect(outcome).toMatchObject({ status: 400, signedIn: false, messages: [{ id: 4000006 }] });
    expect(hooks.calls()).toEqual([]);
  });
}
