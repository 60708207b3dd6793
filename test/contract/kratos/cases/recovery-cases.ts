import { expect, test } from 'vitest';
import { recover, signUp } from '../../../../sandbox/kratos/client/flows.ts';
import { validateBody } from '../bodies.ts';
import { REFUSAL, REFUSAL_MESSAGE } from '../hook-server.ts';
import { newPerson, UI_URL, type World } from '../world.ts';

const CLIENTS = ['spa', 'browser'] as const;

export function recoveryCases(world: () => World): void {
  async function signedUp() {
    const { kratos, hooks } = world();
    const { identityId = '' } = await signUp(kratos, newPerson(), { as: 'api' });
    hooks.reset();
    return { kratos, hooks, identityId };
  }

  test.each(CLIENTS)(
    'recovery with an admin code (%s) asks the gate with kind recovery, and signs in on 204',
    async (as) => {
      const { kratos, hooks, identityId } = await signedUp();
      const outcome = await recover(kratos, identityId, { as, headers: { 'accept-language': 'it' } });
      expect(outcome.signedIn).toBe(true);
      expect(outcome.location).toContain(`${UI_URL}/settings?flow=`);
      expect(hooks.calls().map(({ path }) => path)).toEqual(['/jumio/validate']);
      const body = validateBody(hooks.calls()[0]);
      expect(body).toMatchObject({ kratos_identity_id: identityId, accept_language: 'it' });
      expect(body.flow).toMatchObject({ kind: 'recovery', method: 'code', refresh: false, requested_aal: null });
    },
  );

  test.each(CLIENTS)('recovery (%s) is refused on 403 without a session, and the text is shown', async (as) => {
    const { kratos, hooks, identityId } = await signedUp();
    hooks.answerWith(REFUSAL);
    const outcome = await recover(kratos, identityId, { as });
    expect(outcome).toMatchObject({ signedIn: false, messages: [REFUSAL_MESSAGE] });
    expect(hooks.calls()).toHaveLength(1);
  });
}
