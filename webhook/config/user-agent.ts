import { z } from 'zod';
import { VERSION } from '../version.ts';

/** This program, as every call names it. */
const PROGRAM = `KratosJumioBridge/v${VERSION}`;

/** `USER_AGENT`: a header of printable ASCII that names a program and its version. */
export function userAgent() {
  const expected = 'a company, a program and its version in at most 200 ASCII characters, e.g. `Acme Onboarding/v1.0`';
  return z
    .string()
    .max(200, expected)
    .regex(/^(?=\S)[\x20-\x7e]+\/[\x21-\x7e]+$/, expected);
}

/**
 * Returns the User-Agent of this program. Jumio demands one that reflects the business name, and may answer 403 to another
 * (docs/reference/jumio.md#2-oauth2-token), so the name that people know is part of it.
 * @param brandName letters beyond ASCII are written without their marks, or left out
 */
export function defaultUserAgent(brandName: string | undefined): string {
  const words =
    brandName
      ?.normalize('NFKD')
      .replaceAll(/\p{M}/gu, '')
      .match(/[\w.-]+/g) ?? [];
  return [...words, PROGRAM].join(' ');
}
