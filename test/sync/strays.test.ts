import { describe, expect, it } from 'vitest';
import { OUR_USER, places } from '../../src/sandbox/world/places.js';
import { exitCodeOf } from '../../src/sync/outcome.js';
import type { SyncSettings } from '../../src/sync/types.js';
import { sampleLocations } from '../helpers/settings.js';
import { Desk, sweepRequest } from './desk.js';
import { leaveHalfway } from './others.js';

const NOW = '2026-11-14T20:00:00Z';
const DAY = 86_400_000;

/** Deleted events show neither in searches nor by their id. */
function open(): Desk {
  const desk = new Desk(NOW);
  desk.tripleseat.store.settings.deletedInSearch = false;
  return desk;
}

/** An event with its order, and time enough for the order not to be fresh any more. */
async function made(
  desk: Desk,
  settings: Partial<SyncSettings> = {},
): Promise<{ id: number; order: string }> {
  const { id } = desk.add();
  const order = (await desk.single([{ id }], {}, settings)).of(id).orderId;
  if (order === null) throw new Error('no order was made');
  await desk.clock.sleep(600_000);
  return { id, order };
}

/** An order of another program, named as ours are. */
function foreign(desk: Desk, event: number, localId = `Triple Seat_${event}`): number {
  return desk.revel.insertOrder({
    order: {
      uuid: '99999999-0000-4000-8000-000000000001',
      local_id: localId,
      establishment: '/enterprise/Establishment/8/',
      created_by: `/enterprise/User/${OUR_USER}/`,
      updated_by: `/enterprise/User/${OUR_USER}/`,
      created_at: '/resources/PosStation/4/',
      created_date: '2026-11-14T09:00:00',
      updated_date: '2026-11-14T09:00:00',
      notes: `Triple Seat Event #${event}`,
    },
    items: [],
    history: [{ opened: '2026-11-14T09:00:00' }],
  }).id;
}

describe('an event that was deleted without a webhook', () => {
  it.each(['works', 'ignored', 'refused'] as const)(
    'is found by its order (filter of local_id: %s), until staff has voided that',
    async (localIdFilter) => {
      const desk = open();
      desk.revel.configure({ localIdFilter, uuidFilter: localIdFilter });
      const { id, order } = await made(desk);
      // Where only a scan finds orders, there must be another event to scan for.
      desk.add();
      await desk.sweep();
      desk.tripleseat.store.delete(id, desk.clock.now());
      await desk.clock.sleep(600_000);
      const run = await desk.sweep();
      expect(run.of(id)).toMatchObject({
        status: 'failed',
        reason: 'ORPHANED',
        orderId: order,
        error: `Event ${id} no longer exists in Tripleseat, but its order ${order} stands in Revel. If it is not wanted any more, have it voided on the POS.`,
      });
      expect(run.writes).toEqual([]);
      expect((await desk.sweep({ dryRun: true })).of(id).reason).toBe('ORPHANED');
      desk.revel.control('pos-delete', { orderId: Number(order) }, desk.clock.now());
      const after = await desk.sweep();
      expect(after.results.filter((result) => result.id === String(id))).toEqual([]);
      expect(after.writes).toEqual([]);
    },
  );

  it('is not looked for where nothing is wrong with more than one request', async () => {
    const desk = open();
    await made(desk);
    desk.add({ status: 'LOST' });
    await desk.sweep();
    const quiet = await desk.sweep();
    expect(quiet.sent.filter(({ upstream }) => upstream === 'revel')).toHaveLength(2);
    expect(quiet.problem).toBeNull();
  });

  it('is of no account once its day is behind the sweep', async () => {
    const desk = open();
    const { id } = await made(desk);
    desk.tripleseat.store.delete(id, desk.clock.now());
    await desk.clock.sleep(3 * DAY);
    expect((await desk.sweep()).results).toEqual([]);
    // A sweep that has to cover a gap looks as far back for orders.
    desk.lastGoodSweep = '2026-11-14T19:00:00Z';
    expect((await desk.sweep()).of(id).reason).toBe('ORPHANED');
  });
});

