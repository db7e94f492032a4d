import { describe, expect, it } from 'vitest';
import { PATIENCE_MS, play } from './play.js';
import { REGRESSIONS, type Regression } from './regressions.js';
import { type Scenario, scenarioOf, slowScenarioOf } from './scenario.js';
import { troubledScenarioOf } from './troubles.js';

function scenarioFor({ trouble, slow }: Regression): (seed: number) => Scenario {
  if (slow) return slowScenarioOf;
  return trouble ? (seed) => troubledScenarioOf(seed, trouble) : scenarioOf;
}

describe('still keeps every rule', () => {
  it.each(REGRESSIONS)(
    'with seed $seed ($trouble): $what',
    async (regression) => {
      expect(await play(regression.seed, 1, scenarioFor(regression))).toBeNull();
    },
    PATIENCE_MS,
  );
});
