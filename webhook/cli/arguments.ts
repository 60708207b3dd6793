import { InvalidArgumentError } from 'commander';
import type { Context } from '../verification/context.ts';
import { type Cli, EXIT, Exit, refuse, type Terminal } from './terminal.ts';

/**
 * Asks for the identity to be typed before something is done that does not undo itself. Where nobody can be asked,
 * only `--yes` goes on.
 */
export async function confirm(cli: Cli, identity: string, what: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (!cli.interactive) throw refuse(`${what} Nobody is here to be asked: say --yes.`);
  const typed = await cli.ask(`${what} Type the identity's id to go on: `);
  if (typed.trim().toLowerCase() !== identity) throw new Exit(EXIT.failed, 'Not confirmed: nothing was done.');
}

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
export function reasonText(text: string): string {
  if (text.length === 0 || text.length > 100 || /[\p{Cc}]/u.test(text))
    throw new InvalidArgumentError('Give one line of up to 100 characters.');
  if (/@|\d{5,}/.test(text))
    throw new InvalidArgumentError(
      'It is kept for good: give no e-mail address, and no number of five digits or more.',
    );
  return text;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The identity that a command line names: by its id, or by what it signs in with (an e-mail address), which Kratos is
 * asked for and which is kept nowhere.
 */
export async function identityOf(ctx: Context, named: string): Promise<string> {
  if (UUID.test(named)) return named.toLowerCase();
  const found = await ctx.kratos.find(named);
  const [id] = found;
  if (id === undefined) throw refuse('Nobody signs in to Kratos with exactly that.');
  if (found.length > 1) throw refuse(`Several identities sign in with that; name one:\n${found.join('\n')}`);
  return id;
}

export function unknown(identity: string) {
  return refuse(`Neither the ledger nor Kratos has an identity ${identity}.`);
}
