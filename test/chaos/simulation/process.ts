import type { Clock } from '../../../src/clock.js';
import type { Decision } from '../../../src/domain/decision.js';
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
  /** Changes of headers that other runs have made, begun so far. */
  claims = 0;
  /** Writes of this run that took effect. */
  writes = 0;
  /** Tripleseat ids of the events of which it has told how they ended: it does nothing more about them. */
  readonly ended = new Set<string>();
  /** What its person has decided. */
  decision: Decision | null = null;
  readonly #timeline: Timeline;
  #frozenUntil = Number.NEGATIVE_INFINITY;
  #suspendedUntil = Number.NEGATIVE_INFINITY;
  #told: (() => void) | null = null;
  /** How long its steady clock has stood still. */
  #stoodMs = 0;

  /** @param options.aheadMs how far the machine's clock is ahead at the moment */
  constructor(options: {
    index: number;
    host: number;
    seed: number;
    timeline: Timeline;
    aheadMs: () => number;
  }) {
    const { index, host, seed, timeline, aheadMs } = options;
    this.index = index;
    this.host = host;
    this.startedAt = timeline.now;
    this.#timeline = timeline;
    this.random = new Random(Math.floor(hash(seed, index, 77) * 0x1_0000_0000));
    this.clock = {
      now: () => timeline.now + aheadMs(),
      steady: () => timeline.now - this.startedAt - this.#stoodMs,
      sleep: (ms, signal) => this.#sleep(ms, signal),
    };
  }

  /** Told once when it dies. */
  onDeath(told: () => void): void {
    this.#told = told;
  }

  /** Nothing of it goes on. */
  die(): void {
    if (!this.running) return;
    this.alive = false;
    this.#told?.();
  }

  /** It stands still for so long; `suspended`: its machine does. */
  freeze(ms: number, suspended: boolean): void {
    const { now } = this.#timeline;
    const until = Math.max(this.#frozenUntil, now + ms);
    if (suspended) {
      this.#stoodMs += until - Math.max(now, this.#frozenUntil);
      this.#suspendedUntil = until;
    }
    this.#frozenUntil = until;
  }

  /** Its machine sleeps. */
  get isSuspended(): boolean {
    return this.#timeline.now < this.#suspendedUntil;
  }

  /** Lets something go on inside of it: once it does not stand still, and never when it is dead. */
  goOn(step: () => void): void {
    if (!this.alive) return;
    const left = this.#frozenUntil - this.#timeline.now;
    if (left > 0) this.#timeline.after(left, () => this.goOn(step));
    else step();
  }

  /** Neither dead nor at its end. */
  get running(): boolean {
    return this.alive && this.outcome === null;
  }

  #sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const until = this.clock.steady() + ms;
    return new Promise((resolve) => {
      if (ms <= 0 || signal?.aborted) {
        resolve();
        return;
      }
      const wake = () => {
        signal?.removeEventListener('abort', wake);
        this.goOn(resolve);
      };
      // A timer of a machine that was suspended rings that much later.
      const ring = () =>
        this.goOn(() => {
          const left = until - this.clock.steady();
          if (left > 0.5 && !signal?.aborted) this.#timeline.after(left, ring);
          else wake();
        });
      signal?.addEventListener('abort', wake, { once: true });
      this.#timeline.after(ms, ring);
    });
  }
}
