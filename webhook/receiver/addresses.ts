import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { Receiver, Resolve } from './types.ts';

/** The code of the error of a host whose addresses are not allowed, as an operator reads it. */
export const NOT_ALLOWED = 'ERR_ADDRESS_NOT_ALLOWED';

/** The IPv4 address inside an IPv6 one, where a network translates between the two (NAT64, RFC 6052). */
function translated(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  const isTranslated = address.kind() === 'ipv6' && address.range() === 'rfc6052';
  return isTranslated ? new ipaddr.IPv4(address.toByteArray().slice(-4)) : address;
}

function rangeOf(address: string): string {
  return ipaddr.isValid(address) ? translated(ipaddr.process(address)).range() : 'invalid';
}

/** Whether an IP address is one of the internet: neither private, nor of this machine, nor reserved for anything else. */
export function isPublicAddress(address: string): boolean {
  return rangeOf(address) === 'unicast';
}

/** Whether an IP address is of this machine. */
export function isLoopbackAddress(address: string): boolean {
  return rangeOf(address) === 'loopback';
}

/** The host of a URL, an IPv6 address without its brackets. */
export function hostOf(url: string): string {
  return new URL(url).hostname.replaceAll(/[[\]]/g, '');
}

/** Whether the host of a URL is an IP address. */
export function isAddress(url: string): boolean {
  return ipaddr.isValid(hostOf(url));
}

/** Whether a URL names this machine. */
export function namesLoopback(url: string): boolean {
  const host = hostOf(url);
  return isLoopbackAddress(host) || /^(.+\.)?localhost$/.test(host);
}

/** What addresses a receiver may be at: without https none but this machine's, which the operator named. */
export function isAllowedAt({ url, allowPrivate }: Receiver, address: string): boolean {
  if (new URL(url).protocol === 'http:') return isLoopbackAddress(address);
  return allowPrivate || isPublicAddress(address);
}

/**
 * Returns the look-up of the connections to a receiver. It runs at each connection, so that a name that later leads elsewhere is
 * refused then. Where a proxy is configured, the connection is to the proxy, which is the operator's own.
 */
export function guardedLookup(receiver: Receiver, resolve: Resolve): LookupFunction {
  const guarded = hostOf(receiver.url);
  return (host, options, callback) => {
    resolve(host, (error, found) => {
      if (error !== null) return callback(error, '', 0);
      const allowed = found.filter(({ address }) => host !== guarded || isAllowedAt(receiver, address));
      const [first] = allowed;
      if (first === undefined)
        return callback(Object.assign(new Error('no address that is allowed'), { code: NOT_ALLOWED }), '', 0);
      if (options.all) return callback(null, [...allowed]);
      callback(null, first.address, first.family);
    });
  };
}
