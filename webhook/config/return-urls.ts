import { z } from 'zod';
import { isDeepLink } from '../deep-link.ts';
import { isWebUrl, split } from './values.ts';

/** What is wrong with an entry, as what was expected; undefined: nothing. */
function expectedOf(entry: string): string | undefined {
  if (entry.includes('*')) return 'each address by itself: `*` stands for nothing, so that no foreign page is allowed';
  if (isWebUrl(entry) || isDeepLink(entry)) return undefined;
  return 'a comma-separated list of absolute http(s) URLs, e.g. https://app.example.com, and deep links, e.g. myapp://verified';
}

/** An entry as a message may show it: without the user and password that a URL can hold. */
function shown(entry: string): string {
  return JSON.stringify(entry.replace(/\/\/.*@/s, '//…@').slice(0, 200));
}

/**
 * `ALLOWED_RETURN_URLS`: a comma-separated list of absolute http(s) URLs and deep links of native applications. Each entry
 * that is neither is an issue of its own, which shows it.
 */
export function returnUrls() {
  return z.string().transform((value, context): string[] => {
    const entries = split(value);
    for (const entry of entries) {
      const message = expectedOf(entry);
      if (message !== undefined) context.addIssue({ code: 'custom', message, params: { seen: shown(entry) } });
    }
    return entries;
  });
}
