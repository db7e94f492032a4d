import { defineConfig } from 'vitest/config';

/** Measurements: run one at a time, by name, on a machine that does nothing else. */
export default defineConfig({
  test: {
    include: ['test/bench/serve*.ts'],
    env: { TZ: 'UTC', NO_COLOR: '1' },
    globalSetup: ['test/helpers/build.ts'],
    testTimeout: 1_800_000,
    disableConsoleIntercept: true,
    fileParallelism: false,
  },
});
