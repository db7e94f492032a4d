import { expect, it } from 'vitest';
import { EACH_TROUBLE as EACH, PATIENCE_MS, play } from './play.js';
import { withAnswers } from './scenario.js';
import { KINDS, troubledScenarioOf } from './troubles.js';

it.each(KINDS)(
  `keeps every rule in ${EACH} schedules with trouble of the kind $name`,
  async ({ name }) => {
    expect(await play(0, EACH, (seed) => withAnswers(troubledScenarioOf(seed, [name])))).toBeNull();
  },
  PATIENCE_MS,
);
