import { expect, it } from 'vitest';
import { FIRST, PART, PATIENCE_MS, play } from './play.js';

/** Seeds from FIRST on. */
it(
  `keeps every rule in ${PART} schedules of races, crashes, lost answers and staff at work`,
  async () => {
    expect(await play(FIRST, PART)).toBeNull();
  },
  PATIENCE_MS,
);
