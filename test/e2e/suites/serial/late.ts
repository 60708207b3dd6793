import { expect, test } from 'vitest';
import { newPerson } from '../../../../sandbox/scenarios/person.ts';
import { ALLOWED, REFUSED } from '../../support/outcomes.ts';
import { eventually, onlyExecutionOf, startsOf, type World } from '../../support/world.ts';

const HOUR = 3600;

const DAY = 24 * HOUR;

/** Answers of Jumio that are late or missing. */
export function lateCases(world: () => World): void {
  test('a verdict with a lost callback, of a person who never returned, is found when the link ends', async () => {
    const { stack, jumio } = world();
    const person = await newPerson(stack);
    await jumio.fault({ kind: 'callback', fault: 'lose', customerInternalReference: person.identityId });
    const { id } = await onlyExecutionOf(world(), person);
    await jumio.post(`executions/${id}/outcome`, { outcome: 'reject' });
    expect(await jumio.callbacksOf(id)).toMatchObject([{ state: 'lost' }]);
    await stack.advance(DAY + 60);
    await person.waitFor({ status: 'rejected' });
    expect(await person.signIn()).toMatchObject(REFUSED);
  });

  test('a lost verdict of a person who returned is found on Jumio’s own schedule, within minutes', async () => {
    const { stack, jumio } = world();
    await jumio.post('settings', { processingSeconds: 90 });
    const person = await newPerson(stack);
    await jumio.fault({ kind: 'callback', fault: 'lose', customerInternalReference: person.identityId });
    await person.choose(await person.goToJumio(), { outcome: 'pass' });
    await person.waitFor({ status: 'processing' });
    await stack.advance(200);
    await person.waitFor({ status: 'approved' });
    await jumio.post('settings', { processingSeconds: 0 });
    const { id } = await onlyExecutionOf(world(), person);
    expect(await jumio.callbacksOf(id)).toMatchObject([{ state: 'lost' }]);
  });

  test('a correction by Jumio after an approval is delayed for an hour, not dropped, and then sign-in is refused', async () => {
    const { stack, jumio } = world();
    const person = await newPerson(stack);
    await person.choose(await person.goToJumio(), { outcome: 'pass' });
    const before = await person.waitFor({ status: 'approved' });
    const { id } = await onlyExecutionOf(world(), person);
    await jumio.post(`executions/${id}/overturn`, { outcome: 'reject' });
    await eventually(async () => {
      const callbacks = await jumio.callbacksOf(id);
      expect(callbacks.map(({ answerStatus }) => answerStatus)).toEqual([200, 200]);
    });
    expect(await person.readStatus()).toEqual(before);
    await stack.advance(HOUR + 1);
    const after = await person.waitFor({ status: 'rejected', verdict: 'FAILED' });
    expect(after?.updated_at).not.toBe(before?.updated_at);
    expect(await person.signIn()).toMatchObject(REFUSED);
  });

  test('a late verdict about an expired attempt counts, also beside a newer open one', async () => {
    const { stack, jumio } = world();
    const person = await newPerson(stack);
    const { id } = await onlyExecutionOf(world(), person);
    await stack.advance(2 * DAY);
    await person.waitFor({ status: 'expired' });
    expect((await person.goToJumio()).url).toContain(stack.jumioUrl);
    await person.waitFor({ status: 'pending' });
    await stack.advance(11); // at most one read in ten seconds, and the end of the link caused one
    await jumio.post(`executions/${id}/overturn`, { outcome: 'reject' });
    await person.waitFor({ status: 'rejected', workflow_execution_id: id });
    expect(await person.signIn()).toMatchObject(REFUSED);
    // The rejection allows no retry: the newer attempt is no longer a continuation link.
    expect((await person.goToJumio()).url).toContain(stack.verifyUrl);
    expect(await startsOf(world(), person)).toBe(2);
  });

  test('a further read of the same verdict, months later, changes nothing', async () => {
    const { stack, jumio } = world();
    const person = await newPerson(stack);
    await person.choose(await person.goToJumio(), { outcome: 'pass' });
    const before = await person.waitFor({ status: 'approved' });
    const { id } = await onlyExecutionOf(world(), person);
    const detailsCalls = async () =>
      (await jumio.calls()).filter((call) => call.kind === 'details' && call.executionId === id);
    const earlier = (await detailsCalls()).length;
    await stack.advance(60 * DAY);
    await jumio.post('callbacks', { executionId: id });
    await eventually(async () => expect(await detailsCalls()).toHaveLength(earlier + 1));
    expect(await person.signIn()).toMatchObject(ALLOWED);
    expect(await person.readStatus()).toEqual(before);
  });
}
