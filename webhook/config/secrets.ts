import { z } from 'zod';
import { split } from './values.ts';

const LEAST_LENGTH = 16;

/** Sixteen random digits have fewer different ones in one of ten thousand cases. */
const LEAST_DIFFERENT = 5;

/** Whether a value is one of `.env.example` or of the published documentation, which are public. */
function isPlaceholder(value: string): boolean {
  return /^(change[-_ ]?me|<.*>$|your[-_ ])/i.test(value);
}

/** Whether a text is a shorter one over and over, or has hardly any different characters. */
function isRepetition(value: string): boolean {
  return new Set(value).size < LEAST_DIFFERENT || /^(.+?)\1+.?$/s.test(value);
}

const LONG = `a secret of at least ${LEAST_LENGTH} characters that is no placeholder, or \`new,old\` for two`;

/** What is wrong with any of the secrets of a list, as what was expected; undefined: nothing. */
function expectedOf(parts: readonly string[], isInHeader: boolean): string | undefined {
  if (parts.some((part) => part.length < LEAST_LENGTH || isPlaceholder(part))) return LONG;
  if (parts.some(isRepetition))
    return 'a secret that does not repeat a few characters; `openssl rand -hex 32` makes a good one';
  const isSent = parts.every((part) => /^[\x20-\x7e]+$/.test(part));
  return isSent || !isInHeader
    ? undefined
    : 'a secret of printable ASCII characters, because a header carries no others and the secret could never match';
}

function list(isInHeader: boolean) {
  return z
    .string({ error: LONG })
    .transform(split)
    .superRefine((parts, context) => {
      const message = expectedOf(parts, isInHeader);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    });
}

/** One secret that callers send in a header, or `new,old` during a rotation; at least 16 characters each, not trivial. */
export function secrets() {
  return list(true);
}

/** The same for a secret that signs and is never sent: it may have any characters. */
export function signingSecrets() {
  return list(false);
}

/** A value that another system issues, e.g. Jumio's portal; no placeholder. */
export function issued(expected: string) {
  return z.string({ error: expected }).refine((value) => value !== '' && !isPlaceholder(value), { error: expected });
}

/** A bearer token that Ory issues: it is sent in a header, which carries no blank inside it and no line break. */
export function bearerToken() {
  const expected = 'a key of printable ASCII characters without blanks and line breaks';
  return z.string({ error: expected }).regex(/^[\x21-\x7e]+$/, expected);
}
