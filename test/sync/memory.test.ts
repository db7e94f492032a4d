import { describe, expect, it } from 'vitest';
import type { RawRecord } from '../../src/sandbox/tripleseat/model.js';
import { places } from '../../src/sandbox/world/places.js';
import { sampleLocations } from '../helpers/settings.js';
import { insertStanding } from '../helpers/standing.js';
import { Desk, type DeskRun } from './desk.js';

const NOW = '2026-11-14T20:05:30Z';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Requests for single events. */
function details(run: DeskRun): string[] {
  return run.sent
    .filter(({ upstream, path }) => upstream === 'tripleseat' && /^\/v1\/events\/\d+/.test(path))
    .map(({ path }) => path);
}

/** For the orders of the events, and for the events of the orders. */
const looks = ['/resources/Order/', '/resources/Order/'];

function toRevel(run: DeskRun): string[] {
  return run.sent.filter(({ upstream }) => upstream === 'revel').map(({ path }) => path);
}

/** One injected event, remembered. */
async function injected(): Promise<{ desk: Desk; event: RawRecord; order: number }> {
  const desk = new Desk(NOW);
  const event = desk.add({ updatedAt: desk.clock.now() - 3 * HOUR - 8 * MINUTE });
  const first = await desk.sweep();
  expect(first.of(event.id)).toMatchObject({ status: 'injected', error: null });
  desk.clock.skip(45 * MINUTE);
  return { desk, event, order: Number(first.of(event.id).orderId) };
}

function isStanding(run: DeskRun, event: RawRecord): void {
  expect(run.of(event.id)).toMatchObject({ status: 'skipped', reason: 'ALREADY_INJECTED', error: null });
  expect(run.writes).toEqual([]);
}

