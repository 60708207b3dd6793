import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Collects what every suite logs, and fails the run where a planted secret or a trait shows up in it.
    globalSetup: ['./test/support/log-canary.setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
