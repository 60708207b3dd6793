import Libsql from 'libsql';
import { onTestFinished } from 'vitest';

/**
 * Takes the write lock of the SQLite file from another connection, as a backup tool or a shell would, until the returned
 * function is called or the test ends.
 */
export function lockLedger(databaseUrl: string): () => void {
  const database = new Libsql(databaseUrl.slice('file:'.length));
  database.exec('begin exclusive');
  let held = true;
  const release = (): void => {
    if (held) database.close();
    held = false;
  };
  onTestFinished(release);
  return release;
}
