import { describe, expect, test } from 'vitest';
import { type Outcome, whoami } from '../../sandbox/kratos/client/flows.ts';
import { newPerson, type Person } from '../../sandbox/scenarios/person.ts';
import { oversizeCases } from './suites/installations/oversize.ts';
import { publishedActions, publishedIntegrationCases } from './suites/installations/published-integration.ts';
import { KRATOS } from './support/kratos-under-test.ts';
import { MANIPULATED } from './support/outcomes.ts';
import { linkOn, sentenceOn } from './support/pages.ts';
import { callsOf, eventually, onlyExecutionOf, startsOf, useWorld } from './support/world.ts';

describe(`installations, with ${KRATOS}`, () => {
  describe('as shipped, and requests that are too large', () => oversizeCases(useWorld()));

  describe('with the templates of the published integration', () =>
    publishedIntegrationCases(useWorld({ kratos: { actions: publishedActions() } })));

  describe('with a policy that acts at once on a rejection', () => {
    const POLICY = 'rules: [{ when: { status: rejected }, then: block }, { then: allow }]';
    const world = useWorld({ env: { POLICY: `${POLICY}\non_rejected: { revoke_sessions: true, deactivate: true }` } });
    const whoIs = async ({ browser }: Person) => (await whoami(world().stack.kratos, { browser })).status;
    /** Kratos' own refusal: an error, or after v26.2.0 a message of the flow (docs/reference/kratos.md#6-login-blocked-by-an-interrupting-webhook). */
    const isOfDisabled = ({ error, messages }: Outcome) =>
      error?.message === 'identity is disabled' || messages.some(({ id }) => id === 4_010_011);

    test('a rejection ends the person’s session at once, and a correction by Jumio allows the sign-in again', async () => {
      const { jumio } = world();
      const person = await newPerson(world().stack);
      expect(await whoIs(person)).toBe(200);
      await person.choose(await person.goToJumio(), MANIPULATED);
      await eventually(async () => expect(await whoIs(person)).toBe(401));
      // The gate refuses at once, and Kratos itself as soon as the identity is inactive: two calls in sequence.
      expect(await person.signIn({ as: 'api' })).toMatchObject({ signedIn: false });
      await eventually(async () => expect(isOfDisabled(await person.signIn({ as: 'api' }))).toBe(true));
      const { id } = await onlyExecutionOf(world(), person);
      // A decision of Jumio is read again at most once an hour.
      await world().stack.advance(3_700);
      await jumio.post(`executions/${id}/overturn`, { outcome: 'pass' });
      await eventually(async () => expect(await person.signIn({ as: 'api' })).toMatchObject({ signedIn: true }));
      // The old session has ended permanently.
      expect(await whoIs(person)).toBe(401);
    });
  });

  describe('with a workflow that takes prepared data, and a mapping from the traits', () => {
    const world = useWorld({ env: { JUMIO_WORKFLOW_KEY: '10164', PREPARED_DATA: 'email: /email\nfirstName: /name' } });

    test('prepared data are at Jumio when the person arrives there, and not before consent', async () => {
      const person = await newPerson(world().stack);
      const sent = async () => (await callsOf(world(), person)).filter(({ kind }) => kind === 'prepared');
      expect(await sent()).toEqual([]);
      await person.goToJumio();
      expect(await sent()).toMatchObject([{ customerInternalReference: person.identityId, status: 200 }]);
      expect(await onlyExecutionOf(world(), person)).toMatchObject({ prepared: ['email'] });
    });
  });

  describe('with VERIFICATION_START=consent', () => {
    const world = useWorld({ env: { VERIFICATION_START: 'consent' } });

    test('a sign-up makes no call to Jumio; a consent leads there, and the verdict is on the identity', async () => {
      const { stack, jumio } = world();
      const person = await newPerson(stack);
      await person.waitFor({ status: 'pending' });
      expect(await person.signIn()).toMatchObject({ signedIn: true });
      const page = await person.browser.get(`${stack.verifyUrl}/jumio/verify`);
      expect(page.text).toContain('name="consent"');
      // A token says nothing of a person: the service asks for one to know whether Jumio answers.
      expect((await jumio.calls()).filter(({ kind }) => kind !== 'token')).toEqual([]);
      const hosted = await person.browser.submit(page, {}, { follow: true });
      expect(hosted.url).toContain(stack.jumioUrl);
      expect(await startsOf(world(), person)).toBe(1);
      const back = await person.choose(hosted, { outcome: 'pass' });
      expect(back.url).toContain(`${stack.verifyUrl}/jumio/status?`);
      const { id, accountId } = await onlyExecutionOf(world(), person);
      const seen = await person.waitFor({ status: 'approved' });
      expect(seen).toMatchObject({ verdict: 'PASSED', account_id: accountId, workflow_execution_id: id });
      expect(await startsOf(world(), person)).toBe(1);
    });
  });

  describe('without `cookies.domain`', () => {
    // A browser stores a cookie without a domain for the host of Kratos only.
    const world = useWorld({ kratos: { cookieDomain: 'kratos.demo.localhost' } });

    test('a new person has no session on the pages, and is redirected to sign-in again and again', async () => {
      const { stack } = world();
      const person = await newPerson(stack);
      await person.waitFor({ status: 'pending' });
      const page = await person.browser.get(`${stack.verifyUrl}/jumio/verify`);
      expect(page.status).toBe(401);
      expect(sentenceOn(page)).toBe('Once you are signed in, you will come straight back to your identity check.');
      const again = await person.browser.get(linkOn(page) ?? '', { follow: true });
      expect([again.url, again.status]).toEqual([`${stack.verifyUrl}/jumio/verify`, 401]);
    });
  });
});
