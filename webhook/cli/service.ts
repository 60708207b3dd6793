import { existsSync } from 'node:fs';
import { type Config, parseConfig } from '../config/config.ts';
import { createDependencies, type Dependencies } from '../dependencies.ts';
import { LedgerUnavailable } from '../errors.ts';
import { createLogger } from '../logging.ts';
import { retry } from '../verification/waiting.ts';
import { type Cli, EXIT, Exit, type Terminal } from './terminal.ts';

/** A running service holds the SQLite file for milliseconds at a time: a command retries for this long. */
const BUSY_TIMEOUT_MS = 5_000;

const RETRY_EVERY_MS = 50;

/** Retries `work` every 50 ms while the ledger is unavailable, for `timeoutMs` milliseconds. It must be one transaction. */
export function retryWhileBusy<T>(work: () => Promise<T>, timeoutMs = BUSY_TIMEOUT_MS): Promise<T> {
  const end = performance.now() + timeoutMs;
  return retry(work, (error) =>
    error instanceof LedgerUnavailable && performance.now() < end ? RETRY_EVERY_MS : undefined,
  );
}

/** Builds the collaborators of a command. Tests pass their own. */
export type Connect = (config: Config, terminal: Terminal) => Promise<Dependencies>;

/** Builds the service's own collaborators, without a log: a command prints its messages itself. */
export const connectService: Connect = (config, terminal) =>
  createDependencies(config, createLogger('silent'), {
    clock: { now: () => terminal.now() },
    beginsEpoch: false,
  });

/** Without this check a mistyped path would create an empty ledger, in which every identity is unknown. */
function requireLedger({ DATABASE_URL: url }: Config): void {
  const path = url.startsWith('file:') ? url.slice('file:'.length) : undefined;
  if (path === undefined || existsSync(path)) return;
  throw new Exit(
    EXIT.failed,
    `There is no ledger at ${path}: check DATABASE_URL. A relative path counts from the working directory.`,
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
