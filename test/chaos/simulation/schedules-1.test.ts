import { expect, it } from 'vitest';
import { FIRST, PATIENCE_MS, play } from './play.js';

/** Seeds from 0 on: the same schedules every time. */
it(
  `keeps every rule in ${FIRST} schedules of races, crashes, lost answers and staff at work`,
  async () => {
    expect(await play(0, FIRST)).toBeNull();
  },
  PATIENCE_MS,
);