describe('an order whose event the search does not show', () => {
  it('was cancelled before the sweep looks back', async () => {
    const desk = open();
    const { id } = await made(desk);
    desk.tripleseat.store.setStatus(id, 'LOST', desk.clock.now() - 30 * DAY);
    expect((await desk.sweep()).of(id)).toMatchObject({ reason: 'ORPHANED', name: expect.any(String) });
  });

  it('was moved to another day long ago', async () => {
    const desk = open();
    const { id } = await made(desk);
    desk.tripleseat.store.move(id, { date: '2026-12-24' }, desk.clock.now() - 30 * DAY);
    const run = await desk.sweep();
    expect(run.of(id)).toMatchObject({
      reason: 'DRIFT',
      differences: expect.arrayContaining([expect.objectContaining({ field: 'day', event: '2026-12-24' })]),
    });
    expect(run.writes).toEqual([]);
  });

  it('does not count while nobody can see it, nor as an ignored event', async () => {
    const desk = open();
    const event = desk.add();
    await leaveHalfway(desk, event);
    desk.tripleseat.store.delete(event.id, desk.clock.now());
    const { id } = await made(desk);
    desk.tripleseat.store.delete(id, desk.clock.now());
    const ignoredEvents: SyncSettings['ignoredEvents'] = new Set(
      (await desk.sweep()).results.filter((result) => result.id === String(id)).map((result) => result.id),
    );
    expect([...ignoredEvents]).toEqual([String(id)]);
    expect((await desk.sweep({}, { ignoredEvents })).results).toEqual([]);
  });
});

describe('an order of another program', () => {
  it.each(['Triple Seat_', 'Triple Seat ', 'TripleSeat_'])(
    '"%s…" is told once at most, without advice',
    async (start) => {
      const desk = open();
      const order = foreign(desk, 777, `${start}777`);
      const first = await desk.sweep();
      expect(first.results).toEqual([]);
      expect(first.problem).toBeNull();
      const said =
        start === 'Triple Seat_' ? [expect.stringContaining(`Order ${order} in establishment 8`)] : [];
      expect(first.warnings).toEqual(said);
      expect(first.warnings.join()).not.toMatch(/void/i);
      expect((await desk.sweep()).warnings).toEqual([]);
    },
  );

  it.each(['777 copy', '0777', ''])(
    'named after no event ("Triple Seat_%s") hides no other one',
    async (rest) => {
      const desk = open();
      const { id } = await made(desk);
      foreign(desk, 777, `Triple Seat_${rest}`);
      desk.tripleseat.store.delete(id, desk.clock.now());
      const run = await desk.sweep();
      expect(run.results.map((result) => [result.id, result.reason])).toEqual([[String(id), 'ORPHANED']]);
    },
  );

  it('of an event at a place that no entry covers is left to whoever made it', async () => {
    const desk = open();
    const event = desk.add({ siteId: 99_999 });
    foreign(desk, event.id);
    const run = await desk.sweep();
    expect(run.results).toEqual([]);
    expect(run.warnings).toEqual([
      expect.stringContaining('at a place that no entry of the locations file covers'),
    ]);
  });

  it('counts as the order of its event where that is a shop of ours', async () => {
    const desk = open();
    const event = desk.add({ status: 'LOST', updatedAt: Date.parse(NOW) - 30 * DAY });
    const order = foreign(desk, event.id);
    expect((await desk.sweep()).of(event.id)).toMatchObject({
      status: 'failed',
      reason: 'ORPHANED',
      orderId: String(order),
    });
  });

  it('is not passed over where Tripleseat does not answer', async () => {
    const desk = open();
    foreign(desk, 777);
    desk.strike = ({ path }) => (path === '/v1/events/777.json' ? { kind: '500-before' } : null);
    const run = await desk.sweep();
    expect(run.of(777)).toMatchObject({ status: 'failed', reason: 'SOURCE_ERROR' });
    expect(run.warnings).toEqual([]);
  });

  it.each([
    ['before the first business day', '2026-11-12T03:59:59', 0],
    ['at its first second', '2026-11-12T04:00:00', 1],
    ['at the last second of today’s', '2026-11-15T03:59:59', 1],
    ['of tomorrow', '2026-11-15T04:00:00', 0],
  ])('counts by business days: dated %s', async (_, date, told) => {
    const desk = open();
    const order = foreign(desk, 777);
    desk.patch(`/resources/Order/${order}/`, { created_date: date });
    const locations = sampleLocations.map((each) => ({ ...each, businessDayStart: '04:00' }));
    expect((await desk.sweep({}, { locations })).warnings).toHaveLength(told);
  });

  it('is ours when the journal tells that we made it', async () => {
    const desk = open();
    const order = foreign(desk, 777);
    desk.journal.push({
      type: 'event',
      at: '2026-11-14T10:00:00.000Z',
      run: '00000001',
      id: '777',
      name: null,
      date: null,
      location: null,
      status: 'injected',
      reason: null,
      order: String(order),
      total: null,
      error: null,
    });
    expect((await desk.sweep()).of(777)).toMatchObject({ reason: 'ORPHANED', orderId: String(order) });
  });
});

