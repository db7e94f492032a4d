import type { Clock } from '../clock.js';

/** Refusals that leave at once, after a quiet time. */
const BURST = 20;
/** After them one leaves in so many milliseconds. */
const EVERY_MS = 20;
/** So many may wait: each holds its connection. */
const MAX_WAITING = 100;

/**
 * Slows down whoever guesses: refusals share one queue, whatever connections they came by, so that guesses at once are
 * no faster than guesses one by one. Nobody who is right ever waits in it.
 */
export function createPace(clock: Pick<Clock, 'steady' | 'sleep'>): () => Promise<boolean> {
  /** When the next refusal is due, were there no burst. */
  let due = Number.NEGATIVE_INFINITY;
  let waiting = 0;
  /** Resolves when the refusal may leave; false: too many wait, and this one is not to be answered at all. */
  return async () => {
    if (waiting >= MAX_WAITING) return false;
    const now = clock.steady();
    due = Math.max(due, now - BURST * EVERY_MS) + EVERY_MS;
    if (due <= now) return true;
    waiting += 1;
    await clock.sleep(due - now);
    waiting -= 1;
    return true;
  };
}
