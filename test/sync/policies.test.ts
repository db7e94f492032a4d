import { describe, expect, it } from 'vitest';
import { parseEventId } from '../../src/domain/ids.js';
import type { Row } from '../../src/sandbox/revel/types.js';
import { objectsOf, type JsonObject as RawDocument } from '../../src/sandbox/tripleseat/model.js';
import {
  allPlaces,
  PAYMENT_TYPE,
  places,
  STAFF_USER,
  UNMAPPED_LOCATION,
} from '../../src/sandbox/world/places.js';
import { exitCodeOf } from '../../src/sync/outcome.js';
import { wrongWith } from '../helpers/check.js';
import { sampleLocations } from '../helpers/settings.js';
import { Desk, outcomes, sweepRequest } from './desk.js';

const NOW = '2026-11-14T20:00:00Z';
const { west, lake } = places;
const taco = { name: 'Taco Bar', price: 824, quantity: '2.0' };

describe('PAYMENT_POLICY', () => {
  it.each([
    ['paid', [{ amount: 600 }], '6.000000', 10.48],
    [
      'paid',
      [{ amount: 600 }, { amount: 500, refunded: 200 }, { amount: 99, state: 'pending' }],
      '9.000000',
      7.48,
    ],
    ['paid', [{ amount: 1648 }], '16.480000', 0],
    ['paid', [{ amount: 2000 }], '20.000000', -3.52],
    ['paid', [], null, 16.48],
    ['full', [{ amount: 600 }], '16.480000', 0],
    ['none', [{ amount: 600 }], null, 16.48],
  ] as const)('%s of %j', async (paymentPolicy, payments, amount, due) => {
    const desk = new Desk(NOW);
    const event = desk.add({ documents: [{ lines: [taco], payments: [...payments] }] });
    await desk.single([event], {}, { paymentPolicy });
    const [order] = desk.revel.orders();
    expect(order).toMatchObject({ final_total: 16.48, remaining_due: due });
    expect(desk.revel.payments(order?.id ?? 0)).toMatchObject(
      amount === null ? [] : [{ amount, payment_type: PAYMENT_TYPE }],
    );
    const again = await desk.single([event], {}, { paymentPolicy });
    expect(again.of(event.id).reason).toBe('ALREADY_INJECTED');
    expect(again.writes).toEqual([]);
  });
});

describe('payments that Tripleseat tells in other ways', () => {
  const none = { payments: [] };
  const deposit = {
    id: 7,
    title: 'Deposit',
    deleted_at: null,
    line_items: [],
    financials: { grand_total: '6.0', amount_due: '0.0' },
    payment_set: { payments: [{ id: 5, amount: '6.0', state: 'paid', paid_at: '11/1/2026 9:00 AM' }] },
  };

  /** An event of 16.48 whose only document lists no payment. */
  function bare(desk: Desk, due: string, eventDue: string, more: RawDocument[] = []) {
    const event = desk.add({ documents: [{ lines: [taco] }] });
    const [document] = objectsOf(event, 'documents');
    if (!document) throw new Error('there is a document');
    const financials = { grand_total: '16.48', amount_due: due, discounts_total: '0.0' };
    const documents = [{ ...document, financials, payment_set: none }, ...more];
    desk.tripleseat.store.putEvent({ ...event, documents, amount_due: eventDue });
    return event;
  }

  it.each<[string, string, string, RawDocument[]]>([
    ['an empty list, but less due', '10.48', '10.48', []],
    ['a document of its own for the deposit', '16.48', '10.48', [deposit]],
  ])('%s: the guest is not charged again', async (_, due, eventDue, more) => {
    const desk = new Desk(NOW);
    const event = bare(desk, due, eventDue, more);
    expect((await desk.single([event])).of(event.id).status).toBe('injected');
    const [order] = desk.revel.orders();
    expect(order).toMatchObject({ final_total: 16.48, remaining_due: 10.48 });
    expect(desk.revel.payments(order?.id ?? 0)).toMatchObject([{ amount: '6.000000' }]);
    expect((await desk.single([event])).writes).toEqual([]);
  });

  it('a deposit that no amount due knows is for a person, who may trust the list', async () => {
    const desk = new Desk(NOW);
    const event = bare(desk, '16.48', '16.48', [deposit]);
    const refused = (await desk.single([event])).of(event.id);
    expect(refused.reason).toBe('TOTALS_MISMATCH');
    expect(refused.error).toMatch(/payments listed come to 6\.00 .* 16\.48, which makes 0\.00 paid/);
    expect(desk.revel.orders()).toEqual([]);
    const listed = { paymentPolicy: 'listed' } as const;
    expect((await desk.single([event], {}, listed)).of(event.id).status).toBe('injected');
    expect(desk.revel.orders()).toMatchObject([{ final_total: 16.48, remaining_due: 10.48 }]);
    expect((await desk.single([event], {}, listed)).writes).toEqual([]);
  });
});

