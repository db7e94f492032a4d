import { expect, it } from 'vitest';
import { PATIENCE_MS, play } from './play.js';
import { ON, troubledScenarioOf } from './troubles.js';

/** Schedules of each kind of trouble that is turned on. */
const EACH = 500;

it.each(ON)(
  `keeps every rule in ${EACH} schedules with trouble of the kind %s`,
  async (kind) => {
    expect(await play(0, EACH, (seed) => troubledScenarioOf(seed, [kind]))).toBeNull();
  },
  PATIENCE_MS,
);
