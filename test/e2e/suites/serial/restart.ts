import { expect, test } from 'vitest';
import { signIn, signUp } from '../../../../sandbox/kratos/client/flows.ts';
import { newCredentials, newPerson } from '../../../../sandbox/scenarios/person.ts';
import { ALLOWED, MANIPULATED, REFUSED } from '../../support/outcomes.ts';
import { callsOf, eventually, onlyExecutionOf, type World } from '../../support/world.ts';

/** Seconds after which the lease of a killed process ends. */
const LEASE = 31;

/** The service's process ends during its work: by a shutdown, or killed. */
export function restartCases(world: () => World): void {
  const ownCalls = async (person: { identityId: string }, wanted: string) =>
    (await callsOf(world(), person)).filter(({ kind }) => kind === wanted);

  test('SIGTERM in mid-journey: open pages continue, and nothing is done twice', async () => {
    const { stack } = world();
    const [open, decided] = [await newPerson(stack), await newPerson(stack)];
    const page = await open.browser.get(`${stack.verifyUrl}/jumio/verify`);
    await decided.choose(await decided.goToJumio(), MANIPULATED);
    const before = stack.service().process;
    await stack.restart();
    expect(before.exitCode).toBe(0);
    await open.choose(await open.browser.submit(page, {}, { follow: true }), { outcome: 'pass' });
    await open.waitFor({ status: 'approved' });
    await decided.waitFor({ status: 'rejected' });
    expect(await decided.signIn()).toMatchObject(REFUSED);
    for (const person of [open, decided]) expect(await ownCalls(person, 'create')).toHaveLength(1);
  });

  test('SIGTERM amid sign-ups: each has its one execution, with or without a response to its hook', async () => {
    const { stack, jumio } = world();
    const references = async () =>
      (await jumio.calls()).filter(({ kind }) => kind === 'create').map((call) => call.customerInternalReference);
    const earlier = new Set(await references());
    const people = Array.from({ length: 6 }, () => newCredentials());
    const signUps = (async () => {
      for (const credentials of people) await signUp(stack.kratos, credentials, { as: 'api' });
    })();
    await eventually(async () => expect((await references()).filter((id) => !earlier.has(id))).not.toEqual([]));
    await stack.restart();
    await signUps;
    for (const credentials of people) {
      const { signedIn, identityId = '' } = await signIn(stack.kratos, credentials, { as: 'api' });
      expect(signedIn).toBe(true);
      await onlyExecutionOf(world(), { identityId });
      expect(await ownCalls({ identityId }, 'create')).toHaveLength(1);
    }
  });

  test('SIGKILL during a create call: the person gets a link, and the lost execution never counts', async () => {
    const { stack, jumio } = world();
    await jumio.fault({ kind: 'create', fault: 'executed-then-hang' });
    const person = await newPerson(stack);
    await stack.service().kill();
    await stack.restart();
    await stack.advance(LEASE);
    const [lost, own] = await eventually(async () => {
      const executions = await jumio.executionsOf(person.identityId);
      expect(executions).toHaveLength(2);
      return executions;
    });
    await person.waitFor({ status: 'pending', workflow_execution_id: own?.id ?? '' });
    await jumio.post(`executions/${lost?.id}/outcome`, { outcome: 'reject' });
    await person.choose(await person.goToJumio(), { outcome: 'pass' });
    await person.waitFor({ status: 'approved', workflow_execution_id: own?.id ?? '' });
    expect(await person.signIn()).toMatchObject(ALLOWED);
  });

  test('SIGKILL while the details are read: they are read again', async () => {
    const { stack, jumio } = world();
    const person = await newPerson(stack);
    await jumio.fault({ kind: 'details', fault: 'hang', customerInternalReference: person.identityId });
    await person.choose(await person.goToJumio(), MANIPULATED);
    await eventually(async () => expect(await ownCalls(person, 'details')).toHaveLength(1));
    await stack.service().kill();
    await stack.restart();
    await stack.advance(LEASE);
    await person.waitFor({ status: 'rejected' });
    expect(await person.signIn()).toMatchObject(REFUSED);
  });

  test.each([false, true])(
    'SIGKILL before Kratos’ response to the PATCH (done: %s): the gate knows, and Kratos shows it',
    async (afterwards) => {
      const { stack, admin, jumio } = world();
      const person = await newPerson(stack);
      const { id } = await onlyExecutionOf(world(), person);
      await person.waitFor({ workflow_execution_id: id });
      const patches = () => admin.calls('patch').filter(({ path }) => path.includes(person.identityId));
      const earlier = patches().length;
      admin.fault('patch', 'hang', { afterwards });
      await jumio.post(`executions/${id}/outcome`, { outcome: 'reject' });
      await eventually(async () => expect(patches()).toHaveLength(earlier + 1));
      await stack.service().kill();
      await stack.restart();
      expect(await person.signIn()).toMatchObject(REFUSED);
      await stack.advance(LEASE);
      await person.waitFor({ status: 'rejected' });
      await eventually(async () => expect(patches()).toHaveLength(earlier + 2));
      const [first, second] = patches().slice(earlier);
      expect(second?.body).toBe(first?.body);
    },
  );

  test('callbacks during an outage of the service are replaced by the person’s return to the status page', async () => {
    const { stack, jumio } = world();
    const person = await newPerson(stack);
    const { id } = await onlyExecutionOf(world(), person);
    await stack.service().kill();
    await jumio.post(`executions/${id}/outcome`, { outcome: 'pass' });
    await eventually(async () => expect(await jumio.callbacksOf(id)).toMatchObject([{ state: 'unanswered' }]));
    await stack.restart();
    await person.browser.get(`${stack.verifyUrl}/jumio/status`);
    await person.waitFor({ status: 'approved' });
  });
}
