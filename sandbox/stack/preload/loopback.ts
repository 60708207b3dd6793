import dns from 'node:dns';
import { isIP } from 'node:net';

/**
 * Resolves `*.localhost` to this machine for the whole process, as browsers do (RFC 6761 §6.3); the resolver of the
 * operating system may not. Preloaded into the service by the demo and the end-to-end tests.
 */
const original = dns.lookup;

function toLoopback(name: unknown): unknown {
  return typeof name === 'string' && isIP(name) === 0 && name.endsWith('.localhost') ? '127.0.0.1' : name;
}

Object.defineProperty(dns, 'lookup', {
  value: (name: unknown, ...rest: unknown[]) => Reflect.apply(original, dns, [toLoopback(name), ...rest]),
});
