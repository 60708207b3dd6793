import type { Browser, BrowserContext, ConsoleMessage, Page, Request } from 'playwright-core';
import type { Person } from '../../../sandbox/scenarios/person.ts';

/** How somebody looks at the pages. */
export interface Eyes {
  readonly language: 'en' | 'de' | 'fr' | 'es';
  readonly scripts: boolean;
  readonly width: number;
}

/** The narrowest phone of WCAG 1.4.10, in English, with scripts; and a desktop, in German, without. */
export const PHONE: Eyes = { language: 'en', scripts: true, width: 320 };

export const DESKTOP: Eyes = { language: 'de', scripts: false, width: 1280 };

export const FRENCH: Eyes = { language: 'fr', scripts: true, width: 390 };

export const SPANISH: Eyes = { language: 'es', scripts: false, width: 1280 };

/** Each of our languages, with and without scripts, on a phone and on a desktop. */
export const EVERYBODY: readonly Eyes[] = [PHONE, DESKTOP, FRENCH, SPANISH];

/** A browser window that writes down everything that should not happen in it. */
export interface Window {
  readonly page: Page;
  /**
   * Console errors, violations of the content security policy, failed requests, and requests to anybody else. A test
   * that means to cause one takes it out.
   */
  readonly problems: string[];
  readonly close: () => Promise<void>;
}

const HEIGHTS: Readonly<Record<number, number>> = { 320: 640, 390: 844, 1280: 900 };

const LOCALES = { en: 'en-GB', de: 'de-DE', fr: 'fr-FR', es: 'es-ES' };

/** Chromium reports a page that is answered with 4xx or 5xx; that a page has such a status is not a problem. */
function isAboutDocument(message: ConsoleMessage, documents: ReadonlySet<string>): boolean {
  return message.text().startsWith('Failed to load resource') && documents.has(message.location().url);
}

/** Fetched ahead of a visit that may never come: it comes to nothing, and that is no problem. */
function isAhead(request: Request): boolean {
  return 'sec-purpose' in request.headers();
}

function watch(page: Page, known: readonly string[], problems: string[]): void {
  const documents = new Set<string>();
  page.on('console', (message) => {
    const isBad = ['error', 'warning'].includes(message.type()) && !isAboutDocument(message, documents);
    if (isBad) problems.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
  page.on('request', (request: Request) => {
    const { protocol, origin } = new URL(request.url());
    if (request.isNavigationRequest() || isAhead(request)) documents.add(request.url());
    if (protocol !== 'data:' && !known.includes(origin)) problems.push(`request to ${origin}`);
  });
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? '';
    // A navigation that overtakes another one, or a look that is under way when the page is left.
    if (why !== 'net::ERR_ABORTED' && !isAhead(request))
      problems.push(`failed: ${request.method()} ${new URL(request.url()).pathname} ${why}`);
  });
}

async function carry(context: BrowserContext, person: Person, urls: readonly string[]): Promise<void> {
  const headers = await Promise.all(urls.map((url) => person.browser.cookies(url)));
  const pairs = headers.flatMap((header) => header.split('; ')).filter((pair) => pair !== '');
  const cookies = [...new Set(pairs)].map((pair) => {
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    return { name, value, domain: '.demo.localhost', path: '/', httpOnly: true, sameSite: 'Lax' as const };
  });
  await context.addCookies(cookies);
}

/**
 * Opens a window with nothing in it.
 * @param known the origins that a page may ask
 * @param person whose session with Kratos the window has; nobody's when left out
 */
export async function openWindow(
  browser: Browser,
  { language, scripts, width }: Eyes,
  known: readonly string[],
  person?: Person,
): Promise<Window> {
  const context = await browser.newContext({
    viewport: { width, height: HEIGHTS[width] ?? 800 },
    javaScriptEnabled: scripts,
    locale: LOCALES[language],
  });
  // A page that waits looks again after five seconds, and after seven more; on a busy machine either takes its time.
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const problems: string[] = [];
  watch(page, known, problems);
  const kratos = known[0];
  if (person !== undefined && kratos !== undefined) await carry(context, person, [kratos]);
  return { page, problems, close: () => context.close() };
}
