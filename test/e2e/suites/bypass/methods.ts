import { beforeAll, expect, test } from 'vitest';
import { createBrowser } from '../../../../sandbox/kratos/client/browser.ts';
import { signIn } from '../../../../sandbox/kratos/client/flows.ts';
import type { Answer } from '../../../../sandbox/kratos/client/loopback.ts';
import { newPerson, type Person, personOf } from '../../../../sandbox/scenarios/person.ts';
import type { Operation } from '../../../support/doctor/operations.ts';
import { applyFixes, change, doctor, hooksText, LONG_TIMEOUT_MS } from '../../support/doctor.ts';
import { byOidc } from '../../support/oidc-provider.ts';
import { ALLOWED, MANIPULATED, REFUSED } from '../../support/outcomes.ts';
import { recoverByAdminLink, recoverByCode, recoverByLink } from '../../support/recovery.ts';
import { type Authenticator, addAuthenticator, refresh, stepUp } from '../../support/second-factor.ts';
import { operatorOutput } from '../../support/shown.ts';
import { eventually, onlyExecutionOf, type World } from '../../support/world.ts';
import { rejectedPerson } from './closed.ts';

/** A method's list that calls another hook instead of the gate. */
function withoutGate(method: string): Operation {
  const path = `/selfservice/flows/login/after/${method}/hooks/0/config/url`;
  return { op: 'add', path, value: '<SERVICE_URL>/jumio/initiate' };
}

/** The methods that only a real Kratos has: recovery by mail, OIDC, a second factor. */
export function waysMethodsCases(world: () => World): void {
  let shipped: string;
  beforeAll(async () => {
    shipped = await hooksText(world().stack);
  });

  async function becomesRejected(person: Person, hosted?: Answer): Promise<void> {
    const { stack } = world();
    await person.choose(hosted ?? (await person.goToJumio()), MANIPULATED);
    await eventually(async () => expect(await operatorOutput(stack, person)).toMatchObject({ status: 'rejected' }));
  }

  test('recovery by a code in a mail, by a link in a mail, and by an operator’s link', async () => {
    const { kratos } = world().stack;
    const person = await rejectedPerson(world());
    const { email } = person.credentials;
    expect(await recoverByCode(kratos, email)).toMatchObject(REFUSED);
    expect(await recoverByAdminLink(kratos, person.identityId)).toMatchObject(REFUSED);
    expect(await recoverByLink(kratos, email)).toMatchObject(REFUSED);
  });

  async function signedUpByOidc(email: string): Promise<Person> {
    const { stack } = world();
    const browser = createBrowser();
    const { identityId = '', location, ...outcome } = await byOidc(stack.kratos, 'registration', email, browser);
    expect(outcome).toMatchObject(ALLOWED);
    return personOf(stack, { identityId, location, browser, credentials: { email, password: '' } });
  }

  test('signing up and in with another account: a verification is started, and a rejection refuses', async () => {
    const { stack } = world();
    const person = await signedUpByOidc('oidc-1@example.org');
    await onlyExecutionOf(world(), person);
    expect(await byOidc(stack.kratos, 'login', 'oidc-1@example.org')).toMatchObject(ALLOWED);
    await becomesRejected(person);
    expect(await byOidc(stack.kratos, 'login', 'oidc-1@example.org')).toMatchObject(REFUSED);
    expect(await byOidc(stack.kratos, 'registration', 'oidc-1@example.org')).toMatchObject(REFUSED);
  });

  async function newToken(person: Person): Promise<string> {
    const { sessionToken } = await person.signIn();
    if (sessionToken === undefined) throw new Error('the sign-in gave no session');
    return sessionToken;
  }

  /** Two sessions and a second factor from before the verdict. */
  async function withSecondFactor(): Promise<{
    person: Person;
    tokens: readonly [string, string];
    app: Authenticator;
  }> {
    const { stack } = world();
    const person = await newPerson(stack);
    const hosted = await person.goToJumio(); // later the pages, too, would ask for the second factor first
    const app = await addAuthenticator(stack.kratos, await newToken(person));
    const tokens = [await newToken(person), await newToken(person)] as const;
    expect(await stepUp(stack.kratos, await newToken(person), app)).toMatchObject(ALLOWED);
    await becomesRejected(person, hosted);
    return { person, tokens, app };
  }

  test('a second factor, or signing in again, on top of a session from before the verdict', async () => {
    const { kratos } = world().stack;
    const { person, tokens, app } = await withSecondFactor();
    const [token] = tokens;
    expect(await stepUp(kratos, token, app)).toMatchObject(REFUSED);
    expect(await refresh(kratos, token, person)).toMatchObject(REFUSED);
    expect(await signIn(kratos, person.credentials, { as: 'spa' })).toMatchObject(REFUSED);
  });

  test(
    'lists of another account and of a second factor without the gate: open, reported as gate-missing, closed by the fix',
    async () => {
      const { stack } = world();
      const [email, { tokens, app }] = ['oidc-2@example.org', await withSecondFactor()];
      await becomesRejected(await signedUpByOidc(email));
      await change(stack, [withoutGate('oidc'), withoutGate('totp')], shipped);
      expect(await byOidc(stack.kratos, 'login', email)).toMatchObject(ALLOWED);
      expect(await stepUp(stack.kratos, tokens[0], app)).toMatchObject(ALLOWED);
      await applyFixes(stack, await doctor(stack), ['gate-missing']);
      expect(await byOidc(stack.kratos, 'login', email)).toMatchObject(REFUSED);
      expect(await stepUp(stack.kratos, tokens[1], app)).toMatchObject(REFUSED);
    },
    LONG_TIMEOUT_MS,
  );
}
