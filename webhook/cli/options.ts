import { InvalidArgumentError } from 'commander';
import type { Terminal } from './cli.ts';

const UNIT_MS = new Map([
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** Reads a time: a day, an ISO time, or so long ago (`90m`, `12h`, `7d`). Epoch milliseconds. */
export function instant({ now }: Pick<Terminal, 'now'>) {
  return (text: string): number => {
    const [, count, unit = ''] = /^(\d+)([mhd])$/.exec(text) ?? [];
    const ago = Number(count) * (UNIT_MS.get(unit) ?? Number.NaN);
    const at = Number.isNaN(ago) && /^\d{4}-/.test(text) ? Date.parse(text) : now() - ago;
    if (Number.isNaN(at)) throw new InvalidArgumentError('Give a day (2026-01-31), an ISO time, or 90m, 12h, 7d.');
    return at;
  };
}

export function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('Give a whole number.');
  return Number(text);
}

/** Who answers for an act: kept in the events for good. */
export function operatorName(text: string): string {
  const isName = /^[\p{L}\p{N}][\p{L}\p{N} ._@-]{0,63}$/u.test(text);
  if (!isName) throw new InvalidArgumentError('Give a name of up to 64 letters, digits, blanks and . _ @ -');
  return text;
}

/** Words that are kept for good and published to operators: what looks like an address or a number of somebody's is refused. */
export function reasonWords(text: string): string {
  if (text.length === 0 || text.length > 100 || /[\p{Cc}]/u.test(text))
    throw new InvalidArgumentError('Give one line of up to 100 characters.');
  if (/@|\d{5,}/.test(text))
    throw new InvalidArgumentError(
      'It is kept for good: give no e-mail address, and no number of five digits or more.',
    );
  return text;
}
