import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/clock.js';
import type { EventId } from '../../src/domain/ids.js';
import type { FinishedRun, RunEnd } from '../../src/relay/child.js';
import { type RunOrder, Scheduler, type Verdict } from '../../src/relay/scheduler.js';
import type { Spool, SpoolEntry } from '../../src/state/types.js';
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

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A disk that a test can make slow or broken. */
class MemorySpool implements Spool {
  left: SpoolEntry[] = [];
  entries = new Map<EventId, SpoolEntry>();
  refusing = false;
  slow: Promise<void> = Promise.resolve();
  adds = 0;

  async add(entries: readonly SpoolEntry[]): Promise<void> {
    this.adds += 1;
    await this.slow;
    if (this.refusing) throw new Error('disk full');
    for (const entry of entries) this.entries.set(entry.event, entry);
  }

  async remove(event: EventId): Promise<void> {
    this.entries.delete(event);
  }

  async check(): Promise<void> {}
  async close(): Promise<void> {}
}

interface Run extends RunOrder {
  end(end: RunEnd | number): Promise<void>;
  stopped: boolean;
}

let clock: HandClock;
let spool: MemorySpool;
let runs: Run[];
let log: { order: RunOrder; verdict: Verdict }[];
/** Runs under way by event. */
let underWay: Map<EventId, number>;

beforeEach(() => {
  clock = new HandClock();
  spool = new MemorySpool();
  runs = [];
  log = [];
  underWay = new Map();
});

function make(over: { maxRuns?: number; maxQueue?: number; begin?: boolean } = {}): Scheduler {
  const scheduler = new Scheduler({
    spool,
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
    forgetFailed() {
      throw new Error('not expected');
    },
  });
  if (over.begin !== false) scheduler.begin();
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
    spool.slow = new Promise((resolve) => {
      written = resolve;
    });
    const delivered = scheduler.deliver([A], 'aaaaaaaa');
    await settle();
    expect(runs).toEqual([]);
    written();
    expect(await delivered).toEqual({ kind: 'queued' });
    await settle();
    expect(runs).toMatchObject([{ event: A, run: 'aaaaaaaa' }]);
    expect([...spool.entries.keys()]).toEqual([A]);
    await run(0).end(0);
    expect([...spool.entries.keys()]).toEqual([]);
    expect(scheduler.numbers()).toEqual({ waiting: 0, running: 0, oldestSeconds: 0 });
  });

  it('is run exactly once more for k deliveries during a run, under the id of the last one', async () => {
    const scheduler = make();
    await scheduler.deliver([A], 'aaaaaaaa');
    await settle();
    for (const id of ['bbbbbbbb', 'cccccccc', 'dddddddd']) {
      expect(await scheduler.deliver([A], id)).toMatchObject({ kind: 'joined', first: id });
    }
    expect(spool.adds).toBe(1);
    await run(0).end(0);
    expect(runs).toHaveLength(2);
    expect(run(1)).toMatchObject({ event: A, run: 'dddddddd' });
    expect([...spool.entries.keys()]).toEqual([A]);
    await run(1).end(1);
    expect(runs).toHaveLength(2);
    expect([...spool.entries.keys()]).toEqual([]);
  });

  it('needs one run for deliveries that all come before it', async () => {
    const scheduler = make({ maxRuns: 1 });
    await scheduler.deliver([B], 'bbbbbbbb');
    await scheduler.deliver([A], 'aaaaaaaa');
    expect(await scheduler.deliver([A], 'cccccccc')).toEqual({ kind: 'joined', first: 'aaaaaaaa' });
    await run(0).end(0);
    await run(1).end(0);
    expect(runs).toMatchObject([{ event: B }, { event: A, run: 'aaaaaaaa' }]);
  });

  it('is not acknowledged before the disk has what it joins', async () => {
    const scheduler = make();
    let written: () => void = () => undefined;
    spool.slow = new Promise((resolve) => {
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
    expect(spool.adds).toBe(1);
  });

  it('is refused, with all who joined it, when the disk refuses', async () => {
    const scheduler = make();
    spool.refusing = true;
    const both = [scheduler.deliver([A], 'aaaaaaaa'), scheduler.deliver([A], 'bbbbbbbb')];
    for (const delivery of both) await expect(delivery).rejects.toThrow('disk full');
    spool.refusing = false;
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
    spool.left = [A, B, C].map((event) => ({ event, run: '1a2b3c4d', at: clock.now() - 90_000 }));
    const scheduler = make({ maxRuns: 1, maxQueue: 1, begin: false });
    expect(runs).toEqual([]);
    expect(scheduler.numbers()).toEqual({ waiting: 3, running: 0, oldestSeconds: 90 });
    scheduler.begin();
    for (const index of [0, 1, 2]) await run(index).end(0);
    expect(runs.map(({ event }) => event)).toEqual([A, B, C]);
  });
});

describe('the end of a run', () => {
  it.each([0, 1, 2, 64, 70, 77, 78])('with exit code %i is the end of it', async (code) => {
    const scheduler = make();
    await scheduler.deliver([A], 'aaaaaaaa');
    await run(0).end(code);
    expect(log).toMatchObject([{ verdict: { kind: 'done' } }]);
    expect(spool.entries.size).toBe(0);
    await clock.pass(3_600_000);
    expect(runs).toHaveLength(1);
  });

  it('by its time limit is left to the sweep', async () => {
    await make().deliver([A], 'aaaaaaaa');
    await run(0).end({ kind: 'timeout' });
    expect(spool.entries.size).toBe(0);
  });

  it.each([
    ['exit code 69', { kind: 'exit', code: 69 }],
    ['exit code 75', { kind: 'exit', code: 75 }],
    ['no process', { kind: 'unstarted', reason: 'EAGAIN' }],
  ] as const)('%s: is tried again after 5, 10, 20 … at most 300 seconds', async (_name, end) => {
    await make().deliver([A], 'aaaaaaaa');
    for (const [index, seconds] of [5, 10, 20, 40, 80, 160, 300, 300].entries()) {
      await run(index).end(end);
      expect(log[index]?.verdict).toEqual({ kind: 'retry', delayMs: seconds * 1000 });
      await clock.pass(seconds * 1000 - 1);
      expect(runs).toHaveLength(index + 1);
      await clock.pass(1);
      expect(runs).toHaveLength(index + 2);
      expect(spool.entries.size).toBe(1);
    }
    await run(8).end(0);
    expect(spool.entries.size).toBe(0);
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
    expect(runs).toMatchObject([{ run: 'aaaaaaaa' }, { run: 'bbbbbbbb' }]);
    await run(1).end(0);
    expect(runs).toHaveLength(2);
    expect(spool.entries.size).toBe(0);
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
    expect([...spool.entries.keys()]).toEqual([B]);
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
    expect([...spool.entries.keys()]).toEqual([A]);
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
    expect([...spool.entries.keys()]).toEqual([A, B]);
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
        spool = new MemorySpool();
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
            if (!served) expect([...spool.entries.keys()]).toContain(event);
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
          else if ('refuse' in action) spool.refusing = action.refuse;
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
        expect(spool.entries.size).toBe(0);
        expect(scheduler.numbers()).toEqual({ waiting: 0, running: 0, oldestSeconds: 0 });
      }),
      { numRuns: 300 },
    );
  });
});
