import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SourceBilling, SourceLine } from '../../src/domain/event.js';
import { type Books, defaultBooks } from '../../src/domain/location.js';
import { cents, parseAmount, parseQuantity } from '../../src/domain/money.js';
import { normaliseName } from '../../src/domain/names.js';
import { ProductIndex } from '../../src/domain/products.js';
import { buildWanted } from '../../src/domain/wanted.js';
import type { WantedResult } from '../../src/domain/wantedOrder.js';
import { document, location, products, sourceEvent } from './builders.js';

const index = new ProductIndex(products);
const known = products.slice(0, 4).map(({ name }) => name);

const anyQuantity = fc.oneof(
  fc.integer({ min: 0, max: 60 }).map(String),
  fc.integer({ min: 1, max: 9_999 }).map((n) => (n / 1000).toString()),
  fc.constantFrom('2.3755', null),
);
const anyPrice = fc.oneof(
  fc.integer({ min: 0, max: 20_000 }).map((n) => (n / 100).toFixed(2)),
  fc.integer({ min: 0, max: 200_000 }).map((n) => (n / 1000).toFixed(3)),
  fc.constantFrom(null, '0.0'),
);
const anyLine = fc.record({
  name: fc.constantFrom(...known, 'Table linens', 'Prepare one gluten-free meal', 'testing', ''),
  details: fc.constantFrom('', '', '3 guests with peanut allergy', 'white <b>only</b>\nno starch'),
  section: fc.constantFrom('Food', 'Drinks', null),
  quantity: anyQuantity,
  price: anyPrice,
  withTotal: fc.boolean(),
});
type AnyLine = typeof anyLine extends fc.Arbitrary<infer T> ? T : never;

/** Quantity × price in thousandths of a cent times thousandths; exact, since all of it is whole numbers. */
const exact = ({ quantity, price }: AnyLine) =>
  Math.round(Number(quantity ?? 1) * 10_000) * Math.round(Number(price ?? 0) * 1000);
const perCent = 10_000 * 10;

function source(line: AnyLine): SourceLine {
  const dollars = exact(line) / (perCent * 100);
  return {
    displayName: null,
    description: line.name,
    longDescription: line.details,
    section: line.section,
    menuItemId: null,
    quantity: line.quantity === null ? null : parseQuantity(line.quantity),
    price: line.price === null ? null : parseAmount(line.price),
    totalPrice: line.price !== null && line.withTotal ? parseAmount(dollars.toFixed(5)) : null,
  };
}

function build(
  lines: readonly AnyLine[],
  total: number,
  { billing = [], books = {} }: { billing?: readonly SourceBilling[]; books?: Partial<Books> } = {},
): WantedResult {
  return buildWanted({
    event: sourceEvent({ grandTotal: cents(total), amountDue: null, payments: null }),
    location: location({ books: { ...defaultBooks, ...books } }),
    linesSource: {
      kind: 'document',
      origin: 'event',
      document: document({
        lines: lines.map(source),
        grandTotal: cents(total),
        billing: [...billing],
        discountsTotal: null,
        payments: [],
        amountDue: null,
      }),
      selections: [],
    },
    products: index,
    paymentPolicy: 'paid',
    unmatchedPolicy: 'fail',
    testEstablishmentId: null,
  });
}

describe('any lines and text', () => {
  it('make an order that equals the event to the cent and loses no text, or none and a sentence that names a row', () => {
    let made = 0;
    fc.assert(
      fc.property(fc.array(anyLine, { minLength: 1, maxLength: 8 }), fc.boolean(), (lines, down) => {
        const sum = lines.reduce((all, line) => all + exact(line), 0) / perCent;
        const total = (down ? Math.ceil(sum - 0.5) : Math.floor(sum + 0.5)) + 0;
        const result = build(lines, total);
        if (result.kind === 'failed') {
          const { error, reason } = result.failure;
          if (reason === 'NO_LINE_ITEMS') return;
          expect(
            lines.some(({ name }) => name !== '' && error.includes(name)) || /Line \d+ of/.test(error),
            error,
          ).toBe(true);
          return;
        }
        made += 1;
        const { items, told, subtotal } = result.order;
        expect(subtotal).toBe(total);
        expect(items.reduce((all, item) => all + item.total, 0)).toBe(total);
        const written = normaliseName(
          [...items.flatMap((item) => [item.name, item.text]), ...told].join(' / '),
        );
        for (const line of lines) {
          const isDropped = line.quantity === '0' && Number(line.price ?? 0) > 0;
          if (line.name !== '' && !isDropped) expect(written).toContain(normaliseName(line.name));
          const isSold = Number(line.quantity ?? 1) !== 0 || Number(line.price ?? 0) === 0;
          const isOrdered = isSold && !(line.quantity === '0' && known.includes(line.name));
          const first = line.details.split('\n')[0]?.replaceAll(/<[^>]*>/g, '') ?? '';
          if (isOrdered) expect(written).toContain(normaliseName(first));
        }
      }),
      { numRuns: 1_000 },
    );
    expect(made).toBeGreaterThan(50);
  });

  it('cost the same in whichever places they stand, each of them, with its share of the tax', () => {
    let made = 0;
    const seeded = fc.array(anyLine, { minLength: 2, maxLength: 6 }).chain((lines) =>
      fc.record({
        lines: fc.constant(lines),
        moved: fc.shuffledSubarray(lines, { minLength: lines.length }),
        tax: fc.integer({ min: 1, max: 2_000 }),
      }),
    );
    fc.assert(
      fc.property(seeded, ({ lines, moved, tax }) => {
        const sum = lines.reduce((all, line) => all + exact(line), 0) / perCent;
        const total = Math.floor(sum + 0.5) + tax;
        const taxed = {
          billing: [{ name: 'Sales Tax', amount: cents(tax) }],
          books: { tax: 'lines' },
        } as const;
        const [one, other] = [lines, moved].map((each) => build(each, total, taxed));
        expect(other?.kind).toBe(one?.kind);
        if (one?.kind !== 'ok') return;
        made += 1;
        const sold = (result: typeof other) =>
          result?.kind === 'ok' &&
          result.order.items
            .map(({ productId, quantity, unitPrice, total: own, tax: share }) =>
              JSON.stringify([productId, quantity, unitPrice, own, share]),
            )
            .sort();
        expect(sold(other)).toEqual(sold(one));
      }),
      { numRuns: 1_000 },
    );
    expect(made).toBeGreaterThan(50);
  });

  it('never make an order for a total that is a cent off', () => {
    fc.assert(
      fc.property(
        fc.array(anyLine, { minLength: 1, maxLength: 6 }),
        fc.constantFrom(-1, 1, 100),
        (lines, off) => {
          const sum = lines.reduce((all, line) => all + exact(line), 0) / perCent;
          // Half a cent either way may be meant.
          const total = off < 0 ? Math.ceil(sum - 0.5) + off : Math.floor(sum + 0.5) + off;
          expect(build(lines, total).kind).toBe('failed');
        },
      ),
      { numRuns: 500 },
    );
  });
});
