import { BlockList, isIP } from 'node:net';

function ranges(...cidrs: readonly string[]): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [address = '', bits] = cidr.split('/');
    list.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

/** Kratos calls these only if `disallow_private_ip_ranges` is off (docs/reference/kratos.md#2-http-behaviour-of-the-webhook-client). */
const PRIVATE = ranges(
  '10.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '::1/128',
  'fc00::/7',
);

/** Kratos never calls these, whatever is configured. */
const NEVER_CALLED = ranges('100.64.0.0/10', '198.18.0.0/15', '0.0.0.0/8');

function isIn(list: BlockList, address: string): boolean {
  const bare = address.replace(/^\[|\]$/g, '');
  const family = isIP(bare);
  return family !== 0 && list.check(bare, family === 6 ? 'ipv6' : 'ipv4');
}

/** Whether an IP address is private; false for a name. */
export function isPrivate(address: string): boolean {
  return isIn(PRIVATE, address);
}

/** Whether Kratos never calls an IP address; false for a name. */
export function isNeverCalled(address: string): boolean {
  return isIn(NEVER_CALLED, address);
}

/** Whether a host is a private IP address, or a name that only resolves inside. */
export function isPrivateHost(host: string): boolean {
  return isPrivate(host) || /(^|\.)(localhost|local|internal)$/.test(host);
}

const SPECIAL = /[.+^${}()|[\]\\]/g;

/**
 * Whether one of Kratos' globs matches a URL: `*` and `?` stop at `.` and `/`, `**` does not
 * (docs/reference/kratos.md#2-http-behaviour-of-the-webhook-client). Braces and classes, which Kratos supports too, are
 * taken literally here: the doctor then reports a finding that is not one, and misses none.
 */
export function matchesGlob(glob: string, url: string): boolean {
  const pattern = glob
    .split('**')
    .map((part) => part.replace(SPECIAL, '\\$&').replaceAll('*', '[^./]*').replaceAll('?', '[^./]'))
    .join('.*');
  return new RegExp(`^${pattern}$`).test(url);
}
