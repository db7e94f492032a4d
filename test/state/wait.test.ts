import { describe, expect, it } from 'vitest';
import type { Lock } from '../../src/state/primitives.js';
import { waitForLock } from '../../src/state/wait.js';
import { VirtualClock } from '../http/virtual-clock.js';

const lock: Lock = { release: async () => undefined };

describe('waiting for a lock', () => {
  it.each([
    ['back', -3_600_000],
    ['forth', 3_600_000],
  ])('lasts as long as it may, though the clock is set %s meanwhile', async (_, by) => {
    const clock = new VirtualClock();
    const begin = clock.steady();
    let tries = 0;
    const locks = {
      tryLock: async () => {
        tries += 1;
        if (tries === 2) clock.set(by);
        return null;
      },
    };
    expect(await waitForLock({ locks, clock, random: () => 0.5 }, 'cache', 2_000)).toBeNull();
    expect(clock.steady() - begin).toBe(2_000);
  });

  it('ends when the lock is free', async () => {
    const clock = new VirtualClock();
    const begin = clock.steady();
    const locks = { tryLock: async () => (clock.steady() - begin < 500 ? null : lock) };
    expect(await waitForLock({ locks, clock, random: () => 0.5 }, 'cache', 2_000)).toBe(lock);
  });
});
