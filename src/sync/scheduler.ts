import type { Clock } from '../clock.js';
import type { OrderId } from '../domain/ids.js';
import type { FoundItem, FoundOrder, FoundPayment } from '../domain/order.js';
import type { OrderFinder, OrderKey, RevelPort, RevelRead } from '../revel/types.js';
import type { End, Found, Knowledge, Read, Refreshed, Step } from './order/knowledge.js';
import {
  learnAlong,
  learnFailed,
  learnFound,
  learnFroze,
  learnRefreshed,
  learnRestless,
  learnStopped,
  learnWritten,
} from './order/learn.js';
import { next, type Rule } from './order/next.js';
import { send } from './order/send.js';

/** The work on one event's order. */
export interface Job {
  key: OrderKey;
  begin: Knowledge;
  /** Stop before the first write, and before waiting for others. */
  planOnly: boolean;
  /** Reads the event again. */
  refresh(): Promise<Refreshed>;
}

/** How it ended, and what is known then. */
export type Done = { k: Knowledge } & (
  | { kind: 'end'; end: End }
  /** Only planning: there is something to write, or to wait for. */
  | { kind: 'open' }
  /** What ends the whole run has come in between. */
  | { kind: 'threw'; error: unknown }
);

/** What the scheduler works with. */
export interface SchedulerParts {
  revel: RevelPort;
  finder: OrderFinder;
  clock: Clock;
  stop: AbortSignal;
  /** Milliseconds since the epoch that only go forward. */
  now(): number;
  /** How far Revel's clock is ahead of that by now. */
  clockOff(): number;
  /** So many orders are worked on at once. */
  most: number;
  /** Told why an event waits, once for each reason. */
  notice(message: string): void;
  warning(message: string): void;
  /** Makes sure before a write that the locks are still held; throws when they are not. */
  confirm(): Promise<void>;
  /** Other rules than the protocol's, for proving that each is needed. */
  rules?: readonly Rule[] | undefined;
}

/** Questions that go out with one request at most. */
const GROUP = 100;
/** How long a question waits for company, in milliseconds, where something else goes on meanwhile. */
const LONG_MS = 15_000;
/** Waiting orders may be so many times those that are worked on. */
const WAITING = 2;
/** Orders whose lost writes are being waited for; they take no turn of others. */
const MOST_LOST = 200;
/** More steps than this for one event mean that something keeps changing. */
const MAX_STEPS = 5_000;
/** Clocks that have run apart by more than this: the machine has stood still, or its clock was set. */
const LEAP_MS = 1_000;

interface Task {
  readonly job: Job;
  readonly resolve: (done: Done) => void;
  k: Knowledge;
  step: Step;
  /** Since when it wants this step. */
  since: number;
  busy: boolean;
  steps: number;
  told: string | null;
}

/**
 * Brings about the orders of many events: asks each for its step, oldest first, and carries it out. Questions of
 * several events go out together when a hundred have come up, when the first has waited long enough, or when nothing
 * else can move.
 */
export class Scheduler {
  readonly #parts: SchedulerParts;
  readonly #tasks = new Set<Task>();
  readonly #admitting: (() => void)[] = [];
  #admitted = 0;
  #running = false;
  #wake: AbortController | null = null;
  /** How far the clocks are apart, as it was seen last, and how often that has changed by leaps. */
  #apart: number;
  #leaps = 0;

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
    this.#apart = parts.clock.now() - parts.clock.steady();
    parts.stop.addEventListener('abort', () => this.#wake?.abort('moved'), { once: true });
  }

  /** Resolves when one more order may be begun; {@link leave} gives the place back. */
  admit(): Promise<void> {
    return new Promise((resolve) => {
      this.#admitting.push(resolve);
      this.#letIn();
    });
  }

  /** See {@link admit}. */
  leave(): void {
    this.#admitted -= 1;
    this.#letIn();
  }

  #letIn(): void {
    const { most, stop } = this.#parts;
    for (;;) {
      const tasks = [...this.#tasks].filter(({ job }) => !job.planOnly);
      const lost = tasks.filter(({ k }) => k.pending !== null).length;
      const waiting = tasks.filter((task) => task.k.pending === null && isParked(task)).length;
      const atWork = this.#admitted - lost - waiting;
      const isRoom = atWork < most && waiting < WAITING * most && lost < MOST_LOST;
      if (!isRoom && !stop.aborted) return;
      const admit = this.#admitting.shift();
      if (!admit) return;
      this.#admitted += 1;
      admit();
    }
  }

