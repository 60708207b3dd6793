import { expect, test } from 'vitest';
import { send } from '../../../../sandbox/kratos/client/loopback.ts';
import { newPerson } from '../../../../sandbox/scenarios/person.ts';
import { ALLOWED } from '../../support/outcomes.ts';
import { sentenceOn } from '../../support/pages.ts';
import { startsOf, type World } from '../../support/world.ts';

const HOUR = 3600;

const DAY = 24 * HOUR;

/** Links, cookies and limits that end. */
export function expiryCases(world: () => World): void {
  test.each(['api', 'spa', 'browser'] as const)(
    'an expired link is shown, blocks no sign-in, and is renewed on the same account (%s)',
    async (as) => {
      const { stack, jumio } = world();
      const person = await newPerson(stack, { as });
      await stack.advance(2 * DAY);
      await person.waitFor({ status: 'expired' });
      expect(await person.signIn({ as })).toMatchObject(ALLOWED);
      await person.choose(await person.goToJumio(), { outcome: 'pass' });
      await person.waitFor({ status: 'approved' });
      expect(await person.signIn({ as })).toMatchObject(ALLOWED);
      const [first, second, ...others] = await jumio.executionsOf(person.identityId);
      expect([first?.status, second?.status, others]).toEqual(['TOKEN_EXPIRED', 'PROCESSED', []]);
      expect(second?.accountId).toBe(first?.accountId);
    },
  );

  test('a person who leaves Jumio’s page for a quarter of an hour may start again', async () => {
    const { stack } = world();
    const person = await newPerson(stack);
    await person.choose(await person.goToJumio(), { outcome: 'abandon' });
    await stack.advance(HOUR / 2);
    await person.waitFor({ status: 'expired' });
    const page = await person.browser.get(`${stack.verifyUrl}/jumio/verify`);
    expect(sentenceOn(page)).toBe('You did not finish your last identity check in time.');
    await person.choose(await person.goToJumio(), { outcome: 'pass' });
    await person.waitFor({ status: 'approved' });
  });

  test('after five executions the page names the date, and from that date on a sixth is possible', async () => {
    const { stack } = world();
    const person = await newPerson(stack);
    for (let more = 1; more <= 4; more += 1) {
      await stack.advance(2 * DAY);
      await person.waitFor({ status: 'expired' });
      expect((await person.goToJumio()).url).toContain(stack.jumioUrl);
      await person.waitFor({ status: 'pending' });
    }
    await stack.advance(2 * DAY);
    await person.waitFor({ status: 'expired' });
    const refusal = await person.goToJumio();
    expect(refusal.text).toMatch(
      /You can start a new identity check from \d{1,2} [A-Z][a-z]+ \d{4} at \d\d:\d\d UTC\./,
    );
    expect(await startsOf(world(), person)).toBe(5);
    await stack.advance(21 * DAY); // 31 days after the first
    expect((await person.goToJumio()).url).toContain(stack.jumioUrl);
    expect(await startsOf(world(), person)).toBe(6);
  });

  test('the hand-over cookie ends an hour after the link to Jumio', async () => {
    const { stack } = world();
    const person = await newPerson(stack);
    const { browser, identityId } = person;
    const status = async () => (await browser.get(`${stack.verifyUrl}/jumio/status`)).status;
    expect((await person.goToJumio()).url).toContain(stack.jumioUrl);
    await send({ method: 'DELETE', url: `${stack.kratos.adminUrl}/admin/identities/${identityId}/sessions` });
    await stack.advance(23 * HOUR);
    expect(await status()).toBe(200);
    await stack.advance(2 * HOUR);
    expect(await status()).toBe(401);
  });
}
