import { appendFileSync } from 'node:fs';

/** Names the file that keeps every log line of every service that the suite runs; set by `log-canary.setup.ts`. */
export const CAPTURE_VARIABLE = 'SERVICE_LOG_CAPTURE';

/** Where a service of a test logs to: kept for the test, and for the look at the whole suite's logs when it ends. */
export interface LogCapture {
  write(chunk: string): void;
  text(): string;
  /** Parsed. */
  lines(): LogLine[];
}

export type LogLine = Readonly<Record<string, unknown>>;

/**
 * @param file where the lines are kept beyond the test; by default the whole suite's capture, if there is one.
 */
export function captureLogs(file: string | undefined = process.env[CAPTURE_VARIABLE]): LogCapture {
  let seen = '';
  return {
    write: (chunk) => {
      seen += chunk;
      if (file !== undefined) appendFileSync(file, chunk);
    },
    text: () => seen,
    lines: () =>
      seen
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line)),
  };
}
