import type { RetryAfter } from './faults.js';

/** How fast a simulated API may be asked. */
export interface RateLimit {
  /** Requests in any one second. */
  perSecond: number;
  /** What a refusal says about coming back; default `none`. */
  retryAfter?: RetryAfter;
}

/** Counts requests in a sliding second. */
export interface RateLimiter {
  /** Whether a request at `now` (epoch ms) may pass; one that may not isn't counted. */
  admit(now: number): boolean;
}

/** Makes a limiter of `perSecond` requests in any one second. */
export function createRateLimiter(perSecond: number): RateLimiter {
  let passed: number[] = [];
  return {
    admit(now) {
      passed = passed.filter((at) => now - at < 1000);
      if (passed.length >= perSecond) return false;
      passed.push(now);
      return true;
    },
  };
}
