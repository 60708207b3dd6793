import { BlockList, isIP } from 'node:net';

function block(...ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    list.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

/** What Kratos reaches only while `disallow_private_ip_ranges` is off (docs/reference/kratos.md#2-http-behaviour-of-the-webhook-client). */
const PRIVATE = block(
  '10.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '::1/128',
  'fc00::/7',
);

/** What Kratos never calls, whatever is configured. */
const NEVER = block('100.64.0.0/10', '198.18.0.0/15', '0.0.0.0/8');

function isIn(list: BlockList, address: string): boolean {
  const bare = address.replace(/^\[|\]$/g, '');
  const family = isIP(bare);
  return family !== 0 && list.check(bare, family === 6 ? 'ipv6' : 'ipv4');
}

export function isPrivate(address: string): boolean {
  return isIn(PRIVATE, address);
}

export function isNeverCalled(address: string): boolean {
  return isIn(NEVER, address);
}

/** A private address, or a name that is one by itself. */
export function isPrivateHost(host: string): boolean {
  return isPrivate(host) || /(^|\.)(localhost|local|internal)$/.test(host);
}
const SPECIAL = /[.+^${}()|[\]\\]/g;

/**
 * Kratos' globs over URLs: `*` and `?` stop at `.` and `/`, `**` does not (docs/reference/kratos.md#2-http-behaviour-of-the-webhook-client). Braces and classes, which its
 * library knows too, are taken literally: then a finding is reported that an operator can see through.
 */
export function matchesGlob(glob: string, text: string): boolean {
  const pattern = glob
    .split('**')
    .map((part) => part.replace(SPECIAL, '\\$&').replaceAll('*', '[^./]*').replaceAll('?', '[^./]'))
    .join('.*');
  return new RegExp(`^${pattern}$`).test(text);
}
