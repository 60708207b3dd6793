import { expect, test } from 'vitest';
import { send } from '../../../../sandbox/kratos/client/loopback.ts';
import { newPerson, type Person } from '../../../../sandbox/scenarios/person.ts';
import { ALLOWED, MANIPULATED, REFUSED } from '../../support/outcomes.ts';
import { newPeople, onlyExecutionOf, startsOf, type World } from '../../support/world.ts';

/** Templates that make the bodies of the published integration: with names of people, without our copy. */
const INITIATE = `function(ctx) {
  kratos_identity_id: ctx.identity.id,
  email: ctx.identity.traits.email,
  first_name: std.get(ctx.identity.traits, 'first_name'),
  last_name: std.get(ctx.identity.traits, 'last_name'),
}`;

const VALIDATE = `function(ctx)
  local metadata = std.get(ctx.identity, 'metadata_public');
  local copy = if metadata == null then {} else metadata;
  {
    kratos_identity_id: ctx.identity.id,
    jumio_account_id: std.get(copy, 'jumio_account_id'),
    jumio_verification_status: std.get(copy, 'jumio_verification_status'),
  }`;

/** The hooks of an operator who has switched the service and not yet the templates. */
export function publishedActions(): string {
  const hook = (path: string, template: string, more = '') =>
    `{ hook: web_hook, config: { url: <SERVICE_URL>/jumio/${path}, method: POST${more},
       body: "base64://${Buffer.from(template).toString('base64')}",
       auth: { type: api_key, config: { in: header, name: X-Webhook-Secret, value: <ORY_WEBHOOK_SECRET> } } } }`;
  return `
selfservice:
  flows:
    registration: { after: { password: { hooks: [${hook('initiate', INITIATE)}, { hook: session }] } } }
    login: { after: { password: { hooks: [${hook('validate', VALIDATE, ', can_interrupt: true')}] } } }
`;
}

/** Moving from the published integration: its templates, and the statuses that it left on identities. */
export function publishedIntegrationCases(world: () => World): void {
  async function write(person: Person | undefined, word: string): Promise<void> {
    const url = `${world().stack.kratos.adminUrl}/admin/identities/${person?.identityId}`;
    const operation = { op: 'add', path: '/metadata_public/jumio_verification_status', value: word };
    const headers = { 'content-type': 'application/json' };
    expect((await send({ method: 'PATCH', url, headers, body: JSON.stringify([operation]) })).status).toBe(200);
  }

  test('the sign-up template of the published integration starts a verification, and its gate template is decided by our ledger', async () => {
    const person = await newPerson(world().stack);
    const { id } = await onlyExecutionOf(world(), person);
    await person.waitFor({ status: 'pending', workflow_execution_id: id });
    expect(await person.signIn()).toMatchObject(ALLOWED);
    await person.choose(await person.goToJumio(), MANIPULATED);
    await person.waitFor({ status: 'rejected' });
    for (const as of ['api', 'spa', 'browser'] as const) expect(await person.signIn({ as })).toMatchObject(REFUSED);
  });

  test('the published integration’s statuses on unknown identities decide the sign-in, and start nothing', async () => {
    const { stack } = world();
    const expected = { rejected: REFUSED, verified: ALLOWED, initiated: ALLOWED, 'a word of nobody': ALLOWED };
    const people = await newPeople(stack, Object.keys(expected).length);
    for (const [n, word] of Object.keys(expected).entries()) await write(people[n], word);
    await stack.restartWithoutLedger();
    for (const [n, outcome] of Object.values(expected).entries())
      expect(await people[n]?.signIn()).toMatchObject(outcome);

    const [rejected] = people;
    const page = await rejected?.goToJumio();
    expect(page?.url).toContain(stack.verifyUrl);
    expect(page?.text).not.toContain('<form');
    expect(await rejected?.signIn()).toMatchObject(REFUSED);
    for (const person of people) expect(await startsOf(world(), person)).toBe(1);
  });
}
