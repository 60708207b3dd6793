/**
 * Characters that a shown text must not have: controls, formats (bidi overrides, zero-width ones), separators of lines, what
 * has no agreed look, and letters and marks that are drawn as nothing (fillers of Hangul, selectors of variants, the blank of
 * Braille). They can let a person read another text than the one that is signed.
 */
const UNSHOWABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\p{Cn}\p{Default_Ignorable_Code_Point}\u2800]/u;

/**
 * Returns a text in one spelling (NFC) and without blanks around it.
 * Undefined: it is empty, is longer than `most` characters, or has one that cannot be shown.
 */
export function normalShownText(text: string, most: number): string | undefined {
  // Before `trim`, which would remove a line break at the end.
  if (UNSHOWABLE.test(text)) return undefined;
  const normal = text.normalize('NFC').trim();
  const { length } = Array.from(normal);
  return length > 0 && length <= most ? normal : undefined;
}
