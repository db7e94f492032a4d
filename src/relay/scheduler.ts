import { setMaxListeners } from 'node:events';
import type { Clock } from '../clock.js';
import type { EventId } from '../domain/ids.js';
import { ExitCode } from '../errors.js';
import type { Queue, Taken } from '../state/primitives.js';
import { type ChildRun, type FinishedRun, finishRuns, type RunEnd } from './child.js';
import type { QueueNumbers } from './metrics.js';

const FIRST_RETRY_MS = 5000;
const LAST_RETRY_MS = 300_000;
/** Runs that are killed this often in a row (say, for want of memory), with the relay or without it, are given up. */
const MAX_STARTS = 5;
/** How often it is looked for what other relays have left. */
const LOOK_MS = 5000;
/** Runs in a row that ended because something here is set up wrongly, or is a bug, after which nothing is ready. */
const MAX_BROKEN = 3;

/** What a run is started with. */
export interface RunOrder {
  event: EventId;
  /** Correlation id. */
  run: string;
  /** Which start in a row this is of which nobody has told a good end, from 1. */
  starts: number;
}

/** What follows from the end of a run. */
export type Verdict =
  /** It did what could be done; anything that is still wrong waits for the sweep. */
  | { kind: 'done' }
  | { kind: 'again' }
  /** `stuck`: for the first time in a row because something here is set up wrongly, or is a bug. */
  | { kind: 'retry'; delayMs: number; stuck: boolean }
  /** The next start of the relay does it. */
  | { kind: 'keep' };

/** What a scheduler works with. */
export interface SchedulerOptions {
  queue: Queue;
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  /** Runs at once. */
  maxRuns: number;
  /** Events that may be owed a run; more are refused. */
  maxQueue: number;
  start(order: RunOrder): ChildRun;
  ended(order: RunOrder, finished: FinishedRun, verdict: Verdict): void;
  /** Runs for the event were begun {@link MAX_STARTS} times and never ended; it is left to the sweep. */
  gaveUp(order: RunOrder): void;
  /** The queue could not be read or written; it is tried again. */
  refused(error: unknown, event?: EventId): void;
}

/** What became of a delivery. `earlier`: correlation ids of deliveries that its run answers as well. */
export type Delivered =
  | { kind: 'queued' }
  | { kind: 'joined'; earlier: string[] }
  | { kind: 'full' | 'stopping' };

interface Job {
  readonly event: EventId;
  /** Correlation id of the last delivery. */
  run: string;
  /** Epoch milliseconds of the oldest delivery that no run has answered. */
  since: number;
  state: 'storing' | 'ready' | 'running' | 'delayed';
  /** A delivery came during the run: one more is owed. */
  again: boolean;
  retries: number;
  /** Of the starts that the queue counts, those whose runs were not killed, though it could not be told so. */
  unkilled: number;
}

