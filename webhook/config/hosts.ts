import { BlockList, isIP } from 'node:net';

/** Returns the data centre that a URL of Jumio names (docs/reference/jumio.md#1-regions-and-base-urls); undefined: the host is not Jumio's. */
export function dataCentreOf(url: string): string | undefined {
  return /^[a-z-]+\.([a-z0-9-]+)\.jumio\.ai$/.exec(hostOf(url))?.[1];
}

/** Whether a host is Jumio's, Ory's or Twilio's: they serve https alone, and calls to them carry credentials. */
export function isOfVendor(url: string): boolean {
  return /(^|\.)(jumio\.ai|oryapis\.com|ory\.sh|twilio\.com)$/.test(hostOf(url));
}

/** The host of a URL, without the dot that may end a name and the brackets of an IPv6 address. */
function hostOf(url: string): string {
  return new URL(url).hostname.replace(/\.$/, '').replaceAll(/[[\]]/g, '');
}

const PRIVATE = new BlockList();

for (const [address, bits] of [
  ['10.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  PRIVATE.addSubnet(address, bits);

PRIVATE.addAddress('::1', 'ipv6');

PRIVATE.addSubnet('fc00::', 7, 'ipv6');

/** Whether an IP address is private or a loopback; false for a name. */
export function isPrivateAddress(address: string): boolean {
  const bare = address.replaceAll(/[[\]]/g, '');
  const family = isIP(bare);
  return family !== 0 && PRIVATE.check(bare, family === 6 ? 'ipv6' : 'ipv4');
}

/** Whether a host is a private IP address, or a name that only resolves inside. */
export function isPrivateHost(host: string): boolean {
  return isPrivateAddress(host) || /(^|\.)(localhost|local|internal)$/.test(host);
}

/** Whether calls to a URL stay inside: a private host, or a name without a dot, as containers have. */
export function staysInside(url: string): boolean {
  const host = hostOf(url);
  return isPrivateHost(host) || (isIP(host) === 0 && !host.includes('.'));
}
