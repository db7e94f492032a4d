import { describe, expect, it } from 'vitest';
import { objectsOf } from '../../src/sandbox/tripleseat/model.js';
import type { SyncSettings } from '../../src/sync/types.js';
import { sampleLocations } from '../helpers/settings.js';
import { Desk } from './desk.js';

const NOW = '2026-11-14T20:00:00Z';
const taco = { name: 'Taco Bar', price: 824, quantity: '2.0' };

/** The settings in which every location has these of its own. */
function placed(changes: Partial<SyncSettings['locations'][number]>): Partial<SyncSettings> {
  return { locations: sampleLocations.map((location) => ({ ...location, ...changes })) };
}

/** Takes the price off an event. */
function unprice(desk: Desk, event: ReturnType<Desk['add']>, lines: boolean): void {
  const documents = objectsOf(event, 'documents').map((document) => ({
    ...document,
    financials: { grand_total: null, amount_due: null, discounts_total: null },
    ...(lines ? {} : { line_items: [] }),
  }));
  desk.tripleseat.store.putEvent({ ...event, grand_total: null, amount_due: null, documents });
}

describe('an event without a price', () => {
  it('is skipped, and told of once, on its day', async () => {
    const desk = new Desk(NOW);
    const event = desk.add({ documents: [{ lines: ['blank'] }] });
    unprice(desk, event, false);
    const first = await desk.sweep();
    expect(first.of(event.id)).toMatchObject({ status: 'skipped', reason: 'NOT_PRICED' });
    const said = first.warnings.filter((text) => text.includes(`Event ${event.id}`));
    expect(said).toEqual([expect.stringContaining('is today and has no price yet')]);
    const second = await desk.sweep();
    expect(second.of(event.id).reason).toBe('NOT_PRICED');
    expect(second.warnings).toEqual([]);
    expect(desk.revel.orders()).toEqual([]);
  });

  it('is not told of before its day', async () => {
    const desk = new Desk(NOW);
    const event = desk.add({ date: '2026-11-15', documents: [{ lines: ['blank'] }] });
    unprice(desk, event, false);
    const run = await desk.single([event], {}, { leadHours: 48 });
    expect(run.of(event.id).reason).toBe('NOT_PRICED');
    expect(run.warnings).toEqual([]);
  });

  it('fails where its lines are priced, or its order stands', async () => {
    const desk = new Desk(NOW);
    const priced = desk.add({ documents: [{ lines: [taco] }] });
    unprice(desk, priced, true);
    expect((await desk.single([priced])).of(priced.id)).toMatchObject({
      status: 'failed',
      reason: 'NOT_PRICED',
      error: expect.stringContaining('The lines come to 16.48'),
    });
    const made = desk.add({ documents: [{ lines: [taco] }] });
    await desk.single([made]);
    unprice(desk, made, false);
    expect((await desk.single([made])).of(made.id)).toMatchObject({
      status: 'failed',
      reason: 'NOT_PRICED',
      error: expect.stringMatching(/^Order \d+ stands in Revel, but no price is on the event any more/),
    });
  });
});

describe('a row of the bill that only its name has sorted', () => {
  it('is told of by one sweep, once for its location', async () => {
    const desk = new Desk(NOW);
    const billing = [{ name: 'Auto-Grat', amount: 300 }];
    desk.add({ documents: [{ lines: [taco], billing }] });
    desk.add({ documents: [{ lines: [taco, taco], billing }] });
    const first = await desk.sweep();
    const billingNotes = (run: typeof first) =>
      run.results.flatMap(({ notes }) => notes).filter((note) => note.startsWith('Billing row'));
    expect(billingNotes(first)).toEqual([
      expect.stringMatching(/^Billing row "Auto-Grat" counts as gratuity at .*, by a word of its name/),
    ]);
    desk.add({ documents: [{ lines: [taco], billing: [...billing, { name: 'Setup', amount: 100 }] }] });
    const second = await desk.sweep();
    expect(billingNotes(second)).toEqual([expect.stringContaining('"Setup"')]);
    // What only a name has sorted is no trouble: a monitor that looks for warnings is left in peace.
    expect([...first.warnings, ...second.warnings]).toEqual([]);
  });

  it('is told of by a dry run as by the sweep after it, and not where the locations file names it', async () => {
    const desk = new Desk(NOW);
    desk.add({ documents: [{ lines: [taco], billing: [{ name: 'Setup', amount: 100 }] }] });
    const told = async (...how: Parameters<Desk['sweep']>) =>
      (await desk.sweep(...how)).results.flatMap(({ notes }) => notes);
    expect(await told({ dryRun: true }, placed({ billing: { setup: 'surcharge' } }))).toEqual([]);
    const dry = await told({ dryRun: true });
    expect(dry).toEqual([expect.stringContaining('"Setup"')]);
    expect(await told()).toEqual(dry);
    expect(await told()).toEqual([]);
    expect(await told({ dryRun: true })).toEqual([]);
  });
});

