import type { Clock } from '../clock.js';
import type { EventId } from '../domain/ids.js';
import { ExitCode } from '../errors.js';
import type { Spool, SpoolEntry } from '../state/types.js';
import { type ChildRun, type FinishedRun, finishRuns, type RunEnd } from './child.js';
import type { QueueNumbers } from './metrics.js';

const FIRST_RETRY_MS = 5000;
const LAST_RETRY_MS = 300_000;
/** A run that is killed this often in a row (say, for want of memory) is left to the sweep. */
const MAX_KILLS = 5;

/** What a run is started with. */
export interface RunOrder {
  event: EventId;
  /** Correlation id. */
  run: string;
}

/** What follows from the end of a run. */
export type Verdict =
  /** It did what could be done; anything that is still wrong waits for the sweep. */
  | { kind: 'done' }
  | { kind: 'again' }
  | { kind: 'retry'; delayMs: number }
  /** The next start of the relay does it. */
  | { kind: 'keep' };

/** What a scheduler works with. */
export interface SchedulerOptions {
  spool: Spool;
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  /** Runs at once. */
  maxRuns: number;
  /** Events that may be owed a run; more are refused. */
  maxQueue: number;
  start(order: RunOrder): ChildRun;
  ended(order: RunOrder, finished: FinishedRun, verdict: Verdict): void;
  /** The spool could not forget an event; it is run once more after the next start. */
  forgetFailed(order: RunOrder, error: unknown): void;
}

/** What became of a delivery; `first` is the correlation id under which the event's next run goes. */
export type Delivered =
  | { kind: 'queued' }
  | { kind: 'joined'; first: string }
  | { kind: 'full' | 'stopping' };

interface Job {
  readonly event: EventId;
  /** Correlation id of its next run, or of the one under way. */
  run: string;
  /** Epoch milliseconds of the oldest delivery that this run answers. */
  since: number;
  state: 'storing' | 'ready' | 'running' | 'delayed';
  /** Settles once the spool has the event on disk, or has refused. */
  stored: Promise<void>;
  /** Deliveries came during the run: one more is owed. */
  again: { run: string; since: number } | null;
  retries: number;
  kills: number;
}

