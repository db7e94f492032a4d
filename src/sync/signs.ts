/**
 * When something was last known to be so. It counts from the moment the question went out: an answer may have
 * been long under way.
 */
export interface Sign {
  /** Epoch milliseconds. */
  at: number;
  /**
   * When the order itself was last looked at, epoch milliseconds: a line that was added does not tell whether
   * staff has touched the order. Absent: every sign of this kind is such a look.
   */
  lookedAt?: number;
}

/** How old a sign may become while the next write waits for its turn in the request budget. */
export function contactGap(settleMs: number): number {
  return Math.max(settleMs * 0.75, 250);
}

/** How old a sign may be before it is renewed ahead of a write: older ones would seldom last until it goes out. */
export function renewalAge(settleMs: number): number {
  return Math.max(1.25 * settleMs, 500);
}

/** How old a sign may be when a write goes out that rests on it. */
export function contactLimit(settleMs: number): number {
  return Math.max(1.5 * settleMs, 750);
}

/**
 * How long whoever takes an order over keeps still after claiming it: as long as the sign on which the other run
 * rests its last write may be old, as lists (of which that sign may come) lag, and as that write takes to show.
 */
export function takeoverWait(settleMs: number): number {
  return contactLimit(settleMs) + 2 * settleMs;
}
