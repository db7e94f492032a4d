import type { Clock } from '../clock.js';
import type { EventId } from '../domain/ids.js';
import type { FoundOrder } from '../domain/order.js';
import type { OrderFinder, OrderKey, RevelRead } from '../revel/types.js';
import type { Slots } from './slots.js';

/** What was found, and when it was asked for (epoch milliseconds): it may have changed since then. */
export interface Found {
  read: RevelRead<FoundOrder[]>;
  askedAt: number;
}

interface Waiting {
  key: OrderKey;
  resolve: (found: Found) => void;
  reject: (error: unknown) => void;
}

/**
 * Looks for the orders of several events with one request: a look-up waits a moment for others to come along,
 * but not when nothing else is going on. What a look-up answers is never older than the question.
 */
export class FindTogether implements OrderFinder {
  readonly #finder: OrderFinder;
  readonly #clock: Clock;
  readonly #slots: Slots;
  readonly #waitMs: number;
  #waiting: Waiting[] = [];
  #timer: AbortController | null = null;

  /** @param waitMs how long a look-up waits for others at most */
  constructor(finder: OrderFinder, clock: Clock, slots: Slots, waitMs: number) {
    this.#finder = finder;
    this.#clock = clock;
    this.#slots = slots;
    this.#waitMs = waitMs;
    slots.onIdle(() => void this.#ask());
  }

  async find(key: OrderKey): Promise<RevelRead<FoundOrder[]>> {
    return (await this.ask(key)).read;
  }

  /** The same with the time of the question. The caller holds a slot; others may use it while this waits. */
  async ask(key: OrderKey): Promise<Found> {
    if (this.#waitMs <= 0) {
      const askedAt = this.#clock.now();
      return { read: await this.#finder.find(key), askedAt };
    }
    return this.#slots.park(
      () =>
        new Promise((resolve, reject) => {
          this.#waiting.push({ key, resolve, reject });
          if (this.#slots.busy === 0) void this.#ask();
          else if (this.#timer === null) void this.#askLater();
        }),
    );
  }

  findMany(keys: readonly OrderKey[]): Promise<RevelRead<Map<EventId, FoundOrder[]>>> {
    return this.#finder.findMany(keys);
  }

  async #askLater(): Promise<void> {
    const timer = new AbortController();
    this.#timer = timer;
    await this.#clock.sleep(this.#waitMs, timer.signal);
    if (this.#timer === timer) await this.#ask();
  }

  async #ask(): Promise<void> {
    this.#timer?.abort();
    this.#timer = null;
    const asked = this.#waiting;
    this.#waiting = [];
    const askedAt = this.#clock.now();
    try {
      const reads = await Promise.all(asked.map(({ key }) => this.#finder.find(key)));
      for (const [index, read] of reads.entries()) asked[index]?.resolve({ read, askedAt });
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }
}
