import type { FoundOrder, FoundPayment } from '../domain/order.js';
import type { OrderFinder, OrderKey, RevelPort } from '../revel/types.js';
import type { Slots } from './slots.js';
import type { SyncDeps } from './types.js';

/** A finished order as read back: its header, and its payments. */
export interface ReadBack {
  order: FoundOrder | null;
  payments: FoundPayment[];
}

interface Pending {
  key: OrderKey;
  order: FoundOrder;
  answer: (read: ReadBack | null) => void;
}

/** Finished orders are read back this many at a time, or after this many milliseconds. */
const MOST = 25;
const LONGEST_MS = 20_000;

/**
 * Reads finished orders back, several with two requests. Nobody waits for this but the report: an order that is
 * being read back keeps its event's lock, and nothing else.
 */
export class ReadBacks {
  readonly #finder: OrderFinder;
  readonly #revel: RevelPort;
  readonly #slots: Slots;
  readonly #begun: Slots;
  readonly #later: (ms: number, signal: AbortSignal) => Promise<void>;
  #waiting: Pending[] = [];
  #timer: AbortController | null = null;

  constructor({ clock, revel, stop }: SyncDeps, finder: OrderFinder, slots: Slots, begun: Slots) {
    this.#finder = finder;
    this.#revel = revel;
    this.#slots = slots;
    this.#begun = begun;
    this.#later = (ms, signal) => clock.sleep(ms, AbortSignal.any([signal, stop]));
    begun.onIdle(() => void this.#readAll());
  }

  /** The order as it is now; null: nothing can be said this way, read it by itself. */
  read(key: OrderKey, order: FoundOrder): Promise<ReadBack | null> {
    return this.#slots.park(() => this.#begun.park(() => this.#wait(key, order)));
  }

  #wait(key: OrderKey, order: FoundOrder): Promise<ReadBack | null> {
    return new Promise((answer) => {
      this.#waiting.push({ key, order, answer });
      if (this.#waiting.length >= MOST || this.#begun.busy === 0) void this.#readAll();
      else if (this.#timer === null) void this.#readLater();
    });
  }

  async #readLater(): Promise<void> {
    const timer = new AbortController();
    this.#timer = timer;
    await this.#later(LONGEST_MS, timer.signal);
    if (this.#timer === timer) await this.#readAll();
  }

  async #readAll(): Promise<void> {
    this.#timer?.abort();
    this.#timer = null;
    const waiting = this.#waiting;
    this.#waiting = [];
    const reads = waiting.length > 1 ? await this.#read(waiting) : null;
    for (const { order, answer } of waiting) answer(reads?.get(order.id) ?? null);
  }

  async #read(waiting: readonly Pending[]): Promise<Map<string, ReadBack> | null> {
    try {
      const orders = await this.#finder.findMany(waiting.map(({ key }) => key));
      if (orders.kind === 'error') return null;
      const payments = await this.#revel.paymentsOf(waiting.map(({ order }) => order.id));
      if (payments.kind === 'error' || payments.value === null) return null;
      const rows = payments.value;
      return new Map(
        waiting.map(({ key, order: { id } }) => [
          id,
          {
            order: orders.value.get(key.event)?.find((row) => row.id === id) ?? null,
            payments: rows.filter((row) => row.orderId === id),
          },
        ]),
      );
    } catch {
      // Whoever waits reads by itself, and meets the same error in its own right.
      return null;
    }
  }
}
