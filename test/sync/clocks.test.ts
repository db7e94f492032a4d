import { expect, it } from 'vitest';
import { parseNaive } from '../../src/domain/zones.js';
import { places } from '../../src/sandbox/world/places.js';
import type { SyncSettings } from '../../src/sync/types.js';
import { wrongWith } from '../helpers/check.js';
import { Desk } from './desk.js';

const NOW = '2026-11-14T20:00:00Z';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/**
 * A run dies before it sends the first row of that kind, and the next one follows after `gapMs`, on a host whose clock
 * is `aheadMs` ahead of Revel's: how long it waits before it writes, and what it warns of.
 */
async function goesOn(
  aheadMs: number,
  gapMs: number,
  before: 'Payment' | 'OrderItem' = 'Payment',
  settings: Partial<SyncSettings> = {},
) {
  const desk = new Desk(NOW);
  desk.revelAheadMs = -aheadMs;
  const event = desk.add();
  const dying = new AbortController();
  desk.strike = ({ method, path }) => {
    if (method !== 'POST' || path !== `/resources/${before}/`) return null;
    dying.abort();
    return { kind: '500-before' };
  };
  await desk.single([event], {}, settings, dying.signal);
  desk.strike = null;
  desk.clock.skip(gapMs);
  const startedAt = desk.clock.now();
  const run = await desk.single([event], {}, settings);
  expect(run.of(event.id)).toMatchObject({ status: 'repaired', error: null });
  expect(wrongWith(desk.revel, event)).toEqual([]);
  const again = await desk.sweep({}, settings);
  expect(again.writes).toEqual([]);
  return { waitedMs: Number(run.writes[0]?.at) - startedAt, warnings: run.warnings };
}

it('a run that comes long after a dead one waits for nothing', async () => {
  const { waitedMs, warnings } = await goesOn(0, 75 * MINUTE);
  expect(waitedMs).toBeLessThan(5_000);
  expect(warnings).toEqual([]);
});

it.each([
  ['right', 0, []],
  ['some minutes off', 4 * MINUTE, []],
  ['hours ahead', 3 * HOUR, [expect.stringContaining("clock is 3 h ahead of Revel's")]],
  ['hours behind', -3 * HOUR, [expect.stringContaining("clock is 3 h behind Revel's")]],
])('what a dead run has sent is waited for, be the clock of the next one %s', async (_, aheadMs, told) => {
  const { waitedMs, warnings } = await goesOn(aheadMs, 0);
  expect(waitedMs).toBeGreaterThanOrEqual(29_000);
  expect(warnings).toEqual(told);
});

it('so it is where one establishment takes the orders of shops in several time zones', async () => {
  const { waitedMs } = await goesOn(0, 0, 'OrderItem', { testEstablishmentId: 8 });
  expect(waitedMs).toBeGreaterThanOrEqual(29_000);
});

it.each([
  ['a minute', MINUTE],
  ['longer than clocks may be off', 20 * MINUTE],
])(
  'a machine that was suspended for %s dates what it writes by Revel, and is told of no wrong clock',
  async (_, ms) => {
    const desk = new Desk(NOW);
    const event = desk.add();
    let isDue = true;
    desk.strike = ({ method, path }) => {
      if (isDue && method === 'POST' && path === '/resources/Payment/') {
        isDue = false;
        // What is steady stands still meanwhile.
        desk.clock.set(ms);
      }
      return null;
    };
    const run = await desk.single([event]);
    expect(run.of(event.id)).toMatchObject({ status: 'injected' });
    expect(run.warnings).toEqual([]);
    expect(wrongWith(desk.revel, event)).toEqual([]);
    const [order] = desk.revel.orders();
    const now = desk.clock.now();
    const dated = parseNaive(order?.updated_date ?? '', places.west.zone, now) ?? 0;
    expect(now - dated).toBeLessThan(10_000);
    expect((await desk.sweep()).writes).toEqual([]);
  },
);

it.each([
  ['ahead', 3 * HOUR],
  ['ahead', 87_600 * HOUR],
  ['behind', -87_600 * HOUR],
])(
  'a sweep by a clock that is hours %s has looked at other days, and is no good one (%i ms)',
  async (_, aheadMs) => {
    const desk = new Desk(NOW);
    desk.revelAheadMs = -aheadMs;
    expect(await desk.sweep()).toMatchObject({
      results: [],
      complete: false,
      problem: { kind: 'incomplete', message: expect.stringContaining("This machine's clock is") },
    });
  },
);

it('a sweep by a clock that is minutes off is a good one', async () => {
  const desk = new Desk(NOW);
  desk.revelAheadMs = -20 * MINUTE;
  expect(await desk.sweep()).toMatchObject({
    complete: true,
    problem: null,
    warnings: [expect.stringContaining("clock is 20 min ahead of Revel's")],
  });
});

it('a plan does not become fresh again by a clock that is set back', async () => {
  const desk = new Desk(NOW);
  const [first, second] = [desk.add(), desk.add()];
  const unpriced = desk.add({ documents: [] });
  desk.tripleseat.store.putEvent({ ...unpriced, grand_total: null, billing_totals: [], documents: [] });
  let isSet = false;
  desk.strike = ({ path }) => {
    // All three have been read by then, and nothing is written before all are planned.
    if (!isSet && path === '/resources/Product/') {
      isSet = true;
      desk.clock.set(-2 * HOUR);
      desk.clock.skip(5 * MINUTE);
      desk.tripleseat.store.setStatus(first.id, 'LOST', desk.clock.now());
    }
    return null;
  };
  const run = await desk.sweep({}, { maxCreatesPerRun: 2 });
  expect(run.of(second.id)).toMatchObject({ status: 'injected' });
  expect(run.of(first.id)).toMatchObject({ status: 'skipped', reason: 'STATUS_NOT_ELIGIBLE' });
});
