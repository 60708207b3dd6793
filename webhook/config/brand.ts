import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** The colour of text on `BRAND_COLOR`, and of the background of links in it (webhook/http/assets/style.css). */
export const LIGHT = '#ffffff';

/** The same for `BRAND_COLOR_DARK`. */
export const DARK = '#12171d';

/** WCAG 2.2 AA, success criterion 1.4.3. */
const LEAST_CONTRAST = 4.5;

const LARGEST_LOGO_BYTES = 200 * 1024;

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** WCAG's relative luminance of `#rrggbb`, 0 to 1. */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Returns WCAG's contrast ratio of two colours (`#rrggbb`), 1 to 21. */
export function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

/** A colour that is readable on `against`. It may be written without `#`, because `#` begins a comment in `.env`. */
export function color(against: string) {
  const hex = z.string().regex(/^#?[0-9a-f]{6}$/i, 'a colour of six hexadecimal digits, e.g. 1d4f91');
  const normalized = hex.transform((value) => `#${value.replace('#', '').toLowerCase()}`);
  return normalized.superRefine((value, context) => {
    // Rounded down, so that a ratio that is too low never prints as sufficient.
    const ratio = Math.floor(contrast(value, against) * 100) / 100;
    const message = `a colour with a contrast of at least ${LEAST_CONTRAST}:1 to ${against} (this one has ${ratio}:1)`;
    if (ratio < LEAST_CONTRAST) context.addIssue({ code: 'custom', message });
  });
}

/** The operator's logo, which the service serves itself. */
export interface Logo {
  readonly type: 'image/svg+xml' | 'image/png';
  readonly bytes: Buffer;
}

function read(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

function toLogo(path: string): Logo | undefined {
  const bytes = read(path);
  if (bytes === undefined || bytes.length > LARGEST_LOGO_BYTES) return undefined;
  if (bytes.subarray(0, PNG.length).equals(PNG)) return { type: 'image/png', bytes };
  const text = bytes.toString('utf8');
  const isSvg = /^\uFEFF?\s*<(svg|\?xml|!--|!doctype svg)/i.test(text) && /<svg[\s>]/i.test(text);
  return isSvg ? { type: 'image/svg+xml', bytes } : undefined;
}

/** The path of the logo's file. It is read once, at the start, so that the start fails if it cannot be used. */
export function logo() {
  return z.string().transform((path, context): Logo => {
    const found = toLogo(path);
    if (found !== undefined) return found;
    context.addIssue({ code: 'custom', message: 'the path of an SVG or PNG file of at most 200 kB that can be read' });
    return z.NEVER;
  });
}

/** Where people find help: a URL for a link, `mailto:` for an e-mail address. */
export function support() {
  const expected = 'an e-mail address or an http(s) URL';
  const mail = z.email().transform((address) => `mailto:${address}`);
  const page = z.url({ protocol: /^https?$/ });
  return z.union([mail, page], { error: expected });
}
