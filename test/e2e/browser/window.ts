import type { Browser, ConsoleMessage, Page, Request } from 'playwright-core';
import { copyCookies } from '../../../sandbox/chromium/cookies.ts';
import type { Person } from '../../../sandbox/scenarios/person.ts';
import { forbidScripts } from './script-switch.ts';

/** The settings of a visitor's browser. */
export interface Visitor {
  readonly language: 'en' | 'de' | 'fr' | 'es';
  readonly scripts: boolean;
  readonly width: number;
  /** Whether it is a phone to its pages too: a finger that cannot hover; by default it has a mouse. */
  readonly isPhone?: boolean;
}

/** The narrowest phone of WCAG 1.4.10, in English, with scripts; and a desktop, in German, without. */
export const PHONE: Visitor = { language: 'en', scripts: true, width: 320 };

export const DESKTOP: Visitor = { language: 'de', scripts: false, width: 1280 };

export const FRENCH: Visitor = { language: 'fr', scripts: true, width: 390 };

export const SPANISH: Visitor = { language: 'es', scripts: false, width: 1280 };

/** One visitor for each language, with and without scripts, on a phone and on a desktop. */
export const VISITORS: readonly Visitor[] = [PHONE, DESKTOP, FRENCH, SPANISH];

/** A browser window that records what must not happen in it. */
export interface BrowserWindow {
  readonly page: Page;
  /**
   * Console errors, violations of the content security policy, failed requests, and requests to other origins. A test
   * that causes one on purpose removes it.
   */
  readonly problems: string[];
  /** Gives the window the Kratos session of a person. */
  readonly signIn: (person: Person) => Promise<void>;
  /** Leaves the page and makes the window as it was opened, without a session. */
  readonly clear: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const HEIGHTS: Readonly<Record<number, number>> = { 320: 640, 390: 844, 1280: 900 };

const LOCALES = { en: 'en-GB', de: 'de-DE', fr: 'fr-FR', es: 'es-ES' };

/** Whether a message is about the 4xx or 5xx status of a page itself, which Chromium reports and which is no problem. */
function isAboutDocument(message: ConsoleMessage, documents: ReadonlySet<string>): boolean {
  return message.text().startsWith('Failed to load resource') && documents.has(message.location().url);
}

/** Whether a request is a prefetch, whose failure is no problem. */
function isPrefetch(request: Request): boolean {
  return 'sec-purpose' in request.headers();
}

function recordProblems(page: Page, known: readonly string[], problems: string[]): void {
  const documents = new Set<string>();
  page.on('console', (message) => {
    const isBad = ['error', 'warning'].includes(message.type()) && !isAboutDocument(message, documents);
    if (isBad) problems.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
  page.on('request', (request: Request) => {
    const { protocol, origin } = new URL(request.url());
    if (request.isNavigationRequest() || isPrefetch(request)) documents.add(request.url());
    if (protocol !== 'data:' && !known.includes(origin)) problems.push(`request to ${origin}`);
  });
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? '';
    // An aborted request belongs to a navigation that another one replaced, or to a poll while the page is left.
    if (why !== 'net::ERR_ABORTED' && !isPrefetch(request))
      problems.push(`failed: ${request.method()} ${new URL(request.url()).pathname} ${why}`);
  });
}

/** How often a page that refreshes itself at the same moment may come in between. */
const TRIES = 5;

/** Leaves a page, also one that refreshes itself at the same moment: its navigation goes first, and then the one that it interrupted. */
async function leave(page: Page): Promise<void> {
  for (let tries = 1; ; tries += 1)
    try {
      await page.goto('about:blank');
      return;
    } catch (error) {
      const isInterrupted = error instanceof Error && error.message.includes('interrupted by another navigation');
      if (!isInterrupted || tries === TRIES) throw error;
      await page.waitForTimeout(200);
    }
}

/**
 * Opens an empty window.
 * @param known the origins that a page may request, Kratos first; read at each request
 * @param person the person whose Kratos session the window has; by default none
 */
export async function openBrowserWindow(
  browser: Browser,
  { language, scripts, width, isPhone = false }: Visitor,
  known: readonly string[],
  person?: Person,
): Promise<BrowserWindow> {
  const context = await browser.newContext({
    viewport: { width, height: HEIGHTS[width] ?? 800 },
    javaScriptEnabled: scripts,
    locale: LOCALES[language],
    isMobile: isPhone,
    hasTouch: isPhone,
  });
  // A waiting page polls after five seconds, and after seven more; on a busy machine each takes longer.
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const problems: string[] = [];
  recordProblems(page, known, problems);
  const window: BrowserWindow = {
    page,
    problems,
    signIn: (who) => copyCookies(context, who.browser, known.slice(0, 1)),
    clear: async () => {
      await leave(page);
      await context.clearCookies();
      await page.emulateMedia({ colorScheme: null });
      if (!scripts) await forbidScripts(page);
    },
    close: () => context.close(),
  };
  if (person !== undefined) await window.signIn(person);
  return window;
}
