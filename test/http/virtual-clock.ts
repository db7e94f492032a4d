import type { Clock } from '../../src/clock.js';

/** A clock that stands still until something sleeps, then jumps to the earliest wake-up once all is quiet. */
export class VirtualClock implements Clock {
  #now: number;
  #sleepers: { at: number; wake: () => void }[] = [];
  #scheduled = false;
  #set = 0;
  /** Every sleep asked for, in milliseconds. */
  readonly sleeps: number[] = [];

  readonly #patience: number;

  /** @param patience turns of the event loop that count as quiet: more where work takes several between sleeps */
  constructor(now = Date.UTC(2026, 10, 14, 20, 0, 0), patience = 1) {
    this.#now = now;
    this.#patience = patience;
  }

  now(): number {
    return this.#now + this.#set;
  }

  steady(): number {
    return this.#now;
  }

  /** Somebody sets the clock forth or back; what is steady and what sleeps notices nothing. */
  set(ms: number): void {
    this.#set += ms;
  }

  /** Moves the clock without waking anyone. */
  skip(ms: number): void {
    this.#now += ms;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.sleeps.push(ms);
    if (signal?.aborted || ms <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper = { at: this.#now + ms, wake: resolve };
      this.#sleepers.push(sleeper);
      signal?.addEventListener('abort', () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        resolve();
      });
      this.#schedule();
    });
  }

  #schedule(turns = this.#patience): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (turns > 1) {
        this.#schedule(turns - 1);
        return;
      }
      this.#sleepers.sort((a, b) => a.at - b.at);
      const next = this.#sleepers.shift();
      if (!next) return;
      this.#now = Math.max(this.#now, next.at);
      next.wake();
      if (this.#sleepers.length > 0) this.#schedule();
    });
  }
}
