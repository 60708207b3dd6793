import { expect, test } from 'vitest';
import { newPerson } from '../../../../sandbox/scenarios/person.ts';
import { isReal, OR_WHY_SKIPPED } from '../../support/kratos-under-test.ts';
import { ALLOWED, MANIPULATED, REFUSED } from '../../support/outcomes.ts';
import { eventually, newPeople, onlyExecutionOf, type World } from '../../support/world.ts';

const FAILURES = ['503', '500', 'reset', 'html', '400-serialize', '429', '404-html'] as const;

/** Kratos' admin API is down, or returns wrong responses. A proxy in front of it records the calls. */
export function kratosDownCases(world: () => World): void {
  const patchesOf = ({ identityId }: { identityId: string }) =>
    world()
      .admin.calls('patch')
      .filter(({ path }) => path.includes(identityId));

  test('while the admin API gives wrong responses, sign-ups work, and the ids follow later', async () => {
    const { stack, admin } = world();
    for (const fault of FAILURES) admin.fault('patch', fault);
    const people = await newPeople(stack, FAILURES.length);
    const met = () => admin.calls('patch').filter(({ fault }) => fault !== undefined);
    await eventually(() => expect(met()).toHaveLength(FAILURES.length));
    for (const person of people) {
      const { id } = await onlyExecutionOf(world(), person);
      expect(await person.signIn()).toMatchObject(ALLOWED);
      await person.waitFor({ status: 'pending', workflow_execution_id: id });
    }
  });

  test('a rejection counts at the gate while the admin API is down, and is published when it is back', async () => {
    const { stack, admin } = world();
    const person = await newPerson(stack);
    await person.waitFor({ status: 'pending' });
    // Until Kratos is back each call fails, however often the service retries.
    admin.fault('patch', 'reset', { times: 1_000 });
    await person.choose(await person.goToJumio(), MANIPULATED);
    await eventually(async () => expect(await person.signIn()).toMatchObject(REFUSED));
    expect(await person.readStatus()).toMatchObject({ status: 'pending' });
    admin.clearFaults();
    // Longer than the back-off by then.
    await stack.advance(60);
    await person.waitFor({ status: 'rejected' });
    expect(await person.signIn()).toMatchObject(REFUSED);
  });

  test('a PATCH whose response was lost is sent again, byte for byte', async () => {
    const { stack, admin, jumio } = world();
    const person = await newPerson(stack);
    const { id } = await onlyExecutionOf(world(), person);
    await person.waitFor({ workflow_execution_id: id });
    const earlier = patchesOf(person).length;
    admin.fault('patch', 'reset', { afterwards: true });
    await jumio.post(`executions/${id}/outcome`, { outcome: 'pass' });
    await person.waitFor({ status: 'approved' });
    const [first, second] = await eventually(async () => {
      const patches = patchesOf(person).slice(earlier);
      expect(patches.map(({ status }) => status)).toEqual([undefined, 200]);
      return patches;
    });
    expect(second?.body).toBe(first?.body);
  });

  test.skipIf(!isReal)(
    `while Kratos is stopped, a verdict is stored, and published when it is back${OR_WHY_SKIPPED}`,
    async () => {
      const { stack, jumio } = world();
      const person = await newPerson(stack);
      const { id } = await onlyExecutionOf(world(), person);
      await stack.withoutKratos(async () => {
        await jumio.post(`executions/${id}/outcome`, { outcome: 'reject' });
        await expect.poll(() => patchesOf(person).length, { timeout: 20_000 }).toBeGreaterThan(1);
      });
      expect(await person.signIn()).toMatchObject(REFUSED);
      await person.waitFor({ status: 'rejected' });
    },
  );
}
