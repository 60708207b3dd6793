import { beforeAll, expect, test } from 'vitest';
import { recover, signIn } from '../../../../sandbox/kratos/client/flows.ts';
import { send } from '../../../../sandbox/kratos/client/loopback.ts';
import { newCredentials, newPerson, type Person } from '../../../../sandbox/scenarios/person.ts';
import { ALLOWED, MANIPULATED, REFUSED } from '../../support/outcomes.ts';
import { operatorOutput } from '../../support/shown.ts';
import { eventually, onlyExecutionOf, startsOf, type World } from '../../support/world.ts';

/** Signs a person up and has Jumio reject them for a reason that allows no retry. */
export async function rejectedPerson({ stack }: World): Promise<Person> {
  const person = await newPerson(stack);
  await person.choose(await person.goToJumio(), MANIPULATED);
  await eventually(async () => expect(await operatorOutput(stack, person)).toMatchObject({ status: 'rejected' }));
  return person;
}

/** Ways round the gate that need no mistake: each is closed as shipped, on either Kratos. */
export function waysClosedCases(world: () => World): void {
  let rejected: Person;
  beforeAll(async () => {
    rejected = await rejectedPerson(world());
  });

  async function hook(path: string, body: object): Promise<number> {
    const { stack } = world();
    const headers = { 'content-type': 'application/json', 'x-webhook-secret': stack.env.ORY_WEBHOOK_SECRET ?? '' };
    const url = `${stack.service().url}/jumio/${path}`;
    return (await send({ method: 'POST', url, headers, body: JSON.stringify(body) })).status;
  }

  test('recovery by a code that an operator made', async () => {
    expect(await recover(world().stack.kratos, rejected.identityId, { as: 'browser' })).toMatchObject(REFUSED);
  });

  test('signing in once more on top of a session from before the verdict', async () => {
    const { browser } = rejected;
    const { messages } = await rejected.signIn({ as: 'browser', browser, refresh: true });
    expect(messages).toEqual(REFUSED.messages);
  });

  test('two concurrent sign-ins during the verdict: a sign-in after it is refused, also the second', async () => {
    const { stack } = world();
    const person = await newPerson(stack);
    const hosted = await person.goToJumio();
    const during = [person.choose(hosted, MANIPULATED), person.signIn(), person.signIn()] as const;
    await Promise.all(during);
    await eventually(async () => expect(await operatorOutput(stack, person)).toMatchObject({ status: 'rejected' }));
    const after = [await person.signIn(), await person.signIn({ as: 'browser' })];
    for (const outcome of after) expect(outcome).toMatchObject(REFUSED);
  });

  test('a storm of repeated hooks: one verification is started, and the answer at the gate stays the same', async () => {
    const { identityId } = await newPerson(world().stack);
    await onlyExecutionOf(world(), { identityId });
    const body = { kratos_identity_id: identityId };
    expect(new Set(await Promise.all(Array.from({ length: 40 }, () => hook('initiate', body))))).toEqual(
      new Set([204]),
    );
    expect(await startsOf(world(), { identityId })).toBe(1);
    const again = { kratos_identity_id: rejected.identityId };
    expect(new Set(await Promise.all(Array.from({ length: 40 }, () => hook('validate', again))))).toEqual(
      new Set([403]),
    );
    await hook('initiate', again);
    expect(await rejected.signIn()).toMatchObject(REFUSED);
    expect(await startsOf(world(), rejected)).toBe(1);
  });
}

/** Ways that need a real Kratos: with more methods, with mails, and with imported people. */
export function waysClosedOnRealCases(world: () => World): void {
  async function imported(metadata: object | null): Promise<{ email: string; password: string; identityId: string }> {
    const credentials = newCredentials('imported');
    const { email, password } = credentials;
    const identity = {
      schema_id: 'person',
      traits: { email },
      credentials: { password: { config: { password } } },
      metadata_public: metadata,
    };
    const url = `${world().stack.kratos.adminUrl}/admin/identities`;
    const headers = { 'content-type': 'application/json' };
    const made = await send({ method: 'POST', url, headers, body: JSON.stringify(identity) });
    return { ...credentials, identityId: String(Reflect.get(Object(made.json()), 'id')) };
  }

  test('an identity without a sign-up hook is rejected by its published copy', async () => {
    const person = await imported({
      jumio: { status: 'rejected', source: 'jumio', updated_at: '2026-01-01T00:00:00Z' },
    });
    expect(await signIn(world().stack.kratos, person, { as: 'api' })).toMatchObject(REFUSED);
    expect(await startsOf(world(), person)).toBe(0);
  });

  test('an identity without a sign-up hook and without a copy is allowed by the policy, and its row is made', async () => {
    const person = await imported(null);
    expect(await signIn(world().stack.kratos, person, { as: 'api' })).toMatchObject(ALLOWED);
    await onlyExecutionOf(world(), person);
  });
}
