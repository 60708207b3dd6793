import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { SEEN_VARIABLE } from '../openapi/checked-answers.ts';
import { describedAnswers } from '../openapi/document.ts';

/** Whether every test file of the suite has run, and none of its tests was left out by a name. */
async function isWhole(project: TestProject): Promise<boolean> {
  const { testFiles } = await project.globTestFiles();
  const ran = new Set(project.vitest.state.getFiles().map(({ filepath }) => filepath));
  return project.vitest.config.testNamePattern === undefined && testFiles.every((file) => ran.has(file));
}

/**
 * Vitest's global setup: every operation and status of docs/schemas/openapi.json must have come in some test. The workers
 * inherit the variable. A run of a part of the suite says nothing about it.
 */
export default function setup(project: TestProject): () => Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'seen-answers-'));
  const file = join(folder, 'seen');
  process.env[SEEN_VARIABLE] = file;
  return async () => {
    const seen = new Set(existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []);
    rmSync(folder, { recursive: true });
    if (!(await isWhole(project))) return;
    const missing = describedAnswers().filter((pair) => !seen.has(pair));
    if (missing.length === 0) return;
    // Vitest reports an error in a teardown, but exits with 0.
    process.exitCode = 1;
    throw new Error(`docs/schemas/openapi.json describes what no test has seen:\n${missing.join('\n')}`);
  };
}
