import { beforeAll, expect, test } from 'vitest';
import { recover } from '../../../../sandbox/kratos/client/flows.ts';
import type { Answer } from '../../../../sandbox/kratos/client/loopback.ts';
import { newPerson, type Person, type PublishedStatus } from '../../../../sandbox/scenarios/person.ts';
import { ALLOWED, MANIPULATED, REFUSED, UNREADABLE } from '../../support/outcomes.ts';
import { sentenceOn } from '../../support/pages.ts';
import { startsOf, type World } from '../../support/world.ts';

const NOT_VERIFIED = 'The check is complete, but your identity is not verified.';

/** A person at the time when the ledger was lost, with a page that was opened before. */
interface Survivor {
  readonly person: Person;
  readonly page: Answer;
  readonly shown: PublishedStatus;
}

/** The ledger is lost: the published copy of Kratos still decides. */
export function lostLedgerCases(world: () => World): void {
  const survivors = new Map<string, Survivor>();

  async function prepare(name: string, choice: Record<string, string> | undefined, status: string): Promise<void> {
    const { stack } = world();
    const person = await newPerson(stack);
    const page = await person.browser.get(`${stack.verifyUrl}/jumio/verify`);
    if (choice) await person.choose(await person.goToJumio(), choice);
    survivors.set(name, { person, page, shown: await person.waitFor({ status }) });
  }

  function survivor(name: string): Survivor {
    const found = survivors.get(name);
    if (found === undefined) throw new Error(`no person was ${name}`);
    return found;
  }

  beforeAll(async () => {
    await prepare('rejected for manipulation', MANIPULATED, 'rejected');
    await prepare('rejected for an unreadable photo', UNREADABLE, 'rejected');
    await prepare('approved', { outcome: 'pass' }, 'approved');
    await prepare('still open', undefined, 'pending');
    await world().stack.restartWithoutLedger();
  });

  test.each(['rejected for manipulation', 'rejected for an unreadable photo'])(
    'after a lost ledger, an identity that was %s is refused, and a visit to verify changes nothing',
    async (name) => {
      const { stack } = world();
      const { person, page, shown } = survivor(name);
      for (const as of ['api', 'spa', 'browser'] as const) expect(await person.signIn({ as })).toMatchObject(REFUSED);

      const now = await person.browser.get(`${stack.verifyUrl}/jumio/verify`);
      expect([now.status, sentenceOn(now)]).toEqual([200, NOT_VERIFIED]);
      expect(now.text).not.toContain('<form');
      const pressed = await person.browser.submit(page, {}, { follow: true });
      expect(pressed.url).toContain(stack.verifyUrl);
      expect(sentenceOn(await person.browser.get(`${stack.verifyUrl}/jumio/status`))).toBe(NOT_VERIFIED);

      for (const as of ['api', 'spa', 'browser'] as const) expect(await person.signIn({ as })).toMatchObject(REFUSED);
      expect(await recover(stack.kratos, person.identityId, { as: 'browser' })).toMatchObject(REFUSED);
      expect(await startsOf(world(), person)).toBe(1);
      expect(await person.readStatus()).toEqual(shown);
    },
  );

  test('after a lost ledger, an approved identity signs in, and cannot start again', async () => {
    const { person, shown } = survivor('approved');
    expect(await person.signIn()).toMatchObject(ALLOWED);
    expect((await person.goToJumio()).text).not.toContain('<form');
    expect(await startsOf(world(), person)).toBe(1);
    expect(await person.readStatus()).toEqual(shown);
  });

  test('after a lost ledger, an identity with an open attempt signs in and starts again, and results of the former attempt are refused', async () => {
    const { jumio } = world();
    const { person } = survivor('still open');
    expect(await person.signIn()).toMatchObject(ALLOWED);
    const [before] = await jumio.executionsOf(person.identityId);
    await jumio.post(`executions/${before?.id}/outcome`, { outcome: 'reject' });
    await person.choose(await person.goToJumio(), { outcome: 'pass' });
    await person.waitFor({ status: 'approved' });
    expect(await jumio.callbacksOf(before?.id ?? '')).toMatchObject([{ answerStatus: 401 }]);
    expect(await startsOf(world(), person)).toBe(2);
  });
}
