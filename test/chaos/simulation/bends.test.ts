import { expect, it } from 'vitest';
import { BROKEN } from './bends.js';
import { PATIENCE_MS } from './play.js';
import { scenarioOf } from './scenario.js';
import { simulate } from './simulate.js';

const SEEDS = 100;

it.each(BROKEN)(
  'notices when $what',
  async ({ bend, tune = (scenario) => scenario, noticed }) => {
    let found = 0;
    for (let seed = 0; seed < SEEDS && found < noticed; seed += 1) {
      if ((await simulate(tune(scenarioOf(seed)), { bend })).violation) found += 1;
    }
    expect(found).toBe(noticed);
  },
  PATIENCE_MS,
);
