import type { RunContext } from './context.js';
import { Halt } from './halt.js';

/** How the work on an event waits: never holding up other events, and not beyond a stop. */
export class Waiting {
  readonly ctx: RunContext;

  constructor(ctx: RunContext) {
    this.ctx = ctx;
  }

  get now(): number {
    return this.ctx.clock.now();
  }

  /** @throws Halt when the run is to stop */
  checkStop(): void {
    if (this.ctx.stop.aborted) {
      throw new Halt(
        { kind: 'failed', reason: 'ABORTED' },
        'The run was stopped before this event was finished.',
      );
    }
  }

  /** Waits without holding up other events; a stop ends the wait and the work on this event. */
  async pause(ms: number): Promise<void> {
    if (ms > 0) await this.ctx.slots.park(() => this.ctx.clock.sleep(ms, this.ctx.stop));
    this.checkStop();
  }

  /** Waits, then reads, while other events go on and new ones begin; a stop ends the wait and the work on this event. */
  aside<T>(ms: number, read: () => Promise<T>): Promise<T> {
    const { slots, begun, clock, stop } = this.ctx;
    const waitAndRead = async () => {
      await clock.sleep(ms, stop);
      this.checkStop();
      return read();
    };
    return slots.park(() => begun.park(waitAndRead));
  }

  /** Waits until the clock shows `at`. */
  pauseUntil(at: number): Promise<void> {
    return this.pause(at - this.now);
  }
}
