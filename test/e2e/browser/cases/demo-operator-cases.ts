import { readFileSync, writeFileSync } from 'node:fs';
import type { Locator, Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { signIn } from '../../../../sandbox/kratos/client/flows.ts';
import { newCredentials } from '../../../../sandbox/scenarios/person.ts';
import { OPERATOR, type OperatorsOfDemo } from '../../../../sandbox/stack/operator.ts';
import { isReal, OR_WHY_SKIPPED } from '../../support/kratos-under-test.ts';
import { type Authenticator, addAuthenticator, codeOf } from '../../support/second-factor.ts';
import type { BrowserStage } from '../stage.ts';
import { choose, fillIn, leads, onToJumio } from '../steps.ts';
import { PHONE } from '../window.ts';

/** The most clicks from the address that the demo prints to a decision. */
const MOST_CLICKS = 6;

/** A person who has signed up at the bank by its pages, and of whom Jumio warned. */
async function warnedOf({ stack, open }: BrowserStage) {
  const { page } = await open(PHONE);
  const credentials = newCredentials('warned');
  await page.goto(`${stack.appUrl}/registration`);
  await fillIn(page, credentials.email, credentials.password);
  await page.goto(stack.appUrl);
  await leads(page, () => page.getByRole('link', { name: 'Verify my identity' }).click());
  await onToJumio(page, stack);
  await choose(page, 'Warn');
  await page.getByText('being reviewed').waitFor();
  return { page, credentials };
}

/** What the bank shows of a person: the box says of which events it has verified the signature. */
async function behindTheScenes({ stack }: BrowserStage, page: Page): Promise<string> {
  await page.goto(stack.appUrl);
  return page.locator('aside').innerText();
}

/** Clicks like `leads`, and counts. */
function createClicks(page: Page) {
  const clicks = { console: 0, kratos: 0 };
  const click =
    (where: keyof typeof clicks) =>
    async (target: Locator): Promise<void> => {
      clicks[where] += 1;
      await leads(page, () => target.click());
    };
  const choose = async (target: Locator): Promise<void> => {
    clicks.console += 1;
    await target.check();
  };
  return { clicks, press: click('console'), pressAtKratos: click('kratos'), choose };
}

/** The operator comes from nowhere, opens the one case that waits, and approves. Returns how often they clicked. */
async function decide({ verifyUrl, open }: BrowserStage, authenticator?: Authenticator) {
  const { page } = await open(PHONE);
  const { clicks, press, pressAtKratos, choose: check } = createClicks(page);
  const [link, button] = [
    (name: string) => page.getByRole('link', { name }),
    (name: string) => page.getByRole('button', { name, exact: true }),
  ];
  await page.goto(`${verifyUrl}/operator`);
  await press(link('Sign in'));
  await page.getByLabel('E-mail address').fill(OPERATOR.email);
  await page.getByLabel('Password').fill(OPERATOR.password);
  await pressAtKratos(button('Sign in'));
  if (authenticator !== undefined) {
    // Kratos asks for the second factor itself; until then the password alone shows nothing.
    const other = await page.context().newPage();
    await other.goto(`${verifyUrl}/operator`);
    await other.getByText('Sign in with a second factor').waitFor();
    expect(await other.locator('main .id').count()).toBe(0);
    await other.close();
    await page.getByLabel('Authentication code').fill(codeOf(authenticator));
    await pressAtKratos(button('Sign in'));
  }
  expect(page.url()).toBe(`${verifyUrl}/operator`);
  expect(await page.getByText('That is for a demo').count()).toBe(authenticator === undefined ? 1 : 0);
  await page.getByText('1 case waits').waitFor();
  await press(page.locator('td a.id'));
  await check(page.getByLabel('the document was checked by hand'));
  await press(button('Decide'));
  await page.getByRole('status').getByText('is approved').waitFor();
  await page.getByText('Nobody waits on an operator').waitFor();
  return clicks;
}

/**
 * The last of the links that the demo prints, with the account and the list of the demo: from the warning of a person to their next
 * sign-in, in two windows.
 */
export function demoOperatorCases(
  stage: () => BrowserStage,
  { hire, file }: Pick<OperatorsOfDemo, 'hire' | 'file'>,
): void {
  beforeAll(() => hire(stage().stack.kratos.adminUrl));

  async function walk(authenticator?: Authenticator) {
    const { page, credentials } = await warnedOf(stage());
    const seen = () => behindTheScenes(stage(), page);
    await expect.poll(seen, { timeout: 20_000 }).toContain('told this bank of it: verification.review');
    expect(await seen()).not.toContain('verification.approved');
    const clicks = await decide(stage(), authenticator);
    await expect
      .poll(seen, { timeout: 20_000 })
      .toMatch(/told this bank of it: verification\.approved, number \d+ \(POST \/events, signed\)/);
    await page.goto(`${stage().stack.appUrl}/logout`);
    await page.goto(`${stage().stack.appUrl}/login`);
    await fillIn(page, credentials.email, credentials.password);
    await page.getByText('Verified', { exact: true }).waitFor();
    expect(clicks.console + clicks.kratos).toBeLessThanOrEqual(MOST_CLICKS);
    return clicks;
  }

  test('signs in, decides about who was warned of within six clicks, and the bank is told by a signed event', async () => {
    expect(await walk()).toEqual({ console: 4, kratos: 1 });
  });

  test.skipIf(!isReal)(
    `does the same with a second factor, once the list asks for one, with no click of the console more${OR_WHY_SKIPPED}`,
    async () => {
      const { kratos } = stage().stack;
      const { sessionToken = '' } = await signIn(kratos, OPERATOR, { as: 'api' });
      const authenticator = await addAuthenticator(kratos, sessionToken);
      writeFileSync(file, readFileSync(file, 'utf8').replace('level: aal1', 'level: aal2'));
      expect(await walk(authenticator)).toEqual({ console: 4, kratos: 2 });
    },
  );
}
