import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config/problem.ts';
import { LedgerDamaged, LedgerTooNew, LedgerUnavailable, UpstreamError } from '../errors.ts';
import { registerBackfill } from './commands/backfill.ts';
import { registerBackup } from './commands/backup.ts';
import { registerDoctor } from './commands/doctor.ts';
import { registerErase } from './commands/erase.ts';
import { registerEvents } from './commands/events/events.ts';
import { registerExport } from './commands/export.ts';
import { registerKeys } from './commands/keys.ts';
import { registerList } from './commands/list.ts';
import { registerOverride } from './commands/override.ts';
import { registerRecheck } from './commands/recheck.ts';
import { registerReport } from './commands/report.ts';
import { registerRestart } from './commands/restart.ts';
import { registerInit } from './commands/setup/init.ts';
import { registerKratosConfig } from './commands/setup/kratos-config.ts';
import { registerStatus } from './commands/status.ts';
import { registerTransactions } from './commands/transactions/transactions.ts';
import { addVersion, markRequired } from './help.ts';
import { withPrintableOutput } from './printable.ts';
import { type Connect, connectService, createCli, ledgerMessage } from './service.ts';
import { type Cli, EXIT, Exit, type Terminal } from './terminal.ts';

/** Every command, in the order of `--help`; one file each. */
const COMMANDS: readonly ((program: Command, cli: Cli) => void)[] = [
  registerStatus,
  registerList,
  registerReport,
  registerRecheck,
  registerRestart,
  registerOverride,
  registerErase,
  registerBackfill,
  registerInit,
  registerKratosConfig,
  registerDoctor,
  registerExport,
  registerBackup,
  registerKeys,
  registerEvents,
  registerTransactions,
];

const ABOUT =
  'The operator’s commands. They read the same environment (and .env files) as the service and write to its ledger; the ' +
  'running service does the work. Exit codes: 0 done, 1 failed, 2 wrong arguments or no such identity.';

/** Returns the program with all its commands. It opens nothing before one of them runs. */
function createProgram(cli: Cli): Command {
  const program = new Command('jumio-bridge').description(ABOUT).showHelpAfterError('(see --help)').exitOverride();
  program.configureOutput({
    writeOut: (text) => void cli.print(text),
    writeErr: (text) => cli.printNote(text),
    getOutHasColors: () => cli.colour,
    getErrHasColors: () => cli.colour,
  });
  markRequired(program);
  for (const register of COMMANDS) register(program, cli);
  addVersion(program);
  return program;
}

/** Returns the message for a configuration that is wrong. @param environmentSources where its variables came from */
export function configurationMessage(error: ConfigError, environmentSources = ''): string {
  return ['The configuration is not usable:', error.message, environmentSources]
    .filter((line) => line !== '')
    .join('\n');
}

/** The message for an error that ended a command; undefined if there is none to print. */
function messageOf(error: unknown, environmentSources: string): string | undefined {
  if (error instanceof CommanderError) return undefined;
  if (error instanceof ConfigError) return configurationMessage(error, environmentSources);
  if (error instanceof LedgerUnavailable) return ledgerMessage(error);
  if (error instanceof LedgerTooNew) return `Nothing was changed: ${error.message}.`;
  if (error instanceof LedgerDamaged) return `The command was not run: ${error.message}.`;
  if (error instanceof Exit || error instanceof UpstreamError) return error.message || undefined;
  return error instanceof Error ? (error.stack ?? error.message) : 'failed';
}

function codeOf(error: unknown): number {
  if (error instanceof Exit) return error.code;
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  return error instanceof ConfigError ? EXIT.usage : EXIT.failed;
}

/**
 * Runs one command line (without `node` and the program's name). Never rejects: errors are printed on the terminal.
 * @returns the exit code
 */
export async function run(
  args: readonly string[],
  processTerminal: Terminal,
  connect: Connect = connectService,
): Promise<number> {
  const terminal = withPrintableOutput(processTerminal);
  try {
    await createProgram(createCli(terminal, connect)).parseAsync(args, { from: 'user' });
    return EXIT.done;
  } catch (error) {
    const message = messageOf(error, terminal.environmentSources);
    if (message !== undefined) terminal.printNote(`${message}\n`);
    return codeOf(error);
  }
}