describe('UNMATCHED_POLICY', () => {
  const odd = { lines: [taco, { name: 'Vegan  Charcuterie &amp; Tower', price: 5200 }] };

  it('fail names the line, and near names as suggestions only', async () => {
    const desk = new Desk(NOW);
    const event = desk.add({ documents: [odd] });
    const run = await desk.single([event]);
    expect(run.of(event.id)).toMatchObject({
      reason: 'UNMATCHED_ITEMS',
      error: expect.stringMatching(/"Vegan Charcuterie & Tower".*near: .*"Charcuterie Tower"/),
    });
    expect(run.writes).toEqual([]);
  });

  it('open-item sells it as the open item, under its own name', async () => {
    const desk = new Desk(NOW);
    const event = desk.add({ documents: [odd] });
    const settings = { unmatchedPolicy: 'open-item' } as const;
    expect((await desk.single([event], {}, settings)).of(event.id).status).toBe('injected');
    const items = desk.revel.items(desk.revel.orders()[0]?.id ?? 0);
    expect(
      items.map(({ product, price, product_name_override }) => [product, price, product_name_override]),
    ).toEqual([
      ['/resources/Product/572/', 8.24, 'Taco Bar'],
      [`/resources/Product/${west.openItemProductId}/`, 52, 'Vegan Charcuterie & Tower'],
    ]);
    expect((await desk.single([event], {}, settings)).writes).toEqual([]);
  });
});

