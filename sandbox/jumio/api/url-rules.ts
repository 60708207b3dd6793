import { isIP } from 'node:net';

/** Names that Jumio itself puts into a redirect (jumio.md §3.5, §5). */
const RESERVED = [
  'accountId',
  'workflowExecutionId',
  'acquisitionStatus',
  'customerInternalReference',
  'errorCode',
  'transactionStatus',
  'transactionReference',
];

/** Why Jumio would refuse a URL; undefined where it would not. `relaxed` lets local ones pass: http, ports, addresses. */
export function urlFault(text: string, relaxed: boolean): string | undefined {
  if (text.length === 0 || text.length > 255) return 'expected 1 to 255 characters';
  if (!URL.canParse(text)) return 'expected an absolute URL';
  const url = new URL(text);
  return alwaysWrong(text, url) ?? (relaxed ? undefined : wrongInPublic(text, url));
}

function alwaysWrong(text: string, url: URL): string | undefined {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'expected https';
  if (text.includes('#')) return 'a fragment is not allowed';
  if (url.username || url.password) return 'login data is not allowed';
  return RESERVED.some((name) => url.searchParams.has(name)) ? 'a reserved query parameter is not allowed' : undefined;
}

function wrongInPublic(text: string, url: URL): string | undefined {
  if (url.protocol !== 'https:') return 'expected https';
  if (/[^\x21-\x7e]/.test(text)) return 'expected ASCII or punycode';
  if (/^https:\/\/[^/?]*:\d+(?:[/?]|$)/i.test(text)) return 'a port is not allowed';
  return isIP(url.hostname.replace(/^\[|\]$/g, '')) ? 'an IP address is not allowed' : undefined;
}
