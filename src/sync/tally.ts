import { AppError, ExitCode } from '../errors.js';
import { withAcceptance } from './accepted.js';
import { Interrupted } from './apply.js';
import type { RunContext } from './context.js';
import { aborted, locationOf } from './results.js';
import type { Candidate, EventResult, RunProblem, SyncOutcome } from './types.js';

/** So many failures of an API in a row mean that it is down. */
const BREAKER = 5;

/** What has come of a run so far, and whether it goes on: every event passes through here. */
export class Tally {
  readonly #ctx: RunContext;
  readonly #results: EventResult[] = [];
  #problem: RunProblem | null = null;
  #failuresInARow = 0;
  #total = 0;

  constructor(ctx: RunContext) {
    this.#ctx = ctx;
  }

  /** So many events there are. */
  expect(total: number): void {
    this.#total = total;
  }

  /** What keeps the run from doing all that it was asked for; what keeps it from more has been said before. */
  note(problem: RunProblem): void {
    const before = this.#problem;
    if (before !== null && before.kind !== 'incomplete') return;
    this.#problem = before !== null && problem.kind === 'incomplete' ? both(before, problem) : problem;
  }

  /** Both APIs have answered. */
  answered(): void {
    this.#failuresInARow = 0;
  }

  /**
   * Works on all of them, `most` at once; null results come later. Work that calls `leave` makes room for the next
   * one before its end.
   */
  async each<T extends Candidate>(
    most: number,
    candidates: Iterable<T> | AsyncIterable<T>,
    work: (candidate: T, leave: () => void) => Promise<EventResult | null>,
  ): Promise<void> {
    const running = new Set<Promise<void>>();
    const bugs: unknown[] = [];
    let places = most;
    let freed = () => {};
    for await (const candidate of candidates) {
      while (places === 0) {
        await new Promise<void>((resolve) => {
          freed = resolve;
        });
      }
      if (bugs.length > 0) break;
      places -= 1;
      const leave = once(() => {
        places += 1;
        freed();
      });
      const done = this.#one(candidate, () => work(candidate, leave))
        .catch((error: unknown) => {
          bugs.push(error);
        })
        .finally(() => {
          leave();
          running.delete(done);
        });
      running.add(done);
    }
    await Promise.all(running);
    if (bugs.length > 0) throw bugs[0];
  }

  async #one(candidate: Candidate, work: () => Promise<EventResult | null>): Promise<void> {
    const result = this.stopped()
      ? this.abort(candidate)
      : await this.guarded(work, (error) =>
          error instanceof Interrupted ? error.result : this.abort(candidate),
        );
    if (result) this.add(this.#cutOff(result) ? this.abort(candidate) : result);
    else this.#failuresInARow = 0;
  }

  /** Refused credentials concern everything: the run ends. Anything else unexpected is a bug and goes up. */
  async guarded<T>(
    work: () => Promise<T>,
    otherwise: (error: AppError) => T | null = () => null,
  ): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.#end(problemOf(error));
      return otherwise(error);
    }
  }

  /** The read that failed was cut off by the stop: that says nothing about the API. */
  #cutOff(result: EventResult): boolean {
    return this.#ctx.stop.aborted && result.upstream && result.changes.length === 0 && this.stopped();
  }

  /** Whether nothing more is to be begun. */
  stopped(): boolean {
    if (this.#ctx.stop.aborted) {
      const kind = this.#ctx.state.locks.lost.aborted ? 'state-unavailable' : 'stopped';
      this.#end({ kind, message: stopReason(this.#ctx.stop) });
    }
    return this.#isOver();
  }

  #isOver(): boolean {
    return (
      this.#problem !== null && this.#problem.kind !== 'incomplete' && this.#problem.kind !== 'create-limit'
    );
  }

  /** What ends the run comes before what only leaves something out, and before what it brings about itself. */
  #end(problem: RunProblem): void {
    if (!this.#isOver()) this.#problem = problem;
  }

  /** The result of an event that the run does not come to. */
  abort(candidate: Candidate): EventResult {
    const why = this.#problem?.message ?? 'The run was stopped.';
    return aborted(candidate, locationOf(this.#ctx, candidate.header), `Not done. ${why}`);
  }

  /** Takes a result down and tells of it. */
  add(found: EventResult): void {
    const result = withAcceptance(this.#ctx, found);
    this.#results.push(result);
    this.#ctx.events.result(result);
    this.#ctx.events.progress(this.#results.length, this.#total, 'events');
    if (result.status !== 'failed' || result.reason !== 'ABORTED') {
      this.#failuresInARow = result.upstream ? this.#failuresInARow + 1 : 0;
    }
    if (this.#failuresInARow >= BREAKER && !this.stopped()) {
      const message = `${BREAKER} events in a row failed because an API did not answer; the run was stopped. Last: ${result.error ?? ''}`;
      this.#end({ kind: 'unavailable', message });
    }
  }

  /** What came of the run. `complete`: it was to cover everything. */
  outcome(window: SyncOutcome['window'], complete: boolean): SyncOutcome {
    this.stopped();
    const failures = this.#results.filter((result) => result.status === 'failed');
    if (this.#problem === null && failures.length > 0 && this.#results.every((result) => result.upstream)) {
      this.#problem = { kind: 'unavailable', message: failures[0]?.error ?? 'An API did not answer.' };
    }
    return {
      window,
      results: this.#results,
      problem: this.#problem,
      complete: complete && this.#problem === null,
    };
  }
}

type Incomplete = Extract<RunProblem, { kind: 'incomplete' }>;

/** Two parts that could not be read, each for its own reason. */
function both(one: Incomplete, other: Incomplete): Incomplete {
  const message = `${one.message} ${other.message}`;
  return { kind: 'incomplete', message, unanswered: one.unanswered || other.unanswered };
}

function once(call: () => void): () => void {
  let called = false;
  return () => {
    if (!called) call();
    called = true;
  };
}

function problemOf({ code, exitCode, message, hint }: AppError): RunProblem {
  switch (code) {
    case 'CREDENTIALS':
      return { kind: 'credentials', message, hint };
    case 'LOCKED':
      return { kind: 'locked', message };
    case 'STATE':
      return exitCode === ExitCode.locked
        ? { kind: 'state-unavailable', message }
        : { kind: 'state', message, hint };
    default:
      return { kind: 'unavailable', message };
  }
}

function stopReason(stop: AbortSignal): string {
  return typeof stop.reason === 'string' ? stop.reason : 'The run was stopped.';
}
