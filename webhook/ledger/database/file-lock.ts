import Libsql from 'libsql';
import { LedgerInUse } from '../../errors.ts';
import { createPrivateFile } from './private-file.ts';

/** A service that is being replaced may still be closing its ledger: the next one waits so long. Milliseconds. */
const WAIT_MS = 2_000;

/**
 * Locks a SQLite ledger for one service; commands beside it do not ask for the lock. The operating system drops the lock
 * with the process, however it ends. It is held in a file of its own, `<ledger>.lock`, because a lock on the ledger itself
 * would shut out the commands and the second connection of this process.
 * @returns drops the lock
 * @throws LedgerInUse if another process has it
 */
export function lockFile(ledger: string): () => void {
  const path = `${ledger}.lock`;
  createPrivateFile(path);
  const database = new Libsql(path);
  try {
    database.exec(`pragma busy_timeout = ${WAIT_MS}`);
    database.exec('begin exclusive');
  } catch (error) {
    database.close();
    throw new LedgerInUse(ledger, { cause: error });
  }
  return () => database.close();
}
