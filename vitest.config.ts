import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // More than there are cores on a small machine: most of what runs here waits for child processes and servers.
    maxWorkers: 3,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/chaos/**', 'test/bench/**'],
          setupFiles: ['test/helpers/seed.ts'],
          env: { TZ: 'UTC', NO_COLOR: '1' },
          // A bound against hanging; a busy machine is no failure.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts', 'test/chaos/**/*.test.ts'],
          env: { TZ: 'UTC', NO_COLOR: '1' },
          globalSetup: ['test/helpers/build.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
