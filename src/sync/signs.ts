import type { SyncSettings } from './types.js';

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

/** The assumptions about time that all hosts share. */
type Times = Pick<SyncSettings, 'settleMs' | 'inFlightMs'>;

/**
 * How long after it was sent a write whose answer was lost may still come to show: Revel may carry it out for so long,
 * whatever became of the connection or of the process that sent it, and lists lag behind that.
 */
export function showsWithin({ settleMs, inFlightMs }: Times): number {
  return inFlightMs + settleMs;
}

/**
 * How long whoever takes an order over keeps still after claiming it: as long as lists (of which the other run's last
 * sign may come) lag, as that sign may be old when its last write leaves, and as that write may take to show.
 */
export function takeoverWait(times: Times): number {
  return times.settleMs + contactLimit(times.settleMs) + showsWithin(times);
}

/**
 * The same where nobody can be filling the order: only others that take it over at the same moment have to show, and
 * whoever claims it after this time has seen our claim.
 */
export function rivalWait(settleMs: number): number {
  return contactLimit(settleMs) + 2 * settleMs;
}
