import { type Cli, EXIT, Exit, refuse } from './cli.ts';

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
