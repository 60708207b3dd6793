import { expect, test } from 'vitest';
import { send } from '../../../../sandbox/kratos/client/loopback.ts';
import { newCredentials, newPerson } from '../../../../sandbox/scenarios/person.ts';
import { identityIdOf } from '../../support/shown.ts';
import { callsOf, startsOf } from '../../support/world.ts';
import { checkInEveryLanguage } from '../languages.ts';
import { checkPage } from '../page-check.ts';
import * as scenes from '../scenes.ts';
import type { BrowserStage } from '../stage.ts';
import { choose, fillIn, leads, onToJumio, pressAction } from '../steps.ts';
import { PHONE, SPANISH, type Visitor } from '../window.ts';

/**
 * `VERIFICATION_START=consent`, with traits that go to Jumio.
 * @param writeTexts writes the operator's file of texts
 */
export function consentFirstCases(stage: () => BrowserStage, writeTexts: (yaml: string) => void): void {
  async function signUp(visitor: Visitor) {
    const { page } = await stage().open(visitor);
    await page.goto(`${stage().stack.appUrl}/registration`);
    const { email, password } = newCredentials('walker');
    await fillIn(page, email, password);
    return { page, identityId: await identityIdOf(stage().stack, email) };
  }

  test.each([
    { visitor: PHONE, traits: 'what you have told us about yourself' },
    { visitor: SPANISH, traits: 'datos que usted nos ha dado' },
  ])(
    'before consent no call to Jumio is made, also after a refusal, in $visitor.language',
    async ({ visitor, traits }) => {
      const { stack, jumio, verifyUrl } = stage();
      const { page, identityId } = await signUp(visitor);
      expect(page.url()).toBe(`${verifyUrl}/jumio/verify`);
      await page.getByText(traits).waitFor();
      await leads(page, () => page.locator('form[action="/jumio/decline"] button').click());
      await page.locator(`a#action[href="${stack.appUrl}/"]`).waitFor();
      expect(await startsOf(stage(), { identityId })).toBe(0);
      await leads(page, () => page.locator('a[href="/jumio/verify"]').click());
      await onToJumio(page, stack);
      expect(await startsOf(stage(), { identityId })).toBe(1);
      const sent = (await callsOf(stage(), { identityId })).filter(({ kind }) => kind === 'prepared');
      expect(sent).not.toEqual([]);
      const [execution] = await jumio.executionsOf(identityId);
      expect(execution?.prepared).toEqual(['email']);
      await choose(page, 'Pass');
      await page.waitForURL(`${stack.appUrl}/`, { timeout: 30_000 });
      await page.getByText('Verified', { exact: true }).waitFor();
    },
  );

  test('Jumio refuses the traits: the person continues all the same', async () => {
    const { stack, jumio } = stage();
    const { page } = await signUp(PHONE);
    await jumio.fault({ kind: 'prepared', fault: 400 });
    await onToJumio(page, stack);
  });

  test('Jumio is down at consent: the page says so, and a press continues when it is back', async () => {
    const { stack, jumio, verifyUrl } = stage();
    const { page } = await signUp(PHONE);
    await jumio.fault({ kind: 'create', fault: 503, count: 100 });
    await pressAction(page);
    await page.getByText('We cannot reach Jumio').waitFor();
    const offered = async () => {
      await page.goto(`${verifyUrl}/jumio/verify`);
      return page.locator('#action').textContent();
    };
    // The first retries follow within seconds; after them the person has to press.
    await expect.poll(offered, { interval: 500, timeout: 60_000 }).toBe('Start identity check');
    await send({ method: 'DELETE', url: `${stack.jumioUrl}/sandbox/faults` });
    await stack.advance(60);
    await pressAction(page);
    await onToJumio(page, stack);
  });

  test('Jumio stays down: the page says so in every language, and offers a press', async () => {
    const { stack, jumio, open, verifyUrl } = stage();
    const person = await newPerson(stack);
    await jumio.fault({ kind: 'create', fault: 503, count: 100 });
    await person.goToJumio();
    const url = `${verifyUrl}/jumio/verify`;
    const { page } = await open(PHONE, person);
    const isOffered = async (): Promise<boolean> => {
      await page.goto(url);
      return (await page.locator('button#action').count()) > 0;
    };
    await expect.poll(isOffered, { interval: 500, timeout: 60_000 }).toBe(true);
    expect(await page.locator('h1').innerText()).toBe('We cannot reach Jumio right now');
    expect(await checkInEveryLanguage(stage(), url, { person })).toBe('button');
  });

  test('Jumio gives no link: the page says that nothing the person did was wrong', async () => {
    const { jumio, open, beside } = stage();
    const url = await beside({});
    const person = await scenes.signedUp(stage());
    const { page } = await open(PHONE, person);
    await page.goto(`${url}/jumio/verify`);
    await jumio.fault({ kind: 'create', fault: 'no-href' });
    await pressAction(page);
    await page.getByText('We cannot start your identity check').waitFor();
    expect(await checkInEveryLanguage(stage(), `${url}/jumio/verify`, { person })).toBe('button');
  });

  test('another version of the text asks every person once more, and says that it has changed', async () => {
    const { stack, open, verifyUrl } = stage();
    const person = await scenes.signedUp(stage());
    const { page } = await open(PHONE, person);
    await page.goto(`${verifyUrl}/jumio/verify`);
    await onToJumio(page, stack);
    const link = page.url();
    writeTexts('consent_version: "2026-01"\nen:\n  consent.why: The law asks banks to know their customers.\n');
    await stack.restart();
    const again = await open(PHONE, person);
    await again.page.goto(`${verifyUrl}/jumio/verify`);
    await again.page.getByText('has changed since you last agreed').waitFor();
    await again.page.getByText('The law asks banks').waitFor();
    await checkPage(again.page, PHONE);
    const third = await open(PHONE, person);
    await third.page.goto(`${verifyUrl}/jumio/verify`);
    await onToJumio(third.page, stack);
    expect(third.page.url()).toBe(link);
  });
}