/**
 * Owes every accepted event a run that begins after its last delivery: one run per event at a time, so many runs
 * at once. The queue holds an event from its acceptance until a run has ended that no delivery came during; what it
 * holds and nobody runs is looked for now and then, since another relay may have left it.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #jobs = new Map<EventId, Job>();
  readonly #ready = new Set<Job>();
  readonly #running = new Map<Job, ChildRun | null>();
  readonly #settling = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #pumping = false;
  #broken = 0;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    // Every event that waits for its next try listens.
    setMaxListeners(0, this.#stop.signal);
  }

  /** Starts working, with what the queue holds; before that, deliveries are only kept. */
  begin(): void {
    void this.#look();
  }

  /** Runs keep ending because something here is set up wrongly, or is a bug. */
  get isBroken(): boolean {
    return this.#broken >= MAX_BROKEN;
  }

  numbers(): QueueNumbers {
    let oldest = Number.POSITIVE_INFINITY;
    for (const { since } of this.#jobs.values()) oldest = Math.min(oldest, since);
    const age = this.#jobs.size === 0 ? 0 : (this.#options.clock.now() - oldest) / 1000;
    return {
      waiting: this.#jobs.size - this.#running.size,
      running: this.#running.size,
      oldestSeconds: Math.max(0, age),
    };
  }

  /** Takes all events of a delivery or none. Durable when it returns; throws when the queue refuses. */
  async deliver(events: readonly EventId[], run: string): Promise<Delivered> {
    if (this.#stop.signal.aborted) return { kind: 'stopping' };
    const fresh = events.filter((event) => !this.#jobs.has(event));
    if (fresh.length > 0 && this.#jobs.size + fresh.length > this.#options.maxQueue) return { kind: 'full' };

    const at = this.#options.clock.now();
    const added = fresh.map((event) => this.#add(event, run, at, 'storing'));
    try {
      await this.#options.queue.push(events.map((event) => ({ event, run, at })));
    } catch (error) {
      for (const job of added) if (job.state === 'storing') this.#jobs.delete(job.event);
      throw error;
    }
    const earlier: string[] = [];
    for (const event of events) {
      const job = this.#jobs.get(event) ?? this.#add(event, run, at, 'storing');
      if (job.run !== run) earlier.push(job.run);
      job.run = run;
      if (job.state === 'running') job.again = true;
      if (job.state === 'storing') this.#makeReady(job);
    }
    return fresh.length > 0 ? { kind: 'queued' } : { kind: 'joined', earlier };
  }

  /** Starts nothing more, lets runs finish for `graceMs`, then stops them. */
  async stop(graceMs: number): Promise<void> {
    this.#stop.abort();
    const children = [...this.#running.values()].filter((child) => child !== null);
    await finishRuns(children, graceMs, this.#options.clock);
    while (this.#settling.size > 0) await Promise.all(this.#settling);
  }

  /** Again and again: what the queue holds and this process does not know of. */
  async #look(): Promise<void> {
    const { queue, clock, refused } = this.#options;
    while (!this.#stop.signal.aborted) {
      try {
        for (const { event, run, at } of await queue.owed()) {
          if (!this.#jobs.has(event)) this.#makeReady(this.#add(event, run, at, 'ready'));
        }
      } catch (error) {
        refused(error);
      }
      await clock.sleep(LOOK_MS, this.#stop.signal);
      this.#pump();
    }
  }

  #add(event: EventId, run: string, since: number, state: Job['state']): Job {
    const job: Job = { event, run, since, state, again: false, retries: 0, unkilled: 0 };
    this.#jobs.set(event, job);
    return job;
  }

  #makeReady(job: Job): void {
    job.state = 'ready';
    this.#ready.add(job);
    this.#pump();
  }

  /** Starts what can be started, once whoever is being answered has the answer: a start takes its time. */
  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    setImmediate(() => {
      this.#pumping = false;
      for (const job of this.#ready) {
        if (this.#stop.signal.aborted || this.#running.size >= this.#options.maxRuns) return;
        this.#ready.delete(job);
        const settled = this.#run(job)
          .catch((error: unknown) => this.#trouble(job, error))
          .finally(() => {
            this.#settling.delete(settled);
            this.#running.delete(job);
            this.#pump();
          });
        this.#settling.add(settled);
      }
    });
  }

  /** One run from its taking to what follows. Throws when the queue refuses. */
  async #run(job: Job): Promise<void> {
    const { queue, start, ended, gaveUp } = this.#options;
    job.state = 'running';
    this.#running.set(job, null);
    const row = await queue.take(job.event);
    if (row === null || row === 'busy') {
      this.#jobs.delete(job.event);
      return;
    }
    // Fewer where another relay has told the end of a run meanwhile.
    const taken = { ...row, starts: Math.max(1, row.starts - job.unkilled) };
    job.again = false;
    const order: RunOrder = { event: job.event, run: taken.run, starts: taken.starts };
    if (taken.starts > MAX_STARTS) {
      gaveUp(order);
      return this.#done(job, taken);
    }
    if (this.#stop.signal.aborted) return queue.later(taken, 0, false);
    const child = start(order);
    this.#running.set(job, child);
    const finished = await child.ended;
    const verdict = this.#judge(job, taken, finished.end);
    ended(order, finished, verdict);
    const killed = isKilled(finished.end);
    if (!killed) job.unkilled = row.starts;
    await this.#follow(job, taken, verdict, killed);
    if (!killed || verdict.kind !== 'retry') job.unkilled = 0;
  }

  #judge(job: Job, { starts }: Taken, end: RunEnd): Verdict {
    const broken = isBroken(end);
    this.#broken = broken ? this.#broken + 1 : 0;
    if (broken || isUnavailable(end) || (isKilled(end) && starts < MAX_STARTS)) {
      job.retries += 1;
      if (this.#stop.signal.aborted) return { kind: 'keep' };
      const stuck = broken && job.retries === 1;
      return { kind: 'retry', delayMs: broken ? LAST_RETRY_MS : this.#backoff(job), stuck };
    }
    job.retries = 0;
    if (!job.again) return { kind: 'done' };
    return this.#stop.signal.aborted ? { kind: 'keep' } : { kind: 'again' };
  }

  #backoff({ retries }: Job): number {
    const longest = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(retries - 1, 20));
    return Math.round(longest * (0.5 + this.#options.random() / 2));
  }

  async #follow(job: Job, taken: Taken, verdict: Verdict, killed: boolean): Promise<void> {
    const { queue } = this.#options;
    switch (verdict.kind) {
      case 'done':
      case 'again':
        return this.#done(job, taken);
      case 'retry':
        await queue.later(taken, verdict.delayMs, killed);
        return this.#delay(job, verdict.delayMs);
      case 'keep':
        job.state = 'delayed';
        await queue.later(taken, 0, false);
    }
  }

  /** The row goes, unless a delivery came since it was taken. */
  async #done(job: Job, taken: Taken): Promise<void> {
    if (await this.#options.queue.done(taken)) {
      job.since = this.#options.clock.now();
      this.#makeReady(job);
    } else this.#jobs.delete(job.event);
  }

  #trouble(job: Job, error: unknown): void {
    this.#options.refused(error, job.event);
    this.#delay(job, FIRST_RETRY_MS);
  }

  #delay(job: Job, delayMs: number): void {
    job.state = 'delayed';
    void this.#options.clock.sleep(delayMs, this.#stop.signal).then(() => this.#makeReady(job));
  }
}

/** Something killed it, or it was told to end. */
function isKilled(end: RunEnd): boolean {
  return (
    end.kind === 'killed' ||
    (end.kind === 'exit' && (end.code === ExitCode.terminated || end.code === ExitCode.interrupted))
  );
}

function isUnavailable(end: RunEnd): boolean {
  return (
    end.kind === 'unstarted' ||
    (end.kind === 'exit' && (end.code === ExitCode.unavailable || end.code === ExitCode.locked))
  );
}

/** A bug, a permission that is missing, or a configuration that is wrong: no run can do anything until it is mended. */
function isBroken(end: RunEnd): boolean {
  return (
    end.kind === 'exit' &&
    (end.code === ExitCode.bug || end.code === ExitCode.credentials || end.code === ExitCode.config)
  );
}
