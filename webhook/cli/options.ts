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
