import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCanaries } from './canaries.ts';
import { CAPTURE_VARIABLE } from './capture.ts';

/** The lines with canaries, at most ten: enough to find their writer. */
function leaks(log: string): string[] {
  return log
    .split('\n')
    .filter((line) => findCanaries(line).length > 0)
    .slice(0, 10);
}

/**
 * Vitest's global setup: every service of any test logs into one file, and at the end of the run no canary may
 * be in it. The workers inherit the variable.
 */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'service-logs-'));
  const file = join(folder, 'all.log');
  writeFileSync(file, '');
  process.env[CAPTURE_VARIABLE] = file;
  return () => {
    const found = leaks(readFileSync(file, 'utf8'));
    rmSync(folder, { recursive: true });
    if (found.length === 0) return;
    // Vitest reports an error in a teardown, but exits with 0.
    process.exitCode = 1;
    throw new Error(`secrets or personal data were logged:\n${found.join('\n')}`);
  };
}
