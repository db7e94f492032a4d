import { describe, expect, it } from 'vitest';
import { PATIENCE_MS, play } from './play.js';
import { REGRESSIONS, type Regression } from './regressions.js';
import { scenarioOf } from './scenario.js';
import { ON, troubledScenarioOf } from './troubles.js';

function isOn({ trouble = [] }: Regression): boolean {
  return trouble.every((kind) => ON.includes(kind));
}

function playOne({ seed, trouble }: Regression): Promise<string | null> {
  return play(seed, 1, trouble ? (given) => troubledScenarioOf(given, trouble) : scenarioOf);
}

describe('still keeps every rule', () => {
  it.each(REGRESSIONS.filter(isOn))('with seed $seed ($trouble): $what', async (regression) => {
    expect(await playOne(regression)).toBeNull();
  });
});

describe('is known to break a rule, until its kind of trouble is turned on', () => {
  const open = REGRESSIONS.filter((regression) => !isOn(regression));
  it.fails.each(open)(
    'with seed $seed ($trouble): $what',
    async (regression) => {
      expect(await playOne(regression)).toBeNull();
    },
    PATIENCE_MS,
  );
});
