import Table from 'cli-table3';
import pc from 'picocolors';
import type { IdentityRecord } from '../model.ts';
import type { OperatorResult } from '../verification/operator/index.ts';
import { statusOf, waitingOn } from '../verification/record/index.ts';
import type { Cli, Terminal } from './terminal.ts';

/** Colours, or none where the terminal has none. */
export function colours({ colour }: Pick<Terminal, 'colour'>) {
  return pc.createColors(colour);
}

/** A time as people read it beside others: UTC, to the second. */
export function time(at: number | null | undefined): string {
  return at === null || at === undefined
    ? '–'
    : new Date(at)
        .toISOString()
        .replace('T', ' ')
        .replace(/\.\d+Z$/, 'Z');
}

export function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

const UNITS: readonly (readonly [ms: number, unit: string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
];

/** A span in its largest unit, e.g. `3 d`. */
export function span(ms: number): string {
  const [size, unit] = UNITS.find(([of]) => Math.abs(ms) >= of) ?? [1_000, 's'];
  return `${Math.floor(Math.abs(ms) / size)} ${unit}`;
}

const PLAIN = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '' };

const NO_LINES = { 'bottom-left': '', 'bottom-right': '', left: '', 'left-mid': '', mid: '', 'mid-mid': '' };

/** A table without lines, as `kubectl` prints them. */
export function table(
  terminal: Pick<Terminal, 'colour'>,
  head: readonly string[],
  rows: readonly (readonly string[])[],
) {
  const { dim } = colours(terminal);
  const made = new Table({
    head: head.map((word) => dim(word.toUpperCase())),
    chars: { ...PLAIN, ...NO_LINES, right: '', 'right-mid': '', middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  made.push(...rows.map((row) => [...row]));
  return `${made
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')}\n`;
}

/** Names and values, one a line; what is undefined is left out. */
export function pairs(terminal: Pick<Terminal, 'colour'>, all: Readonly<Record<string, string | undefined>>): string {
  const { dim } = colours(terminal);
  const shown = Object.entries(all).filter(([, value]) => value !== undefined);
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${dim(`${name}:`.padEnd(width + 2))}${value}\n`).join('');
}

/** A titled part of a longer answer. */
export function section(terminal: Pick<Terminal, 'colour'>, title: string, text: string): string {
  const indented = text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`.trimEnd());
  return `\n${colours(terminal).bold(title)}\n${indented.join('\n')}\n`;
}

/** For scripts: one JSON document. */
export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** How an identity stands, in the words of every command. */
export function standingText(record: IdentityRecord): { readonly status: string; readonly waiting_on: string } {
  return { status: statusOf(record), waiting_on: waitingOn(record) };
}

export interface Line {
  readonly json?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
}

/** Says what an act came to: a document for scripts, or one sentence for people. */
export async function print(
  cli: Cli,
  options: Line,
  done: OperatorResult,
  sentence: string,
  more: object = {},
): Promise<void> {
  const before = standingText(done.before);
  const after = standingText(done.record);
  if (options.json) {
    const { id, jumioDue, kratosDue } = done.record.identity;
    const due = { jumio: iso(jumioDue), kratos: iso(kratosDue) };
    await cli.print(json({ identity: id, dry_run: options.dryRun === true, before, after, due, ...more }));
    return;
  }
  const change = before.status === after.status ? `It is ${after.status}` : `${before.status} → ${after.status}`;
  const prefix = options.dryRun ? 'Would be done, and nothing was: ' : '';
  await cli.print(`${prefix}${sentence} ${change}, waiting on ${after.waiting_on}.\n`);
}
