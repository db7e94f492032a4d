import type { Clock } from '../clock.js';
import type { Lock, Locks } from '../state/primitives.js';

const TIMEOUT_MS = 60_000;
/** So many processes can use a sandbox that another one serves. */
const SEATS = 32;

/**
 * Says that this process uses a sandbox that another one serves, until it is released or the process dies; null
 * when there are too many users.
 */
export async function takeLease(locks: Pick<Locks, 'tryLock'>): Promise<Lock | null> {
  for (let seat = 0; seat < SEATS; seat += 1) {
    const lock = await locks.tryLock(seatName(seat));
    if (lock) return lock;
  }
  return null;
}

/** Waits until no other process uses the sandbox, at most a minute. */
export async function waitForLeases(locks: Pick<Locks, 'tryLock'>, clock: Clock): Promise<void> {
  const deadline = clock.now() + TIMEOUT_MS;
  for (let seat = 0; seat < SEATS; ) {
    const lock = await locks.tryLock(seatName(seat));
    if (lock === null && clock.now() < deadline) {
      await clock.sleep(50);
    } else {
      await lock?.release();
      seat += 1;
    }
  }
}

function seatName(seat: number): string {
  return `user-${seat}`;
}
