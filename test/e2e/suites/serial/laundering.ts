import { expect, test } from 'vitest';
import { recover } from '../../../../sandbox/kratos/client/flows.ts';
import { newPerson, type Person } from '../../../../sandbox/scenarios/person.ts';
import { ALLOWED, REFUSED, TRY_AGAIN, UNREADABLE } from '../../support/outcomes.ts';
import { startsOf, type World } from '../../support/world.ts';

const DAY = 24 * 3600;

/** A rejection stays one until Jumio decides otherwise. */
export function launderingCases(world: () => World): void {
  async function rejectedForAPhoto(): Promise<Person> {
    const person = await newPerson(world().stack);
    await person.choose(await person.goToJumio(), UNREADABLE);
    await person.waitFor({ status: 'rejected' });
    return person;
  }

  async function isRefusedEverywhere(person: Person, refusal: object = TRY_AGAIN): Promise<void> {
    for (const as of ['api', 'spa', 'browser'] as const) expect(await person.signIn({ as })).toMatchObject(refusal);
    expect(await recover(world().stack.kratos, person.identityId, { as: 'browser' })).toMatchObject(refusal);
  }

  test('rejected for an unreadable photo, started again, and left: still refused, also when it has expired', async () => {
    const { stack } = world();
    const person = await rejectedForAPhoto();
    await person.choose(await person.goToJumio(), { outcome: 'abandon' });
    await person.waitFor({ status: 'rejected', attempt: 'pending' });
    await isRefusedEverywhere(person);
    await stack.advance(2 * DAY);
    await person.waitFor({ status: 'rejected', attempt: 'expired' });
    await isRefusedEverywhere(person);
    expect(await startsOf(world(), person)).toBe(2);
  });

  test('rejected for an unreadable photo, started again, and the link never opened: still refused', async () => {
    const { stack, jumio } = world();
    const person = await rejectedForAPhoto();
    const page = await person.browser.get(`${stack.verifyUrl}/jumio/verify`);
    const redirect = await person.browser.submit(page);
    expect(redirect.location).toContain(stack.jumioUrl);
    await stack.advance(2 * DAY);
    await person.waitFor({ status: 'rejected', attempt: 'expired' });
    await isRefusedEverywhere(person);
    const statuses = (await jumio.executionsOf(person.identityId)).map(({ status }) => status);
    expect(statuses).toEqual(['PROCESSED', 'TOKEN_EXPIRED']);
  });

  test('a readable photo after an unreadable one allows the sign-in', async () => {
    const person = await rejectedForAPhoto();
    await person.choose(await person.goToJumio(), { outcome: 'pass' });
    await person.waitFor({ status: 'approved', verdict: 'PASSED' });
    expect(await person.signIn()).toMatchObject(ALLOWED);
  });

  test('after three unreadable photos a fourth attempt is impossible', async () => {
    const person = await rejectedForAPhoto();
    for (const _ of ['second', 'third']) {
      await person.choose(await person.goToJumio(), UNREADABLE);
      // The person was rejected before; now Kratos shows this verdict.
      const latest = (await world().jumio.executionsOf(person.identityId)).at(-1);
      await person.waitFor({ status: 'rejected', workflow_execution_id: latest?.id ?? '' });
    }
    expect(await person.readStatus()).not.toHaveProperty('attempt');
    const page = await person.goToJumio();
    expect(page.url).toContain(world().stack.verifyUrl);
    expect(page.text).not.toContain('<form');
    expect(await startsOf(world(), person)).toBe(3);
    await isRefusedEverywhere(person, REFUSED);
  });
}
