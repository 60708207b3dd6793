import { isIP } from 'node:net';
import { z } from 'zod';

const UNIT_MS = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

const SHORTEST_MS = 5 * 60_000;

const LONGEST_MS = 60 * 86_400_000;

/** Returns the milliseconds of a lifetime in Jumio's grammar, e.g. `30m` (docs/reference/jumio.md#32-request-fields); NaN for any other text. */
export function lifetimeMs(lifetime: string): number {
  const [, count, unit = ''] = /^(\d+)([smhd])$/.exec(lifetime) ?? [];
  return Number(count) * (UNIT_MS.get(unit) ?? Number.NaN);
}

/** Jumio's `tokenLifetime`: 5m to 60d. */
export function lifetimeText() {
  const isAllowed = (value: string): boolean => lifetimeMs(value) >= SHORTEST_MS && lifetimeMs(value) <= LONGEST_MS;
  return z.string().refine(isAllowed, { error: 'a number followed by s, m, h or d, from 5m to 60d' });
}

/** A text that is not empty. */
export function text() {
  return z.string({ error: 'a value' }).min(1);
}

/** Returns the parts of a comma-separated list, without the blanks around them. */
export function split(value: string): string[] {
  return value.split(',').map((part) => part.trim());
}

/** Whether a text is an absolute http(s) URL. */
export function isWebUrl(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}

/** An absolute http(s) URL. @param expected names it in the error */
export function url(expected: string) {
  return z.string({ error: expected }).refine(isWebUrl, { error: expected });
}

/** The same, or undefined. */
export function optionalUrl(expected: string) {
  return url(expected).optional();
}

function isOrigin(value: string): boolean {
  return isWebUrl(value) && new URL(value).origin === value;
}

/** A comma-separated list of origins as browsers send them: no path, no slash, no default port; never `*` or `null`. */
export function origins() {
  const expected = 'a comma-separated list of origins, e.g. https://app.example.com, each without a path or slash';
  return z
    .string()
    .transform(split)
    .refine((list) => list.every(isOrigin), { error: expected });
}

/** Parsed by digits: a coercion would read an empty text as 0. */
function number(expected: string, isAllowed: (value: number) => boolean) {
  const digits = z.string().regex(/^\d+(\.\d+)?$/, expected);
  return digits.transform(Number).refine(isAllowed, { error: expected });
}

/** A TCP port; 0 lets the system choose one. */
export function port() {
  return number('a port number, 0 to 65535', (value) => Number.isInteger(value) && value <= 65_535);
}

/** An address to listen on. Without a host: every address of the machine. */
export interface ListenAddress {
  readonly host: string | undefined;
  readonly port: number;
}

/** `host:port`, `[IPv6 address]:port`, or `:port` for every address of the machine. */
export function listenAddress() {
  const expected = 'host:port, e.g. 127.0.0.1:9464, or :9464 for every address';
  const parts = z.string().regex(/^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]*):\d{1,5}$/, expected);
  return parts
    .transform((value): ListenAddress => {
      const colon = value.lastIndexOf(':');
      const host = value.slice(0, colon).replace(/^\[|\]$/g, '');
      return { host: host === '' ? undefined : host, port: Number(value.slice(colon + 1)) };
    })
    .refine(({ port: number }) => number <= 65_535, { error: expected });
}

/** Calls per second; may be a fraction. */
export function rate() {
  return number('a number greater than 0', (value) => value > 0);
}

/** Requests per minute. At least 6: what costs most gets a sixth of it (http/rate-limit.ts). */
export function perMinute() {
  return number('a whole number of at least 6', (value) => Number.isInteger(value) && value >= 6);
}

function isAddress(part: string): boolean {
  const [address = '', bits] = part.split('/');
  const family = isIP(address);
  return family !== 0 && (bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)));
}

/** Calls that may be made at once after a time without calls. */
export function burst() {
  return number('a number of at least 1', (value) => value >= 1);
}

/** A comma-separated list of IP addresses or CIDR ranges. */
export function proxies() {
  const expected = 'a comma-separated list of IP addresses or CIDR ranges';
  return z
    .string()
    .transform(split)
    .refine((parts) => parts.every(isAddress), { error: expected });
}

/** Two capitals that say what it is of, and 32 hexadecimal digits. */
const SID = /^[A-Z]{2}[0-9a-fA-F]{32}$/;

/**
 * The id of something at Twilio (SID). A SID of something else is named by its first letters: an account's (`AC`) in the place of a
 * service's is the usual mistake.
 * @param prefix e.g. `VA` @param of names it in the error
 */
export function twilioSid(prefix: string, of: string) {
  const expected = `the SID of ${of}: ${prefix} and 32 hexadecimal digits`;
  return z.string({ error: expected }).superRefine((value, context) => {
    if (SID.test(value) && value.startsWith(prefix)) return;
    const seen = SID.test(value) ? { params: { seen: `a SID that begins with ${value.slice(0, 2)}` } } : {};
    context.addIssue({ code: 'custom', message: expected, ...seen });
  });
}
