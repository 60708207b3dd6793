import { expect, test } from 'vitest';
import { createBrowser } from '../../../../sandbox/kratos/client/browser.ts';
import { recover, signUp, whoami } from '../../../../sandbox/kratos/client/flows.ts';
import { newCredentials, newPerson } from '../../../../sandbox/scenarios/person.ts';
import { ALLOWED, MANIPULATED, REFUSED } from '../../support/outcomes.ts';
import { sentenceOn } from '../../support/pages.ts';
import { onlyExecutionOf, startsOf, type World } from '../../support/world.ts';

const FLOWS = ['api', 'spa', 'browser'] as const;

const VERDICTS = [
  ['PASSED', { outcome: 'pass' }, 'approved', ALLOWED],
  ['WARNING', { outcome: 'warn' }, 'review', ALLOWED],
  ['FAILED', MANIPULATED, 'rejected', REFUSED],
] as const;

/** Sign-up, verdict, sign-in, in each kind of flow. */
export function verdictCases(world: () => World): void {
  test.each(FLOWS)('a sign-up (%s) has Jumio’s ids on the identity when the flow continues', async (as) => {
    const { kratos } = world().stack;
    const browser = createBrowser();
    const { identityId = '', sessionToken } = await signUp(kratos, newCredentials(), { as, browser });
    const { session } = await whoami(kratos, sessionToken === undefined ? { browser } : { sessionToken });
    const { id, accountId } = await onlyExecutionOf(world(), { identityId });
    expect(session?.identity.metadata_public).toMatchObject({
      jumio: { status: 'pending', account_id: accountId, workflow_execution_id: id },
    });
  });

  test('a browser is led from the sign-up to Jumio, and back to Jumio’s verdict', async () => {
    const { stack } = world();
    const person = await newPerson(stack);
    expect(person.location).toBe(`${stack.verifyUrl}/jumio/verify`);
    const hosted = await person.goToJumio();
    expect(hosted.url).toContain(stack.jumioUrl);
    const back = await person.choose(hosted, { outcome: 'pass' });
    expect(back.url).toContain(`${stack.verifyUrl}/jumio/status?`);
    expect(sentenceOn(back)).toBe('Thank you. There is nothing else you need to do.');
  });

  for (const as of FLOWS)
    test.each(VERDICTS)(
      `%s is shown by Kratos, and decides a sign-in (${as})`,
      async (verdict, choice, status, expected) => {
        const person = await newPerson(world().stack, { as });
        await person.choose(await person.goToJumio(), choice);
        const { id, accountId } = await onlyExecutionOf(world(), person);
        const seen = await person.waitFor({ status });
        expect(seen).toMatchObject({ verdict, account_id: accountId, workflow_execution_id: id });
        expect(await person.signIn({ as })).toMatchObject(expected);
      },
    );

  test.each(['spa', 'browser'] as const)('a refused refresh (%s) leaves the existing session', async (as) => {
    const { stack } = world();
    const person = await newPerson(stack, { as });
    const refresh = () => person.signIn({ as, browser: person.browser, refresh: true });
    expect(await refresh()).toMatchObject(ALLOWED);
    await person.choose(await person.goToJumio(), MANIPULATED);
    await person.waitFor({ status: 'rejected' });
    // `signedIn` is the earlier session, which only the application can end.
    expect(await refresh()).toMatchObject({ ...REFUSED, signedIn: true });
    expect((await whoami(stack.kratos, person)).status).toBe(200);
  });

  test.each(['spa', 'browser'] as const)(
    'recovery (%s) is allowed after an approval, and refused after a rejection',
    async (as) => {
      const { stack } = world();
      const [approved, rejected] = [await newPerson(stack), await newPerson(stack)];
      await approved.choose(await approved.goToJumio(), { outcome: 'pass' });
      await rejected.choose(await rejected.goToJumio(), MANIPULATED);
      await approved.waitFor({ status: 'approved' });
      await rejected.waitFor({ status: 'rejected' });
      expect(await recover(stack.kratos, approved.identityId, { as })).toMatchObject({ signedIn: true });
      expect(await recover(stack.kratos, rejected.identityId, { as })).toMatchObject(REFUSED);
    },
  );

  test('a person rejected for manipulation cannot start again', async () => {
    const { stack } = world();
    const person = await newPerson(stack);
    const before = await person.browser.get(`${stack.verifyUrl}/jumio/verify`);
    await person.choose(await person.goToJumio(), MANIPULATED);
    await person.waitFor({ status: 'rejected' });
    const page = await person.goToJumio();
    expect(page).toMatchObject({ status: 200, url: `${stack.verifyUrl}/jumio/verify` });
    expect(page.text).not.toContain('<form');
    // The button of a page that was opened before.
    const answer = await person.browser.submit(before, {}, { follow: true });
    expect(answer.url).toContain(stack.verifyUrl);
    expect(await startsOf(world(), person)).toBe(1);
  });
}
