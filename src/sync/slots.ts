/**
 * A counting semaphore, first come first served. Whoever only paused comes before whoever starts, and goes on even
 * while all slots are taken, as long as there are fewer than `most` at work: what was begun is not to grow old while
 * something new goes on.
 */
export class Slots {
  /** How many there are. */
  readonly count: number;
  readonly #most: number;
  #free: number;
  readonly #waiting: (() => void)[] = [];
  readonly #returning: (() => void)[] = [];
  readonly #idle: (() => void)[] = [];

  constructor(count: number, most = count) {
    this.count = count;
    this.#most = most;
    this.#free = count;
  }

  /** Slots that are taken. */
  get busy(): number {
    return this.count - this.#free;
  }

  /** Called whenever no slot is taken and nobody waits for one: whatever goes on then, waits for something else. */
  onIdle(call: () => void): void {
    this.#idle.push(call);
  }

  /** Waits for a slot. */
  take(): Promise<void> {
    return this.#take(this.#waiting, this.count);
  }

  #take(queue: (() => void)[], most: number): Promise<void> {
    if (this.busy < most) {
      this.#free -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve) => queue.push(resolve));
  }

  /** Gives the slot to whoever has waited longest. */
  give(): void {
    const next = this.#returning.shift() ?? (this.busy <= this.count ? this.#waiting.shift() : undefined);
    if (next) {
      next();
      return;
    }
    this.#free += 1;
    if (this.busy === 0) for (const call of this.#idle) call();
  }

  /** Runs `work` on a slot. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    await this.take();
    try {
      return await work();
    } finally {
      this.give();
    }
  }

  /** Runs `idle` (waiting for time to pass) without holding the slot, so that other events go on meanwhile. */
  async park<T>(idle: () => Promise<T>): Promise<T> {
    this.give();
    try {
      return await idle();
    } finally {
      await this.#take(this.#returning, this.#most);
    }
  }
}
