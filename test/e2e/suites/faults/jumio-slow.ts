import { beforeAll, expect, test } from 'vitest';
import type { Person } from '../../../../sandbox/scenarios/person.ts';
import { ALLOWED, MANIPULATED, REFUSED, UNREADABLE } from '../../support/outcomes.ts';
import { eventually, newPeople, onlyExecutionOf, type World } from '../../support/world.ts';

const FAILURES = [503, 'html', 'reset', 'huge'] as const;

/** Jumio cannot be read, or does not respond, for one person. */
export function jumioSlowCases(world: () => World): void {
  let people: Person[] = [];
  beforeAll(async () => {
    people = await newPeople(world().stack, FAILURES.length + 2);
  });

  function nextPerson(): Person {
    const person = people.pop();
    if (person === undefined) throw new Error('no further person is left');
    return person;
  }

  const callsOf = async ({ identityId }: { identityId: string }, kind: string) =>
    (await world().jumio.calls()).filter((call) => call.kind === kind && call.customerInternalReference === identityId);

  const answers = async (id: string) =>
    new Set((await world().jumio.callbacksOf(id)).map(({ answerStatus }) => answerStatus));

  test.each(FAILURES)(
    'while Jumio’s details are %s, callbacks are 200, and the verdict follows later',
    async (fault) => {
      const { jumio } = world();
      const person = nextPerson();
      await jumio.fault({ kind: 'details', fault, count: 2, customerInternalReference: person.identityId });
      await person.choose(await person.goToJumio(), MANIPULATED);
      await person.waitFor({ status: 'rejected' });
      expect(await person.signIn()).toMatchObject(REFUSED);
      expect(await callsOf(person, 'details')).toHaveLength(3);
      expect(await answers((await onlyExecutionOf(world(), person)).id)).toEqual(new Set([200]));
    },
  );

  test('a read of a verdict that Jumio never answers delays no request', async () => {
    const { stack, jumio } = world();
    const person = nextPerson();
    await jumio.fault({ kind: 'details', fault: 'hang', customerInternalReference: person.identityId });
    await person.choose(await person.goToJumio(), MANIPULATED);
    await eventually(async () => expect(await callsOf(person, 'details')).toMatchObject([{ status: null }]));
    expect(await person.signIn()).toMatchObject(ALLOWED);
    expect((await person.browser.get(`${stack.verifyUrl}/jumio/status`)).status).toBe(200);
    expect(await answers((await onlyExecutionOf(world(), person)).id)).toEqual(new Set([200]));
    // The timeout of a call to Jumio is ten seconds: nothing has been read yet.
    expect(await callsOf(person, 'details')).toMatchObject([{ status: null }]);
    await person.waitFor({ status: 'rejected' });
  });

  test('a further create call that Jumio never answers leaves a page that continues by itself', async () => {
    const { stack, jumio } = world();
    const person = nextPerson();
    await person.choose(await person.goToJumio(), UNREADABLE);
    await person.waitFor({ status: 'rejected' });
    await jumio.fault({ kind: 'update', fault: 'hang', customerInternalReference: person.identityId });
    const page = await person.goToJumio();
    expect(page.url).toContain(stack.verifyUrl);
    expect(page.text).toContain('The page updates by itself.');
    const { signedIn, messages } = await person.signIn();
    expect([signedIn, messages[0]?.id, messages[0]?.text]).toEqual([
      false,
      4990001,
      expect.stringMatching(/in progress.+enter\?code=/),
    ]);
    await eventually(async () => expect(await callsOf(person, 'update')).toHaveLength(2));
    const hosted = await eventually(async () => {
      const answer = await person.goToJumio();
      expect(answer.url).toContain(stack.jumioUrl);
      return answer;
    });
    await person.choose(hosted, { outcome: 'pass' });
    await person.waitFor({ status: 'approved' });
    expect(await jumio.executionsOf(person.identityId)).toHaveLength(2);
  });
}
