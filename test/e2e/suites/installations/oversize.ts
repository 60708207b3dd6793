import { expect, test } from 'vitest';
import { createBrowser } from '../../../../sandbox/kratos/client/browser.ts';
import { type Outcome, signIn, signUp } from '../../../../sandbox/kratos/client/flows.ts';
import { newCredentials, newPerson, personOf } from '../../../../sandbox/scenarios/person.ts';
import { isReal } from '../../support/kratos-under-test.ts';
import { ALLOWED } from '../../support/outcomes.ts';
import { identityIdOf } from '../../support/shown.ts';
import { onlyExecutionOf, startsOf, type World } from '../../support/world.ts';

const MOST_TRIES = 40;

const kibibytes = (count: number) => 'x'.repeat(count * 1024);

/** A real Kratos can accept 60 KiB if the request has little else; it never accepts more than 64 KiB. */
const SIZES = [
  ['api', 60],
  ['spa', 60],
  ['browser', 60],
  ['api', 70],
  ['spa', 100],
] as const;

/** Retries until the outcome is of that kind; every outcome before must be a refusal. */
async function until(isThat: (outcome: Outcome) => boolean, visit: () => Promise<Outcome>): Promise<Outcome> {
  for (let tries = 1; tries < MOST_TRIES; tries += 1) {
    const outcome = await visit();
    if (isThat(outcome)) return outcome;
    expect(outcome.signedIn).toBe(false);
  }
  return visit();
}

/**
 * Requests too large for Kratos' templates. A real Kratos then fails the flow or calls the hook with an empty body, at
 * random, and may do the same to the next flow. So these tests have a Kratos of their own, and retry.
 */
export function oversizeCases(world: () => World): void {
  test('a sign-in with a User-Agent of 45 KiB is refused, with the reason if the gate was asked', async () => {
    // Before the sign-ups that are too large, which may break this one.
    const person = await newPerson(world().stack);
    const headers = { 'user-agent': kibibytes(45) };
    const refused = await until(
      ({ messages }) => messages.length > 0,
      () => person.signIn({ headers }),
    );
    expect(refused).toMatchObject({ signedIn: false, messages: [{ id: 4990004, context: { status: 'unknown' } }] });
    for (const as of ['spa', 'browser'] as const)
      expect(await person.signIn({ as, headers })).toMatchObject({ signedIn: false });
    expect(
      await until(
        ({ signedIn }) => signedIn,
        () => person.signIn(),
      ),
    ).toMatchObject(ALLOWED);
  });

  test.each(SIZES)(
    'a sign-up with a transient_payload (%s, %i KiB) that starts nothing is made up for by its first sign-in',
    async (as, size) => {
      const { stack } = world();
      const [credentials, browser] = [newCredentials(), createBrowser()];
      await signUp(stack.kratos, credentials, { as, transientPayload: { padding: kibibytes(size) } });
      const signedUp = { identityId: await identityIdOf(stack, credentials.email) };
      if (!isReal || size > 64) expect(await startsOf(world(), signedUp)).toBe(0);
      const { identityId = '', location } = await until(
        ({ signedIn }) => signedIn,
        () => signIn(stack.kratos, credentials, { as: 'browser', browser }),
      );
      const person = personOf(stack, { identityId, credentials, browser, location });
      await person.waitFor({ status: 'pending' });
      await person.waitFor({ workflow_execution_id: (await onlyExecutionOf(world(), person)).id });
      await person.choose(await person.goToJumio(), { outcome: 'pass' });
      await person.waitFor({ status: 'approved' });
    },
  );
}
