import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * What takes longest, the longest first: files by their path, or all files of a folder. What computes stands beside what waits, so
 * that both cores are busy.
 */
export const LONGEST: readonly string[] = [
  'test/e2e/browser/scenarios.test.ts',
  'test/contract/ledger/postgres.test.ts',
  'test/e2e/browser/states.test.ts',
  'test/contract/ledger/sqlite.test.ts',
  'test/e2e/browser/failures.test.ts',
  'test/e2e/serial.test.ts',
  'test/e2e/browser/',
  'test/fuzz/corpus.test.ts',
  'test/e2e/package.test.ts',
  'test/e2e/bypass.test.ts',
  'test/e2e/faults.test.ts',
  'test/e2e/parallel.test.ts',
  'test/e2e/installations.test.ts',
  'test/integration/crash/',
  'test/e2e/',
  'test/integration/pages/',
  'test/integration/worker/replicas.test.ts',
  'test/integration/transactions/replicas.test.ts',
  'test/integration/cli/',
  'test/integration/api/resources.test.ts',
  'test/integration/',
];

function rank({ moduleId }: TestSpecification): number {
  const at = LONGEST.findIndex((path) => moduleId.includes(`/${path}`));
  return at < 0 ? LONGEST.length : at;
}

/** Starts long files first. Without times of an earlier run Vitest goes by size, and the longest files are lists of imports. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other));
  }
}
