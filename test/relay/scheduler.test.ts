import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/clock.js';
import type { EventId } from '../../src/domain/ids.js';
import type { FinishedRun, RunEnd } from '../../src/relay/child.js';
import { type RunOrder, Scheduler, type Verdict } from '../../src/relay/scheduler.js';
import type { Delivery, Owed, Queue, Taken } from '../../src/state/primitives.js';
import { eventId } from '../state/support.js';

const A = eventId('1');
const B = eventId('2');
const C = eventId('3');

/** Time that a test moves. */
class HandClock implements Clock {
  #now = 1_800_000_000_000;
  #sleepers: { at: number; wake: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  steady(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted || ms <= 0) resolve();
      this.#sleepers.push({ at: this.#now + ms, wake: resolve });
      signal?.addEventListener('abort', () => resolve());
    });
  }

  async pass(ms: number): Promise<void> {
    this.#now += ms;
    const due = this.#sleepers.filter(({ at }) => at <= this.#now);
    this.#sleepers = this.#sleepers.filter(({ at }) => at > this.#now);
    for (const { wake } of due) wake();
    await settle();
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** A queue in memory that a test can make slow or broken. */
class MemoryQueue implements Queue {
  rows = new Map<EventId, Taken>();
  refusing = false;
  /** Whenever a run ends. */
  away = false;
  slow: Promise<void> = Promise.resolve();
  #seq = 0;

  async push(deliveries: readonly Delivery[]): Promise<void> {
    await this.slow;
    if (this.refusing) throw new Error('disk full');
    for (const { event, run, at } of deliveries) {
      this.#seq += 1;
      const before = this.rows.get(event);
      this.rows.set(event, {
        event,
        run,
        at: before?.at ?? at,
        starts: before?.starts ?? 0,
        seq: `${this.#seq}`,
      });
    }
  }

  async owed(): Promise<Owed[]> {
    return [...this.rows.values()].sort((a, b) => a.at - b.at);
  }

  async take(event: EventId): Promise<Taken | null> {
    const row = this.rows.get(event);
    if (!row) return null;
    row.starts += 1;
    return { ...row };
  }

  async done({ event, seq }: Taken): Promise<boolean> {
    if (this.away) throw new Error('the database is away');
    const row = this.rows.get(event);
    if (row?.seq === seq) return !this.rows.delete(event);
    if (row) row.starts = 0;
    return row !== undefined;
  }

  async later({ event }: Taken, _delayMs: number, failed: boolean): Promise<void> {
    if (this.away) throw new Error('the database is away');
    const row = this.rows.get(event);
    if (row && !failed) row.starts = 0;
  }

  async check(): Promise<void> {}
  async close(): Promise<void> {}
}

interface Run extends RunOrder {
  end(end: RunEnd | number): Promise<void>;
  stopped: boolean;
}

let clock: HandClock;
let queue: MemoryQueue;
let runs: Run[];
let givenUp: RunOrder[];
let log: { order: RunOrder; verdict: Verdict }[];
/** Runs under way by event. */
let underWay: Map<EventId, number>;

beforeEach(() => {
  clock = new HandClock();
  queue = new MemoryQueue();
  runs = [];
  log = [];
  givenUp = [];
  underWay = new Map();
});

function make(over: { maxRuns?: number; maxQueue?: number; begin?: boolean } = {}): Scheduler {
  const scheduler = new Scheduler({
    queue,
    clock,
    random: () => 1 - Number.EPSILON,
    maxRuns: over.maxRuns ?? 2,
    maxQueue: over.maxQueue ?? 10,
    start(order) {
      underWay.set(order.event, (underWay.get(order.event) ?? 0) + 1);
      let finish: (finished: FinishedRun) => void = () => undefined;
      const ended = new Promise<FinishedRun>((resolve) => {
        finish = resolve;
      });
      const run: Run = {
        ...order,
        stopped: false,
        end(end) {
          underWay.set(order.event, (underWay.get(order.event) ?? 0) - 1);
          finish({
            end: typeof end === 'number' ? { kind: 'exit', code: end } : end,
            durationMs: 1,
            stdout: '',
            lines: [],
          });
          return settle();
        },
      };
      runs.push(run);
      return {
        ended,
        stop() {
          run.stopped = true;
        },
      };
    },
    ended: (order, _finished, verdict) => log.push({ order, verdict }),
    gaveUp: (order) => givenUp.push(order),
    refused(error) {
      if (!queue.away) throw error;
    },
  });
  if (over.begin !== false) scheduler.begin();
  const deliver = scheduler.deliver.bind(scheduler);
  // What follows an answer begins after it.
  scheduler.deliver = async (events, id) => {
    const delivered = await deliver(events, id);
    await settle();
    return delivered;
  };
  return scheduler;
}

function run(index: number): Run {
  const found = runs[index];
  if (!found) throw new Error(`there is no run ${index}`);
  return found;
}

describe('one event', () => {
  it('is run once it is on disk, and forgotten when the run has ended', async () => {
    const scheduler = make();
    let written: () => void = () => undefined;
    queue.slow = new Promise((resolve) => {
      written = resolve;
    });
    const delivered = scheduler.deliver([A], 'aaaaaaaa');
    await settle();
    expect(runs).toEqual([]);
    written();
    expect(await delivered).toEqual({ kind: 'queued' });
    await settle();
    expect(runs).toMatchObject([{ event: A, run: 'aaaaaaaa' }]);
    expect([...queue.rows.keys()]).toEqual([A]);
    await run(0).end(0);
    expect([...queue.rows.keys()]).toEqual([]);
    expect(scheduler.numbers()).toEqual({ waiting: 0, running: 0, oldestSeconds: 0 });
  });

  it('is run only after whoever delivered it had a turn to be answered: a start takes its time', async () => {
    const scheduler = make();
    await Scheduler.prototype.deliver.call(scheduler, [A], 'aaaaaaaa');
    // All that the answer needs happens in this turn of the event loop.
    for (let step = 0; step < 100; step += 1) await Promise.resolve();
    expect(runs).toEqual([]);
    await settle();
    expect(runs).toMatchObject([{ event: A }]);
  });

  it('is run exactly once more for k deliveries during a run, under the id of the last one', async () => {
    const scheduler = make();
    await scheduler.deliver([A], 'aaaaaaaa');
    await settle();
    for (const [earlier, id] of ['aaaaaaaa', 'bbbbbbbb', 'cccccccc', 'dddddddd'].entries()) {
      if (earlier > 0) expect(await scheduler.deliver([A], id)).toMatchObject({ kind: 'joined' });
    }
    await run(0).end(0);
    expect(runs).toHaveLength(2);
    expect(run(1)).toMatchObject({ event: A, run: 'dddddddd' });
    expect([...queue.rows.keys()]).toEqual([A]);
    await run(1).end(1);
    expect(runs).toHaveLength(2);
    expect([...queue.rows.keys()]).toEqual([]);
  });

  it('needs one run for deliveries that all come before it', async () => {
    const scheduler = make({ maxRuns: 1 });
    await scheduler.deliver([B], 'bbbbbbbb');
    await scheduler.deliver([A], 'aaaaaaaa');
    expect(await scheduler.deliver([A], 'cccccccc')).toEqual({ kind: 'joined', earlier: ['aaaaaaaa'] });
    await run(0).end(0);
    await run(1).end(0);
    expect(runs).toMatchObject([{ event: B }, { event: A, run: 'cccccccc' }]);
  });

  it('is not acknowledged before the disk has what it joins', async () => {
    const scheduler = make();
    let written: () => void = () => undefined;
    queue.slow = new Promise((resolve) => {
      written = resolve;
    });
    let acknowledged = 0;
    const both = [scheduler.deliver([A], 'aaaaaaaa'), scheduler.deliver([A], 'bbbbbbbb')].map((delivery) =>
      delivery.then(() => {
        acknowledged += 1;
      }),
    );
    await settle();
    expect(acknowledged).toBe(0);
    written();
    await Promise.all(both);
  });

  it('is refused, with all who joined it, when the disk refuses', async () => {
    const scheduler = make();
    queue.refusing = true;
    const both = [scheduler.deliver([A], 'aaaaaaaa'), scheduler.deliver([A], 'bbbbbbbb')];
    for (const delivery of both) await expect(delivery).rejects.toThrow('disk full');
    queue.refusing = false;
    expect(await scheduler.deliver([A], 'cccccccc')).toEqual({ kind: 'queued' });
    await settle();
    expect(runs).toMatchObject([{ run: 'cccccccc' }]);
  });
});

describe('several events', () => {
  it('run so many at once, first come first served', async () => {
    const scheduler = make({ maxRuns: 2 });
    for (const event of [A, B, C]) await scheduler.deliver([event], 'aaaaaaaa');
    expect(runs.map(({ event }) => event)).toEqual([A, B]);
    expect(scheduler.numbers()).toMatchObject({ waiting: 1, running: 2 });
    await run(1).end(0);
    expect(runs.map(({ event }) => event)).toEqual([A, B, C]);
  });

  it('of one delivery are taken together or not at all', async () => {
    const scheduler = make({ maxQueue: 2 });
    await scheduler.deliver([A], 'aaaaaaaa');
    expect(await scheduler.deliver([A, B, C], 'bbbbbbbb')).toEqual({ kind: 'full' });
    await run(0).end(0);
    expect(runs).toHaveLength(1);
    expect(await scheduler.deliver([B, C], 'bbbbbbbb')).toEqual({ kind: 'queued' });
    expect(await scheduler.deliver([A], 'cccccccc')).toEqual({ kind: 'full' });
    expect(await scheduler.deliver([B], 'dddddddd')).toMatchObject({ kind: 'joined' });
  });

  it('left by an earlier process are worked off in their order, however many', async () => {
    await queue.push([A, B, C].map((event) => ({ event, run: '1a2b3c4d', at: clock.now() - 90_000 })));
    const scheduler = make({ maxRuns: 1, maxQueue: 1, begin: false });
    await settle();
    expect(runs).toEqual([]);
    scheduler.begin();
    await settle();
    expect(scheduler.numbers()).toEqual({ waiting: 2, running: 1, oldestSeconds: 90 });
    for (const index of [0, 1, 2]) await run(index).end(0);
    expect(runs.map(({ event }) => event)).toEqual([A, B, C]);
  });
});

describe('the end of a run', () => {
  it.each([0, 1, 2, 64])('with exit code %i is the end of it', async (code) => {
    const scheduler = make();
    await scheduler.deliver([A], 'aaaaaaaa');
    await run(0).end(code);
    expect(log).toMatchObject([{ verdict: { kind: 'done' } }]);
    expect(queue.rows.size).toBe(0);
    await clock.pass(3_600_000);
    expect(runs).toHaveLength(1);
  });

  it('by its time limit is left to the sweep', async () => {
    await make().deliver([A], 'aaaaaaaa');
    await run(0).end({ kind: 'timeout' });
    expect(queue.rows.size).toBe(0);
  });

  it.each([
    ['exit code 69', { kind: 'exit', code: 69 }],
    ['exit code 75', { kind: 'exit', code: 75 }],
    ['no process', { kind: 'unstarted', reason: 'EAGAIN' }],
  ] as const)('%s: is tried again after 5, 10, 20 … at most 300 seconds', async (_name, end) => {
    await make().deliver([A], 'aaaaaaaa');
    for (const [index, seconds] of [5, 10, 20, 40, 80, 160, 300, 300].entries()) {
      await run(index).end(end);
      expect(log[index]?.verdict).toMatchObject({ kind: 'retry', delayMs: seconds * 1000, stuck: false });
      await clock.pass(seconds * 1000 - 1);
      expect(runs).toHaveLength(index + 1);
      await clock.pass(1);
      expect(runs).toHaveLength(index + 2);
      expect(queue.rows.size).toBe(1);
    }
    await run(8).end(0);
    expect(queue.rows.size).toBe(0);
  });

  it.each([70, 77, 78])(
    'with exit code %i is tried again slowly, and three in a row are told',
    async (code) => {
      const scheduler = make();
      await scheduler.deliver([A], 'aaaaaaaa');
      for (const index of [0, 1, 2]) {
        expect(scheduler.isBroken).toBe(false);
        await run(index).end(code);
        expect(log[index]?.verdict).toEqual({ kind: 'retry', delayMs: 300_000, stuck: index === 0 });
        await clock.pass(299_999);
        expect(runs).toHaveLength(index + 1);
        await clock.pass(1);
      }
      expect(scheduler.isBroken).toBe(true);
      await run(3).end(0);
      expect(scheduler.isBroken).toBe(false);
      expect(queue.rows.size).toBe(0);
    },
  );

  it('that nobody told of because the relay died with it counts like one that was killed', async () => {
    await queue.push([{ event: A, run: 'aaaaaaaa', at: 0 }]);
    for (let relay = 0; relay < 5; relay += 1) await queue.take(A);
    make();
    await settle();
    expect(runs).toEqual([]);
    expect(givenUp).toMatchObject([{ event: A, run: 'aaaaaaaa' }]);
    expect(queue.rows.size).toBe(0);
  });

  it.each([75, 0])(
    'with exit code %i that the queue refuses to note counts as no killed one, however often',
    async (code) => {
      await make().deliver([A], 'aaaaaaaa');
      queue.away = true;
      for (let index = 0; index < 7; index += 1) {
        await run(index).end(code);
        await clock.pass(300_000);
      }
      expect(givenUp).toEqual([]);
      queue.away = false;
      // What is killed from then on counts all the same.
      for (let index = 7; index < 12; index += 1) {
        expect(queue.rows.size).toBe(1);
        await run(index).end({ kind: 'killed', signal: 'SIGKILL' });
        await clock.pass(300_000);
      }
      expect(runs).toHaveLength(12);
      expect(queue.rows.size).toBe(0);
    },
  );

  it('in another relay is noticed, and what it left is run', async () => {
    make();
    await settle();
    await queue.push([{ event: B, run: 'bbbbbbbb', at: clock.now() }]);
    await clock.pass(5000);
    expect(runs).toMatchObject([{ event: B, run: 'bbbbbbbb' }]);
  });

  it('by a signal is tried again, five times in a row at most', async () => {
    await make().deliver([A], 'aaaaaaaa');
    for (const index of [0, 1, 2, 3]) {
      await run(index).end(index % 2 === 0 ? { kind: 'killed', signal: 'SIGKILL' } : 143);
      await clock.pass(300_000);
    }
    await run(4).end({ kind: 'killed', signal: 'SIGKILL' });
    await clock.pass(300_000);
    expect(runs).toHaveLength(5);
    expect(log.at(-1)?.verdict).toEqual({ kind: 'done' });
  });

  it('that is to be tried again serves the deliveries of meanwhile as well', async () => {
    const scheduler = make();
    await scheduler.deliver([A], 'aaaaaaaa');
    await scheduler.deliver([A], 'bbbbbbbb');
    await run(0).end(69);
    await scheduler.deliver([A], 'cccccccc');
    await clock.pass(5000);
    expect(runs).toMatchObject([{ run: 'aaaaaaaa' }, { run: 'cccccccc' }]);
    await run(1).end(0);
    expect(runs).toHaveLength(2);
    expect(queue.rows.size).toBe(0);
  });

  it('keeps no slot while it waits for its next try', async () => {
    const scheduler = make({ maxRuns: 1 });
    await scheduler.deliver([A], 'aaaaaaaa');
    await run(0).end(75);
    await scheduler.deliver([B], 'bbbbbbbb');
    expect(runs.map(({ event }) => event)).toEqual([A, B]);
  });
});

describe('stopping', () => {
  it('starts nothing more, waits for what runs, and keeps the rest', async () => {
    const scheduler = make({ maxRuns: 1 });
    await scheduler.deliver([A], 'aaaaaaaa');
    await scheduler.deliver([B], 'bbbbbbbb');
    const stopped = scheduler.stop(60_000);
    expect(await scheduler.deliver([C], 'cccccccc')).toEqual({ kind: 'stopping' });
    await run(0).end(0);
    await stopped;
    expect(runs).toHaveLength(1);
    expect(run(0).stopped).toBe(false);
    expect([...queue.rows.keys()]).toEqual([B]);
  });

  it('stops what takes longer, and keeps it for the next start', async () => {
    const scheduler = make();
    await scheduler.deliver([A], 'aaaaaaaa');
    const stopped = scheduler.stop(60_000);
    await clock.pass(59_999);
    expect(run(0).stopped).toBe(false);
    await clock.pass(1);
    expect(run(0).stopped).toBe(true);
    await run(0).end(143);
    await stopped;
    expect([...queue.rows.keys()]).toEqual([A]);
    expect(log).toMatchObject([{ verdict: { kind: 'keep' } }]);
  });

  it('keeps what is owed another run, or waits for its next try', async () => {
    const scheduler = make();
    await scheduler.deliver([A], 'aaaaaaaa');
    await scheduler.deliver([B], 'bbbbbbbb');
    await run(1).end(69);
    await scheduler.deliver([A], 'cccccccc');
    const stopped = scheduler.stop(60_000);
    await run(0).end(0);
    await stopped;
    expect(runs).toHaveLength(2);
    expect([...queue.rows.keys()]).toEqual([A, B]);
  });
});

describe('any sequence', () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ deliver: fc.subarray([A, B, C], { minLength: 1 }) }) },
    { weight: 4, arbitrary: fc.record({ end: fc.nat(3), code: fc.constantFrom(0, 1, 69, 75, 143, 70) }) },
    { weight: 1, arbitrary: fc.record({ pass: fc.constantFrom(1000, 10_000, 400_000) }) },
    { weight: 1, arbitrary: fc.record({ refuse: fc.boolean() }) },
  );

  it('owes every acknowledged event a later run, runs none twice at once, and forgets nothing before', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        clock = new HandClock();
        queue = new MemoryQueue();
        runs = [];
        log = [];
        underWay = new Map();
        const open = new Set<Run>();
        /** Number of runs begun when the event was last acknowledged. */
        const acknowledged = new Map<EventId, number>();
        const scheduler = make({ maxRuns: 2, maxQueue: 2 });

        const check = () => {
          for (const count of underWay.values()) expect(count).toBeLessThanOrEqual(1);
          expect([...underWay.values()].reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(2);
          for (const [event, since] of acknowledged) {
            const served = runs.slice(since).some((later) => later.event === event);
            if (!served) expect([...queue.rows.keys()]).toContain(event);
          }
        };
        for (const action of steps) {
          const before = runs.length;
          if ('deliver' in action) {
            const answer = await scheduler.deliver(action.deliver, 'aaaaaaaa').catch(() => null);
            if (answer?.kind === 'queued' || answer?.kind === 'joined') {
              for (const event of action.deliver) acknowledged.set(event, before);
            }
          } else if ('pass' in action) await clock.pass(action.pass);
          else if ('refuse' in action) queue.refusing = action.refuse;
          else {
            const chosen = [...open][action.end];
            if (chosen) {
              open.delete(chosen);
              await chosen.end(action.code);
            }
          }
          for (const started of runs.slice(before)) open.add(started);
          check();
        }
        for (let round = 0; round < 40; round += 1) {
          const before = runs.length;
          for (const chosen of [...open]) {
            open.delete(chosen);
            await chosen.end(0);
          }
          await clock.pass(400_000);
          for (const started of runs.slice(before)) open.add(started);
        }
        for (const [event, since] of acknowledged) {
          expect(runs.slice(since).some((later) => later.event === event)).toBe(true);
        }
        expect(queue.rows.size).toBe(0);
        expect(scheduler.numbers()).toEqual({ waiting: 0, running: 0, oldestSeconds: 0 });
      }),
      { numRuns: 300 },
    );
  });
});