/**
 * Owes every accepted event a run that begins after its last delivery: one run per event at a time, so many runs
 * at once. The spool holds an event from its acceptance until a run has ended that no delivery came during, so
 * that deliveries which join need no write of their own (but must be sure that it still does).
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #jobs = new Map<EventId, Job>();
  readonly #ready = new Set<Job>();
  readonly #running = new Map<Job, ChildRun>();
  readonly #stop = new AbortController();
  #begun = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#adopt(options.spool.left);
    options.spool.onAdopted?.((entries) => this.#adopt(entries));
  }

  /** Starts working; before that, deliveries are only kept. */
  begin(): void {
    this.#begun = true;
    this.#pump();
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

  /** Takes all events of a delivery or none. Durable when it returns; throws when the spool refuses. */
  async deliver(events: readonly EventId[], run: string): Promise<Delivered> {
    if (this.#stop.signal.aborted) return { kind: 'stopping' };
    const fresh = events.filter((event) => !this.#jobs.has(event));
    if (fresh.length > 0 && this.#jobs.size + fresh.length > this.#options.maxQueue) return { kind: 'full' };

    const now = this.#options.clock.now();
    const joined = events.flatMap((event) => this.#jobs.get(event) ?? []);
    for (const job of joined) {
      if (job.state === 'running') job.again = { run, since: job.again?.since ?? now };
    }
    const [firstJoined] = joined;
    const first = firstJoined?.again?.run ?? firstJoined?.run;
    const stored = joined.map((job) => job.stored);
    if (joined.length > 0) stored.push(this.#options.spool.confirm?.() ?? Promise.resolve());
    if (fresh.length > 0) stored.push(this.#store(fresh, run, now));
    await Promise.all(stored);
    return fresh.length > 0 || first === undefined ? { kind: 'queued' } : { kind: 'joined', first };
  }

  /** Starts nothing more, lets runs finish for `graceMs`, then stops them. */
  async stop(graceMs: number): Promise<void> {
    this.#stop.abort();
    await finishRuns([...this.#running.values()], graceMs, this.#options.clock);
  }

  /** Takes over promises that are durable already. */
  #adopt(entries: readonly SpoolEntry[]): void {
    for (const { event, run, at } of entries) {
      const job = this.#jobs.get(event);
      if (job?.state === 'running') job.again = { run, since: job.again?.since ?? at };
      if (!job) this.#makeReady(this.#add(event, run, at, Promise.resolve()));
    }
  }

  #add(event: EventId, run: string, since: number, stored: Promise<void>): Job {
    const job: Job = { event, run, since, state: 'storing', stored, again: null, retries: 0, kills: 0 };
    this.#jobs.set(event, job);
    return job;
  }

  async #store(events: readonly EventId[], run: string, at: number): Promise<void> {
    const stored = this.#options.spool.add(events.map((event) => ({ event, run, at })));
    const jobs = events.map((event) => this.#add(event, run, at, stored));
    try {
      await stored;
    } catch (error) {
      for (const { event } of jobs) this.#jobs.delete(event);
      throw error;
    }
    for (const job of jobs) this.#makeReady(job);
  }

  #makeReady(job: Job): void {
    job.state = 'ready';
    this.#ready.add(job);
    this.#pump();
  }

  #pump(): void {
    for (const job of this.#ready) {
      if (!this.#begun || this.#stop.signal.aborted || this.#running.size >= this.#options.maxRuns) return;
      this.#ready.delete(job);
      this.#start(job);
    }
  }

  #start(job: Job): void {
    job.state = 'running';
    const order: RunOrder = { event: job.event, run: job.run };
    const child = this.#options.start(order);
    this.#running.set(job, child);
    void child.ended.then((finished) => {
      this.#running.delete(job);
      const verdict = this.#judge(job, finished.end);
      this.#options.ended(order, finished, verdict);
      this.#follow(job, order, verdict);
      this.#pump();
    });
  }

  #judge(job: Job, end: RunEnd): Verdict {
    const unhurt =
      end.kind === 'exit' && end.code !== ExitCode.terminated && end.code !== ExitCode.interrupted;
    const killed = end.kind === 'killed' || (end.kind === 'exit' && !unhurt);
    job.kills = killed ? job.kills + 1 : 0;
    const unavailable =
      end.kind === 'unstarted' ||
      (end.kind === 'exit' && (end.code === ExitCode.unavailable || end.code === ExitCode.locked));
    if (unavailable || (killed && job.kills < MAX_KILLS)) {
      job.retries += 1;
      return this.#stop.signal.aborted ? { kind: 'keep' } : { kind: 'retry', delayMs: this.#backoff(job) };
    }
    job.retries = 0;
    if (!job.again) return { kind: 'done' };
    return this.#stop.signal.aborted ? { kind: 'keep' } : { kind: 'again' };
  }

  #backoff({ retries }: Job): number {
    const longest = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(retries - 1, 20));
    return Math.round(longest * (0.5 + this.#options.random() / 2));
  }

  #follow(job: Job, order: RunOrder, verdict: Verdict): void {
    if (verdict.kind === 'done') {
      this.#jobs.delete(job.event);
      this.#options.spool.remove(job.event).catch((error) => this.#options.forgetFailed(order, error));
      return;
    }
    if (job.again) {
      job.run = job.again.run;
      if (verdict.kind === 'again') job.since = job.again.since;
      job.again = null;
    }
    switch (verdict.kind) {
      case 'again':
        this.#makeReady(job);
        return;
      case 'retry':
        job.state = 'delayed';
        void this.#options.clock.sleep(verdict.delayMs, this.#stop.signal).then(() => this.#makeReady(job));
        return;
      case 'keep':
        job.state = 'delayed';
    }
  }
}
