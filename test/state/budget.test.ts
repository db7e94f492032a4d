import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RateBudget } from '../../src/http/budget.js';
import { openStateDir } from '../../src/state/files/open.js';
import type { StateStore } from '../../src/state/types.js';
import { VirtualClock } from '../http/virtual-clock.js';

const NAME = 'revel-0123456789ab';
let dir: string;
let clock: VirtualClock;
let open: StateStore[];
let said: string[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ts-reconcile-budget-'));
  clock = new VirtualClock();
  open = [];
  said = [];
});

afterEach(async () => {
  await Promise.all(open.map((state) => state.close()));
  await rm(dir, { recursive: true, force: true });
});

/** Each call another number, as no two processes that begin at once have the same. */
let calls = 0;
function noise(): number {
  calls += 1;
  return (calls * 0.618_033_988_7) % 1;
}

/** What a process of its own would have. */
async function budget(perSecond: number, over: { readOnly?: boolean } = {}): Promise<RateBudget> {
  const state = await openStateDir({
    dir,
    clock,
    random: noise,
    log: (line) => said.push(line),
    ...over,
  });
  open.push(state);
  return new RateBudget({ perSecond }, clock, state.budget?.(NAME) ?? null);
}

/** Takes `count` and tells when each was granted, in milliseconds since now. */
async function take(from: RateBudget, count: number): Promise<number[]> {
  const start = clock.now();
  const times: number[] = [];
  await Promise.all(
    Array.from({ length: count }, () => from.take().then(() => times.push(clock.now() - start))),
  );
  return times;
}

/** Largest number of times in any half-open second. */
function busiest(times: readonly number[]): number {
  return Math.max(...times.map((start) => times.filter((at) => at >= start && at < start + 1_000).length));
}

describe('a request budget of several processes', () => {
  it('keeps to the limit in any sliding second, all of them together', async () => {
    const all = await Promise.all([budget(5), budget(5), budget(5)]);
    const times = (await Promise.all(all.map((each) => take(each, 12)))).flat().sort((a, b) => a - b);
    expect(times).toHaveLength(36);
    expect(busiest(times)).toBe(5);
    // Seven full seconds lie between the first five and the last one, with a little margin each; more where the
    // machine is busy.
    expect(times.at(-1)).toBeGreaterThan(7_000);
    expect(times.at(-1)).toBeLessThan(10_000);
    expect(said).toEqual([]);
  });

  it('counts what a process took that is gone', async () => {
    const first = await budget(4);
    await take(first, 4);
    await open[0]?.close();
    expect((await take(await budget(4), 1))[0]).toBeGreaterThanOrEqual(1_000);
  });

  it('slows all of them down when one is told to', async () => {
    const [first, second] = await Promise.all([budget(5), budget(5)]);
    await open[0]?.budget?.(NAME).pause(clock.now() + 3_000);
    const [one = [], other = []] = await Promise.all([take(first, 1), take(second, 1)]);
    expect(Math.min(...one, ...other)).toBeGreaterThanOrEqual(3_000);
  });

  it('each has its own limit on what all of them sent', async () => {
    const [narrow, wide] = await Promise.all([budget(3), budget(6)]);
    await take(wide, 5);
    expect(await take(wide, 1)).toEqual([0]);
    expect((await take(narrow, 1))[0]).toBeGreaterThanOrEqual(1_000);
  });

  it('is private, small, and of no use when it is damaged', async () => {
    await take(await budget(3), 3);
    const path = join(dir, 'budgets', NAME);
    expect(await readdir(join(dir, 'budgets'))).toEqual([NAME]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(path)).size).toBeLessThan(40_000);
    for (const damage of ['', 'x', Buffer.alloc(30_000, 0xff)]) {
      await writeFile(path, damage);
      clock.skip(2_000);
      expect(busiest(await take(await budget(3), 4))).toBe(3);
    }
  });

  it('forgets times that lie ahead: a clock was put back', async () => {
    await take(await budget(3), 3);
    clock.skip(-3_600_000);
    expect(await take(await budget(3), 3)).toEqual([0, 0, 0]);
  });

  it('is the own one of each where it cannot be shared, said once', async () => {
    await writeFile(join(dir, 'budgets'), 'in the way');
    const times = await take(await budget(3), 5);
    expect(times).toEqual([0, 0, 0, 1_000, 1_000]);
    expect(said).toHaveLength(1);
  });

  it('is not made by a dry run, but used by it', async () => {
    await take(await budget(3, { readOnly: true }), 3);
    expect(await readdir(dir)).toEqual([]);
    await take(await budget(3), 1);
    clock.skip(2_000);
    await take(await budget(3, { readOnly: true }), 3);
    expect((await take(await budget(3), 1))[0]).toBeGreaterThanOrEqual(1_000);
  });

  it('works again when the directory was deleted under it', async () => {
    const kept = await budget(3);
    await take(kept, 1);
    await rm(join(dir, 'budgets'), { recursive: true });
    clock.skip(2_000);
    expect(await take(kept, 3)).toEqual([0, 0, 0]);
  });
});
