import type { Clock } from '../../../src/clock.js';
import type { SyncOutcome } from '../../../src/sync/types.js';
import { hash, Random } from './random.js';
import type { Timeline } from './timeline.js';

/** One run of the program as the operating system sees it: it may die at any moment, and then nothing goes on. */
export class Process {
  readonly index: number;
  readonly host: number;
  /** Virtual time of its start. */
  readonly startedAt: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly stop = new AbortController();
  alive = true;
  /** Set when the run came to its end. */
  outcome: SyncOutcome | null = null;
  /** Requests begun so far. */
  requests = 0;
  /** Reads among them. */
  reads = 0;
  /** Writes of this run that took effect. */
  writes = 0;

  constructor(options: { index: number; host: number; seed: number; timeline: Timeline; skewMs: number }) {
    const { index, host, seed, timeline, skewMs } = options;
    this.index = index;
    this.host = host;
    this.startedAt = timeline.now;
    this.random = new Random(Math.floor(hash(seed, index, 77) * 0x1_0000_0000));
    this.clock = {
      now: () => timeline.now + skewMs,
      steady: () => timeline.now,
      sleep: (ms, signal) => this.#sleep(timeline, ms, signal),
    };
  }

  /** Neither dead nor at its end. */
  get running(): boolean {
    return this.alive && this.outcome === null;
  }

  #sleep(timeline: Timeline, ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (ms <= 0 || signal?.aborted) {
        resolve();
        return;
      }
      const wake = () => {
        signal?.removeEventListener('abort', wake);
        if (this.alive) resolve();
      };
      signal?.addEventListener('abort', wake, { once: true });
      timeline.after(ms, wake);
    });
  }
}