describe('what a run is not for', () => {
  async function orphan(settings: Partial<SyncSettings> = {}): Promise<{ desk: Desk; id: number }> {
    const desk = open();
    const { id } = await made(desk, settings);
    desk.tripleseat.store.delete(id, desk.clock.now());
    return { desk, id };
  }

  it('is left to others: locations, shards, establishments', async () => {
    const { desk, id } = await orphan();
    const shardOf = (index: number) => ({
      target: { kind: 'sweep' as const, hoursBack: 48, shard: { index, count: 2 } },
    });
    const found = [await desk.sweep(shardOf(0)), await desk.sweep(shardOf(1))].map(
      ({ results }) => results.length,
    );
    expect(found.toSorted()).toEqual([0, 1]);
    expect((await desk.sweep({ locations: ['Harbor Room'] })).results).toEqual([]);
    expect((await desk.sweep({}, { allowedLocations: ['Harbor Room'] })).results).toEqual([]);
    expect((await desk.sweep({}, { testEstablishmentId: 14 })).results).toEqual([]);
    // Another site's orders go there, too, which this run does not search.
    const shared = sampleLocations.map((each) => ({ ...each, revel: { ...each.revel, establishmentId: 8 } }));
    expect((await desk.sweep({ locations: ['Special Events'] }, { locations: shared })).results).toEqual([]);
    expect((await desk.sweep({ locations: ['Special Events'] })).of(id).reason).toBe('ORPHANED');
  });

  it.each([true, false])(
    'says nothing where a search of its site failed (that of updates: %s)',
    async (updates) => {
      const { desk } = await orphan();
      desk.strike = ({ path, query }) => {
        const isFailing =
          path.includes('/events/search') &&
          query.get('site_id') === String(places.west.siteId) &&
          query.has('event_updated_start_date') === updates;
        return isFailing ? { kind: '500-before' } : null;
      };
      const run = await desk.sweep();
      expect(run.problem).toMatchObject({ kind: 'incomplete' });
      expect(run.results).toEqual([]);
    },
  );

  it('is a warning when Revel does not answer', async () => {
    const { desk } = await orphan();
    desk.strike = ({ query }) => (query.has('local_id__startswith') ? { kind: '500-before' } : null);
    const run = await desk.sweep();
    expect(run.results).toEqual([]);
    expect(run.warnings).toEqual([
      expect.stringContaining('Orders whose event has been deleted could not be looked for'),
    ]);
  });
});

it('many orders whose events nobody shows are a mistake of the configuration, told once and without advice', async () => {
  const desk = open();
  for (let n = 0; n < 7; n += 1) await made(desk);
  const locations = sampleLocations.map((each) =>
    each.name === 'Special Events' ? { ...each, tripleseat: { siteId: 15_692, locationId: null } } : each,
  );
  const run = await desk.sweep({}, { locations });
  expect(run.results).toEqual([]);
  expect(run.problem).toMatchObject({
    kind: 'incomplete',
    message: expect.stringMatching(
      /orders of 7 events that the searches do not show, which showed 0\. Are tripleseat\.siteId/,
    ),
  });
  expect(run.complete).toBe(false);
  expect(run.writes).toEqual([]);
});

it('a search that got no answer is told, too, when the configuration seems to be wrong elsewhere', async () => {
  const desk = open();
  for (let n = 0; n < 7; n += 1) await made(desk);
  const locations = sampleLocations.map((each) =>
    each.name === 'Special Events' ? { ...each, tripleseat: { siteId: 15_692, locationId: null } } : each,
  );
  desk.strike = ({ path, query }) => {
    const isLake = query.get('site_id') === String(places.lake.siteId);
    return path.includes('/events/search') && isLake ? { kind: '500-before' } : null;
  };
  const run = await desk.sweep({}, { locations });
  expect(run.problem).toMatchObject({
    kind: 'incomplete',
    message: expect.stringMatching(/^The search of site 15702 .*Revel has orders of 7 events/),
  });
  // What did not answer may well do so the next time.
  expect(exitCodeOf(run, sweepRequest, false)).toBe(69);
});
