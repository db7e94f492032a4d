import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Books, Location } from '../../src/domain/location.js';
import { places } from '../../src/sandbox/world/places.js';
import { sampleLocations } from '../helpers/settings.js';
import { Desk } from './desk.js';

const NOW = '2026-11-14T20:00:00Z';
const { openItemProductId } = places.west;

/** Names of rows of the bill by what they are; the locations file says so of some. Amounts in cents. */
const NAMES = {
  tax: ['Sales Tax', 'GST', 'VAT 20%'],
  gratuity: ['Auto-Grat', '20% Gratuity (pre-tax)'],
  surcharge: ['Admin Fee', 'Delivery'],
  ignore: ['Security Deposit'],
  included: ['Tax (in the price)'],
  sold: ['Cake Cutting'],
  discount: ['Promo'],
} as const;
type Use = keyof typeof NAMES;
const uses: readonly Use[] = ['tax', 'gratuity', 'surcharge', 'ignore', 'included', 'sold', 'discount'];
const billing: Location['billing'] = {
  'Security Deposit': 'ignore',
  'Tax (in the price)': 'included',
  'Cake Cutting': { product: openItemProductId },
};

const row = fc.constantFrom(...uses).chain((use) =>
  fc.record({
    use: fc.constant(use),
    name: fc.constantFrom(...NAMES[use]),
    amount: fc.integer({ min: 1, max: 9_000 }),
  }),
);
const product = { product: openItemProductId };
const books: fc.Arbitrary<Books> = fc.record({
  gratuity: fc.constantFrom<Books['gratuity']>('in-total', 'on-top', product),
  fees: fc.constantFrom<Books['fees']>('surcharge', product),
  tax: fc.constantFrom('header', 'lines'),
});
const party = fc.record({
  lines: fc.array(
    fc.record({ quantity: fc.integer({ min: 1, max: 40 }), price: fc.integer({ min: 300, max: 9_000 }) }),
    { minLength: 1, maxLength: 4 },
  ),
  rows: fc.uniqueArray(row, { maxLength: 5, selector: ({ name }) => name }),
  discount: fc.constantFrom(0, 0, 1, 250),
  /** Of what the guest owes, in thousandths. */
  share: fc.constantFrom(0, 333, 900, 1_000),
  books,
});

/** What Revel says of the order, in cents. */
function read(desk: Desk) {
  const [order] = desk.revel.orders().filter(({ deleted }) => !deleted);
  if (!order) throw new Error('there is an order');
  const of = (value: unknown) => Math.round(Number(value ?? 0) * 100);
  const items = desk.revel.items(order.id).filter(({ deleted }) => !deleted);
  const payments = desk.revel.payments(order.id).filter(({ deleted }) => !deleted);
  const sum = (amounts: number[]) => amounts.reduce((all, each) => all + each, 0);
  const [lines, lineTax] = [
    sum(items.map(({ price, quantity }) => of(price) * quantity)),
    sum(items.map(({ tax_amount }) => of(tax_amount))),
  ];
  return {
    id: order.id,
    lines,
    subtotal: of(order.subtotal),
    parts: lines - of(order.discount_amount) + of(order.tax) + of(order.gratuity) + of(order.surcharge),
    final: of(order.final_total),
    gratuity: of(order.gratuity),
    tax: of(order.tax),
    lineTax,
    paid: sum(payments.flatMap(({ amount, tip }) => [of(amount), of(tip)])),
    owes: of(order.remaining_due),
  };
}

