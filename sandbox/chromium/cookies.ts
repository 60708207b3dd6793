import type { BrowserContext } from 'playwright-core';
import type { Browser } from '../kratos/client/browser.ts';

/** Gives the windows of a context the cookies that a browser without windows would send to these URLs: a session of Kratos. */
export async function copyCookies(context: BrowserContext, browser: Browser, urls: readonly string[]): Promise<void> {
  const headers = await Promise.all(urls.map((url) => browser.cookies(url)));
  const pairs = headers.flatMap((header) => header.split('; ')).filter((pair) => pair !== '');
  const cookies = [...new Set(pairs)].map((pair) => {
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    return { name, value, domain: '.demo.localhost', path: '/', httpOnly: true, sameSite: 'Lax' as const };
  });
  await context.addCookies(cookies);
}
