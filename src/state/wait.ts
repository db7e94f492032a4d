import type { Clock } from '../clock.js';
import type { Lock, Locks } from './primitives.js';

/** What {@link waitForLock} needs to wait with. */
export interface Waiting {
  locks: Pick<Locks, 'tryLock'>;
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
}

/** Tries again every 20 to 80 ms, at most `timeoutMs` in all; null: it was never free. */
export async function waitForLock(
  { locks, clock, random }: Waiting,
  name: string,
  timeoutMs: number,
): Promise<Lock | null> {
  const deadline = clock.steady() + timeoutMs;
  for (;;) {
    const lock = await locks.tryLock(name);
    if (lock) return lock;
    const left = deadline - clock.steady();
    if (left <= 0) return null;
    await clock.sleep(Math.min(left, 20 + random() * 60));
  }
}
