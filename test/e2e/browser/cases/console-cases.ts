import { writeFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { newPerson, type Person } from '../../../../sandbox/scenarios/person.ts';
import type { OperatorsOfDemo } from '../../../../sandbox/stack/operator.ts';
import { isReal } from '../../support/kratos-under-test.ts';
import { type Authenticator, addAuthenticator, codeOf } from '../../support/second-factor.ts';
import { checkPage } from '../page-check.ts';
import * as scenes from '../scenes.ts';
import type { BrowserStage } from '../stage.ts';
import { leads } from '../steps.ts';
import { PHONE } from '../window.ts';

/** A stand-in knows no second factor. */
const LEVEL = isReal ? 'aal2' : 'aal1';

/** The document with these people. It is written anew whenever one is known. */
function listOf(people: Readonly<Record<string, string>>): string {
  const lines = Object.entries(people).map(
    ([id, role], index) => `  ${id}: { name: Operator ${index + 1}, role: ${role} }`,
  );
  return [`level: ${LEVEL}`, 'second_person: [reject]', 'people:', ...lines].join('\n');
}

interface Operator {
  readonly person: Person;
  readonly authenticator: Authenticator | undefined;
}

/** Somebody who has an account, and a second factor where there is one. */
async function newOperator({ stack }: BrowserStage): Promise<Operator> {
  const person = await newPerson(stack);
  if (!isReal) return { person, authenticator: undefined };
  const { sessionToken = '' } = await person.signIn();
  return { person, authenticator: await addAuthenticator(stack.kratos, sessionToken) };
}

/** Opens the console, by the second factor where there is one. */
async function enter(page: Page, url: string, { authenticator }: Operator): Promise<void> {
  await page.goto(url);
  if (authenticator === undefined) return;
  await page.getByText('Sign in with a second factor').waitFor();
  await leads(page, () => page.getByRole('link', { name: 'Go on with the second factor' }).click());
  await page.getByLabel('Authentication code').fill(codeOf(authenticator));
  await leads(page, () => page.getByRole('button', { name: 'Sign in' }).click());
  expect(page.url()).toBe(url);
}

/** The console: who comes in, every screen, and the way from a review to an approved sign-in. */
export function consoleCases(stage: () => BrowserStage, { file }: Pick<OperatorsOfDemo, 'file'>): void {
  const list = (people: Readonly<Record<string, string>>): void => writeFileSync(file, listOf(people));

  test('an operator comes in with a second factor, decides in a few clicks, and the person is approved', async () => {
    const { open, verifyUrl } = stage();
    const [operator, waiting, second] = [
      await newOperator(stage()),
      await scenes.inReview(stage()),
      await scenes.inReview(stage()),
    ];
    const { page } = await open(PHONE);
    await page.goto(`${verifyUrl}/operator`);
    await checkPage(page, PHONE);
    const { page: inside } = await open(PHONE, operator.person);
    await enter(inside, `${verifyUrl}/operator`, operator);
    await inside.getByText('You are not an operator here').waitFor();
    await checkPage(inside, PHONE);
    list({ [operator.person.identityId]: 'approver', 'nobody-else': 'reviewer' });
    await inside.goto(`${verifyUrl}/operator`);
    await checkPage(inside, PHONE);
    // From here on three clicks: the case, the reason, the decision.
    await leads(inside, () => inside.getByRole('link', { name: waiting.identityId }).click());
    await checkPage(inside, PHONE);
    await inside.getByLabel('the document was checked by hand').check();
    await leads(inside, () => inside.getByRole('button', { name: 'Decide' }).click());
    expect(new URL(inside.url()).pathname).toBe(`/operator/people/${second.identityId}`);
    await inside.getByRole('status').getByText('is approved').waitFor();
    expect(await inside.evaluate('document.activeElement.id')).toBe('title');
    await waiting.waitFor({ status: 'approved', source: 'operator' });
    expect((await waiting.signIn()).signedIn).toBe(true);
  });

  test('every screen is in order for who cannot see it, in both themes and at 320 px', async () => {
    const { open, verifyUrl } = stage();
    const operator = await newOperator(stage());
    list({ [operator.person.identityId]: 'approver', 'nobody-else': 'reviewer' });
    const { page } = await open(PHONE, operator.person);
    await enter(page, `${verifyUrl}/operator`, operator);
    for (const path of ['/search', '/numbers?days=7', '/service', '/audit', '?why=proposed&age=24h&mine=yes']) {
      await page.goto(`${verifyUrl}/operator${path}`);
      await checkPage(page, PHONE);
    }
    const person = await scenes.inReview(stage());
    await page.goto(`${verifyUrl}/operator/search`);
    await page.getByLabel('Id of the identity').fill(person.credentials.email);
    await leads(page, () => page.getByRole('button', { name: 'Search' }).click());
    expect(new URL(page.url()).pathname).toBe(`/operator/people/${person.identityId}`);
    expect(await page.content()).not.toContain(person.credentials.email);
    await page.getByLabel('the document is forged').check();
    await page.getByLabel('Note').fill('seen 123456');
    await leads(page, () => page.getByRole('button', { name: 'Decide' }).click());
    await page.getByRole('alert').getByText('no number of five digits').waitFor();
    await checkPage(page, PHONE);
    await page.getByLabel('Note').fill('');
    await leads(page, () => page.getByRole('button', { name: 'Decide' }).click());
    await page.goto(`${verifyUrl}/operator/people/${person.identityId}`);
    await page.getByText('You proposed this, so somebody else confirms it.').waitFor();
    await checkPage(page, PHONE);
  });

  test('two operators press at the same moment: the second is told who was first', async () => {
    const { open, verifyUrl } = stage();
    const [one, other, person] = [
      await newOperator(stage()),
      await newOperator(stage()),
      await scenes.inReview(stage()),
    ];
    list({ [one.person.identityId]: 'approver', [other.person.identityId]: 'reviewer' });
    const url = `${verifyUrl}/operator/people/${person.identityId}`;
    const pages: Page[] = [];
    for (const operator of [one, other]) {
      const { page } = await open(PHONE, operator.person);
      await enter(page, url, operator);
      await page.getByLabel('the document was checked by hand').check();
      pages.push(page);
    }
    const [first, second] = pages;
    if (first === undefined || second === undefined) throw new Error('two pages');
    await leads(first, () => first.getByRole('button', { name: 'Decide' }).click());
    await leads(second, () => second.getByRole('button', { name: 'Decide' }).click());
    await second.getByText('The case has changed').waitFor();
    await second.getByText('by Operator 1').waitFor();
    await checkPage(second, PHONE);
  });
}