  /** Works on one order until there is nothing left to do. */
  run(job: Job): Promise<Done> {
    return new Promise((resolve) => {
      const now = this.#parts.now();
      const step = next(job.begin, now, this.#parts.rules);
      const task = { job, resolve, k: job.begin, step, since: now, busy: false, steps: 0, told: null };
      this.#tasks.add(task);
      this.#wake?.abort('moved');
      if (!this.#running) void this.#loop();
    });
  }

  async #loop(): Promise<void> {
    this.#running = true;
    // Work of the same moment starts together.
    await Promise.resolve();
    while (this.#tasks.size > 0) {
      this.#noticeLeap();
      const now = this.#parts.now();
      for (const task of this.#tasks) this.#move(task, now);
      this.#letIn();
      this.#askTogether(now);
      if (this.#tasks.size === 0) break;
      await this.#pause(now);
    }
    this.#running = false;
  }

  /** After a leap of the clock nobody knows how much time has really passed: all that was seen counts as old. */
  #noticeLeap(): void {
    const { clock } = this.#parts;
    const apart = clock.now() - clock.steady();
    if (Math.abs(apart - this.#apart) > LEAP_MS) {
      this.#leaps += 1;
      const now = this.#parts.now();
      // Who waits for an answer learns it with that.
      for (const task of this.#tasks) {
        if (task.busy) continue;
        task.k = learnFroze(task.k, now);
        task.step = next(task.k, now, this.#parts.rules);
      }
    }
    this.#apart = apart;
  }

  /** Waits until something has come back, has come up, or is due. */
  async #pause(now: number): Promise<void> {
    const wake = new AbortController();
    this.#wake = wake;
    const due = [...this.#tasks].filter(({ busy }) => !busy).map((task) => this.#dueAt(task));
    const at = Math.min(...due);
    if (at === Number.POSITIVE_INFINITY) {
      await new Promise<void>((resolve) => wake.signal.addEventListener('abort', () => resolve()));
    } else if (at > now) await this.#parts.clock.sleep(at - now, wake.signal);
    this.#wake = null;
  }

  #dueAt({ step, since, k }: Task): number {
    if (step.do === 'wait') return step.until;
    return step.do === 'look' ? since + patienceOf(step, k) : since;
  }

  /** Takes one event as far as it goes without company. */
  #move(task: Task, now: number): void {
    const { step, job, k, busy } = task;
    if (busy) return;
    if (this.#parts.stop.aborted && k.end === null && step.do !== 'end') {
      this.#learn(task, learnStopped(k));
      return;
    }
    switch (step.do) {
      case 'end':
        this.#finish(task, { kind: 'end', end: step.end, k });
        break;
      case 'wait':
        if (job.planOnly && step.why !== null) this.#finish(task, { kind: 'open', k });
        else if (step.until <= now) this.#learn(task, k);
        else this.#tell(task, step.why);
        break;
      case 'look':
        if (step.patience !== 'none') break;
        this.#start(task, () =>
          this.#hear(task, Promise.all(step.reads.map((read) => this.#answer(job.key, read)))),
        );
        break;
      case 'refresh':
        // What is learnt along meanwhile is kept: the knowledge is that of then, not of now.
        this.#start(task, () => job.refresh().then((found) => learnRefreshed(task.k, found)));
        break;
      case 'write':
        if (job.planOnly) this.#planWrite(task, step);
        else this.#start(task, () => this.#write(task));
        break;
    }
  }

  #tell(task: Task, why: string | null): void {
    if (why === null || why === task.told) return;
    task.told = why;
    this.#parts.notice(why);
  }

