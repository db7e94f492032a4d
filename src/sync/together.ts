import type { Clock } from '../clock.js';
import type { EventId } from '../domain/ids.js';
import type { FoundOrder } from '../domain/order.js';
import type { OrderFinder, OrderKey, RevelRead } from '../revel/types.js';
import type { Slots } from './slots.js';

/** An answer, and when it was asked for (epoch milliseconds): things may have changed since then. */
export interface Answered<A> {
  read: A;
  askedAt: number;
}

interface Pending<Q, A> {
  question: Q;
  resolve: (answer: Answered<A>) => void;
  reject: (error: unknown) => void;
}

/** What time it is, who is at work, and when nobody is to wait any more. */
export interface Surroundings {
  clock: Clock;
  slots: Slots;
  stop: AbortSignal;
  /**
   * Requests are short for so many milliseconds more: until then waiting for others is better than going alone, even
   * when nothing else is going on. 0: they are not.
   */
  strain(): number;
}

/** So long others may come along although nobody is at work: those whose waits end at the same moment, one by one. */
const CALM_MS = 50;

/**
 * Puts the questions of several events with one request: a question waits for others to come along, but not when
 * nothing else is going on. When one has waited long enough, all go. No answer is older than its question.
 */
export class Together<Q, A> {
  readonly #put: (questions: readonly Q[], askedAt: number) => Promise<A[]>;
  readonly #around: Surroundings;
  #waiting: Pending<Q, A>[] = [];
  #timer: { until: number; over: AbortController } | null = null;

  /** @param put answers all of the questions, in their order */
  constructor(put: (questions: readonly Q[], askedAt: number) => Promise<A[]>, around: Surroundings) {
    this.#put = put;
    this.#around = around;
    around.slots.onIdle(() => this.#askWhenCalm());
    around.stop.addEventListener('abort', () => void this.#askAll(), { once: true });
  }

  /** Waits for others for at most `waitMs` milliseconds. The caller holds no slot. */
  join(question: Q, waitMs: number): Promise<Answered<A>> {
    const { clock, slots, stop } = this.#around;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ question, resolve, reject });
      if (waitMs <= 0 || stop.aborted) void this.#askAll();
      else {
        void this.#askBy(clock.now() + waitMs);
        if (slots.busy === 0) this.#askWhenCalm();
      }
    });
  }

  /** Nobody is at work who could come along. */
  #askWhenCalm(): void {
    const { clock, strain } = this.#around;
    if (this.#waiting.length > 0) void this.#askBy(clock.now() + Math.max(strain(), CALM_MS));
  }

  async #askBy(until: number): Promise<void> {
    if (this.#timer !== null && this.#timer.until <= until) return;
    this.#timer?.over.abort();
    const { clock } = this.#around;
    const timer = { until, over: new AbortController() };
    this.#timer = timer;
    await clock.sleep(until - clock.now(), timer.over.signal);
    if (this.#timer === timer) await this.#askAll();
  }

  async #askAll(): Promise<void> {
    this.#timer?.over.abort();
    this.#timer = null;
    const asked = this.#waiting;
    if (asked.length === 0) return;
    this.#waiting = [];
    const askedAt = this.#around.clock.now();
    try {
      const reads = await this.#put(
        asked.map(({ question }) => question),
        askedAt,
      );
      for (const [index, read] of reads.entries()) asked[index]?.resolve({ read, askedAt });
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }
}

/** Work on an event that has not asked, and is told all the same where that costs nothing. */
export interface Rider {
  key: OrderKey;
  /** Its rows, asked for at `askedAt` (epoch milliseconds). */
  seen(rows: readonly FoundOrder[], askedAt: number): void;
}

/** Events that are looked for with one request at most. */
const MOST = 100;

/**
 * Looks for the orders of several events with one request. Whoever is at work on others learns what has become of
 * theirs: signs of ownership that are renewed on the way need no request of their own.
 */
export class FindTogether implements OrderFinder {
  readonly riders = new Set<Rider>();
  readonly #finder: OrderFinder;
  readonly #together: Together<OrderKey, RevelRead<FoundOrder[]>>;
  readonly #slots: Slots;
  readonly #strain: () => number;
  readonly #waitMs: number;

  /** @param waitMs how long a look-up waits for others at most */
  constructor(finder: OrderFinder, around: Surroundings, waitMs: number) {
    this.#finder = finder;
    this.#together = new Together((keys, askedAt) => this.#findAll(keys, askedAt), around);
    this.#slots = around.slots;
    this.#strain = around.strain;
    this.#waitMs = waitMs;
  }

  get roomy(): boolean {
    return this.#finder.roomy;
  }

  async find(key: OrderKey): Promise<RevelRead<FoundOrder[]>> {
    return (await this.ask(key)).read;
  }

  /** The same with the time of the question. The caller holds a slot; others may use it while this waits. */
  ask(key: OrderKey): Promise<Answered<RevelRead<FoundOrder[]>>> {
    const waitMs = this.#strain() > 0 ? 2 * this.#waitMs : this.#waitMs;
    const join = () => this.join(key, waitMs);
    return this.#waitMs <= 0 ? join() : this.#slots.park(join);
  }

  /** The same for a caller that holds no slot, and may have to wait for as long as it says. */
  join(key: OrderKey, waitMs: number): Promise<Answered<RevelRead<FoundOrder[]>>> {
    return this.#together.join(key, waitMs);
  }

  async #findAll(keys: readonly OrderKey[], askedAt: number): Promise<RevelRead<FoundOrder[]>[]> {
    const asked = new Set(keys.map(({ event }) => event));
    const others = [...this.riders].filter(({ key }) => this.roomy && !asked.has(key.event));
    const riders = others.slice(0, Math.max(0, MOST - keys.length));
    const all = [...keys, ...riders.map(({ key }) => key)];
    const reads = await Promise.all(all.map((key) => this.#finder.find(key)));
    for (const [index, rider] of riders.entries()) {
      const read = reads[keys.length + index];
      if (read?.kind === 'ok') rider.seen(read.value, askedAt);
    }
    return reads.slice(0, keys.length);
  }

  findMany(keys: readonly OrderKey[]): Promise<RevelRead<Map<EventId, FoundOrder[]>>> {
    return this.#finder.findMany(keys);
  }

  further(key: OrderKey): Promise<RevelRead<FoundOrder[]>> {
    return this.#finder.further(key);
  }
}
