import { expect, it } from 'vitest';
import { FIRST, PART, PATIENCE_MS, play } from './play.js';

/** The seeds after those. */
it(
  `keeps every rule in ${PART} schedules of races, crashes, lost answers and staff at work`,
  async () => {
    expect(await play(FIRST + PART, PART)).toBeNull();
  },
  PATIENCE_MS,
);
