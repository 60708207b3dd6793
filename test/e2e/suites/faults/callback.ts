import { afterAll, beforeAll, expect, test } from 'vitest';
import { newPerson, type Person } from '../../../../sandbox/scenarios/person.ts';
import { ALLOWED, REFUSED } from '../../support/outcomes.ts';
import { eventually, onlyExecutionOf, type World } from '../../support/world.ts';

const PASS = { outcome: 'pass' };

/** Callbacks that are late, unusual, or of another identity. Jumio also sends intermediate ones (`intermediateCallbacks`). */
export function callbackCases(world: () => World): void {
  const reportAll = (on: boolean) => world().jumio.post('settings', { intermediateCallbacks: on });
  beforeAll(() => reportAll(true));
  afterAll(() => reportAll(false));

  async function signedUp(): Promise<{ person: Person; id: string }> {
    const person = await newPerson(world().stack);
    return { person, id: (await onlyExecutionOf(world(), person)).id };
  }

  const plan = (person: Person, fault: object): Promise<void> =>
    world().jumio.fault({ kind: 'callback', customerInternalReference: person.identityId, ...fault });

  /** The responses of the service, after all callbacks were sent. */
  async function answers(id: string): Promise<(number | string)[]> {
    const callbacks = await eventually(async () => {
      const all = await world().jumio.callbacksOf(id);
      expect(all.filter(({ state }) => state === 'waiting' || state === 'sending')).toEqual([]);
      return all;
    });
    return callbacks.map(({ reason, answerStatus }) =>
      reason === 'genuine' ? (answerStatus ?? 'lost') : `${reason} ${answerStatus}`,
    );
  }

  async function readsOf(id: string): Promise<number> {
    const calls = await world().jumio.calls();
    return calls.filter(({ kind, executionId }) => executionId === id && /status|details/.test(kind)).length;
  }

  /** Completes the execution without the person's browser, which would return to the service. */
  async function decide(id: string, outcome: object): Promise<void> {
    await world().jumio.post(`executions/${id}/outcome`, outcome);
  }

  test('six concurrent copies of a callback are each 200, and cause one read', async () => {
    const { person, id } = await signedUp();
    await plan(person, { fault: 'duplicate', copies: 5, count: 3 });
    await decide(id, PASS);
    await person.waitFor({ status: 'approved' });
    const duplicate = 'duplicate 200';
    expect((await answers(id)).filter((answer) => answer === 200 || answer === duplicate)).toHaveLength(18);
    expect(await readsOf(id)).toBeLessThanOrEqual(2);
  });

  test('300 replays of a genuine callback are each 200, and cause one more read in ten seconds', async () => {
    const { person, id } = await signedUp();
    await decide(id, PASS);
    await person.waitFor({ status: 'approved' });
    const before = await readsOf(id);
    await world().jumio.post('callbacks', { executionId: id, times: 300 });
    expect((await answers(id)).slice(3)).toEqual(Array.from({ length: 300 }, () => 'by-hand 200'));
    expect(await readsOf(id)).toBeLessThanOrEqual(before + 1);
  });

  test('a final callback before an earlier one keeps the decision', async () => {
    const { person, id } = await signedUp();
    await world().jumio.post(`executions/${id}/start`, {});
    await plan(person, { fault: 'reorder' });
    await decide(id, PASS);
    const before = await person.waitFor({ status: 'approved' });
    expect(await answers(id)).toEqual([200, 200, 200]);
    const [, acquired, processed] = await world().jumio.callbacksOf(id);
    expect(Date.parse(acquired?.sentAt ?? '')).toBeGreaterThanOrEqual(Date.parse(processed?.sentAt ?? ''));
    expect(await person.readStatus()).toEqual(before);
    expect(await person.signIn()).toMatchObject(ALLOWED);
  });

  test('a lost callback is replaced by the person’s return to the status page', async () => {
    const { person, id } = await signedUp();
    await plan(person, { fault: 'lose', count: 3 });
    await person.choose(await person.goToJumio(), PASS);
    await person.waitFor({ status: 'approved' });
    expect(await answers(id)).toEqual(['lost', 'lost', 'lost']);
  });

  test('a forged callback is 401 and causes no read', async () => {
    const { person, id } = await signedUp();
    await plan(person, { fault: 'lose', count: 3 });
    await plan(person, { fault: 'forged', count: 3 });
    await decide(id, PASS);
    expect(await answers(id)).toEqual(['forged 401', 'lost', 'forged 401', 'lost', 'forged 401', 'lost']);
    expect(await readsOf(id)).toBe(0);
    expect(await person.readStatus()).toMatchObject({ status: 'pending' });
  });

  test('a genuine callback beside a forged one counts', async () => {
    const { person, id } = await signedUp();
    await plan(person, { fault: 'forged', count: 3 });
    await decide(id, { outcome: 'reject' });
    await person.waitFor({ status: 'rejected' });
    expect((await answers(id)).filter((answer) => answer === 200)).toHaveLength(3);
    expect(await person.signIn()).toMatchObject(REFUSED);
  });

  test('a callback with the reference of another identity, or for an unknown execution, is 200 and decides nothing', async () => {
    const [{ person, id }, other] = [await signedUp(), await signedUp()];
    const { userReference } = await onlyExecutionOf(world(), other.person);
    const workflowExecution = { id, status: 'PROCESSED' };
    await plan(person, { fault: 'lose', count: 3 });
    await plan(person, { fault: 'unknown-workflow', count: 3 });
    await decide(id, PASS);
    await world().jumio.post('callbacks', { executionId: id, body: { userReference, workflowExecution } });
    const odd = 'unknown-workflow 200';
    expect(await answers(id)).toEqual([odd, 'lost', odd, 'lost', odd, 'lost', 'by-hand 200']);
    expect([await readsOf(id), await readsOf(other.id)]).toEqual([0, 0]);
    expect(await person.readStatus()).toMatchObject({ status: 'pending' });
  });

  test('a callback with an undocumented status changes nothing, and the next one counts', async () => {
    const { person, id } = await signedUp();
    const { jumio } = world();
    await jumio.post(`executions/${id}/status`, { status: 'PAUSED_FOR_REVIEW' });
    await jumio.post('callbacks', { executionId: id });
    await eventually(async () => expect(await readsOf(id)).toBe(1));
    expect(await person.readStatus()).toMatchObject({ status: 'pending' });
    await jumio.post(`executions/${id}/status`, { status: null });
    await decide(id, PASS);
    await person.waitFor({ status: 'approved' });
    expect(await answers(id)).toEqual(['by-hand 200', 200, 200, 200]);
  });

  test('details that are not yet available are read when they are', async () => {
    const { person, id } = await signedUp();
    await plan(person, { fault: 'unreadable', seconds: 2 });
    await person.choose(await person.goToJumio(), { outcome: 'reject' });
    await person.waitFor({ status: 'rejected' });
    expect(await answers(id)).toEqual([200, 200, 200]);
    expect(await person.signIn()).toMatchObject(REFUSED);
  });
}
