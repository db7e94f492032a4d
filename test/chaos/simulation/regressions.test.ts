import { expect, it } from 'vitest';
import { play } from './play.js';
import { REGRESSIONS } from './regressions.js';

it.each(REGRESSIONS)('still keeps every rule with seed $seed: $what', async ({ seed }) => {
  expect(await play(seed, 1)).toBeNull();
});
