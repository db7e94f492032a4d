import { describe, expect, it } from 'vitest';
import type { RawRecord } from '../../src/sandbox/tripleseat/model.js';
import { places } from '../../src/sandbox/world/places.js';
import { insertStanding } from '../helpers/standing.js';
import { Desk, type DeskRun } from './desk.js';

const NOW = '2026-11-14T20:05:30Z';
const HOUR = 3_600_000;
const ITEMS = '/resources/OrderItem/';
const PAYMENTS = '/resources/Payment/';

/** Events of long ago, as far as their last edit goes, with their orders. */
function standing(count: number): { desk: Desk; events: RawRecord[] } {
  const desk = new Desk(NOW);
  const events = Array.from({ length: count }, (_, each) => {
    const event = desk.add({ updatedAt: desk.clock.now() - (60 + each / 100) * HOUR });
    insertStanding(desk.revel, event, places.west);
    return event;
  });
  return { desk, events };
}

/** Rows of the event's order disappear without a trace in its header. */
function lose(desk: Desk, event: RawRecord, from: 'OrderItem' | 'Payment'): void {
  const order = desk.revel.orders().find(({ local_id }) => local_id === `Triple Seat_${event.id}`);
  const snapshot = desk.revel.snapshot();
  const table = JSON.stringify(snapshot.tables[from]).replaceAll(
    `"/resources/Order/${order?.id}/"`,
    '"/resources/Order/1/"',
  );
  desk.revel.restore({ ...snapshot, tables: { ...snapshot.tables, [from]: JSON.parse(table) } });
}

function count(run: DeskRun, path: string): number {
  return run.sent.filter((sent) => sent.upstream === 'revel' && sent.path === path).length;
}

const reasons = (run: DeskRun) => new Set(run.results.map(({ reason }) => reason));

describe('a run for one event', () => {
  it.each([
    ['OrderItem', { field: 'line', name: 'O G', event: '3 × 11.40', order: null }],
    ['Payment', { field: 'payment', event: '100.00' }],
  ] as const)('notices a %s that vanished', async (from, lacking) => {
    const { desk, events } = standing(2);
    const [event, other] = events;
    if (!event || !other) throw new Error('there are events');
    lose(desk, event, from);
    const run = await desk.single([event, other]);
    expect(run.of(event.id)).toMatchObject({ reason: 'DRIFT' });
    expect(run.of(event.id).differences).toContainEqual(expect.objectContaining(lacking));
    expect(run.of(other.id)).toMatchObject({ reason: 'ALREADY_INJECTED' });
    expect(run.writes).toEqual([]);
  });

  it('goes by the header of an order that was written to a moment ago', async () => {
    const desk = new Desk(NOW);
    const event = desk.add();
    await desk.single([event]);
    const again = await desk.single([event]);
    expect([count(again, ITEMS), count(again, PAYMENTS)]).toEqual([0, 0]);
    desk.clock.skip(0.75 * HOUR);
    const later = await desk.single([event]);
    expect([count(later, ITEMS), count(later, PAYMENTS)]).toEqual([1, 1]);
    expect(later.of(event.id)).toMatchObject({ reason: 'ALREADY_INJECTED' });
  });
});

describe('an order whose run has died after its last write', () => {
  it('is not remembered before somebody has read what hangs on it', async () => {
    const desk = new Desk(NOW);
    const event = desk.add({ updatedAt: desk.clock.now() - 60 * HOUR });
    await desk.single([event]);
    desk.cache.clear();
    // The sweep comes while the order is recent; the payment that it had is gone.
    lose(desk, event, 'Payment');
    expect((await desk.sweep()).of(event.id)).toMatchObject({ reason: 'ALREADY_INJECTED' });
    desk.clock.skip(0.75 * HOUR);
    expect((await desk.sweep()).of(event.id)).toMatchObject({ reason: 'DRIFT' });
  });

  /** A sweep that looks for an order just before another run makes one, of which the payment is gone. */
  function overtaken(): { desk: Desk; event: RawRecord } {
    const desk = new Desk(NOW);
    const event = desk.add({ updatedAt: desk.clock.now() - 60 * HOUR });
    desk.strike = ({ path }) => {
      if (path !== `/v1/events/${event.id}.json` || desk.revel.orders().length > 0) return null;
      insertStanding(desk.revel, event, places.west);
      lose(desk, event, 'Payment');
      return null;
    };
    return { desk, event };
  }

  it('nor is it by a sweep that meant to make one itself', async () => {
    const { desk, event } = overtaken();
    const sweep = await desk.sweep();
    expect(sweep.writes).toEqual([]);
    expect(sweep.of(event.id)).toMatchObject({ reason: 'ALREADY_INJECTED' });
    desk.clock.skip(0.75 * HOUR);
    expect((await desk.sweep()).of(event.id)).toMatchObject({ reason: 'DRIFT' });
  });

  it('is read at once where its run has left it in doubt', async () => {
    const { desk, event } = overtaken();
    desk.cache.set(`doubt/${event.id}`, 'true');
    const sweep = await desk.sweep();
    expect(sweep.writes).toEqual([]);
    expect(sweep.of(event.id)).toMatchObject({ status: 'failed', reason: 'DRIFT' });
  });
});

