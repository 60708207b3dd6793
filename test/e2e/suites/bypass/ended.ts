import { expect, test } from 'vitest';
import { recover, whoami } from '../../../../sandbox/kratos/client/flows.ts';
import { newPerson } from '../../../../sandbox/scenarios/person.ts';
import { command, LONG_TIMEOUT_MS } from '../../support/doctor.ts';
import { MANIPULATED, REFUSED } from '../../support/outcomes.ts';
import { operatorOutput } from '../../support/shown.ts';
import { eventually, startsOf, type World } from '../../support/world.ts';
import { rejectedPerson } from './closed.ts';

/** The policy that the doctor advises for ending sessions at a rejection. */
export const SESSIONS_END =
  '{ rules: [{ when: { status: rejected }, then: block }, { then: allow }], on_rejected: { revoke_sessions: true } }';

/** Sessions and flows that continue after a verdict, or after a person was erased. */
export function waysEndedCases(world: () => World): void {
  test('a session from before the verdict ends with it, where the policy says so', async () => {
    const { stack } = world();
    const person = await newPerson(stack);
    const { sessionToken = '' } = await person.signIn();
    expect((await whoami(stack.kratos, { sessionToken })).status).toBe(200);
    await person.choose(await person.goToJumio(), MANIPULATED);
    await eventually(async () => {
      expect((await whoami(stack.kratos, { sessionToken })).status).toBe(401);
      expect((await whoami(stack.kratos, { browser: person.browser })).status).toBe(401);
    });
    expect(await person.signIn()).toMatchObject(REFUSED);
  });

  test(
    'a rejected person who was erased is refused all the same, and nothing is started again',
    async () => {
      const { stack } = world();
      const person = await rejectedPerson(world());
      const { code } = await command(stack, 'erase', person.identityId, '--by', 'tests', '--yes');
      expect(code).toBe(0);
      await eventually(async () => expect((await operatorOutput(stack, person)) ?? null).toBeNull());
      for (const as of ['api', 'browser'] as const) expect(await person.signIn({ as })).toMatchObject(REFUSED);
      expect(await recover(stack.kratos, person.identityId, { as: 'browser' })).toMatchObject(REFUSED);
      expect((await operatorOutput(stack, person)) ?? null).toBeNull();
      expect(await startsOf(world(), person)).toBe(1);
    },
    LONG_TIMEOUT_MS,
  );
}
