import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The long ones first, so that none is left running alone at the end; and those that compute beside those that wait
 * for processes and time-outs, so that the cores are neither fought for nor idle.
 */
const ORDER = [
  /exhaustive\/larger/,
  /e2e\/readme/,
  /browser\/page/,
  /simulation\/schedules-1/,
  /e2e\/serve-runs/,
  /exhaustive\/decided/,
  /e2e\/resolve-typed/,
  /chaos\/boundaries/,
  /exhaustive\/small/,
  /e2e\/postgres\./,
  /simulation\/schedules-2/,
  /e2e\/serve-http/,
  /chaos\/(people|races)/,
  /simulation\/schedules-3/,
  /e2e\/(image|install|workflow)/,
  /e2e\/(postgres-serve|sync-failures)/,
  /test\/chaos\//,
  /test\/e2e\//,
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const found = ORDER.findIndex((pattern) => pattern.test(moduleId));
      return found === -1 ? ORDER.length : found;
    };
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other));
  }
}

/**
 * Of the unit tests, the long ones, which `npm test` leaves out: the sample world at any hour and in any form, sweeps in
 * storms, orders of 500 lines, certify cut off at each of its steps, runs with the books that it advises.
 */
const LONG_UNIT = [
  'test/certify/advice.test.ts',
  'test/certify/crashes.test.ts',
  'test/sync/large.test.ts',
  'test/sync/requests.test.ts',
  'test/sync/sample-hours.test.ts',
];

/** Of the long tests, those that `npm test` runs: one file for each command, and the protocol in a small world. */
const QUICK = [
  'test/chaos/exhaustive/small.test.ts',
  'test/chaos/simulation/regressions.test.ts',
  'test/chaos/simulation/schedules-1.test.ts',
  'test/e2e/auth.test.ts',
  'test/e2e/billing.test.ts',
  'test/e2e/doctor.test.ts',
  'test/e2e/history.test.ts',
  'test/e2e/init.test.ts',
  'test/e2e/preview.test.ts',
  'test/e2e/products.test.ts',
  'test/e2e/resolve.test.ts',
  'test/e2e/serve-start.test.ts',
  // config, completion, help
  'test/e2e/setup.test.ts',
  'test/e2e/sync-main.test.ts',
];

const env = { TZ: 'UTC', NO_COLOR: '1' };

/** Everything; with `--mode quick` what a person waits for, with `--mode rest` all that this leaves out. */
export default defineConfig(({ mode }) => ({
  test: {
    // More than there are cores on a small machine: most of what runs here waits for child processes and servers.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: mode === 'rest' ? LONG_UNIT : ['test/**/*.test.ts'],
          exclude: [
            ...['test/e2e/**', 'test/chaos/**', 'test/bench/**', 'test/browser/**', 'test/state/postgres/**'],
            ...(mode === 'quick' ? LONG_UNIT : []),
          ],
          globalSetup: ['test/helpers/tmp.ts'],
          setupFiles: ['test/helpers/seed.ts', 'test/helpers/after-file.ts'],
          env,
          // One process for many files: starting afresh for each took longer than most of them do.
          isolate: false,
          // A bound against hanging; a busy machine is no failure.
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'postgres',
          include: mode === 'quick' ? [] : ['test/state/postgres/**/*.test.ts'],
          globalSetup: ['test/helpers/tmp.ts'],
          setupFiles: ['test/helpers/seed.ts', 'test/helpers/after-file.ts'],
          env,
          isolate: false,
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: mode === 'quick' ? [] : ['test/browser/**/*.test.ts'],
          setupFiles: ['test/helpers/seed.ts', 'test/helpers/after-file.ts'],
          env,
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: mode === 'quick' ? QUICK : ['test/e2e/**/*.test.ts', 'test/chaos/**/*.test.ts'],
          exclude: mode === 'rest' ? QUICK : [],
          env,
          globalSetup: ['test/helpers/tmp.ts', 'test/helpers/build.ts'],
          setupFiles: ['test/helpers/after-file.ts'],
          isolate: false,
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
}));