describe('a sweep without a memory', () => {
  it.each([
    ['OrderItem', { field: 'line', name: 'O G', event: '3 × 11.40', order: null }],
    ['Payment', { field: 'payment', event: '100.00' }],
  ] as const)('notices a %s that vanished', async (from, lacking) => {
    const { desk, events } = standing(3);
    const [event] = events;
    if (!event) throw new Error('there are events');
    lose(desk, event, from);
    for (const dryRun of [true, false]) {
      const run = await desk.sweep({ dryRun });
      expect(run.of(event.id)).toMatchObject({ reason: 'DRIFT' });
      expect(run.of(event.id).differences).toContainEqual(expect.objectContaining(lacking));
      expect(run.results.filter(({ reason }) => reason === 'ALREADY_INJECTED')).toHaveLength(2);
      expect(run.writes).toEqual([]);
    }
  });

  it('notices it, too, where only the row of the search was cancelled', async () => {
    const { desk, events } = standing(1);
    const [event] = events;
    if (!event) throw new Error('there is an event');
    desk.tripleseat.store.putEvent({ ...event, updated_at: '11/14/2026 11:50 AM' });
    desk.edit = ({ path }, body) =>
      path === '/v1/events/search.json' ? body.replaceAll('"DEFINITE"', '"LOST"') : body;
    expect((await desk.sweep()).of(event.id)).toMatchObject({ reason: 'ALREADY_INJECTED' });
    lose(desk, event, 'Payment');
    expect((await desk.sweep()).of(event.id)).toMatchObject({ reason: 'DRIFT' });
  });

  it('reads lines and payments of a hundred orders at a time, and only then', async () => {
    const { desk } = standing(250);
    const cold = await desk.sweep();
    expect(reasons(cold)).toEqual(new Set(['ALREADY_INJECTED']));
    // Four lines each, 500 with each request.
    expect([count(cold, ITEMS), count(cold, PAYMENTS)]).toEqual([3, 3]);
    desk.clock.skip(0.75 * HOUR);
    const warm = await desk.sweep();
    expect(reasons(warm)).toEqual(new Set(['ALREADY_INJECTED']));
    expect([count(warm, ITEMS), count(warm, PAYMENTS)]).toEqual([0, 0]);
  });

  it('notices all of many orders that lack something, and again in the next sweep', async () => {
    const { desk, events } = standing(130);
    for (const event of events) lose(desk, event, 'Payment');
    for (let n = 0; n < 2; n += 1) {
      const run = await desk.sweep();
      expect(reasons(run)).toEqual(new Set(['DRIFT']));
      expect(run.results).toHaveLength(130);
      desk.clock.skip(2.25 * HOUR);
    }
  });

  it('reads one by one what cannot be read together, and never takes a failure for right', async () => {
    const { desk, events } = standing(3);
    desk.strike = ({ path, query }) =>
      path === ITEMS && query.has('order__in') ? { kind: '500-before' } : null;
    expect(reasons(await desk.sweep())).toEqual(new Set(['ALREADY_INJECTED']));
    desk.cache.clear();
    desk.strike = ({ path }) => (path === PAYMENTS ? { kind: '500-before' } : null);
    const run = await desk.sweep();
    expect(run.results.map(({ reason }) => reason)).toEqual(events.map(() => 'REVEL_ERROR'));
  });

  it('goes by the header where Revel cannot be asked for several orders', async () => {
    const { desk } = standing(20);
    desk.revel.configure({ orderFilterOnChildren: 'ignored' });
    desk.revel.insertOrder({ order: {}, items: [{}] });
    const run = await desk.sweep();
    expect(reasons(run)).toEqual(new Set(['ALREADY_INJECTED']));
    expect(count(run, ITEMS)).toBe(1);
  });
});
