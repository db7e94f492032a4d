import { expect, it } from 'vitest';
import { createPace } from '../../src/relay/pace.js';
import { VirtualClock } from '../http/virtual-clock.js';

/** When each of so many refusals that come at once leaves, in milliseconds; null: never. */
async function departures(asked: number): Promise<(number | null)[]> {
  const clock = new VirtualClock();
  const startedAt = clock.steady();
  const pace = createPace(clock);
  const leaves = async () => ((await pace()) ? clock.steady() - startedAt : null);
  return Promise.all(Array.from({ length: asked }, leaves));
}

it('lets the first refusals leave at once, the others one after the other', async () => {
  expect(await departures(20)).toEqual(Array(20).fill(0));
  const times = await departures(120);
  expect(times.slice(0, 20)).toEqual(Array(20).fill(0));
  expect(times.slice(20, 23)).toEqual([20, 40, 60]);
  expect(times.at(-1)).toBe(2000);
});

it('leaves those unanswered that are too many to wait', async () => {
  const times = await departures(1000);
  expect(times.filter((at) => at !== null)).toHaveLength(120);
  expect(times.indexOf(null)).toBe(120);
});

it('is no faster for guesses that come one by one, and forgives after a while', async () => {
  const clock = new VirtualClock();
  const startedAt = clock.steady();
  const pace = createPace(clock);
  for (let left = 0; left < 220; left += 1) expect(await pace()).toBe(true);
  expect(clock.steady() - startedAt).toBe(4000);
  clock.skip(60_000);
  const again = clock.steady();
  for (let left = 0; left < 20; left += 1) await pace();
  expect(clock.steady()).toBe(again);
});
