import { describe, expect, it } from 'vitest';
import { OUR_USER, PAYMENT_TYPE, places, STAFF_USER } from '../../src/sandbox/world/places.js';
import { wrongWith } from '../helpers/check.js';
import { Desk, type DeskRun } from './desk.js';

const NOW = '2026-11-14T20:00:00Z';
const LONG_AGO = '2026-11-14T00:00:09';

/** What a run says about each event, without what only a real run can know: the id of an order that it makes. */
function told(run: DeskRun) {
  return run.results
    .map(({ booked: _, orderId, ...result }) => ({
      ...result,
      orderId: result.status === 'injected' ? null : orderId,
    }))
    .sort((a, b) => Number(a.id) - Number(b.id));
}

async function bothWays(desk: Desk, ids?: { id: number }[]): Promise<{ dry: DeskRun; real: DeskRun }> {
  const go = (dryRun: boolean) => (ids ? desk.single(ids, { dryRun }) : desk.sweep({ dryRun }));
  const dry = await go(true);
  expect(dry.writes).toEqual([]);
  const real = await go(false);
  return { dry, real };
}

/** An unfinished header of the event, as somebody left it. */
function leftover(
  desk: Desk,
  eventId: number,
  over: Record<string, string | number | boolean> = {},
  payments: { amount: number }[] = [],
) {
  return desk.revel.insertOrder({
    order: {
      uuid: `00000000-0000-4000-8000-${String(desk.revel.orders().length).padStart(12, '0')}`,
      local_id: `Triple Seat_${eventId}`,
      establishment: '/enterprise/Establishment/8/',
      created_by: `/enterprise/User/${OUR_USER}/`,
      updated_by: `/enterprise/User/${OUR_USER}/`,
      created_at: '/resources/PosStation/4/',
      created_date: LONG_AGO,
      updated_date: LONG_AGO,
      notes: `Triple Seat Event #${eventId}`,
      web_order: true,
      ...over,
    },
    payments: payments.map(({ amount }) => ({
      amount,
      payment_type: PAYMENT_TYPE,
      updated_by: `/enterprise/User/${OUR_USER}/`,
    })),
  });
}

