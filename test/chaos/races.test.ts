import { describe, expect, test } from 'vitest';
import { pairsOf, pairwise, product } from '../helpers/pairwise.js';
import { factors, farBehind, type RaceResult, raceLine, runRaces, unguarded } from '../helpers/race.js';

const ALL = process.env.RACES === 'all';
/** For a pipeline whose time is short. */
const FEW = process.env.RACES === 'few';
const AT_ONCE = 8;

function report(results: readonly RaceResult[], seconds: number): string {
  const processes = results.reduce((sum, { codes }) => sum + codes.length, 0);
  const contested = results.filter(({ headers, events }) => headers > events).length;
  const wrong = results.filter(({ problems }) => problems.length > 0).length;
  return `${results.length} races, ${processes} processes, ${seconds.toFixed(0)} s: in ${contested} several headers were made, ${wrong} ended wrong`;
}

describe('processes that race for the same events', () => {
  test('are chosen so that every two circumstances meet', () => {
    const covered = new Set(pairwise(factors).flatMap(pairsOf));
    const possible = new Set(product(factors).flatMap(pairsOf));
    expect([...possible].filter((pair) => !covered.has(pair))).toEqual([]);
  });

  test('leave one complete order for each', { timeout: ALL ? 24 * 3_600_000 : 300_000 }, async () => {
    const startedAt = performance.now();
    const chosen = ALL ? product(factors) : [farBehind, ...pairwise(factors), ...pairwise(unguarded)];
    const races = FEW ? chosen.filter((_, n) => n % 6 === 0) : chosen;
    const results = await runRaces(races, AT_ONCE, (result) => {
      console.log(raceLine(result));
    });
    console.log(report(results, (performance.now() - startedAt) / 1_000));
    const wrong = results.flatMap((result) =>
      result.problems.map((problem) => `${raceLine(result)}: ${problem}`),
    );
    expect(wrong).toEqual([]);
    // Without rivals that made a header each, nothing would have been proved.
    expect(results.some(({ headers, events }) => headers > events)).toBe(true);
  });
});
