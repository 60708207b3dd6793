import { expect, test } from 'vitest';
import { type Outcome, signIn, signUp } from '../../../../sandbox/kratos/client/flows.ts';
import { type HookServer, REFUSAL, REFUSAL_MESSAGE } from '../hook-server.ts';
import { type Kind, newPerson, useWorld } from '../world.ts';

const MOST_TRIES = 40;

const kibibytes = (count: number) => 'x'.repeat(count * 1024);

/**
 * The real Kratos either fails the flow or calls the hook with an empty body, at random; the stand-in always
 * does the second. In neither case does the hook get the identity.
 */
export function oversizeCases(kind: Kind): void {
  const world = useWorld(kind);

  async function untilCalled(hooks: HookServer, visit: () => Promise<Outcome>): Promise<Outcome> {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const outcome = await visit();
      if (hooks.calls().length > 0) return outcome;
      expect(outcome).toMatchObject({ signedIn: false, error: { code: 500 } });
    }
    throw new Error(`not one call in ${MOST_TRIES} tries`);
  }

  test('a sign-up with a huge transient_payload calls the hook with an empty body, and a 400 leaves the account', async () => {
    const { kratos, hooks } = world();
    hooks.answerWith({ status: 400 });
    const transientPayload = { padding: kibibytes(70) };
    const outcome = await untilCalled(hooks, () => signUp(kratos, newPerson(), { as: 'api', transientPayload }));
    expect(hooks.calls().map(({ text }) => text)).toEqual(['']);
    expect(outcome).toMatchObject({ status: 502, signedIn: false });
  });

  test('a sign-in with a huge User-Agent calls the gate with an empty body, and a 403 refuses it', async () => {
    const { kratos, hooks } = world();
    const person = newPerson();
    await untilSignedUp(() => signUp(kratos, person, { as: 'api' }));
    hooks.reset();
    hooks.answerWith(REFUSAL);
    const headers = { 'user-agent': kibibytes(kind === 'real' ? 30 : 45) };
    const outcome = await untilCalled(hooks, () => signIn(kratos, person, { as: 'api', headers }));
    expect(hooks.calls().map(({ text }) => text)).toEqual(['']);
    expect(outcome).toMatchObject({ status: 400, signedIn: false, messages: [REFUSAL_MESSAGE] });
  });

  /** A worker of Kratos that failed on one oversize request fails other flows too. */
  async function untilSignedUp(visit: () => Promise<Outcome>): Promise<void> {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const { signedIn, messages } = await visit();
      if (signedIn || messages.some(({ id }) => id === 4000007)) return;
    }
    throw new Error(`not one sign-up in ${MOST_TRIES} tries`);
  }
}
