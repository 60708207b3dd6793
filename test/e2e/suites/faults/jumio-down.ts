import { expect, test } from 'vitest';
import { send } from '../../../../sandbox/kratos/client/loopback.ts';
import { newPerson, type Person } from '../../../../sandbox/scenarios/person.ts';
import { ALLOWED } from '../../support/outcomes.ts';
import { eventually, onlyExecutionOf, type World } from '../../support/world.ts';

const FAILURES = [503, 'html', 'reset', 'huge'] as const;

/** Jumio cannot start an execution, or does not know any. The next call gets the fault, of whichever test it is. */
export function jumioDownCases(world: () => World): void {
  test('while Jumio cannot start anything, sign-ups work; afterwards each has one execution, and its ids are shown', async () => {
    const { stack, jumio } = world();
    // One identity per fault: after all of these faults an identity would wait for an hour.
    const people: Person[] = [];
    for (const fault of FAILURES) {
      await jumio.fault({ kind: 'create', fault });
      people.push(await newPerson(stack));
    }
    for (const person of people) {
      const { workflow_execution_id: shown } = (await person.waitFor({ status: 'pending' })) ?? {};
      const { id } = await onlyExecutionOf(world(), person);
      if (shown !== undefined) expect(shown).toBe(id);
      await person.waitFor({ status: 'pending', workflow_execution_id: id });
    }
    await people[0]?.choose(await people[0].goToJumio(), { outcome: 'pass' });
    await people[0]?.waitFor({ status: 'approved' });
  });

  test('an execution whose ids were lost decides nothing: the person continues with the known one', async () => {
    const { stack, jumio } = world();
    await jumio.fault({ kind: 'create', fault: 'executed-then-reset' });
    const person = await newPerson(stack);
    const [orphan, own] = await eventually(async () => {
      const executions = await jumio.executionsOf(person.identityId);
      expect(executions).toHaveLength(2);
      return executions;
    });
    await person.waitFor({ workflow_execution_id: own?.id ?? '' });
    await jumio.post(`executions/${orphan?.id}/outcome`, { outcome: 'reject' });
    await eventually(async () => {
      const callbacks = await jumio.callbacksOf(orphan?.id ?? '');
      expect(callbacks.map(({ answerStatus }) => answerStatus)).toEqual([200]);
    });
    expect(await person.signIn()).toMatchObject(ALLOWED);
    await person.choose(await person.goToJumio(), { outcome: 'pass' });
    await person.waitFor({ status: 'approved', workflow_execution_id: own?.id ?? '' });
  });

  test('tokens that Jumio no longer accepts are replaced without a visible failure', async () => {
    const { stack, jumio } = world();
    const tokens = async () => (await jumio.calls()).filter(({ kind }) => kind === 'token').length;
    await newPerson(stack);
    const before = await tokens();
    await send({ method: 'DELETE', url: `${stack.jumioUrl}/sandbox/tokens` });
    const person = await newPerson(stack);
    await person.choose(await person.goToJumio(), { outcome: 'pass' });
    await person.waitFor({ status: 'approved' });
    expect(await tokens()).toBe(before + 1);
  });
}
