/**
 * A text without control characters, which could forge a line of a log or a terminal, and without lone halves of surrogate pairs.
 * PostgreSQL stores no NUL, and its JSON parser refuses a NUL and a lone half.
 */
export const PLAIN_TEXT = /^[^\p{Cc}\p{Cs}]*$/u;

/**
 * A language tag of BCP 47 (RFC 5646 §2.1: language, script, region, variants, extensions, private use), e.g. `pt-BR`.
 * At most 35 characters, as the RFC advises. A first part of four letters or more is refused: no language has such a code, and the
 * name of a person (`anna`) would pass for one.
 */
export const LANGUAGE_TAG =
  /^(?=.{2,35}$)[a-z]{2,3}(-[a-z]{3}){0,3}(-[a-z]{4})?(-([a-z]{2}|\d{3}))?(-([a-z0-9]{5,8}|\d[a-z0-9]{3}))*(-[a-wyz0-9](-[a-z0-9]{2,8})+)*(-x(-[a-z0-9]{1,8})+)?$/i;

/**
 * The pattern of a text with a character other than a line break. Not zod's `min`: it tries `min` and `max` on every value with a `length`, before it says
 * that the value is no text, and throws for `{"length": {"toString": 1}}`.
 */
export const NOT_EMPTY = /./;

/** Returns the pattern of a text of one to so many characters; not zod's `max`, as for `NOT_EMPTY`. */
export function upTo(most: number): RegExp {
  return new RegExp(`^[^]{1,${most}}$`);
}

/** The UUID that no identity has (RFC 9562 §5.9). Kratos sends it while the identity does not exist yet. */
export const NIL_UUID = '00000000-0000-0000-0000-000000000000';
