import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RateBudget } from '../../src/http/budget.js';
import { VirtualClock } from './virtual-clock.js';

/** Largest number of times within any half-open window of `span` milliseconds. */
function busiest(times: number[], span: number): number {
  return Math.max(
    0,
    ...times.map((start) => times.filter((time) => time >= start && time < start + span).length),
  );
}

describe('RateBudget', () => {
  it('never grants more than N in any sliding second or minute, in order, whatever the arrivals', async () => {
    const arrivals = fc.array(
      fc.record({ after: fc.integer({ min: 0, max: 700 }), burst: fc.integer({ min: 1, max: 6 }) }),
      { minLength: 1, maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(
        arrivals,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 6, max: 20 }),
        async (plan, n, m) => {
          const clock = new VirtualClock();
          const budget = new RateBudget({ perSecond: n, perMinute: m }, clock);
          const grants: { time: number; index: number }[] = [];
          const waiting: Promise<void>[] = [];
          let index = 0;
          for (const { after, burst } of plan) {
            await clock.sleep(after);
            for (let i = 0; i < burst; i += 1) {
              const mine = index++;
              waiting.push(budget.take().then(() => void grants.push({ time: clock.now(), index: mine })));
            }
          }
          await Promise.all(waiting);
          const times = grants.map((grant) => grant.time);
          expect(grants.map((grant) => grant.index)).toEqual([...grants.keys()]);
          expect(busiest(times, 1_000)).toBeLessThanOrEqual(n);
          expect(busiest(times, 60_000)).toBeLessThanOrEqual(m);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('uses the whole budget at once and then waits as long as needed, without polling', async () => {
    const clock = new VirtualClock();
    const budget = new RateBudget({ perSecond: 3 }, clock);
    const start = clock.now();
    const times: number[] = [];
    await Promise.all(
      Array.from({ length: 7 }, () => budget.take().then(() => times.push(clock.now() - start))),
    );
    expect(times.slice(0, 3)).toEqual([0, 0, 0]);
    expect(busiest(times, 1_000)).toBeLessThanOrEqual(3);
    expect(times.at(-1)).toBeLessThanOrEqual(2_100);
    expect(clock.sleeps.length).toBeLessThanOrEqual(4);
  });

  it('holds back everyone while paused, also those already waiting', async () => {
    const clock = new VirtualClock();
    const budget = new RateBudget({ perSecond: 1 }, clock);
    const start = clock.now();
    await budget.take();
    const waiting = budget.take();
    budget.pause(5_000);
    budget.pause(2_000);
    await waiting;
    expect(clock.now() - start).toBe(5_000);
  });

  it('lets an aborted caller go at once and takes nothing for it', async () => {
    const clock = new VirtualClock();
    const budget = new RateBudget({ perSecond: 1 }, clock);
    const start = clock.now();
    await budget.take();
    const stop = new AbortController();
    const first = budget.take(stop.signal);
    const second = budget.take();
    stop.abort();
    expect(await first).toBe(false);
    expect(clock.now()).toBe(start);
    expect(await second).toBe(true);
    expect(clock.now() - start).toBe(1_000);
    expect(await budget.take(stop.signal)).toBe(false);
  });

  it('stops sleeping when nobody waits any more, and starts again for the next caller', async () => {
    const clock = new VirtualClock();
    const budget = new RateBudget({ perSecond: 1 }, clock);
    const start = clock.now();
    budget.pause(60_000);
    const stop = new AbortController();
    const only = budget.take(stop.signal);
    stop.abort();
    expect(await only).toBe(false);
    expect(clock.now()).toBe(start);
    expect(await budget.take()).toBe(true);
    expect(clock.now() - start).toBe(60_000);
  });

  it('goes by a clock that nobody sets, forth or back', async () => {
    for (const shift of [-3_600_000, 3_600_000]) {
      const clock = new VirtualClock();
      const budget = new RateBudget({ perSecond: 1 }, clock);
      const start = clock.steady();
      await budget.take();
      budget.pause(500);
      clock.set(shift);
      await budget.take();
      expect(clock.steady() - start).toBe(1_000);
    }
  });

  it('refuses a budget that would never grant', () => {
    expect(() => new RateBudget({ perSecond: 0 }, new VirtualClock())).toThrow(RangeError);
    expect(() => new RateBudget({ perSecond: 1, perMinute: 0.5 }, new VirtualClock())).toThrow(RangeError);
  });

  it('asks the shared budget for what waits, and tells it of every pause', async () => {
    const clock = new VirtualClock();
    const start = clock.now();
    const asked: number[] = [];
    const pauses: number[] = [];
    const answers = [{ granted: 1, waitMs: 0 }, { granted: 0, waitMs: 700 }, { granted: 2, waitMs: 0 }, null];
    const budget = new RateBudget({ perSecond: 10 }, clock, {
      claim: async (wanted) => {
        asked.push(wanted);
        return answers.shift() ?? null;
      },
      pause: async (until) => void pauses.push(until - start),
    });
    const times: number[] = [];
    await Promise.all(
      Array.from({ length: 4 }, () => budget.take().then(() => times.push(clock.now() - start))),
    );
    expect(asked.length).toBeLessThanOrEqual(4);
    expect(times[0]).toBe(0);
    for (const time of times.slice(1)) expect(Math.abs(time - 750)).toBeLessThanOrEqual(50);
    budget.pause(5_000);
    budget.pause(0);
    expect(pauses).toEqual([(times.at(-1) ?? 0) + 5_000]);
  });
});
