import { BlockList, isIP } from 'node:net';

/** Kratos never calls these, whatever is configured. */
const NEVER_CALLED = new BlockList();

for (const [address, bits] of [
  ['100.64.0.0', 10],
  ['198.18.0.0', 15],
  ['0.0.0.0', 8],
] as const)
  NEVER_CALLED.addSubnet(address, bits);

/** Whether Kratos never calls an IP address; false for a name. */
export function isNeverCalled(address: string): boolean {
  return isIP(address) === 4 && NEVER_CALLED.check(address);
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
