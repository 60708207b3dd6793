import { isIP } from 'node:net';
import type { Problem } from './config.ts';

interface Checked {
  readonly ORY_WEBHOOK_SECRET?: readonly string[] | undefined;
  readonly JUMIO_CALLBACK_SECRET?: readonly string[] | undefined;
  readonly JUMIO_API_BASE_URL?: string | undefined;
  readonly PUBLIC_URL?: string | undefined;
}

function isJumioHost(url: string | undefined): boolean {
  return url !== undefined && new URL(url).hostname.endsWith('.jumio.ai');
}

/** Jumio refuses callback and return URLs with another scheme, a port or an IP address (jumio.md §3.5). */
function isFitForJumio(publicUrl: string): boolean {
  const { protocol, port, hostname } = new URL(publicUrl);
  return protocol === 'https:' && port === '' && isIP(hostname.replace(/^\[|\]$/g, '')) === 0;
}

/** What can only be judged of several variables together. */
export function crossChecks(values: Checked): Problem[] {
  const problems: Problem[] = [];
  if (values.JUMIO_CALLBACK_SECRET?.some((secret) => values.ORY_WEBHOOK_SECRET?.includes(secret))) {
    const expected = 'another secret than ORY_WEBHOOK_SECRET';
    problems.push({ name: 'JUMIO_CALLBACK_SECRET', expected, seen: 'the same' });
  }
  const { PUBLIC_URL: publicUrl } = values;
  if (publicUrl !== undefined && new URL(publicUrl).href !== new URL('/', publicUrl).href) {
    const expected = 'scheme and host only, without a path: cookies and pages live below /jumio';
    problems.push({ name: 'PUBLIC_URL', expected, seen: 'a path, a query or a fragment' });
  }
  if (publicUrl !== undefined && isJumioHost(values.JUMIO_API_BASE_URL) && !isFitForJumio(publicUrl)) {
    const expected = 'https, without a port and without an IP address, because Jumio accepts nothing else';
    problems.push({ name: 'PUBLIC_URL', expected, seen: new URL(publicUrl).origin });
  }
  return problems;
}