describe('a dry run prints the plan that a run carries out', () => {
  it('for every event of the sample world, field by field', async () => {
    const { dry, real } = await bothWays(new Desk(NOW, true));
    expect(told(dry)).toEqual(told(real));
    expect(real.writes.length).toBeGreaterThan(100);
  });

  it('for single events', async () => {
    const desk = new Desk(NOW, true);
    const { dry, real } = await bothWays(
      desk,
      desk.scenarios.map(({ event }) => event),
    );
    // By its id alone a deleted event is not there.
    expect(told(dry)).toEqual(told(real));
  });

  it('for an order with leftovers beside it', async () => {
    const desk = new Desk(NOW);
    const event = desk.add();
    await desk.sweep();
    const [loser] = [leftover(desk, event.id)];
    const { dry, real } = await bothWays(desk);
    expect(dry.of(event.id)).toMatchObject({
      status: 'repaired',
      changes: [{ action: 'mark_deleted', order: String(loser.id) }],
    });
    expect(told(dry)).toEqual(told(real));
    expect(wrongWith(desk.revel, event)).toEqual([]);
    expect((await desk.sweep()).writes).toEqual([]);
  });

  it('for two unfinished headers', async () => {
    const desk = new Desk(NOW);
    const event = desk.add();
    const first = leftover(desk, event.id);
    const second = leftover(desk, event.id);
    const { dry, real } = await bothWays(desk);
    expect(dry.of(event.id).changes.at(-1)).toEqual({
      action: 'mark_deleted',
      order: String(second.id),
      winner: String(first.id),
    });
    expect(told(dry)).toEqual(told(real));
    expect(wrongWith(desk.revel, event)).toEqual([]);
    expect((await desk.sweep()).writes).toEqual([]);
  });

  it('for an unfinished header in a shop that the event has left', async () => {
    const desk = new Desk(NOW);
    const event = desk.add();
    leftover(desk, event.id, { establishment: '/enterprise/Establishment/11/' });
    const { dry, real } = await bothWays(desk);
    expect(dry.of(event.id).changes.slice(0, 2)).toMatchObject([
      { action: 'mark_deleted', winner: null },
      { action: 'create_order' },
    ]);
    expect(told(dry)).toEqual(told(real));
    expect(wrongWith(desk.revel, event)).toEqual([]);
    expect((await desk.sweep()).writes).toEqual([]);
  });

  it.each([
    ['staff has touched it', { updated_by: `/enterprise/User/${STAFF_USER}/` }, []],
    ['it holds a payment', {}, [{ amount: 5 }]],
  ])("for such a header that is nobody's to delete: %s", async (_, over, payments) => {
    const desk = new Desk(NOW);
    const event = desk.add();
    leftover(desk, event.id, { establishment: '/enterprise/Establishment/11/', ...over }, payments);
    const { dry, real } = await bothWays(desk);
    expect(real.of(event.id)).toMatchObject({
      status: 'failed',
      reason: 'ORPHANED',
      error: expect.stringMatching(
        /^Event \d+ belongs to establishment 8 .* now, but its unfinished order \d+ stands in establishment 11.*, and staff has worked on it or it holds a payment\. .* have it voided there\./,
      ),
      orderId: null,
      changes: [],
    });
    expect(told(dry)).toEqual(told(real));
    expect(real.writes).toEqual([]);
  });

  it.each([
    ['staff has touched it', { updated_by: `/enterprise/User/${STAFF_USER}/` }, []],
    ['it holds a payment', {}, [{ amount: 5 }]],
  ])('and leaves a leftover beside the order alone when %s', async (_, over, payments) => {
    const desk = new Desk(NOW);
    const event = desk.add();
    await desk.sweep();
    leftover(desk, event.id, over, payments);
    const { dry, real } = await bothWays(desk);
    expect(real.of(event.id)).toMatchObject({ status: 'skipped', reason: 'ALREADY_INJECTED' });
    expect(told(dry)).toEqual(told(real));
    expect(real.writes).toEqual([]);
  });

  it('for a half-made order with wrong lines and a wrong payment', async () => {
    const desk = new Desk(NOW);
    const event = desk.add();
    await desk.sweep();
    const [order] = desk.revel.orders();
    if (!order) throw new Error('there is an order');
    const seeds = desk.revel.items(order.id);
    const torn = new Desk(NOW);
    torn.add();
    torn.revel.insertOrder({
      order: {
        uuid: order.uuid,
        local_id: order.local_id,
        establishment: order.establishment,
        created_by: order.created_by,
        updated_by: order.updated_by,
        created_at: '/resources/PosStation/4/',
        created_date: LONG_AGO,
        updated_date: LONG_AGO,
        subtotal: 1,
        web_order: true,
        notes: `Triple Seat Event #${event.id} rev 00000000 filling 0123456789abcdef`,
      },
      items: [
        ...seeds.slice(0, 2).map(({ product, quantity, price, uuid }) => ({
          product,
          quantity,
          price,
          uuid,
          updated_by: order.updated_by,
        })),
        {
          product: '/resources/Product/570/',
          quantity: 7,
          price: 9,
          uuid: 'aaaaaaaa-0000-4000-8000-000000000001',
          updated_by: order.updated_by,
        },
      ],
      payments: [{ amount: 3, payment_type: PAYMENT_TYPE, updated_by: order.updated_by }],
    });
    const { dry, real } = await bothWays(torn);
    expect(dry.of(event.id).changes.map(({ action }) => action)).toEqual([
      'remove_item',
      ...seeds.slice(2).map(() => 'add_item'),
      'set_totals',
      'remove_payment',
      'add_payment',
      'mark_printed',
      'make_visible',
    ]);
    expect(told(dry)).toEqual(told(real));
    expect(wrongWith(torn.revel, event)).toEqual([]);
    expect((await torn.sweep()).writes).toEqual([]);
  });

  it('also when the event has left for a shop of another zone', async () => {
    const desk = new Desk(NOW);
    const event = desk.add({}, places.lake);
    await desk.sweep();
    desk.tripleseat.store.move(
      event.id,
      { siteId: places.west.siteId, locationId: places.west.locationId },
      desk.clock.now(),
    );
    const { dry, real } = await bothWays(desk);
    expect(real.of(event.id)).toMatchObject({ status: 'failed', reason: 'ORPHANED' });
    expect(told(dry)).toEqual(told(real));
    expect(real.writes).toEqual([]);
  });
});
