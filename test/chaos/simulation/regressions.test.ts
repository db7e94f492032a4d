import { describe, expect, it } from 'vitest';
import { PATIENCE_MS, play } from './play.js';
import { REGRESSIONS, type Regression } from './regressions.js';
import { type Scenario, scenarioOf, slowScenarioOf, withAnswers } from './scenario.js';
import { troubledScenarioOf } from './troubles.js';

function scenarioFor({ trouble, slow, answers }: Regression): (seed: number) => Scenario {
  const plain = slow ? slowScenarioOf : scenarioOf;
  const scenario = trouble ? (seed: number) => troubledScenarioOf(seed, trouble) : plain;
  return answers ? (seed) => withAnswers(scenario(seed)) : scenario;
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