describe('books', () => {
  const party = {
    documents: [
      {
        lines: [taco],
        billing: [
          { name: 'Gratuity', amount: 300 },
          { name: 'Delivery', amount: 500 },
        ],
        payments: [{ amount: 2448 }],
      },
    ],
  };

  it('on top: the tip stands on the payment, and a second run plans nothing', async () => {
    const desk = new Desk(NOW);
    const event = desk.add(party);
    const settings = placed({ books: { gratuity: 'on-top', fees: 'surcharge', tax: 'header' } });
    expect((await desk.single([event], {}, settings)).of(event.id).status).toBe('injected');
    const [order] = desk.revel.orders();
    expect(order).toMatchObject({ final_total: 21.48, gratuity: 3, remaining_due: 0 });
    expect(desk.revel.payments(order?.id ?? 0)).toMatchObject([{ amount: '21.480000', tip: '3.000000' }]);
    expect((await desk.single([event], {}, settings)).writes).toEqual([]);
    // What a memory does not hold is compared, too.
    desk.cache.clear();
    expect((await desk.sweep({}, settings)).of(event.id).reason).toBe('ALREADY_INJECTED');
  });

  it.each([
    ['nothing', 0],
    ['less than all but the gratuity', 1_000],
    ['all but the gratuity', 2_148],
    ['some of the gratuity, too', 2_200],
    ['everything', 2_448],
    ['more than everything', 2_500],
  ])(
    'on top, %s paid: an order that a POS has opened still equals the event to the cent',
    async (_, amount) => {
      const desk = new Desk(NOW);
      desk.revel.configure({ gratuity: 'on-top' });
      const [document] = party.documents;
      const payments = amount === 0 ? [] : [{ amount }];
      const event = desk.add({ documents: [{ lines: [], ...document, payments }] });
      const settings = placed({ books: { gratuity: 'on-top', fees: 'surcharge', tax: 'header' } });
      expect((await desk.single([event], {}, settings)).of(event.id).status).toBe('injected');
      const money = () => {
        const [order] = desk.revel.orders();
        const { subtotal, tax, gratuity, surcharge, final_total, remaining_due } = order ?? {};
        return { subtotal, tax, gratuity, surcharge, final_total, remaining_due };
      };
      const written = money();
      expect(written).toMatchObject({ final_total: 21.48, remaining_due: (2_448 - amount) / 100 });
      const [order] = desk.revel.orders();
      desk.revel.control('pos-open', { orderId: order?.id }, desk.clock.now());
      expect(money()).toEqual(written);
      await desk.clock.sleep(600_000);
      const run = await desk.sweep({}, settings);
      expect(run.of(event.id)).toMatchObject({ reason: 'ALREADY_INJECTED', differences: [] });
      expect(run.writes).toEqual([]);
    },
  );

  it('on top where the POS counts otherwise: what it makes of the order is told, and nothing is written', async () => {
    const desk = new Desk(NOW);
    const event = desk.add(party);
    const settings = placed({ books: { gratuity: 'on-top', fees: 'surcharge', tax: 'header' } });
    await desk.single([event], {}, settings);
    const [order] = desk.revel.orders();
    desk.revel.control('pos-open', { orderId: order?.id }, desk.clock.now());
    await desk.clock.sleep(600_000);
    const run = await desk.sweep({}, settings);
    expect(run.of(event.id)).toMatchObject({
      reason: 'IN_SERVICE',
      differences: [{ field: 'total', name: null, event: '21.48', order: '24.48' }],
    });
    expect(run.writes).toEqual([]);
  });

  it('as lines: fee and gratuity are sold, and a second run plans nothing', async () => {
    const desk = new Desk(NOW);
    const event = desk.add(party);
    const product = sampleLocations.find(({ tripleseat }) => tripleseat.siteId === event.site_id)?.revel
      .openItemProductId;
    const as = { product: product ?? 0 };
    const settings = placed({ books: { gratuity: as, fees: as, tax: 'header' } });
    expect((await desk.single([event], {}, settings)).of(event.id).status).toBe('injected');
    const [order] = desk.revel.orders();
    expect(order).toMatchObject({ subtotal: 24.48, final_total: 24.48, gratuity: 0, surcharge: 0 });
    const names = desk.revel.items(order?.id ?? 0).map((item) => item.product_name_override);
    expect(names).toEqual(expect.arrayContaining(['Gratuity', 'Delivery']));
    expect((await desk.single([event], {}, settings)).writes).toEqual([]);
  });

  describe('tax on lines', () => {
    const onLines = placed({ books: { gratuity: 'in-total', fees: 'surcharge', tax: 'lines' } });
    const taxed = {
      documents: [{ lines: [taco, taco, taco], billing: [{ name: 'Sales Tax', rate: '8.375' }] }],
    };

    it('is carried by the lines to the cent, and a second run plans nothing', async () => {
      const desk = new Desk(NOW);
      const event = desk.add(taxed);
      expect((await desk.single([event], {}, onLines)).of(event.id).status).toBe('injected');
      const [order] = desk.revel.orders();
      const items = desk.revel.items(order?.id ?? 0).map((item) => Math.round(item.tax_amount * 100));
      expect(items.reduce((sum, each) => sum + each, 0)).toBe(Math.round((order?.tax ?? 0) * 100));
      expect(items).toHaveLength(3);
      expect((await desk.single([event], {}, onLines)).writes).toEqual([]);
      await desk.clock.sleep(600_000);
      expect((await desk.sweep({}, onLines)).of(event.id).reason).toBe('ALREADY_INJECTED');
    });

    it('is compared afterwards: a cent that the POS shows otherwise is told with its line', async () => {
      const desk = new Desk(NOW);
      const event = desk.add(taxed);
      await desk.single([event], {}, onLines);
      await desk.clock.sleep(600_000);
      const [order] = desk.revel.orders();
      const [item] = desk.revel.items(order?.id ?? 0);
      desk.patch(`/resources/OrderItem/${item?.id}/`, { tax_amount: (item?.tax_amount ?? 0) + 0.01 });
      const run = await desk.sweep({}, onLines);
      expect(run.of(event.id)).toMatchObject({
        status: 'failed',
        reason: 'DRIFT',
        differences: [{ field: 'tax', name: 'Taco Bar', event: item?.tax_amount.toFixed(2) }],
      });
      expect(run.writes).toEqual([]);
    });

    it('is compared, too, where the event has another revision by now', async () => {
      const desk = new Desk(NOW);
      const event = desk.add(taxed);
      await desk.single([event], {}, onLines);
      await desk.clock.sleep(600_000);
      const [order] = desk.revel.orders();
      const [item] = desk.revel.items(order?.id ?? 0);
      desk.patch(`/resources/OrderItem/${item?.id}/`, { tax_amount: (item?.tax_amount ?? 0) + 0.01 });
      desk.add({ ...taxed, id: event.id, contact: { first: 'Bea', last: 'Birch' } });
      expect((await desk.sweep({}, onLines)).of(event.id)).toMatchObject({
        reason: 'DRIFT',
        differences: [{ field: 'tax', name: 'Taco Bar' }],
      });
    });

    it('is told where Revel takes none, and stands beside a complete order', async () => {
      const desk = new Desk(NOW);
      desk.edit = ({ path }, body) =>
        path.startsWith('/resources/OrderItem/')
          ? body.replaceAll(/"tax_amount": ?[\d.]+/g, '"tax_amount":0')
          : body;
      const event = desk.add(taxed);
      await desk.single([event], {}, onLines);
      await desk.clock.sleep(600_000);
      const run = await desk.sweep({}, onLines);
      expect(run.of(event.id).reason).toBe('DRIFT');
      expect(run.of(event.id).differences.map(({ field, order }) => [field, order])).toEqual([
        ['tax', '0.00'],
        ['tax', '0.00'],
        ['tax', '0.00'],
      ]);
      expect(desk.revel.orders().filter(({ deleted }) => !deleted)).toHaveLength(1);
    });

    it('says nothing of orders that were made while it stood on the order alone', async () => {
      const desk = new Desk(NOW);
      const event = desk.add(taxed);
      await desk.single([event]);
      await desk.clock.sleep(600_000);
      const run = await desk.sweep({}, onLines);
      expect(run.of(event.id)).toMatchObject({ reason: 'ALREADY_INJECTED', differences: [] });
      expect(run.writes).toEqual([]);
    });
  });
});
