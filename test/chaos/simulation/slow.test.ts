import { expect, it } from 'vitest';
import { explain, PATIENCE_MS } from './play.js';
import { slowScenarioOf } from './scenario.js';
import { simulate } from './simulate.js';

const SCHEDULES = 500;

it(
  `reports what is wrong after ${SCHEDULES} schedules in which Revel took longer than the settling time`,
  async () => {
    const excused = new Map<string, number>();
    for (let seed = 0; seed < SCHEDULES; seed += 1) {
      const played = await simulate(slowScenarioOf(seed));
      if (played.violation) expect.fail(await explain(seed, slowScenarioOf(seed)));
      for (const rule of played.excused) excused.set(rule, (excused.get(rule) ?? 0) + 1);
    }
    // The worst case does come about, or there would be no need for the assumption.
    expect(excused.get('row-once')).toBeGreaterThan(0);
    // Lists here show an older header no later than a newer one: whoever is shown its own is shown the one that counts.
    expect(excused.get('one-visible')).toBeUndefined();
  },
  PATIENCE_MS,
);
