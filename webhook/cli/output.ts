import Table from 'cli-table3';
import pc from 'picocolors';
import type { IdentityRecord } from '../model.ts';
import type { OperatorResult } from '../verification/operator/index.ts';
import { statusOf, waitingOn } from '../verification/record/index.ts';
import { oneLine } from './printable.ts';
import type { Cli, Terminal } from './terminal.ts';

/** The part of a terminal that a formatted text depends on. */
export type Format = Pick<Terminal, 'colour'>;

/** Returns functions that colour a text; they return it unchanged on a terminal without colours. */
export function colours({ colour }: Format) {
  return pc.createColors(colour);
}

/** Formats epoch milliseconds for people: UTC, to the second; `–` for no time. */
export function time(at: number | null | undefined): string {
  return at === null || at === undefined
    ? '–'
    : new Date(at)
        .toISOString()
        .replace('T', ' ')
        .replace(/\.\d+Z$/, 'Z');
}

/** Formats epoch milliseconds for scripts: an ISO time. */
export function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

const UNITS: readonly (readonly [ms: number, unit: string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
];

/** Formats milliseconds in the largest unit that fits, rounded down, without a sign: `3 d`. */
export function span(ms: number): string {
  const [size, unit] = UNITS.find(([of]) => Math.abs(ms) >= of) ?? [1_000, 's'];
  return `${Math.floor(Math.abs(ms) / size)} ${unit}`;
}

/** No borders: two blanks between the columns are the only separator. */
const BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** Returns a table without lines, as `kubectl` prints them. */
export function table(format: Format, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const { dim } = colours(format);
  const result = new Table({
    head: head.map((title) => dim(title.toUpperCase())),
    chars: BORDERS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  result.push(...rows.map((row) => row.map(oneLine)));
  const lines = result.toString().split('\n');
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

/** Returns names and values, one pair a line; a value that is undefined is left out. */
export function pairs(format: Format, all: Readonly<Record<string, string | undefined>>): string {
  const { dim } = colours(format);
  const shown = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${dim(`${name}:`.padEnd(width + 2))}${oneLine(value)}\n`).join('');
}

/** Returns a text under a title, indented. */
export function section(format: Format, title: string, text: string): string {
  const indented = text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`.trimEnd());
  return `\n${colours(format).bold(title)}\n${indented.join('\n')}\n`;
}

/** Returns one JSON document, for scripts. */
export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** The options that every act of an operator has. */
export interface ActFlags {
  readonly json?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
}

function standingText(record: IdentityRecord): { readonly status: string; readonly waiting_on: string } {
  return { status: statusOf(record), waiting_on: waitingOn(record) };
}

/**
 * Prints the result of an act: a JSON document, or a sentence.
 * @param sentence what was done @param more further members of the document
 */
export async function printResult(
  cli: Cli,
  flags: ActFlags,
  result: OperatorResult,
  sentence: string,
  more: object = {},
): Promise<void> {
  const before = standingText(result.before);
  const after = standingText(result.record);
  if (flags.json) {
    const { id, jumioDue, kratosDue } = result.record.identity;
    const due = { jumio: iso(jumioDue), kratos: iso(kratosDue) };
    await cli.print(json({ identity: id, dry_run: flags.dryRun === true, before, after, due, ...more }));
    return;
  }
  const change = before.status === after.status ? `It is ${after.status}` : `${before.status} → ${after.status}`;
  const prefix = flags.dryRun ? 'Dry run, nothing was changed: ' : '';
  await cli.print(`${prefix}${sentence} ${change}, waiting on ${after.waiting_on}.\n`);
}
