import { writeFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../../../sandbox/chromium/launch.ts';
import { jumioControl } from '../../../sandbox/scenarios/jumio-control.ts';
import { newPerson, type Person } from '../../../sandbox/scenarios/person.ts';
import { BRAND } from '../../../sandbox/stack/config.ts';
import { OPERATOR, startOperators } from '../../../sandbox/stack/operator.ts';
import { type Stack, startStack } from '../../../sandbox/stack/start.ts';
import { fillIn, leads } from '../../e2e/browser/steps.ts';
import { openBrowserWindow } from '../../e2e/browser/window.ts';

/** A picture of a page, in docs/images/. */
interface Picture {
  readonly name: string;
  /** Pixels of CSS; twice as many in the picture. */
  readonly size: { readonly width: number; readonly height: number };
  /** Leads to the page. */
  readonly show: (page: Page, stack: Stack, person: Person) => Promise<unknown>;
  /** Whether the window has the session of the person. */
  readonly isSignedIn: boolean;
  /** The fields of Jumio's page in the sandbox; undefined: the person has not been there yet. */
  readonly outcome: Readonly<Record<string, string>> | undefined;
}

const UNREADABLE = { outcome: 'reject', reason: 'usability/BLURRED' };

const MANIPULATED = { outcome: 'reject', reason: 'imageChecks/MANIPULATED_DOCUMENT' };

const PHONE = { width: 360, height: 640 };

const verify = (page: Page, { verifyUrl }: Stack) => page.goto(`${verifyUrl}/jumio/verify`);

async function enterConsole(page: Page, { verifyUrl }: Stack): Promise<void> {
  await page.goto(`${verifyUrl}/operator`);
  await leads(page, () => page.getByRole('link', { name: 'Sign in' }).click());
  await fillIn(page, OPERATOR.email, OPERATOR.password);
}

const WARNED = { outcome: 'warn', reason: 'imageChecks/DIGITAL_COPY' };

const CONSOLE = { width: 960, height: 980 };

const PICTURES: readonly Picture[] = [
  { name: 'consent', size: PHONE, show: verify, isSignedIn: true, outcome: undefined },
  { name: 'try-again', size: PHONE, show: verify, isSignedIn: true, outcome: UNREADABLE },
  {
    name: 'sign-in-refused',
    size: PHONE,
    show: async (page, { appUrl }, { credentials: { email, password } }) => {
      await page.goto(`${appUrl}/login`);
      await fillIn(page, email, password);
    },
    isSignedIn: false,
    outcome: MANIPULATED,
  },
  { name: 'console-queue', size: { width: 960, height: 620 }, show: enterConsole, isSignedIn: false, outcome: WARNED },
  {
    name: 'console-case',
    size: CONSOLE,
    show: async (page, stack, { identityId }) => {
      await enterConsole(page, stack);
      await page.goto(`${stack.verifyUrl}/operator/people/${identityId}`);
    },
    isSignedIn: false,
    outcome: WARNED,
  },
  { name: 'verified', size: { width: 800, height: 500 }, show: verify, isSignedIn: true, outcome: { outcome: 'pass' } },
];

const STATUS_AFTER: Readonly<Record<string, string>> = { pass: 'approved', warn: 'review' };

async function personWith(stack: Stack, outcome: Picture['outcome']): Promise<Person> {
  const person = await newPerson(stack);
  if (outcome === undefined) return person;
  await person.choose(await person.goToJumio(), outcome);
  await person.waitFor({ status: STATUS_AFTER[outcome.outcome ?? ''] ?? 'rejected' });
  return person;
}

async function take(browser: Browser, stack: Stack, picture: Picture): Promise<void> {
  const { name, size, show, isSignedIn, outcome } = picture;
  const person = await personWith(stack, outcome);
  const visitor = { language: 'en', scripts: false, width: size.width } as const;
  const origins = [stack.kratos.publicUrl, stack.appUrl, stack.verifyUrl];
  const { page, close } = await openBrowserWindow(browser, visitor, origins, isSignedIn ? person : undefined);
  await page.setViewportSize(size);
  await show(page, stack, person);
  // Playwright's own screenshot is PNG or JPEG: each twice the size.
  const session = await page.context().newCDPSession(page);
  const clip = { x: 0, y: 0, ...size, scale: 2 };
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 60, clip });
  writeFileSync(new URL(`../../../docs/images/${name}.webp`, import.meta.url), Buffer.from(data, 'base64'));
  await close();
}

/** `npm run docs:images`: takes the pictures of the documents from the pages of the demo. It needs a Chromium (docs/development.md#tests). */
const operators = startOperators();
const stack = await startStack({ env: { ...BRAND, ...operators.env } });
try {
  await operators.hire(stack.kratos.adminUrl);
  await jumioControl(stack.jumioUrl).post('settings', { processingSeconds: 0 });
  const browser = await launchChromium();
  for (const picture of PICTURES) await take(browser, stack, picture);
  await browser.close();
} finally {
  await stack.stop();
  operators.remove();
}