describe('switches', () => {
  it('the kill switch: nothing is read or written, every event says so', async () => {
    const desk = new Desk(NOW);
    const event = desk.add();
    const single = await desk.single([event], {}, { enabled: false });
    expect(single.sent).toEqual([]);
    expect(outcomes(single)).toEqual([`${event.id} skipped CONNECTOR_DISABLED`]);
    const sweep = await desk.sweep({}, { enabled: false });
    expect(outcomes(sweep)).toEqual([`${event.id} skipped CONNECTOR_DISABLED`]);
    expect(sweep.sent.filter(({ upstream }) => upstream === 'revel')).toEqual([]);
    expect(sweep.complete).toBe(false);
  });

  it('ALLOWED_LOCATIONS and --location', async () => {
    const desk = new Desk(NOW);
    const [here, there] = [desk.add(), desk.add({}, lake)];
    const allowed = await desk.sweep({}, { allowedLocations: [west.name] });
    expect(outcomes(allowed)).toEqual([`${here.id} injected`, `${there.id} skipped LOCATION_NOT_ALLOWED`]);
    const asked = await desk.sweep({ locations: [String(lake.siteId)] });
    expect(outcomes(asked)).toEqual([`${there.id} injected`]);
    expect(asked.sent.some(({ query }) => query.get('site_id') === String(west.siteId))).toBe(false);
    expect(asked.complete).toBe(false);
    expect(outcomes(await desk.single([here], { locations: [lake.name] }))).toEqual([
      `${here.id} skipped LOCATION_NOT_ALLOWED`,
    ]);
  });

  it('IGNORE_EVENTS comes before everything else', async () => {
    const desk = new Desk(NOW);
    const event = desk.add({ locationId: UNMAPPED_LOCATION });
    const ignoredEvents = new Set([parseEventId(String(event.id))].filter((id) => id !== null));
    expect(outcomes(await desk.sweep({}, { ignoredEvents }))).toEqual([`${event.id} skipped IGNORED`]);
    expect(outcomes(await desk.sweep())).toEqual([`${event.id} failed LOCATION_NOT_MAPPED`]);
  });

  it.each<[string, RegExp]>([
    ['Tripleseat', /^\/v1\/events\/\d/],
    ['Revel', /^\/resources\/Order\//],
  ])('what is left alone does not fail when %s does not answer', async (_, path) => {
    const desk = new Desk(NOW);
    const [ignored, other, there] = [desk.add(), desk.add(), desk.add({}, lake)];
    const ignoredEvents = new Set([parseEventId(String(ignored.id))].filter((id) => id !== null));
    const settings = { ignoredEvents, allowedLocations: [west.name] };
    desk.strike = (sent) => (path.test(sent.path) ? { kind: '500-before' } : null);
    for (const run of [await desk.sweep({}, settings), await desk.single([ignored, other], {}, settings)]) {
      expect(run.of(ignored.id)).toMatchObject({ status: 'skipped', reason: 'IGNORED' });
      expect(run.of(other.id)).toMatchObject({ status: 'failed' });
    }
    const sweep = await desk.sweep({}, settings);
    expect(sweep.of(there.id)).toMatchObject({ status: 'skipped', reason: 'LOCATION_NOT_ALLOWED' });
    const alone = await desk.single([ignored], {}, settings);
    expect(exitCodeOf(alone, { ...sweepRequest, target: { kind: 'events', ids: [] } }, false)).toBe(0);
  });

  it('TEST_ESTABLISHMENT_ID takes every order, priced and mapped by its own products', async () => {
    const desk = new Desk(NOW);
    const event = desk.add({ documents: [{ lines: [taco] }] }, lake);
    const settings = { testEstablishmentId: west.establishmentId };
    expect((await desk.sweep({}, settings)).of(event.id).status).toBe('injected');
    const [order] = desk.revel.orders();
    expect(order?.establishment).toBe('/enterprise/Establishment/8/');
    expect(desk.revel.items(order?.id ?? 0)[0]?.product).toBe('/resources/Product/572/');
    expect((await desk.sweep({}, settings)).writes).toEqual([]);
    // When the test is over, the order still stands in the wrong place, and that is said.
    const after = await desk.sweep();
    expect(after.of(event.id)).toMatchObject({ reason: 'ORPHANED' });
    expect(after.writes).toEqual([]);
  });

  it('SYNC_STATUSES decides which statuses get an order', async () => {
    const desk = new Desk(NOW);
    const event = desk.add({ status: 'TENTATIVE' });
    expect((await desk.sweep()).of(event.id).reason).toBe('STATUS_NOT_ELIGIBLE');
    expect((await desk.sweep({}, { syncStatuses: ['TENTATIVE'] })).of(event.id).status).toBe('injected');
  });

  it('a status that no list has is one sentence for all events, whatever the shop and the status', async () => {
    const desk = new Desk(NOW);
    const events = [
      desk.add({ status: 'CONFIRMED' }),
      desk.add({ status: 'ON HOLD' }, lake),
      desk.add({ status: 'CONFIRMED' }, lake),
    ];
    desk.add({ status: 'TOO FAR OFF', date: '2026-12-24' });
    const run = await desk.sweep();
    expect(events.map(({ id }) => run.of(id).reason)).toEqual(events.map(() => 'STATUS_UNKNOWN'));
    const [sentence, second] = new Set(events.map(({ id }) => run.of(id).error));
    expect(second).toBeUndefined();
    expect(sentence).toMatch(
      /the statuses "CONFIRMED" and "ON HOLD", .* Add each of them to one of the two\.$/,
    );
    expect(run.writes).toEqual([]);
    // By name there is nothing but the event's own.
    const [first] = events;
    const single = await desk.single(first ? [first] : []);
    expect(single.of(first?.id ?? 0).error).toMatch(/the status "CONFIRMED", .* Add it to one of the two\.$/);
    const known = await desk.sweep({}, { otherStatuses: ['CONFIRMED', 'ON HOLD'] });
    expect(events.map(({ id }) => known.of(id).reason)).toEqual(events.map(() => 'STATUS_NOT_ELIGIBLE'));
  });

  it('--late injects what was missed', async () => {
    const desk = new Desk(NOW);
    const event = desk.add({ date: '2026-11-11' });
    expect((await desk.single([event])).of(event.id).reason).toBe('MISSED');
    expect((await desk.single([event], { late: true })).of(event.id).status).toBe('injected');
    expect(desk.revel.orders()[0]?.created_date).toBe('2026-11-11T23:59:59');
    expect((await desk.single([event])).of(event.id).reason).toBe('ALREADY_INJECTED');
  });
});

describe('locks', () => {
  it('a sweep beside a sweep does nothing at all', async () => {
    const desk = new Desk(NOW);
    desk.add();
    desk.locks.add('sweep');
    const run = await desk.sweep();
    expect(run).toMatchObject({ results: [], sent: [], problem: { kind: 'locked' } });
    desk.locks.clear();
    expect((await desk.sweep()).problem).toBeNull();
    expect(desk.locks.size).toBe(0);
  });

  it('an event that another run holds is skipped; asked for by name, the exit code says so', async () => {
    const desk = new Desk(NOW);
    const [busy, free] = [desk.add(), desk.add()];
    desk.locks.add(`event-${busy.id}`);
    const run = await desk.sweep();
    expect(outcomes(run)).toEqual([`${busy.id} skipped LOCKED`, `${free.id} injected`]);
    const before = desk.clock.now();
    const single = await desk.single([busy]);
    expect(outcomes(single)).toEqual([`${busy.id} skipped LOCKED`]);
    expect(desk.clock.now() - before).toBeGreaterThanOrEqual(30_000);
    expect(exitCodeOf(single, { ...sweepRequest, target: { kind: 'events', ids: [] } }, false)).toBe(75);
    expect(exitCodeOf(run, sweepRequest, false)).toBe(0);
  });
});

describe('an order that staff can see is never written to', () => {
  const edited = { documents: [{ lines: [{ ...taco, quantity: '3.0' }] }] };
  const before = { documents: [{ lines: [taco], payments: [{ amount: 500 }] }] };

  it('drift is told line by line', async () => {
    const desk = new Desk(NOW);
    const event = desk.add(before);
    await desk.sweep();
    desk.add({ ...edited, id: event.id });
    const run = await desk.sweep();
    expect(run.of(event.id)).toMatchObject({
      status: 'failed',
      reason: 'DRIFT',
      orderId: String(desk.revel.orders()[0]?.id),
    });
    expect(run.of(event.id).differences).toEqual(
      expect.arrayContaining([
        { field: 'subtotal', name: null, event: '24.72', order: '16.48' },
        { field: 'line', name: 'Taco Bar', event: '3 × 8.24', order: '2 × 8.24' },
        { field: 'payment', name: null, event: null, order: '5.00' },
      ]),
    );
    expect(run.writes).toEqual([]);
    expect(exitCodeOf(run, sweepRequest, false)).toBe(1);
  });

  it.each([
    ['a register opens it', 'pos-open', {}],
    ['staff writes on it', 'staff-touch', { notes: 'back door' }],
  ])('%s: still the same order', async (_, action, body) => {
    const desk = new Desk(NOW);
    const event = desk.add();
    const first = await desk.sweep();
    const orderId = Number(first.of(event.id).orderId);
    expect(
      desk.revel.control(action, { orderId, userId: STAFF_USER, ...body }, desk.clock.now()),
    ).toMatchObject({ ok: true });
    const run = await desk.sweep();
    expect(run.of(event.id), run.of(event.id).error ?? '').toMatchObject({
      status: 'skipped',
      reason: 'ALREADY_INJECTED',
    });
    expect(run.writes).toEqual([]);
  });

  it('a wrong one that staff has touched is TOUCHED', async () => {
    const desk = new Desk(NOW);
    const event = desk.add(before);
    const first = await desk.sweep();
    desk.revel.control(
      'staff-touch',
      { orderId: Number(first.of(event.id).orderId), userId: STAFF_USER },
      desk.clock.now(),
    );
    desk.add({ ...edited, id: event.id });
    const run = await desk.sweep();
    expect(run.of(event.id)).toMatchObject({ status: 'failed', reason: 'TOUCHED' });
    expect(run.writes).toEqual([]);
  });

  it('staff takes from a line: TOUCHED; staff changes its price: theirs to do', async () => {
    const desk = new Desk(NOW);
    const event = desk.add(before);
    const first = await desk.sweep();
    const [item] = desk.revel.items(Number(first.of(event.id).orderId));
    const edit = (values: object) =>
      desk.revel.control(
        'pos-edit-item',
        { itemId: item?.id, ...values, userId: STAFF_USER },
        desk.clock.now(),
      );
    edit({ price: 1 });
    const cheaper = await desk.sweep();
    expect(cheaper.of(event.id)).toMatchObject({ status: 'skipped', reason: 'IN_SERVICE' });
    edit({ quantity: 1 });
    const fewer = await desk.sweep();
    expect(fewer.of(event.id)).toMatchObject({ status: 'failed', reason: 'TOUCHED' });
    expect([...cheaper.writes, ...fewer.writes]).toEqual([]);
  });

  it('deleted by staff: told, and not made again', async () => {
    const desk = new Desk(NOW);
    const event = desk.add();
    const first = await desk.sweep();
    desk.revel.control(
      'pos-delete',
      { orderId: Number(first.of(event.id).orderId), userId: STAFF_USER },
      desk.clock.now(),
    );
    for (const run of [await desk.sweep(), await desk.single([event])]) {
      expect(run.of(event.id)).toMatchObject({ status: 'failed', reason: 'REMOVED_BY_STAFF' });
      expect(run.writes).toEqual([]);
    }
    desk.tripleseat.store.setStatus(event.id, 'LOST', desk.clock.now());
    for (const run of [await desk.sweep(), await desk.single([event])]) {
      expect(run.of(event.id)).toMatchObject({ status: 'skipped', reason: 'REMOVED_BY_STAFF' });
      expect(exitCodeOf(run, sweepRequest, false)).toBe(0);
    }
  });

  it.each(['LOST', 'deleted'])('split into bills of other names and then %s: ORPHANED', async (what) => {
    const desk = new Desk(NOW);
    const event = desk.add({ documents: [{ lines: [taco] }] });
    const { orderId } = (await desk.sweep()).of(event.id);
    const order = desk.revel.order(Number(orderId));
    if (order === null) return expect.fail('no order');
    const items = desk.revel.items(order.id);
    const copyOf = ({ id: _, resource_uri: __, ...row }: Row, more: Partial<Row>) => ({
      ...row,
      uuid: String(row.uuid).replace(/^./, 'f'),
      ...more,
    });
    desk.revel.insertOrder({
      order: copyOf(order, { orderhistory: [], local_id: null, bill_parent: order.resource_uri }),
      items: items.map((item) => copyOf(item, {})),
    });
    for (const item of items) desk.revel.put('OrderItem', { ...item, deleted: true });
    if (what === 'LOST') desk.tripleseat.store.setStatus(event.id, 'LOST', desk.clock.now());
    else desk.tripleseat.store.delete(event.id, desk.clock.now());
    for (const run of [await desk.sweep(), await desk.single([event])]) {
      expect(run.of(event.id)).toMatchObject({ status: 'failed', reason: 'ORPHANED', orderId });
      expect(run.writes).toEqual([]);
    }
  });

  it.each(['LOST', 'deleted', 'moved'])('%s afterwards: ORPHANED, untouched', async (what) => {
    const desk = new Desk(NOW);
    const event = desk.add();
    await desk.sweep();
    const now = desk.clock.now();
    if (what === 'LOST') desk.tripleseat.store.setStatus(event.id, 'LOST', now);
    if (what === 'deleted') desk.tripleseat.store.delete(event.id, now);
    if (what === 'moved') desk.tripleseat.store.move(event.id, { locationId: UNMAPPED_LOCATION }, now);
    for (const run of [await desk.sweep(), await desk.single([event])]) {
      expect(run.of(event.id)).toMatchObject({ status: 'failed', reason: 'ORPHANED' });
      expect(run.writes).toEqual([]);
    }
  });
});

describe('quirks of the point of sale', () => {
  it.each([
    ['the first printed mark is lost', { printed: 'first-ignored' }],
    ['a second row of a uuid is a server error', { uuidPolicy: '500' }],
    ['lists lag by two seconds', { listLagMs: 2_000 }],
    ['lists and details lag', { listLagMs: 1_500, detailLag: true }],
    ['children come unfiltered', { orderFilterOnChildren: 'ignored' }],
    ['pages overlap', { duplicatePagesRows: true }],
    ['establishments come mixed', { establishmentFilter: 'ignored' }],
    ['deleted marks are not kept', { keepsDeletedMark: false }],
  ])('%s', async (_, switches) => {
    const desk = new Desk(NOW, false, true);
    expect(desk.revel.configure(switches)).toMatchObject({ ok: true });
    const events = allPlaces.map((shop) => desk.add({}, shop));
    const run = await desk.sweep();
    expect(run.results.map(({ status, error }) => `${status} ${error}`)).toEqual(
      events.map(() => 'injected null'),
    );
    for (const event of events) expect(wrongWith(desk.revel, event)).toEqual([]);
    desk.clock.skip(10_000);
    const again = await desk.sweep();
    expect(outcomes(again)).toEqual(events.map(({ id }) => `${id} skipped ALREADY_INJECTED`));
    expect(again.writes).toEqual([]);
  });

  it.each([0.1, 0.5, 1, 2, 2.5, 3, 5])('%d requests a second are enough', async (revelRps) => {
    for (const settleMs of [0, 3_000]) {
      const desk = new Desk(NOW);
      const events = [desk.add(), desk.add()];
      const run = await desk.sweep({}, { revelRps, settleMs });
      expect(run.results.map(({ status, error }) => `${status} ${error}`)).toEqual(
        events.map(() => 'injected null'),
      );
      for (const event of events) expect(wrongWith(desk.revel, event)).toEqual([]);
      const times = run.sent.filter(({ upstream }) => upstream === 'revel').map(({ at }) => at);
      const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1_000;
      expect(times.length).toBeLessThanOrEqual(seconds * revelRps + Math.max(1, revelRps));
      expect((await desk.sweep()).writes).toEqual([]);
    }
  });

  it('a discount without a discount in the locations file is refused, not dropped', async () => {
    const desk = new Desk(NOW);
    const event = desk.add();
    const locations = sampleLocations.map((place) => ({
      ...place,
      revel: { ...place.revel, discountId: null },
    }));
    const run = await desk.single([event], {}, { locations });
    expect(run.of(event.id)).toMatchObject({
      reason: 'TOTALS_MISMATCH',
      error: expect.stringContaining('discountId'),
    });
    expect(run.writes).toEqual([]);
  });

  it('35,000 products are read to the end, and the last one is found', async () => {
    const desk = new Desk(NOW);
    desk.revel.addProducts(west.establishmentId, 35_000);
    const event = desk.add({ documents: [{ lines: [{ name: 'bulk product 35000', price: 100 }] }] });
    const run = await desk.single([event]);
    expect(run.of(event.id).status).toBe('injected');
    const pages = run.sent.filter(({ path }) => path === '/resources/Product/');
    expect(pages.length).toBeLessThanOrEqual(40);
    expect((await desk.single([event])).writes).toEqual([]);
  });
});