describe('what a sweep remembers', () => {
  it('spares reading an event whose order stands', async () => {
    const { desk, event } = await injected();
    const second = await desk.sweep();
    isStanding(second, event);
    expect(details(second)).toEqual([]);
    expect(toRevel(second)).toEqual(looks);
    const { orderId, total, name, date, location } = second.of(event.id);
    desk.cache.clear();
    const cold = await desk.sweep();
    expect(cold.of(event.id)).toMatchObject({ orderId, total, name, date, location });
    expect(details(cold)).toHaveLength(1);
  });

  it('spares 300 events all but the look-ups that they share', async () => {
    const desk = new Desk(NOW);
    for (let each = 0; each < 300; each += 1) {
      const event = desk.add({ updatedAt: desk.clock.now() - (60 + each / 30) * HOUR });
      insertStanding(desk.revel, event, places.west);
    }
    const cold = await desk.sweep();
    expect(cold.results.filter(({ reason }) => reason !== 'ALREADY_INJECTED')).toEqual([]);
    expect(details(cold)).toHaveLength(300);
    desk.clock.skip(45 * MINUTE);
    const quiet = await desk.sweep();
    expect(quiet.results.filter(({ reason }) => reason !== 'ALREADY_INJECTED')).toEqual([]);
    expect(quiet.sent.length).toBeLessThanOrEqual(24);
    const besides = quiet.sent.filter(
      ({ upstream, path }) => upstream === 'tripleseat' && path !== '/v1/events/search.json',
    );
    expect(besides.map(({ path }) => path).slice(1)).toEqual([]);
    expect(toRevel(quiet).length).toBeLessThanOrEqual(6);
  });

  it('reads an event again that was edited', async () => {
    const { desk, event } = await injected();
    desk.tripleseat.store.edit(event.id, { name: 'Renamed' }, desk.clock.now());
    const second = await desk.sweep();
    expect(details(second)).toHaveLength(1);
    isStanding(second, event);
  });

  it('reads an event again that was read in the minute of an edit, in whatever zone its stamp is', async () => {
    for (const zone of ['America/Los_Angeles', 'UTC', 'Asia/Kathmandu']) {
      const desk = new Desk(NOW);
      const stamp = new Intl.DateTimeFormat('en-US', {
        timeZone: zone,
        dateStyle: 'short',
        timeStyle: 'short',
      })
        .format(desk.clock.now())
        .replace(/^(\d+\/\d+)\/(\d\d), (.*?)\s([AP]M)$/, '$1/20$2 $3 $4');
      const event = desk.add();
      event.updated_at = stamp;
      desk.tripleseat.store.putEvent(event);
      await desk.sweep();
      // The edit leaves no trace in the row: it came in the minute of the one before.
      const edited = structuredClone(event);
      const documents = edited.documents as { billing_totals: { total_price: string }[] }[];
      const [tax] = documents[0]?.billing_totals ?? [];
      if (tax) tax.total_price = '0.0';
      desk.tripleseat.store.putEvent(edited);
      desk.clock.skip(45 * MINUTE);
      const second = await desk.sweep();
      expect(details(second), zone).toHaveLength(1);
      expect(second.of(event.id), zone).toMatchObject({ status: 'failed', reason: 'TOTALS_MISMATCH' });
    }
  });

  it('reads an event again whose last edit has no date that can be read', async () => {
    const desk = new Desk(NOW);
    const event = desk.add();
    for (const stamp of [null, 'yesterday']) {
      desk.tripleseat.store.putEvent({ ...event, updated_at: stamp });
      await desk.sweep();
      desk.clock.skip(45 * MINUTE);
      expect(details(await desk.sweep())).toHaveLength(1);
    }
  });

  it('reads an event again when the settings of its order have changed', async () => {
    const { desk, event } = await injected();
    const moved = sampleLocations.map((location) => ({ ...location, billing: {} }));
    const second = await desk.sweep({}, { locations: moved });
    expect(details(second)).toHaveLength(1);
    expect(second.of(event.id)).toMatchObject({ status: 'skipped', reason: 'ALREADY_INJECTED' });
    const third = await desk.sweep({}, { paymentPolicy: 'none' });
    expect(details(third)).toHaveLength(1);
    expect(third.of(event.id)).toMatchObject({ status: 'failed', reason: 'DRIFT' });
    const elsewhere = await desk.sweep({}, { testEstablishmentId: 99 });
    expect(details(elsewhere)).toHaveLength(1);
    // It stands in its own shop, and is judged without the menu of another.
    expect(elsewhere.of(event.id)).toMatchObject({ status: 'skipped', reason: 'ALREADY_INJECTED' });
  });

  it('sees that staff has deleted an order', async () => {
    const { desk, event, order } = await injected();
    desk.revel.control('pos-delete', { orderId: order }, desk.clock.now());
    const second = await desk.sweep();
    expect(second.of(event.id)).toMatchObject({ reason: 'REMOVED_BY_STAFF', orderId: String(order) });
    expect(second.writes).toEqual([]);
  });

  it('compares an order that staff works on once for each change', async () => {
    const { desk, event, order } = await injected();
    desk.revel.control('pos-open', { orderId: order }, desk.clock.now());
    const opened = await desk.sweep();
    isStanding(opened, event);
    expect(toRevel(opened)).toContain('/resources/OrderItem/');
    desk.clock.skip(45 * MINUTE);
    const again = await desk.sweep();
    isStanding(again, event);
    expect(again.sent.length).toBeLessThan(opened.sent.length);
    expect(toRevel(again)).toEqual(looks);

    const [item] = desk.revel.items(order);
    desk.clock.skip(45 * MINUTE);
    desk.revel.control('pos-edit-item', { itemId: item?.id, quantity: 7 }, desk.clock.now());
    const more = await desk.sweep();
    const inService = { status: 'skipped', reason: 'IN_SERVICE' };
    expect(more.of(event.id)).toMatchObject(inService);
    desk.clock.skip(45 * MINUTE);
    const remembered = await desk.sweep();
    expect(remembered.of(event.id)).toMatchObject(inService);
    expect(remembered.of(event.id).differences).toEqual(more.of(event.id).differences);
    expect(toRevel(remembered)).toEqual(looks);
    desk.revel.control('pos-edit-item', { itemId: item?.id, quantity: 0.5 }, desk.clock.now());
    for (let sweep = 0; sweep < 2; sweep += 1) {
      expect((await desk.sweep()).of(event.id)).toMatchObject({ status: 'failed', reason: 'TOUCHED' });
    }
  });

  it('sees money that has changed on an order', async () => {
    const { desk, event, order } = await injected();
    const row = desk.revel.order(order);
    desk.revel.insertOrder({ order: { ...row, id: order, tax: 1 } as never });
    const second = await desk.sweep();
    expect(second.of(event.id)).toMatchObject({ status: 'failed', reason: 'DRIFT' });
  });

  it('sees a second order', async () => {
    const { desk, event, order } = await injected();
    const row = desk.revel.order(order);
    desk.revel.insertOrder({
      order: { ...row, id: order + 1_000, uuid: '00000000-0000-4000-8000-00000000000a' } as never,
      history: [{ opened: '2026-11-14T12:00:00' }],
    });
    const second = await desk.sweep();
    expect(second.of(event.id)).toMatchObject({ status: 'failed', reason: 'DUPLICATE_ORDERS' });
  });

  it('sees that an event was cancelled', async () => {
    const { desk, event } = await injected();
    desk.tripleseat.store.setStatus(event.id, 'LOST', desk.clock.now());
    expect((await desk.sweep()).of(event.id)).toMatchObject({ status: 'failed', reason: 'ORPHANED' });
  });

  it('does not call an order right that a run for its event has found lacking since', async () => {
    const { desk, event, order } = await injected();
    isStanding(await desk.sweep(), event);
    const [payment] = desk.revel.payments(order);
    const lost = (deleted: boolean) => desk.patch(`/resources/Payment/${payment?.id}/`, { deleted });
    const header = JSON.stringify(desk.revel.order(order));
    lost(true);
    expect(JSON.stringify(desk.revel.order(order))).toBe(header);
    expect((await desk.single([event])).of(event.id)).toMatchObject({ status: 'failed', reason: 'DRIFT' });
    expect((await desk.sweep()).of(event.id)).toMatchObject({ status: 'failed', reason: 'DRIFT' });
    lost(false);
    isStanding(await desk.sweep(), event);
    const remembering = await desk.sweep();
    isStanding(remembering, event);
    expect(details(remembering)).toEqual([]);
  });

  it('says nothing of an order that has come in the place of the one it was about', async () => {
    const { desk, event, order } = await injected();
    desk.revel.control('pos-delete', { orderId: order }, desk.clock.now());
    desk.clock.skip(MINUTE);
    const again = await desk.elsewhere(() => desk.single([event], { decision: { kind: 'recreate' } }));
    // The other host has died before it read back what it had paid.
    const [payment] = desk.revel.payments(Number(again.of(event.id).orderId));
    desk.patch(`/resources/Payment/${payment?.id}/`, { deleted: true });
    desk.clock.skip(5 * MINUTE);
    expect((await desk.sweep()).of(event.id)).toMatchObject({ status: 'failed', reason: 'DRIFT' });
  });

  it('does not rely on what it remembers for longer than a few hours', async () => {
    const { desk } = await injected();
    desk.clock.skip(8 * HOUR);
    expect(details(await desk.sweep())).toHaveLength(1);
    desk.clock.skip(-24 * HOUR);
    expect(details(await desk.sweep())).toHaveLength(1);
  });

  it('is of no use, and does no harm, when it is damaged', async () => {
    const { desk, event } = await injected();
    const [key = '', good = ''] = [...desk.cache].find(([known]) => !known.startsWith('told/')) ?? [];
    const entry = JSON.parse(good) as unknown[];
    const damaged = [null, 'x', {}, [], entry.slice(1), [...entry.slice(0, 5), [1], 'x']];
    for (const value of damaged) {
      desk.cache.set(key, JSON.stringify(value));
      const run = await desk.sweep();
      isStanding(run, event);
      expect(details(run)).toHaveLength(1);
    }
    // Money that is not the event's must not pass for what it wants.
    const [row, settings, at, revision, date, , ...rest] = entry;
    const free = [0, 0, 0, 0, 0, 0, 0, 0];
    desk.cache.set(key, JSON.stringify([row, settings, at, revision, date, free, ...rest]));
    const run = await desk.sweep();
    isStanding(run, event);
    expect(details(run)).toHaveLength(1);
  });

  it('says of every event what a sweep without it says', async () => {
    const desk = new Desk(NOW, true, true);
    desk.clock.skip(5 * MINUTE);
    await desk.sweep();
    desk.clock.skip(45 * MINUTE);
    const remembering = await desk.sweep();
    for (const key of desk.cache.keys()) if (key.startsWith('event/')) desk.cache.delete(key);
    const anew = await desk.sweep();
    expect(details(remembering).length).toBeLessThan(details(anew).length);
    const byId = ({ results }: DeskRun) => results.toSorted((a, b) => Number(a.id) - Number(b.id));
    expect(byId(remembering)).toEqual(byId(anew));
    expect(anew.results.some(({ reason, notes }) => reason === 'ALREADY_INJECTED' && notes.length > 0)).toBe(
      true,
    );
  });

  it('does not remember an order that is made from more than its event', async () => {
    const desk = new Desk(NOW, true, true);
    desk.clock.skip(5 * MINUTE);
    await desk.sweep();
    desk.clock.skip(45 * MINUTE);
    const second = await desk.sweep();
    const read = new Set(details(second).map((path) => /\d+/.exec(path.slice(4))?.[0]));
    const standing = second.results.filter(({ reason }) => reason === 'ALREADY_INJECTED');
    const again = standing.filter(({ id }) => read.has(id)).map(({ id }) => of(desk, id));
    expect(again).toContain('lines on the booking only');
    expect(again).not.toContain('');
    expect(standing.length).toBeGreaterThan(2 * again.length);
  });
});

/** What the sample event is there to show. */
function of(desk: Desk, id: string): string {
  return desk.scenarios.find(({ event }) => String(event.id) === id)?.shows ?? '';
}
