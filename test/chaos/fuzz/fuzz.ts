import fc from 'fast-check';
import { afterAll, expect } from 'vitest';
import { AppError } from '../../../src/errors.js';

/*
 * Whatever is read, changed in ways that nobody has thought of: no stack, no hang, no memory beyond its bound.
 * FUZZ_SECONDS=3600 npm run fuzz goes on for so long, with other cases each time; FC_SEED repeats those that a failure
 * names.
 */
const SECONDS = Number(process.env.FUZZ_SECONDS ?? 60);
export const SEED = Number(
  process.env.FC_SEED ?? (process.env.FUZZ_SECONDS === undefined ? 20_261_129 : Date.now() % 2 ** 31),
);
/** What cases are made for, with its part of the time; answers are read at many places, and take a whole run each. */
const TARGETS = {
  webhooks: 1,
  'answers of tripleseat': 3,
  'answers of revel': 3,
  'locations.json': 1,
  '.env': 1,
  'what is kept': 1,
  'what a person answers': 1,
} as const;
type Target = keyof typeof TARGETS;
const PARTS = Object.values<number>(TARGETS).reduce((sum, part) => sum + part, 0);
/** No single case takes longer, on a machine that has other work, too. */
const CASE_MS = 60_000;
/** All that is held at the end, beyond what was there at the beginning. */
const MEMORY_BYTES = 400 * 1024 * 1024;

/** How long a test of one target may take. */
export const TIMEOUT = SECONDS * 1000 + 120_000;

const before = process.memoryUsage().heapUsed;
afterAll(() => {
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(MEMORY_BYTES);
});

/**
 * Runs cases for the target's part of the time; each within its own.
 *
 * @param first the cases to begin with, one for each place of the target where it has several
 */
export async function fuzz<T>(
  target: Target,
  cases: fc.Arbitrary<T>,
  test: (value: T) => Promise<void>,
  first: readonly T[] = [],
): Promise<void> {
  let count = 0;
  // When the time is up, fast-check no longer waits for the case under way: the next part must not begin beside it.
  let underWay: Promise<void> = Promise.resolve();
  await fc.assert(
    fc.asyncProperty(cases, (value) => {
      count += 1;
      const startedAt = performance.now();
      underWay = test(value).then(() => {
        expect(performance.now() - startedAt).toBeLessThan(CASE_MS);
      });
      return underWay;
    }),
    {
      seed: SEED,
      numRuns: 1_000_000_000,
      examples: first.map((value): [T] => [value]),
      interruptAfterTimeLimit: (SECONDS * 1000 * TARGETS[target]) / PARTS,
      markInterruptAsFailure: false,
    },
  );
  await underWay;
  expect(count).toBeGreaterThan(0);
  const met = Math.min(count, first.length);
  const where = first.length === 0 ? '' : `, at ${met} of ${first.length} places or more`;
  console.log(`fuzz: ${target}: ${count} cases${where}, none wrong (FC_SEED=${SEED})`);
}

/** What a refusal is: a sentence for a person. Anything else that is thrown is a bug. */
function isRefusal(error: unknown): boolean {
  return error instanceof AppError && error.message.length > 10 && !/^\s+at /m.test(error.message);
}

/** Does it, or is refused it with a sentence. */
export async function orRefusal(work: () => unknown): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
}
