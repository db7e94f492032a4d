import { createHash } from 'node:crypto';
import type { Clock } from '../clock.js';

/** How many requests an upstream may get. */
export interface BudgetLimits {
  /** Requests a second, above 0. Below 3 they are spread evenly: 0.5 is one in any two seconds. */
  perSecond: number;
  /** Requests in any sliding minute; absent: no such limit. */
  perMinute?: number;
}

/** At most `count` requests in any `span` milliseconds. */
export interface Span {
  count: number;
  span: number;
}

/** Requests that may go out now, or after how many milliseconds to ask again. */
export interface Claim {
  granted: number;
  waitMs: number;
}

/** The same budget as other processes use it. Null and silence mean that it cannot be had: each counts for itself. */
export interface SharedBudget {
  /** Takes up to `wanted` requests, as many as the limits allow at this moment. Never rejects. */
  claim(wanted: number, spans: readonly Span[]): Promise<Claim | null>;
  /** No process sends a request before this moment (epoch milliseconds). Never rejects. */
  pause(until: number): Promise<void>;
}

/** The name of an upstream's budget: two accounts do not share one. */
export function budgetName(upstream: string, baseUrl: string): string {
  return `${upstream}-${createHash('sha256').update(baseUrl).digest('hex').slice(0, 12)}`;
}

interface Waiter {
  grant(): void;
}

/** Without others, one request at a time: whether it may go out was looked at just before. */
const ALONE: Claim = { granted: 1, waitMs: 0 };
const SECOND = 1_000;
const MINUTE = 60_000;

/**
 * Request budget of one upstream, shared by everything that talks to it: at most N requests in any sliding
 * second (and minute), first come, first served. It sleeps on the injected clock and never polls. With a
 * {@link SharedBudget} the limits hold for all processes together.
 */
export class RateBudget {
  readonly #clock: Clock;
  readonly #limits: readonly [Span, ...Span[]];
  readonly #shared: SharedBudget | null;
  readonly #keep: number;
  readonly #queue: Waiter[] = [];
  /** Times of the latest grants on the steady clock, oldest first; no more of them than the largest limit. */
  #granted: number[] = [];
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #draining = false;
  #sleeper = new AbortController();

  constructor(limits: BudgetLimits, clock: Clock, shared: SharedBudget | null = null) {
    this.#clock = clock;
    this.#shared = shared;
    const { perSecond, perMinute } = limits;
    if (!(perSecond > 0)) throw new RangeError('a request budget is a number above 0');
    if (perMinute !== undefined && !(Number.isInteger(perMinute) && perMinute > 0)) {
      throw new RangeError('a request budget of a minute is a whole number from 1');
    }
    const atOnce = perSecond < 3 ? 1 : Math.floor(perSecond);
    this.#limits = [
      { count: atOnce, span: (atOnce * SECOND) / perSecond },
      ...(perMinute === undefined ? [] : [{ count: perMinute, span: MINUTE }]),
    ];
    this.#keep = Math.max(...this.#limits.map((limit) => limit.count));
  }

  /**
   * Waits for this caller's turn. True: one request may go out now. False: the signal aborted first, nothing
   * was taken from the budget.
   */
  take(signal?: AbortSignal): Promise<boolean> {
    if (signal?.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const waiter: Waiter = {
        grant: () => {
          signal?.removeEventListener('abort', giveUp);
          resolve(true);
        },
      };
      const giveUp = () => {
        const place = this.#queue.indexOf(waiter);
        if (place >= 0) this.#queue.splice(place, 1);
        if (this.#queue.length === 0) this.#sleeper.abort();
        resolve(false);
      };
      signal?.addEventListener('abort', giveUp, { once: true });
      this.#queue.push(waiter);
      void this.#drain();
    });
  }

  /**
   * The upstream has refused a request for now: none goes out for the next `ms` milliseconds (0: they may). What one
   * 429 asks for holds for all.
   */
  pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.steady() + ms);
    if (ms > 0) void this.#shared?.pause(this.#clock.now() + ms);
  }

  async #drain(): Promise<void> {
    if (this.#draining) return;
    this.#draining = true;
    while (this.#queue.length > 0) {
      const wait = this.#wait();
      if (wait > 0) await this.#sleep(wait);
      else await this.#grantShare();
    }
    this.#draining = false;
  }

  async #grantShare(): Promise<void> {
    const claim = (await this.#shared?.claim(this.#queue.length, this.#limits)) ?? ALONE;
    if (claim.granted === 0) await this.#sleep(claim.waitMs);
    for (let left = claim.granted; left > 0; left -= 1) this.#grant();
  }

  #grant(): void {
    this.#granted.push(this.#clock.steady());
    if (this.#granted.length > this.#keep) this.#granted = this.#granted.slice(-this.#keep);
    this.#queue.shift()?.grant();
  }

  /** An empty queue must not keep the process alive until a long pause is over. */
  async #sleep(ms: number): Promise<void> {
    this.#sleeper = new AbortController();
    await this.#clock.sleep(ms, this.#sleeper.signal);
  }

  /** Milliseconds until the next request may go out. */
  #wait(): number {
    const now = this.#clock.steady();
    let next = this.#pausedUntil;
    for (const { count, span } of this.#limits) {
      const blocking = this.#granted.at(-count);
      if (blocking !== undefined) next = Math.max(next, blocking + span);
    }
    return Math.max(0, next - now);
  }
}
