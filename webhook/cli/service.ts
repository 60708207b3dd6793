import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Config, parseConfig } from '../config/config.ts';
import { createDependencies, type Dependencies } from '../dependencies.ts';
import { LedgerUnavailable } from '../errors.ts';
import { createLogger } from '../logging.ts';
import { type Cli, EXIT, Exit, type Terminal } from './terminal.ts';

/** A running service locks the SQLite file for milliseconds at a time; a command retries for this long. */
const RETRY_FOR_MS = 5_000;

const RETRY_INTERVAL_MS = 50;

/**
 * Runs `work`, and again every 50 ms while the ledger is locked, for at most `retryForMs`. `work` must be one transaction.
 * @throws LedgerUnavailable if the time is over; any other error of `work` at once
 */
export async function retryWhileBusy<T>(work: () => Promise<T>, retryForMs = RETRY_FOR_MS): Promise<T> {
  const end = performance.now() + retryForMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof LedgerUnavailable) || performance.now() >= end) throw error;
      await sleep(RETRY_INTERVAL_MS);
    }
  }
}

/** Builds the collaborators of a command. Tests pass their own. */
export type Connect = (config: Config, terminal: Terminal) => Promise<Dependencies>;

/** Builds the service's own collaborators, without a log: a command prints its messages itself. */
export const connectService: Connect = (config, terminal) =>
  createDependencies(config, createLogger('silent'), { now: () => terminal.now() });

/** Without this check a mistyped path would create an empty ledger, in which every identity is unknown. */
function requireLedger({ DATABASE_URL: url }: Config): void {
  const path = url.startsWith('file:') ? url.slice('file:'.length) : undefined;
  if (path === undefined || existsSync(path)) return;
  throw new Exit(
    EXIT.failed,
    `There is no ledger at ${path}: check DATABASE_URL, and run the command in the service's folder.`,
  );
}

/** Returns the terminal with the service behind it. */
export function createCli(terminal: Terminal, connect: Connect): Cli {
  return {
    ...terminal,
    withService: async (work) => {
      const config = parseConfig(terminal.env);
      requireLedger(config);
      const service = await retryWhileBusy(() => connect(config, terminal));
      if (service.ctx.ledger.origin === 'made')
        terminal.printNote('This command has created the ledger: check that DATABASE_URL is the service’s.\n');
      const { ledger } = service.ctx;
      const change: typeof ledger.change = (...args) => retryWhileBusy(() => ledger.change(...args));
      try {
        return await work({ ...service, ctx: { ...service.ctx, ledger: { ...ledger, change } } });
      } finally {
        await ledger.close();
      }
    },
  };
}

/** Returns the message for a ledger that stayed unavailable after all retries. */
export function ledgerMessage(error: LedgerUnavailable): string {
  return `The ledger is not available, and nothing was changed. A busy service may lock it: try again. (${error.message})`;
}
