import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config/problem.ts';
import { LedgerUnavailable, UpstreamError } from '../errors.ts';
import { registerBackfill } from './commands/backfill.ts';
import { registerBackup } from './commands/backup.ts';
import { registerDoctor } from './commands/doctor.ts';
import { registerErase } from './commands/erase.ts';
import { registerExport } from './commands/export.ts';
import { registerList } from './commands/list.ts';
import { registerOverride } from './commands/override.ts';
import { registerRecheck } from './commands/recheck.ts';
import { registerReport } from './commands/report.ts';
import { registerRestart } from './commands/restart.ts';
import { registerStatus } from './commands/status.ts';
import { type Connect, connectReal, createCli, ledgerMessage } from './service.ts';
import { type Cli, EXIT, Exit, type Terminal } from './terminal.ts';

/** Every command, one file each. */
const COMMANDS: readonly ((program: Command, cli: Cli) => void)[] = [
  registerStatus,
  registerList,
  registerReport,
  registerRecheck,
  registerRestart,
  registerOverride,
  registerErase,
  registerBackfill,
  registerDoctor,
  registerExport,
  registerBackup,
];

const ABOUT =
  'The operator’s commands. They read the same environment (and .env) as the service, write little, and let the ' +
  'running service do the work. Exit codes: 0 done, 1 failed, 2 wrongly asked for or not found.';

/** The program with all its commands; nothing is opened before one of them runs. */
export function createProgram(cli: Cli): Command {
  const program = new Command('jumio-bridge')
    .description(ABOUT)
    .showHelpAfterError('(--help says more)')
    .exitOverride();
  program.configureOutput({
    writeOut: (text) => void cli.print(text),
    writeErr: (text) => cli.say(text),
    getOutHasColors: () => cli.colour,
    getErrHasColors: () => cli.colour,
  });
  for (const register of COMMANDS) register(program, cli);
  return program;
}

/** What is said of an error that ended a command; undefined: it was said already. */
function wordsOf(error: unknown): string | undefined {
  if (error instanceof CommanderError) return undefined;
  if (error instanceof ConfigError) return `The configuration is not usable:\n${error.message}`;
  if (error instanceof LedgerUnavailable) return ledgerMessage(error);
  if (error instanceof Exit || error instanceof UpstreamError) return error.message || undefined;
  return error instanceof Error ? (error.stack ?? error.message) : 'failed';
}

function codeOf(error: unknown): number {
  if (error instanceof Exit) return error.code;
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  return error instanceof ConfigError ? EXIT.usage : EXIT.failed;
}

/**
 * Runs one command line (without `node` and the program's name).
 * @returns the exit code; whatever went wrong has been said on the terminal.
 */
export async function run(args: readonly string[], terminal: Terminal, connect: Connect = connectReal) {
  try {
    await createProgram(createCli(terminal, connect)).parseAsync(args, { from: 'user' });
    return EXIT.done;
  } catch (error) {
    const words = wordsOf(error);
    if (words !== undefined) terminal.say(`${words}\n`);
    return codeOf(error);
  }
}