describe('for any lines, discounts, rows of the bill, payments and ways of books', () => {
  it('what stands in Revel equals the event to the cent, before and after a POS has opened it', async () => {
    await fc.assert(
      fc.asyncProperty(party, async (given) => {
        const desk = new Desk(NOW);
        const goods = given.lines.reduce((sum, { quantity, price }) => sum + quantity * price, 0);
        const off = Math.min(given.discount, goods - 1);
        const promo = given.rows.find(({ use }) => use === 'discount');
        // What is taken off must leave something to sell.
        const kept = given.rows.filter((each) => each !== promo || each.amount + off < goods);
        const signed = kept.map((each) => (each === promo ? { ...each, amount: -each.amount } : each));
        const sum = (use: Use) =>
          signed.filter((each) => each.use === use).reduce((all, { amount }) => all + amount, 0);
        const sale =
          goods - off + sum('tax') + sum('gratuity') + sum('surcharge') + sum('sold') + sum('discount');
        const total = sale + sum('ignore');
        const paid = Math.floor((sale * given.share) / 1_000);
        const deposit = given.share > 0 ? sum('ignore') : 0;
        const event = desk.add({
          documents: [
            {
              lines: given.lines.map(({ quantity, price }) => ({
                name: 'Taco Bar',
                quantity: `${quantity}.0`,
                price,
              })),
              discount: off,
              billing: signed.map(({ name, amount }) => ({ name, amount })),
              payments: [paid, deposit].filter((amount) => amount > 0).map((amount) => ({ amount })),
              grandTotal: total,
            },
          ],
        });
        const locations = sampleLocations.map((each) => ({ ...each, billing, books: given.books }));
        desk.revel.configure({ gratuity: given.books.gratuity === 'on-top' ? 'on-top' : 'in-total' });
        const made = await desk.single([event], {}, { locations });
        expect(made.of(event.id)).toMatchObject({ status: 'injected' });
        const check = () => {
          const order = read(desk);
          const onTop = given.books.gratuity === 'on-top' ? order.gratuity : 0;
          expect(order).toMatchObject({ subtotal: order.lines, parts: sale, paid, owes: sale - paid });
          expect(order.final + onTop).toBe(sale);
          expect(order.tax).toBe(sum('tax'));
          expect(order.lineTax).toBe(given.books.tax === 'lines' ? order.tax : 0);
          return order;
        };
        const { id } = check();
        const again = await desk.single([event], {}, { locations });
        expect(again.of(event.id).reason).toBe('ALREADY_INJECTED');
        expect(again.writes).toEqual([]);
        desk.revel.control('pos-open', { orderId: id }, desk.clock.now());
        check();
        await desk.clock.sleep(600_000);
        const served = await desk.sweep({}, { locations });
        expect(served.of(event.id)).toMatchObject({ status: 'skipped', differences: [] });
        expect(served.writes).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('with a figure that is off nothing is written, and the sentence names every row', async () => {
    await fc.assert(
      fc.asyncProperty(party, fc.constantFrom(1, -1, 777), async (given, by) => {
        const desk = new Desk(NOW);
        const rows = given.rows.filter(({ use }) => use !== 'discount' && use !== 'ignore');
        const goods = given.lines.reduce((sum, { quantity, price }) => sum + quantity * price, 0);
        const asked = rows
          .filter(({ use }) => use !== 'included')
          .reduce((sum, { amount }) => sum + amount, goods);
        const event = desk.add({
          documents: [
            {
              lines: given.lines.map(({ quantity, price }) => ({
                name: 'Taco Bar',
                quantity: `${quantity}.0`,
                price,
              })),
              billing: rows.map(({ name, amount }) => ({ name, amount })),
              grandTotal: asked + by,
            },
          ],
        });
        const locations = sampleLocations.map((each) => ({ ...each, billing, books: given.books }));
        const run = await desk.single([event], {}, { locations });
        const { reason, error } = run.of(event.id);
        expect(reason).toBe('TOTALS_MISMATCH');
        for (const { name, use, amount } of rows) {
          if (use === 'included') continue;
          expect(error).toContain(`"${name}" ${(amount / 100).toFixed(2)}`);
        }
        expect(error).toContain(((asked + by) / 100).toFixed(2));
        expect(run.writes).toEqual([]);
        expect(desk.revel.orders()).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});
