import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/run/longest-first.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Puts temporary files into memory; collects what every suite logs, and fails the run where a planted secret or a trait
    // shows up in it; bundles the programs that tests start as processes; counts which answers of the description have come.
    globalSetup: [
      './test/support/run/memory-files.ts',
      './test/support/logs/setup.ts',
      './test/support/run/bundle-programs.ts',
      './test/support/run/seen-answers.ts',
    ],
    // Loading the service's modules anew takes longer than most files take: the files of a worker share them.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    // Two cores, and tests that wait for programs, timers and disks more than they compute.
    maxWorkers: 4,
    // A world may take as long as its Kratos and its service may take one after the other (sandbox/), and a test that
    // kills the service starts it two or three times.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Vitest's own second is less than a busy machine may need for something that takes a moment.
    expect: { poll: { timeout: 15_000 } },
  },
});
