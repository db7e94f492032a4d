import { describe, expect, test } from 'vitest';
import {
  randomPairs,
  requestsOf,
  runTrial,
  singleFaults,
  type Trial,
  trialLine,
  works,
} from '../helpers/trial.js';

/** `all`: each fault at each request of each work, and three hundred pairs; else a few of both, the same every time. */
const ALL = process.env.TRIALS === 'all';
const SEED = Number(process.env.TRIALS_SEED ?? 1);
const AT_ONCE = ALL ? 6 : 4;
const PAIRS = ALL ? 300 : 4;
/** Of the single faults one in so many. */
const ONE_IN = ALL ? 1 : 400;
const PATIENCE_MS = ALL ? 24 * 3_600_000 : 900_000;

/** What went wrong, each with the trial in which it did. */
async function runAll(trials: readonly Trial[]): Promise<string[]> {
  const queue = [...trials];
  const wrong: string[] = [];
  const lanes = Array.from({ length: AT_ONCE }, async () => {
    for (let trial = queue.shift(); trial; trial = queue.shift()) {
      for (const problem of await runTrial(trial)) wrong.push(`${trialLine(trial)}: ${problem}`);
    }
  });
  await Promise.all(lanes);
  return wrong;
}

describe('after faults at requests of any work the next run leaves one right order for each event', () => {
  test('a single fault', { timeout: PATIENCE_MS }, async () => {
    const trials: Trial[] = [];
    for (const work of works) trials.push(...singleFaults(work, await requestsOf(work)));
    const some = trials.filter((_, index) => index % ONE_IN === SEED % ONE_IN);
    console.log(`${some.length} of ${trials.length} single faults`);
    expect(await runAll(some)).toEqual([]);
  });

  test('two faults in a row', { timeout: PATIENCE_MS }, async () => {
    const methods = new Map(
      await Promise.all(works.map(async (work) => [work, await requestsOf(work)] as const)),
    );
    const pairs = randomPairs(PAIRS, SEED, methods);
    console.log(`${pairs.length} pairs of faults, seed ${SEED}`);
    expect(await runAll(pairs)).toEqual([]);
  });
});
