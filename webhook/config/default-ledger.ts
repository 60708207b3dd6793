import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the package, for the source and for the compiled program. */
const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Returns the `DATABASE_URL` of an operator who sets none: a file beside the package. The working directory does not count,
 * because a service that is started from elsewhere would begin with an empty ledger and know nobody.
 * @param folder of the package; one that is installed in `node_modules` is replaced by the next install, so that the ledger
 *   lies beside `node_modules`
 */
export function defaultLedger(folder = PACKAGE): string {
  const [project = folder] = folder.split(/(?<=[/\\])node_modules[/\\]/);
  return `file:${join(project, 'data', 'ledger.sqlite')}`;
}
