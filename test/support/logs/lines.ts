import { createLogger } from '../../../webhook/logging.ts';

/** A logger of the service, with its allow-list, and the lines that it has written. */
export function loggedLines() {
  const lines: string[] = [];
  const log = createLogger('debug', { write: (line) => void lines.push(line) });
  return { log, lines };
}
