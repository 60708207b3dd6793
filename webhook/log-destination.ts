import type { Writable } from 'node:stream';
import type { DestinationStream } from 'pino';

/** The bytes of log lines that wait in memory, at most, while the reader of a pipe does not read: some 5,000 lines. */
const MAX_WAITING_BYTES = 1024 * 1024;

/** Where the log goes. */
export interface LogDestination extends DestinationStream {
  /** Writes a line, or drops and counts it. Never blocks and never throws. */
  write(line: string): void;
  /** Why lines are being dropped at this moment, for the operator; undefined: the last line was written. */
  problem(): string | undefined;
}

/**
 * Returns a destination that gives up lines, and never the service: sign-ins must be answered while the log's disk is
 * full or its reader hangs (docs/operations.md#the-log). Pino's own destination tries again for ever, on the main thread.
 * @param stream standard output: Node writes files at once, and pipes and sockets without waiting for their reader
 */
export function createLogDestination(stream: Writable): LogDestination {
  let dropped = 0;
  let cause: string | undefined;
  const drop = (reason: string): void => {
    dropped += 1;
    cause = reason;
  };
  const summary = (): string => `log lines dropped since the start: ${dropped} (${cause})`;
  const onWritten = (error?: Error | null): void => {
    if (error) {
      drop('code' in error ? String(error.code) : error.name);
    } else if (cause !== undefined) {
      const line = JSON.stringify({ level: 40, time: Date.now(), msg: summary() });
      cause = undefined;
      // The first line break ends a line that was written in part before the disk was full.
      stream.write(`\n${line}\n`, onWritten);
    }
  };
  // Each failed write is reported to its callback, too.
  stream.on('error', () => {});
  return {
    write(line) {
      if (stream.writableLength + line.length > MAX_WAITING_BYTES) drop('not read');
      else stream.write(line, onWritten);
    },
    problem: () => (cause === undefined ? undefined : summary()),
  };
}
