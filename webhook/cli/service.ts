import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Config, parseConfig } from '../config/config.ts';
import { createDependencies, type Dependencies } from '../dependencies.ts';
import { LedgerUnavailable } from '../errors.ts';
import { createLogger } from '../logging.ts';
import { type Cli, EXIT, Exit, type Terminal } from './terminal.ts';

/** A service at work holds the SQLite file for milliseconds at a time; so long a command waits for its turn. */
const PATIENCE_MS = 5_000;

const AGAIN_MS = 50;

/** Does it again while the ledger is busy, for some seconds; the work does nothing but its one transaction. */
export async function retryWhileBusy<T>(work: () => Promise<T>, patienceMs = PATIENCE_MS): Promise<T> {
  const end = performance.now() + patienceMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof LedgerUnavailable) || performance.now() >= end) throw error;
      await sleep(AGAIN_MS);
    }
  }
}

/** Builds the collaborators of a command; a test has its own. */
export type Connect = (config: Config, terminal: Terminal) => Promise<Dependencies>;

/** The real ones. Nothing is logged: what a command has to say it says itself. */
export const connectReal: Connect = (config, terminal) =>
  createDependencies(config, createLogger('silent'), { now: () => terminal.now() });

/** A ledger that a mistyped address has just made would answer "nobody here" to everything. */
function requireLedger({ DATABASE_URL: url }: Config): void {
  const path = url.startsWith('file:') ? url.slice('file:'.length) : undefined;
  if (path === undefined || existsSync(path)) return;
  throw new Exit(EXIT.failed, `There is no ledger at ${path}: is DATABASE_URL the service's, and this its folder?`);
}

/** The terminal, and the service behind it. */
export function createCli(terminal: Terminal, connect: Connect): Cli {
  return {
    ...terminal,
    withService: async (work) => {
      const config = parseConfig(terminal.env);
      requireLedger(config);
      const service = await retryWhileBusy(() => connect(config, terminal));
      if (service.ctx.ledger.origin === 'made') terminal.say('The ledger is new: is DATABASE_URL the service’s?\n');
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

/** What is said where the ledger does not serve, however often it was tried. */
export function ledgerMessage(error: LedgerUnavailable): string {
  return `The ledger cannot be used just now; nothing was changed. A busy service may hold it: try again. (${error.message})`;
}
