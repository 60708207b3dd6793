import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { recover, signIn, signUp } from '../../../../sandbox/kratos/client/flows.ts';
import { readShippedActions } from '../../../../sandbox/kratos/config/actions.ts';
import { type Kind, newPerson, useWorld } from '../world.ts';

const hooks = z.object({ hooks: z.array(z.looseObject({ hook: z.string(), config: z.looseObject({}) })) });

const shipped = z.object({
  selfservice: z.object({ flows: z.object({ registration: z.object({ after: hooks }) }) }),
});

/** ory-actions.yaml with only the given lists in `registration.after`. */
function withRegistration(after: (initiate: (changes?: object) => unknown) => object): string {
  const [hook] = shipped.parse(parse(readShippedActions())).selfservice.flows.registration.after.hooks;
  const initiate = (changes: object = {}) => ({ ...hook, config: { ...hook?.config, ...changes } });
  return stringify({ selfservice: { flows: { registration: { after: after(initiate) } } } });
}

const NIL = '00000000-0000-0000-0000-000000000000';

/** The mistakes that the comments of ory-actions.yaml warn of. */
export function mistakeCases(kind: Kind): void {
  describe('mistake: an interrupting hook in a method list', () => {
    const actions = withRegistration((initiate) => ({
      hooks: [initiate({ url: '<SERVICE_URL>/global' })],
      password: { hooks: [initiate({ can_interrupt: true }), { hook: 'session' }] },
    }));
    const world = useWorld(kind, { actions });

    test('an interrupting hook in a method list gets the nil id, because the identity does not exist yet, and replaces the global list', async () => {
      const { kratos, hooks } = world();
      const { signedIn, identityId } = await signUp(kratos, newPerson(), { as: 'api' });
      expect({ signedIn, known: identityId !== undefined }).toEqual({ signedIn: true, known: true });
      expect(hooks.calls().map(({ path }) => path)).toEqual(['/jumio/initiate']);
      expect(JSON.parse(hooks.calls()[0]?.text ?? '')).toMatchObject({ kratos_identity_id: NIL });
    });

    test('recovery without the gate signs a person in without a call', async () => {
      const { kratos, hooks } = world();
      const { identityId = '' } = await signUp(kratos, newPerson(), { as: 'api' });
      hooks.reset();
      expect((await recover(kratos, identityId, { as: 'browser' })).signedIn).toBe(true);
      expect(hooks.calls()).toEqual([]);
    });
  });

  describe('mistake: an interrupting hook in the global list', () => {
    const actions = withRegistration((initiate) => ({
      hooks: [initiate({ url: '<SERVICE_URL>/never', can_interrupt: true }), initiate()],
    }));
    const world = useWorld(kind, { actions });

    test('an interrupting hook in the global list never runs, a plain one beside it does', async () => {
      const { kratos, hooks } = world();
      const outcome = await signUp(kratos, newPerson(), { as: 'api' });
      expect(hooks.calls().map(({ path }) => path)).toEqual(['/jumio/initiate']);
      expect(outcome.signedIn).toBe(false); // no list with `session`
    });
  });

  describe('without hooks of sign-in and recovery (`gate: false`, for a bench)', () => {
    const world = useWorld(kind, { gate: false });

    test('without the hooks of the gate a sign-up is unchanged, and a sign-in makes no call', async () => {
      const { kratos, hooks } = world();
      const person = newPerson();
      await signUp(kratos, person, { as: 'api' });
      expect(hooks.calls().map(({ path }) => path)).toEqual(['/jumio/initiate']);
      expect((await signIn(kratos, person, { as: 'api' })).signedIn).toBe(true);
      expect(hooks.calls()).toHaveLength(1);
    });
  });
}
