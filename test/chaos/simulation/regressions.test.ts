import { describe, expect, it } from 'vitest';
import { PATIENCE_MS, play } from './play.js';
import { REGRESSIONS, type Regression } from './regressions.js';
import { type Scenario, scenarioOf } from './scenario.js';
import { simulate } from './simulate.js';
import { ON, troubledScenarioOf } from './troubles.js';

const isOn = ({ trouble = [] }: Regression): boolean => trouble.every((kind) => ON.includes(kind));

function scenarioFor({ trouble }: Regression): (seed: number) => Scenario {
  return trouble ? (seed) => troubledScenarioOf(seed, trouble) : scenarioOf;
}

describe('still keeps every rule', () => {
  it.each(REGRESSIONS.filter(isOn))(
    'with seed $seed ($trouble): $what',
    async (regression) => {
      expect(await play(regression.seed, 1, scenarioFor(regression))).toBeNull();
    },
    PATIENCE_MS,
  );
});

const open = REGRESSIONS.filter((regression) => !isOn(regression));
describe.runIf(open.length > 0)('is known to break a rule, until its kind of trouble is turned on', () => {
  it.fails.each(open)(
    'with seed $seed ($trouble): $what',
    async (regression) => {
      const { violation } = await simulate(scenarioFor(regression)(regression.seed));
      expect(violation).toBeNull();
    },
    PATIENCE_MS,
  );
});