  /** A plan goes on past what is only cleared away, to tell all of it. */
  #planWrite(task: Task, { write }: Extract<Step, { do: 'write' }>): void {
    const now = this.#parts.now();
    const isOfGone =
      'id' in write && task.k.rows?.value.some(({ id, deleted }) => id === write.id && deleted);
    if (write.kind !== 'drop' && !isOfGone) this.#finish(task, { kind: 'open', k: task.k });
    else this.#learn(task, learnWritten(task.k, write, { kind: 'done', value: null }, now, now));
  }

  #finish(task: Task, done: Done): void {
    this.#tasks.delete(task);
    for (const warning of task.k.warnings) this.#parts.warning(warning);
    task.resolve(done);
  }

  #learn(task: Task, k: Knowledge): void {
    const now = this.#parts.now();
    task.steps += 1;
    task.k = task.steps > MAX_STEPS ? learnRestless(k) : k;
    task.step = next(task.k, now, this.#parts.rules);
    task.since = now;
    if (!task.busy) this.#move(task, now);
  }

  #start(task: Task, work: () => Promise<Knowledge>): void {
    task.busy = true;
    const leaps = this.#leaps;
    work().then(
      (k) => {
        this.#noticeLeap();
        task.busy = false;
        this.#learn(task, leaps === this.#leaps ? k : learnFroze(k, this.#parts.now()));
        this.#wake?.abort('moved');
      },
      (error: unknown) => {
        this.#finish(task, { kind: 'threw', error, k: task.k });
        this.#wake?.abort('moved');
      },
    );
  }

  async #write(task: Task): Promise<Knowledge> {
    const { revel, stop } = this.#parts;
    const leaps = this.#leaps;
    await this.#parts.confirm();
    // Time has passed since the step was decided; what was decided is decided anew.
    const now = this.#parts.now();
    const step = next(task.k, now, this.#parts.rules);
    if (step.do !== 'write') return task.k;
    const { write, until } = step;
    let sentAt = now;
    const guard = () => {
      this.#noticeLeap();
      sentAt = this.#parts.now();
      return !stop.aborted && sentAt <= until && leaps === this.#leaps;
    };
    const answer = await send(revel, task.k, write, now + this.#parts.clockOff(), guard);
    return learnWritten(task.k, write, answer, sentAt, this.#parts.now());
  }

  /** What a run knows of the event after these answers. */
  async #hear(task: Task, answers: Promise<Found[]>): Promise<Knowledge> {
    try {
      const found = await answers;
      return learnFound(task.k, found, this.#parts.now());
    } catch (error) {
      if (!(error instanceof Unread)) throw error;
      return this.#parts.stop.aborted ? learnStopped(task.k) : learnFailed(task.k, error.message);
    }
  }

  async #answer(key: OrderKey, read: Read): Promise<Found> {
    const { revel, finder } = this.#parts;
    const askedAt = this.#parts.now();
    switch (read.of) {
      case 'rows':
        return { of: 'rows', askedAt, rows: need(await finder.find(key)) };
      case 'beyond':
        return { of: 'beyond', askedAt, rows: need(await finder.further(key)) };
      case 'header':
        return { of: 'header', id: read.id, askedAt, header: need(await revel.order(read.id)) };
      case 'items':
        return { of: 'items', id: read.id, askedAt, items: need(await revel.items(read.id)) };
      case 'payments':
        return { of: 'payments', id: read.id, askedAt, payments: need(await revel.payments(read.id)) };
      case 'bills':
        return { of: 'bills', id: read.order.id, askedAt, bills: need(await revel.bills(read.order)) };
    }
  }

  /** Sends what waits for company, if it is time. */
  #askTogether(now: number): void {
    const all = [...this.#tasks];
    const waiting = all.filter(({ busy, step }) => !busy && step.do === 'look' && step.patience !== 'none');
    if (waiting.length === 0) return;
    const due = Math.min(...waiting.map((task) => this.#dueAt(task)));
    // Whoever moves before that may have a question, too.
    const isCalm = all.every(
      ({ busy, step }) => !busy && (step.do === 'look' || (step.do === 'wait' && step.until >= due)),
    );
    if (due > now && !isCalm && waiting.length < GROUP) return;
    const group = waiting.slice(0, GROUP);
    const answers = this.#answersTo(group);
    for (const task of group) this.#start(task, () => this.#hear(task, answers(task)));
  }

  /** One request for the headers of all, one for their lines and one for their payments. */
  #answersTo(group: readonly Task[]): (task: Task) => Promise<Found[]> {
    const askedAt = this.#parts.now();
    const { finder, revel } = this.#parts;
    const wants = (...kinds: Read['of'][]) =>
      group.filter((task) => readsOf(task).some(({ of }) => kinds.includes(of)));
    const byRows = wants('rows', ...(finder.roomy ? (['header'] as const) : []));
    const rows = byRows.length > 0 ? this.#rowsOf(byRows, askedAt) : null;
    const items = this.#contentsOf<FoundItem>(group, 'items', (ids) => revel.itemsOf(ids));
    const payments = this.#contentsOf<FoundPayment>(group, 'payments', (ids) => revel.paymentsOf(ids));
    return async (task) => {
      const { key } = task.job;
      const found = await Promise.all(
        readsOf(task).map(async (read): Promise<Found[]> => {
          switch (read.of) {
            case 'rows':
            case 'header': {
              const own = rows && byRows.includes(task) ? ((await rows).get(key.event) ?? []) : null;
              if (own && read.of === 'rows') return [{ of: 'rows', askedAt, rows: own }];
              const header = own?.find((row) => read.of === 'header' && row.id === read.id);
              if (!own || !header) return [await this.#answer(key, read)];
              return [
                { of: 'rows', askedAt, rows: own },
                { of: 'header', id: header.id, askedAt, header },
              ];
            }
            case 'items': {
              const own = await items(read.id);
              return [
                own ? { of: 'items', id: read.id, askedAt, items: own } : await this.#answer(key, read),
              ];
            }
            case 'payments': {
              const own = await payments(read.id);
              return [
                own ? { of: 'payments', id: read.id, askedAt, payments: own } : await this.#answer(key, read),
              ];
            }
            case 'beyond':
            case 'bills':
              return [await this.#answer(key, read)];
          }
        }),
      );
      return found.flat();
    };
  }

  /** The headers of these events; whoever is at work on others learns along what has become of theirs. */
  async #rowsOf(group: readonly Task[], askedAt: number): Promise<Map<string, FoundOrder[]>> {
    const { finder } = this.#parts;
    const others = [...this.#tasks].filter((task) => !group.includes(task) && !task.job.planOnly);
    const along = finder.roomy ? others.slice(0, GROUP - group.length) : [];
    const read = await finder.findMany([...group, ...along].map(({ job }) => job.key));
    const rows = need(read);
    for (const task of along) {
      const k = learnAlong(task.k, rows.get(task.job.key.event) ?? [], askedAt, this.#parts.now());
      if (k === task.k) continue;
      task.k = k;
      if (!task.busy) task.step = next(k, this.#parts.now(), this.#parts.rules);
    }
    return rows;
  }

  /** What hangs on the orders of the group, where one request can tell of several; null: it cannot. */
  #contentsOf<T extends { orderId: OrderId }>(
    group: readonly Task[],
    of: 'items' | 'payments',
    ask: (ids: readonly OrderId[]) => Promise<RevelRead<T[] | null>>,
  ): (id: OrderId) => Promise<T[] | null> {
    const reads = group.flatMap(readsOf);
    const ids = [...new Set(reads.flatMap((read) => (read.of === of ? [read.id] : [])))];
    const all = ids.length > 1 ? ask(ids) : null;
    return async (id) => {
      const read = await all;
      // Where they cannot be had together, each is asked for by itself.
      return read?.kind === 'ok' && read.value ? read.value.filter(({ orderId }) => orderId === id) : null;
    };
  }
}

function readsOf({ step }: Task): readonly Read[] {
  return step.do === 'look' ? step.reads : [];
}

function patienceOf({ patience }: Extract<Step, { do: 'look' }>, { timing }: Knowledge): number {
  return { none: 0, short: timing.settle / 2, long: LONG_MS }[patience];
}

/** It waits for time to pass, or for company, so that others may go on. */
function isParked({ busy, step }: Task): boolean {
  return !busy && (step.do === 'wait' || (step.do === 'look' && step.patience === 'long'));
}

/** A look that failed. */
class Unread extends Error {}

function need<T>(read: RevelRead<T>): T {
  if (read.kind === 'ok') return read.value;
  throw new Unread(read.detail);
}
