import { InvalidArgumentError } from 'commander';
import { flawOfNote } from '../operators/index.ts';
import type { Context } from '../verification/context.ts';
import { oneLine } from './printable.ts';
import { type Cli, EXIT, Exit, type Terminal, usageError } from './terminal.ts';

/**
 * Asks the operator to type the identity's id before an act that cannot be undone. Resolves if it was typed, or with `yes`.
 * @param question what is to happen, as a sentence
 * @throws Exit for another answer, or without a terminal that can answer
 */
export async function confirm(cli: Cli, identity: string, question: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (!cli.interactive) throw usageError(`${question} There is no terminal to confirm it: use --yes.`);
  const typed = await cli.ask(`${question} Type the identity's id to confirm: `);
  if (typed.trim().toLowerCase() !== identity) throw new Exit(EXIT.failed, 'Not confirmed: nothing was changed.');
}

const UNIT_MS = new Map([
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** Returns a parser of times: a day, an ISO time, or a time ago (`90m`, `12h`, `7d`). It returns epoch milliseconds. */
export function instant({ now }: Pick<Terminal, 'now'>) {
  return (text: string): number => {
    const [, count, unit = ''] = /^(\d+)([mhd])$/.exec(text) ?? [];
    const ago = Number(count) * (UNIT_MS.get(unit) ?? Number.NaN);
    const at = Number.isNaN(ago) && /^\d{4}-/.test(text) ? Date.parse(text) : now() - ago;
    if (Number.isNaN(at)) throw new InvalidArgumentError('Expected a day (2026-01-31), an ISO time, or 90m, 12h, 7d.');
    return at;
  };
}

/** Parses a whole number of up to 15 digits. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('Expected a whole number.');
  return Number(text);
}

/** Parses the name of the operator who is responsible for an act, or their id in the list of operators. It stays in the events for good. */
export function operatorName(text: string): string {
  const isName = /^[\p{L}\p{N}][\p{L}\p{N} .:@|'’_-]{0,127}$/u.test(text);
  if (!isName)
    throw new InvalidArgumentError("Expected a name of up to 128 letters, digits, blanks and . : _ @ | ' ’ -");
  return text;
}

/** Parses a reason. It stays in the events for good, so a text with an e-mail address or a long number is refused. */
export function reasonText(text: string): string {
  const flaw = text === '' ? 'Expected one line of up to 100 characters.' : flawOfNote(text);
  if (flaw !== undefined) throw new InvalidArgumentError(flaw);
  return text;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Describes the argument that `identityOf` takes, for `--help`. */
export const IDENTITY_ARGUMENT = 'its id, or the e-mail address it signs in with; - reads it from the standard input';

async function fromStandardInput(cli: Cli): Promise<string> {
  const line = (await cli.ask(cli.interactive ? 'Id or e-mail address: ' : '')).trim();
  if (line === '') throw usageError('The standard input holds no line with an id or an e-mail address.');
  return line;
}

/**
 * Returns the id of the identity that an argument names: the id itself, or the e-mail address that it signs in with.
 * `-` reads either from the standard input, so that no address is in the shell's history or the list of processes.
 * Kratos resolves an address, which is stored nowhere.
 * @throws Exit if Kratos has no such identity, or several
 */
export async function identityOf(cli: Cli, ctx: Context, argument: string): Promise<string> {
  const name = argument === '-' ? await fromStandardInput(cli) : argument;
  if (UUID.test(name)) return name.toLowerCase();
  const found = await ctx.kratos.find(name);
  const [id] = found;
  if (id === undefined) throw usageError('Kratos has no identity that signs in with exactly this.');
  if (found.length > 1)
    throw usageError(`Several identities sign in with this; name one:\n${found.map(oneLine).join('\n')}`);
  return id;
}

/** Returns the error for an identity that neither the ledger nor Kratos has. */
export function unknownIdentity(identity: string): Exit {
  return usageError(`Neither the ledger nor Kratos has an identity ${identity}.`);
}
