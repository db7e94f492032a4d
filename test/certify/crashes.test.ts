import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/errors.js';
import { Bench, Killed, TEST_SHOP } from './bench.js';

const ALL = [1, 2, 3, 4, 5, 6];

/** Goes on until all phases are done, as a person would; the rounds that it took. */
async function goOn(bench: Bench, most = 200): Promise<number> {
  for (let round = 1; round <= most; round += 1) {
    const done = bench.session?.done ?? [];
    const open = ALL.filter((phase) => !done.includes(phase));
    if (open.length === 0) return round;
    try {
      await bench.run(open);
    } catch (error) {
      if (!(error instanceof Killed) && !(error instanceof AppError)) throw error;
    }
  }
  throw new Error(`not done after ${most} rounds`);
}

/** Rows of the test establishment by resource: what a run without any trouble makes. */
function counts(bench: Bench): Record<string, number> {
  return Object.fromEntries(
    (['Order', 'OrderItem', 'Payment', 'OrderHistory', 'AppliedTaxOrder'] as const).map((name) => [
      name,
      bench.revel.rows(name).length,
    ]),
  );
}

/** Histories that registers made: staff opens an order again when nobody had the time to note that it was. */
function ownHistory(bench: Bench): number {
  return bench.revel.rows('OrderHistory').filter(({ uuid }) => !String(uuid).startsWith('5e7e7000')).length;
}

describe('certify, killed or cut off', () => {
  it('at any of its steps: what goes on writes nothing twice, and finds the same', async () => {
    const smooth = new Bench();
    let saves = 0;
    smooth.beforeSave = (count) => {
      saves = count + 1;
    };
    await smooth.run(ALL);
    const twins = smooth.twice().length;
    expect(twins).toBe(3);
    const { OrderHistory: _, ...wanted } = counts(smooth);
    const history = ownHistory(smooth);
    // Each of the first order's steps, and then every eleventh.
    const points = [...Array(saves).keys()].filter((at) => at < 20 || at % 17 === 0);
    for (const point of points) {
      const bench = new Bench();
      bench.beforeSave = (count) => {
        if (count === point) throw new Killed();
      };
      await goOn(bench);
      expect(bench.twice(), `killed at ${point}`).toHaveLength(twins);
      expect(counts(bench), `killed at ${point}`).toMatchObject(wanted);
      expect(ownHistory(bench), `killed at ${point}`).toBe(history);
      expect(bench.found, `killed at ${point}`).toEqual(smooth.found);
    }
  });

  it.each([11, 12, 13, 14, 15, 16, 17, 18])('again and again, with answers lost (seed %i)', async (seed) => {
    const smooth = new Bench();
    await smooth.run(ALL);
    const { OrderHistory: _, ...wanted } = counts(smooth);
    const bench = new Bench();
    let state = seed;
    const next = () => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return state / 2_147_483_648;
    };
    const faults = [
      'reset-before',
      'reset-after',
      'hang-before',
      'hang-after',
      '500-before',
      '500-after',
      '502-html',
    ] as const;
    bench.beforeSave = () => {
      if (next() < 0.02) throw new Killed();
    };
    bench.strike = () => {
      const roll = next();
      const fault = faults[Math.floor(next() * faults.length)] ?? 'reset-after';
      return roll < 0.1 ? { kind: fault } : roll < 0.13 ? { kind: '429', retryAfter: 'none' } : null;
    };
    await goOn(bench);
    expect(counts(bench)).toMatchObject(wanted);
    expect(bench.twice()).toHaveLength(3);
    const { serviceFees: _fees, ...found } = bench.found;
    expect(found).toMatchObject(
      Object.fromEntries(Object.entries(smooth.found).filter(([name]) => name in found)),
    );
  });

  it('says that nobody can tell, and sends nothing, while what it has sent cannot be looked for', async () => {
    const bench = new Bench();
    let blind = false;
    bench.strike = ({ method, path }) => {
      if (path !== '/resources/OrderItem/') return null;
      if (blind) return { kind: '500-before' };
      blind = method === 'POST';
      return blind ? { kind: 'reset-after' } : null;
    };
    await expect(bench.run([2])).rejects.toThrow(/Nobody can tell whether .* was made/);
    const items = bench.revel.rows('OrderItem').length;
    await expect(bench.run([2])).rejects.toThrow(/Nobody can tell/);
    expect(bench.revel.rows('OrderItem')).toHaveLength(items);
    bench.strike = null;
    await bench.run([2]);
    expect(bench.twice()).toEqual([]);
  });

  it('touches nothing of any other establishment on the way', async () => {
    const bench = new Bench();
    await bench.run(ALL);
    for (const { path, method, body } of bench.sent) {
      if (method === 'GET' || !path.endsWith('/Order/')) continue;
      expect(JSON.parse(body).establishment).toBe(`/enterprise/Establishment/${TEST_SHOP}/`);
    }
  });
});
