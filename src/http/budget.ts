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
/** A refusal holds new work back for so long: the fewer are at work, the sooner each has its next turn. */
const CALM_MS = 1_000;

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
  readonly #again: Waiter[] = [];
  readonly #queue: Waiter[] = [];
  readonly #newcomers: Waiter[] = [];
  /** Times of the latest grants, oldest first; no more of them than the largest limit. */
  #granted: number[] = [];
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #calmFrom = Number.NEGATIVE_INFINITY;
  #newcomerAt = Number.NEGATIVE_INFINITY;
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
   *
   * @param again the request was sent before and refused for now: it comes before those that were not sent yet
   */
  take(signal?: AbortSignal, again = false): Promise<boolean> {
    return this.#join(again ? this.#again : this.#queue, signal);
  }

  /**
   * Waits until a request could go out at once, nobody waits for a turn, and the upstream has refused nothing for a
   * moment: then there is room for more work. Takes nothing from the budget. Whoever is let go has the time of half
   * a request before the next one is, since what it sends takes up the room. False: the signal aborted first.
   */
  room(signal?: AbortSignal): Promise<boolean> {
    return this.#join(this.#newcomers, signal);
  }

  /** The upstream has refused a request for now, a moment ago: so many milliseconds until that counts as over; else 0. */
  get strain(): number {
    return Math.max(0, this.#calmFrom - this.#clock.now());
  }

  #join(queue: Waiter[], signal: AbortSignal | undefined): Promise<boolean> {
    if (signal?.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const waiter: Waiter = {
        grant: () => {
          signal?.removeEventListener('abort', giveUp);
          resolve(true);
        },
      };
      const giveUp = () => {
        const place = queue.indexOf(waiter);
        if (place >= 0) queue.splice(place, 1);
        if (this.#waiting === 0) this.#sleeper.abort();
        resolve(false);
      };
      signal?.addEventListener('abort', giveUp, { once: true });
      // The sleep may be for newcomers, who have to wait longer.
      if (this.#draining && this.#waiting === 0) this.#sleeper.abort();
      queue.push(waiter);
      void this.#drain();
    });
  }

  get #waiting(): number {
    return this.#again.length + this.#queue.length;
  }

  /**
   * The upstream has refused a request for now: none goes out for the next `ms` milliseconds (0: they may). What one
   * 429 asks for holds for all.
   */
  pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.now() + ms);
    this.#calmFrom = Math.max(this.#calmFrom, this.#clock.now() + ms + CALM_MS);
    if (ms > 0) void this.#shared?.pause(this.#pausedUntil);
  }

  async #drain(): Promise<void> {
    if (this.#draining) return;
    this.#draining = true;
    while (this.#waiting + this.#newcomers.length > 0) {
      const wait = this.#waiting > 0 ? this.#wait() : this.#waitForRoom();
      if (wait > 0) await this.#sleep(wait);
      else if (this.#waiting > 0) await this.#grantShare();
      else {
        this.#newcomerAt = this.#clock.now();
        this.#newcomers.shift()?.grant();
      }
    }
    this.#draining = false;
  }

  async #grantShare(): Promise<void> {
    const claim = (await this.#shared?.claim(this.#waiting, this.#limits)) ?? ALONE;
    if (claim.granted === 0) await this.#sleep(claim.waitMs);
    for (let left = claim.granted; left > 0; left -= 1) this.#grant();
  }

  #grant(): void {
    this.#granted.push(this.#clock.now());
    if (this.#granted.length > this.#keep) this.#granted = this.#granted.slice(-this.#keep);
    (this.#again.shift() ?? this.#queue.shift())?.grant();
  }

  /** An empty queue must not keep the process alive until a long pause is over. */
  async #sleep(ms: number): Promise<void> {
    this.#sleeper = new AbortController();
    await this.#clock.sleep(ms, this.#sleeper.signal);
  }

  /** Milliseconds until the next request may go out. */
  #wait(): number {
    const now = this.#clock.now();
    let next = this.#pausedUntil;
    for (const { count, span } of this.#limits) {
      const blocking = this.#granted.at(-count);
      if (blocking !== undefined) next = Math.max(next, blocking + span);
    }
    return Math.max(0, next - now);
  }

  /** Milliseconds until more work may begin, if nobody asks for a turn before. */
  #waitForRoom(): number {
    const [{ count, span }] = this.#limits;
    const next = Math.max(this.#newcomerAt + span / count / 2, this.#calmFrom);
    return Math.max(this.#wait(), next - this.#clock.now());
  }
}
