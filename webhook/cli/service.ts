import { existsSync } from 'node:fs';
import { type Config, parseConfig } from '../config.ts';
import { createDependencies, type Dependencies } from '../dependencies.ts';
import type { LedgerUnavailable } from '../errors.ts';
import { createLogger } from '../logging.ts';
import { type Cli, EXIT, Exit, type Terminal } from './cli.ts';
import { patiently } from './patience.ts';

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
      const service = await patiently(() => connect(config, terminal));
      if (service.desk.ledger.origin === 'made') terminal.say('The ledger is new: is DATABASE_URL the service’s?\n');
      const { ledger } = service.desk;
      const change: typeof ledger.change = (...args) => patiently(() => ledger.change(...args));
      try {
        return await work({ ...service, desk: { ...service.desk, ledger: { ...ledger, change } } });
      } finally {
        await ledger.close();
      }
    },
  };
}

/** What is said where the ledger does not serve, however often it was tried. */
export function ledgerWords(error: LedgerUnavailable): string {
  return `The ledger cannot be used just now; nothing was changed. A busy service may hold it: try again. (${error.message})`;
}
