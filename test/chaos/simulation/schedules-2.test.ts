import { expect, it } from 'vitest';
import { PART, PATIENCE_MS, play } from './play.js';

/** Seeds from PART on: the same schedules every time. */
it(
  `keeps every rule in ${PART} schedules of races, crashes, lost answers and staff at work`,
  async () => {
    expect(await play(PART, PART)).toBeNull();
  },
  PATIENCE_MS,
);
