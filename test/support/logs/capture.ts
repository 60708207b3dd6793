import { appendFileSync } from 'node:fs';

/** The variable with the file for every log line of every service in the suite; set by `setup.ts`. */
export const CAPTURE_VARIABLE = 'SERVICE_LOG_CAPTURE';

/** The log destination of a test’s service: kept for the test, and for the check of the whole suite’s logs. */
export interface LogCapture {
  write(chunk: string): void;
  text(): string;
  /** The lines, parsed. */
  lines(): LogLine[];
}

export type LogLine = Readonly<Record<string, unknown>>;

/**
 * @param file keeps the lines after the test; by default the file of the whole suite, if there is one.
 */
export function captureLogs(file: string | undefined = process.env[CAPTURE_VARIABLE]): LogCapture {
  let captured = '';
  return {
    write: (chunk) => {
      captured += chunk;
      if (file !== undefined) appendFileSync(file, chunk);
    },
    text: () => captured,
    lines: () =>
      captured
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line)),
  };
}
