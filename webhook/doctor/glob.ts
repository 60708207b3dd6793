const SPECIAL = /[.+^${}()|[\]\\]/g;

/**
 * Kratos' globs over URLs: `*` and `?` stop at `.` and `/`, `**` does not (kratos.md §2). Braces and classes, which its
 * library knows too, are taken literally: then a finding is reported that an operator can see through.
 */
export function matchesGlob(glob: string, text: string): boolean {
  const pattern = glob
    .split('**')
    .map((part) => part.replace(SPECIAL, '\\$&').replaceAll('*', '[^./]*').replaceAll('?', '[^./]'))
    .join('.*');
  return new RegExp(`^${pattern}$`).test(text);
}
