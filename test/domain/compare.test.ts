import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareDay,
  compareItems,
  compareMoney,
  comparePayments,
  describeContents,
} from '../../src/domain/compare.js';
import { type Difference, differenceText } from '../../src/domain/differences.js';
import { orderId } from '../../src/domain/ids.js';
import { defaultBooks } from '../../src/domain/location.js';
import type { Contents, FoundItem, FoundOrder } from '../../src/domain/order.js';
import { compareInService } from '../../src/domain/service.js';
import type { WantedItem } from '../../src/domain/wantedOrder.js';
import { document, line, location, qty, sourceEvent, usd } from './builders.js';
import { paymentRow, standingItems, standingOrder, wantedOrder } from './found.js';

const wanted = wantedOrder();
const told = (differences: readonly Difference[]) => differences.map(differenceText);
const contentsOf = (rows: Pick<Contents, 'items' | 'payments'>): Contents => ({
  order: orderId(10_684_001),
  bills: [],
  ...rows,
});

describe('compareMoney', () => {
  it('finds nothing in an order that is as wanted', () => {
    expect(compareMoney(wanted, standingOrder(wanted))).toEqual([]);
  });

  it.each<[keyof FoundOrder, string]>([
    ['subtotal', 'subtotal: event 1137.68, order 0.01'],
    ['discount', 'discount: event 50.00, order 0.01'],
    ['tax', 'tax: event 91.09, order 0.01'],
    ['gratuity', 'gratuity: event 217.54, order 0.01'],
    ['surcharge', 'surcharge: event 25.00, order 0.01'],
    ['finalTotal', 'total: event 1421.31, order 0.01'],
    ['remainingDue', 'remaining due: event 710.65, order 0.01'],
  ])('sees a cent in %s', (field, said) => {
    expect(told(compareMoney(wanted, standingOrder(wanted, { [field]: usd('0.01') })))).toEqual([said]);
  });

  it('takes an absent discount, tip or fee for nothing, but no other absent figure', () => {
    const plain = { ...wanted, discount: usd(0), gratuity: usd(0), surcharge: usd(0), tax: usd(0) };
    const found = standingOrder(plain, { discount: null, gratuity: null, surcharge: null, tax: null });
    expect(told(compareMoney(plain, found))).toEqual(['tax: event 0.00, order unreadable']);
    expect(told(compareMoney(wanted, standingOrder(wanted, { discount: null })))).toEqual([
      'discount: event 50.00, order unreadable',
    ]);
  });
});

describe('tax on lines', () => {
  const onLines = wantedOrder({
    location: { ...wanted.location, books: { gratuity: 'in-total', fees: 'surcharge', tax: 'lines' } },
  });
  const rows = () =>
    standingItems(onLines).map((row, at) => ({ ...row, tax: onLines.items[at]?.tax ?? null }));
  const [first] = onLines.items;
  const paid = [paymentRow(onLines)];
  const said = (items: FoundItem[]) => told(describeContents(onLines, contentsOf({ items, payments: paid })));
  const off = (by: number | null) =>
    rows().map((row, at) =>
      at > 0 ? row : { ...row, tax: by === null ? null : usd(((row.tax ?? 0) + by) / 100) },
    );
  const tax = ((first?.tax ?? 0) / 100).toFixed(2);

  it('is compared to the cent, and told by the name of its line', () => {
    expect(said(rows())).toEqual([]);
    const more = (((first?.tax ?? 0) + 1) / 100).toFixed(2);
    expect(said(off(1))).toEqual([`tax of ${first?.name}: event ${tax}, order ${more}`]);
    expect(said(off(null))).toEqual([`tax of ${first?.name}: event ${tax}, order unreadable`]);
  });

  it('finds equal lines with the tax that is theirs, whatever their order', () => {
    const [item] = onLines.items;
    if (!item) throw new Error('there is a line');
    const twice = {
      ...onLines,
      items: [
        { ...item, tax: usd('0.69') },
        { ...item, tax: usd('0.70') },
      ],
    };
    const items = standingItems(twice).map((row, at) => ({
      ...row,
      tax: at === 0 ? usd('0.70') : usd('0.69'),
    }));
    expect(describeContents(twice, contentsOf({ items, payments: paid }))).toEqual([]);
  });

  it('is not compared where the books keep it on the order alone, nor where nobody has looked', () => {
    const items = standingItems(wanted).map((row) => ({ ...row, tax: usd('1.23') }));
    expect(describeContents(wanted, contentsOf({ items, payments: [paymentRow(wanted)] }))).toEqual([]);
    expect(said(standingItems(onLines))).toEqual([]);
  });

  it('is no fault of an order in service, but told', () => {
    const contents = contentsOf({ items: off(-1), payments: paid });
    const { lacking, other } = compareInService(onLines, standingOrder(onLines, { opened: true }), contents);
    expect(lacking).toEqual([]);
    expect(told(other)).toEqual([expect.stringContaining(`tax of ${first?.name}: event ${tax}`)]);
  });
});

describe('compareDay', () => {
  it.each([
    ['2026-11-14T00:31:07', []],
    ['2026-11-14T23:59:59.999999', []],
    ['2026-11-14T00:00:00', []],
    // The business day ends at four.
    ['2026-11-15T03:59:59', []],
    ['2026-11-15T04:00:00', ['day: event 2026-11-14, order 2026-11-15']],
    ['2026-11-13T23:59:59', ['day: event 2026-11-14, order 2026-11-13']],
    [null, ['day: event 2026-11-14, order unreadable']],
  ])('of %s', (createdDate, said) => {
    expect(told(compareDay(wanted, standingOrder(wanted, { createdDate })))).toEqual(said);
  });

  it('says nothing of orders that something else has made', () => {
    const found = standingOrder(wanted, { createdDate: null, notes: 'Triple Seat Event #55521609' });
    expect(compareDay(wanted, found)).toEqual([]);
  });
});

describe('compareItems', () => {
  it('is empty exactly when both sides hold the same lines, whatever their order', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(standingItems(wanted), { minLength: wanted.items.length }), (rows) => {
        expect(compareItems(wanted.items, rows)).toMatchObject({ missing: [], extra: [] });
      }),
    );
  });

  it('counts equal lines, keeps the oldest, and does not count deleted ones', () => {
    const [item] = wanted.items;
    const [row] = standingItems(wanted);
    if (!item || !row) throw new Error('there are lines');
    const rows: FoundItem[] = ['30', '9', '11'].map((id) => ({ ...row, id }));
    expect(compareItems([item, item], rows)).toMatchObject({ missing: [], extra: [{ id: '30' }] });
    expect(compareItems([item, item], [{ ...row, deleted: true }, row]).missing).toEqual([item]);
  });

  it.each([
    ['product', { productId: 1 }],
    ['quantity', { quantity: qty('23.001') }],
    ['price', { price: usd('25.73') }],
    ['unreadable price', { price: null }],
    ['unreadable quantity', { quantity: null }],
  ])('sees another %s', (_, over) => {
    const rows = standingItems(wanted).map((row, index) => (index === 0 ? { ...row, ...over } : row));
    const { missing, extra } = compareItems(wanted.items, rows);
    expect([missing, extra.map(({ id }) => id)]).toEqual([[wanted.items[0]], ['900']]);
  });

  it('never loses or invents a line: wanted − missing = found − extra', () => {
    const pool = standingItems(wanted);
    const row = fc.constantFrom(...pool);
    const line = fc.constantFrom(...wanted.items);
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), fc.array(row, { maxLength: 8 }), (lines, found) => {
        const rows = found.map((each, index) => ({ ...each, id: String(index) }));
        const { missing, extra } = compareItems(lines, rows);
        expect(lines.length - missing.length).toBe(rows.length - extra.length);
        for (const item of missing)
          expect(extra.some(({ productId }) => productId === item.productId)).toBe(false);
      }),
    );
  });
});

describe('lines that show a name of their own', () => {
  const open = usd('12.00');
  const named = (name: string | null, over: Partial<WantedItem> = {}): WantedItem => ({
    productId: 990,
    name: name ?? 'Open Item',
    nameOverride: name,
    shownName: name ?? 'Open Item',
    text: '',
    quantity: qty('1'),
    unitPrice: open,
    total: open,
    occurrence: 1,
    ...over,
  });
  const rows = (...names: (string | null)[]): FoundItem[] =>
    names.map((nameOverride, index) => ({
      id: String(900 + index),
      uuid: null,
      orderId: orderId(1),
      productId: 990,
      quantity: qty('1'),
      price: open,
      nameOverride,
      text: null,
      deleted: false,
      updatedBy: 1,
    }));
  const names = (items: WantedItem[], found: FoundItem[]) => {
    const { missing, extra } = compareItems(items, found);
    return [missing.map(({ nameOverride }) => nameOverride), extra.map(({ nameOverride }) => nameOverride)];
  };
  const long = 'Chef’s selection of smoked fish and pickles';

  it.each<[string, (string | null)[], (string | null)[], (string | null)[][]]>([
    ['the same, in another order', ['Crab', 'Lobster'], ['Lobster', 'Crab'], [[], []]],
    ['one renamed', ['Crab', 'Lobster'], ['Crab', 'Eel'], [['Lobster'], ['Eel']]],
    [
      'both renamed',
      ['Crab', 'Lobster'],
      ['Eel', 'Cod'],
      [
        ['Crab', 'Lobster'],
        ['Eel', 'Cod'],
      ],
    ],
    ['one twice, the other not at all', ['Crab', 'Lobster'], ['Crab', 'Crab'], [['Lobster'], ['Crab']]],
    ['names that Revel does not tell', ['Crab', 'Lobster'], [null, null], [[], []]],
    ['a name that is told goes before one that is not', ['Crab', 'Eel'], [null, 'Crab'], [[], []]],
    ['a name that is not told stands for one line', ['Crab', 'Eel'], [null, 'Cod'], [['Eel'], ['Cod']]],
    ['written another way', ['Crab & Eel'], ['  CRAB &amp;  eel '], [[], []]],
    ['cut by Revel', [long], [long.slice(0, 24)], [[], []]],
    [
      'cut by Revel, the longest first',
      [long, `${long} and rolls`],
      [long.slice(0, 24), long.slice(0, 30)],
      [[], []],
    ],
    [
      'cut by Revel, the longer cut to the only line that it fits',
      [long, 'Chef’s selection of smoked eel and rye'],
      [long.slice(0, 24), long.slice(0, 30)],
      [[], []],
    ],
    ['too short for a cut', ['Chef’s selection'], ['Chef’s'], [['Chef’s selection'], ['Chef’s']]],
    ['nothing but signs', ['★'], ['★★'], [['★'], ['★★']]],
    ['the product’s own name', [null], [null], [[], []]],
    ['the product’s own name, which Revel fills in', [null], ['Open Item'], [[], []]],
    ['the product’s own beside a name', [null, 'Crab'], ['Crab', null], [[], []]],
    ['the product’s own beside another name', [null, 'Crab'], ['Eel', null], [['Crab'], ['Eel']]],
  ])('%s', (_, items, found, expected) => {
    expect(
      names(
        items.map((name) => named(name)),
        rows(...found),
      ),
    ).toEqual(expected);
    const lengths = (lists: unknown[][]) => lists.map((list) => list.length);
    const [reversed, asGiven] = [
      names(items.map((name) => named(name)).toReversed(), rows(...found)),
      expected,
    ];
    expect(lengths(reversed)).toEqual(lengths(asGiven));
  });

  it('never lose or invent a line', () => {
    const name = fc.constantFrom(null, 'Crab', 'Eel', long, long.slice(0, 24), long.slice(0, 30));
    fc.assert(
      fc.property(fc.array(name, { maxLength: 6 }), fc.array(name, { maxLength: 6 }), (lines, found) => {
        const { missing, extra } = compareItems(
          lines.map((each) => named(each)),
          rows(...found),
        );
        expect(lines.length - missing.length).toBe(found.length - extra.length);
        // Whatever was written stands, also where Revel tells some of the names only.
        const items = lines.map((each) => named(each));
        for (const at of lines.keys()) {
          const shown = lines.map((each, index) => (index === at ? null : each));
          expect(compareItems(items, rows(...shown))).toMatchObject({ missing: [], extra: [] });
        }
      }),
    );
  });

  it('find the row that shows their text, then one that shows none', () => {
    const [rare, well] = ['no onions at all please', 'without any garlic, thanks'];
    const items = [rare, well].map((text) => named('Crab', { text }));
    const shown = (...texts: (string | null)[]) =>
      rows(...texts.map(() => 'Crab')).map((row, at) => ({ ...row, text: texts[at] ?? null }));
    const found = (...texts: (string | null)[]) => {
      const { pairs, missing, extra } = compareItems(items, shown(...texts));
      expect([missing.length, extra.length]).toEqual([0, 0]);
      return pairs.map(({ item, row }) => [item.text, row.text]);
    };
    expect(found(well, rare)).toEqual([
      [rare, rare],
      [well, well],
    ]);
    expect(found(null, rare)).toEqual([
      [rare, rare],
      [well, null],
    ]);
    expect(compareItems(items, shown(rare, 'another text altogether')).missing).toEqual([items[1]]);
  });

  it('are told beside the row of their name where another figure differs, not beside another’s', () => {
    const order = { ...wanted, items: [named('Crab'), named('Eel')], payment: usd(0) };
    const [eel, crab] = rows('Eel', 'Crab').map((row) => ({ ...row, quantity: qty('2') }));
    if (!eel || !crab) throw new Error('there are rows');
    const said = (items: FoundItem[]) => told(describeContents(order, contentsOf({ items, payments: [] })));
    expect(said([eel, crab])).toEqual([
      'Crab: event 1 × 12.00, order 2 × 12.00',
      'Eel: event 1 × 12.00, order 2 × 12.00',
    ]);
    expect(said([eel, { ...crab, nameOverride: 'Cod' }])).toEqual([
      'Crab: event 1 × 12.00, missing in the order',
      'Eel: event 1 × 12.00, order 2 × 12.00',
      'Cod: order 2 × 12.00, not in the event',
    ]);
    // What shows no name may be any of them.
    expect(said([{ ...crab, nameOverride: null }])[0]).toBe('Crab: event 1 × 12.00, order 2 × 12.00');
  });

  it('are told by name', () => {
    const order = { ...wanted, items: [named('Lobster')], payment: usd(0) };
    const contents = contentsOf({ items: rows('Eel\u001b[31m'), payments: [] });
    expect(told(describeContents(order, contents))).toEqual([
      'Lobster: event 1 × 12.00, missing in the order',
      'Eel[31m: order 1 × 12.00, not in the event',
    ]);
  });
});

describe('comparePayments', () => {
  it('wants one row of the right amount and kind, or several that come to it', () => {
    expect(comparePayments(wanted, [paymentRow(wanted)])).toEqual({ missing: 0, extra: [] });
    expect(comparePayments(wanted, [])).toEqual({ missing: wanted.payment, extra: [] });
    expect(comparePayments(wanted, [paymentRow(wanted, { deleted: true })]).missing).toBe(wanted.payment);
    const twice = [paymentRow(wanted, { id: '71' }), paymentRow(wanted)];
    expect(comparePayments(wanted, twice)).toMatchObject({ missing: 0, extra: [{ id: '71' }] });
    const tipped = paymentRow(wanted, { tip: usd('5') });
    expect(comparePayments(wanted, [tipped])).toEqual({ missing: wanted.payment, extra: [tipped] });
    const other = paymentRow(wanted, { paymentType: 1 });
    expect(comparePayments(wanted, [other])).toEqual({ missing: wanted.payment, extra: [other] });
    const row = (id: string, amount: string, over = {}) =>
      paymentRow(wanted, { id, amount: usd(amount), ...over });
    const parts = [row('70', '700.00'), row('71', '20.66'), row('72', '-10.00')];
    expect(comparePayments(wanted, parts)).toEqual({ missing: 0, extra: [] });
    for (const rows of [
      parts.slice(0, 2),
      [...parts, row('73', '0.01')],
      [row('70', '700.00'), row('71', '10.66', { paymentType: 1 })],
      [row('70', '700.00'), row('71', '10.66', { tip: usd('0.01') })],
    ]) {
      expect(comparePayments(wanted, rows)).toEqual({ missing: wanted.payment, extra: rows });
    }
  });

  it('wants none when nothing was paid', () => {
    const unpaid = { ...wanted, payment: usd(0) };
    expect(comparePayments(unpaid, [])).toEqual({ missing: 0, extra: [] });
    expect(comparePayments(unpaid, [paymentRow(wanted)]).extra).toHaveLength(1);
  });
});

describe('describeContents', () => {
  it('tells line by line what differs, what was changed beside what it was', () => {
    const [first, second, ...rest] = standingItems(wanted);
    if (!first || !second) throw new Error('there are lines');
    const contents = contentsOf({
      items: [
        ...rest,
        { ...first, quantity: qty('30') },
        { ...second, productId: null, quantity: null, price: null },
      ],
      payments: [paymentRow(wanted, { amount: usd('1') })],
    });
    const lost = wanted.items[1];
    expect(describeContents(wanted, contents)).toEqual([
      { field: 'line', name: 'HEY BLONDIE', event: '23 × 25.72', order: '30 × 25.72' },
      {
        field: 'line',
        name: lost?.name,
        event: `${lost?.quantity} × ${(lost?.unitPrice ?? 0) / 100}`,
        order: null,
      },
      { field: 'line', name: 'Suga Daddy', event: null, order: '? × unreadable' },
      { field: 'payment', name: null, event: '710.66', order: '1.00' },
    ]);
  });

  it('tells a payment that is not there, and one that nobody wants', () => {
    const items = standingItems(wanted);
    const unpaid = { ...wanted, payment: usd(0) };
    expect(told(describeContents(wanted, contentsOf({ items, payments: [] })))).toEqual([
      'payment: event 710.66, missing in the order',
    ]);
    expect(told(describeContents(unpaid, contentsOf({ items, payments: [paymentRow(wanted)] })))).toEqual([
      'payment: order 710.66, not in the event',
    ]);
  });

  it('names a row by what it shows, else by the line of its product', () => {
    const [first] = standingItems(wanted);
    if (!first) throw new Error('there are lines');
    const names = (row: Partial<FoundItem>) =>
      describeContents(
        { ...wanted, payment: usd(0) },
        contentsOf({ items: [...standingItems(wanted), { ...first, id: '999', ...row }], payments: [] }),
      ).map(({ name }) => name);
    expect(names({})).toEqual(['Hey Blondie']);
    expect(names({ nameOverride: 'Blondie, iced' })).toEqual(['Blondie, iced']);
    expect(names({ productId: 4711, nameOverride: null })).toEqual(['product 4711']);
    expect(names({ nameOverride: null, quantity: qty('1') })).toEqual(['HEY BLONDIE']);
  });
});

describe('compareInService', () => {
  const contents = (...amounts: string[]) =>
    contentsOf({
      items: standingItems(wanted),
      payments: amounts.map((amount, index) =>
        paymentRow(wanted, {
          id: String(70 + index),
          amount: usd(amount),
          // What is not as we have paid it was paid on the POS.
          ...(usd(amount) === wanted.payment ? {} : { updatedBy: 77 }),
        }),
      ),
    });

  it.each([
    ['as we left it', ['710.66'], '710.65'],
    ['the rest was paid', ['710.66', '710.65'], '0'],
    ['a part of the rest was paid', ['710.66', '10.65'], '700'],
    ['paid in other parts', ['700', '10.66'], '710.65'],
    ['with change given', ['710.66', '720'], '0'],
  ])('finds nothing: %s', (_, amounts, due) => {
    const found = standingOrder(wanted, { remainingDue: usd(due) });
    expect(compareInService(wanted, found, contents(...amounts))).toEqual({ lacking: [], other: [] });
  });

  it('misses a payment that is gone, and tells of a rest that does not fit', () => {
    const found = standingOrder(wanted, { remainingDue: usd('1421.31') });
    const gone = compareInService(wanted, found, contents());
    expect([told(gone.lacking), told(gone.other)]).toEqual([['payment: event 710.66, order 0.00'], []]);
    const odd = compareInService(wanted, found, contents('710.66'));
    expect([told(odd.lacking), told(odd.other)]).toEqual([
      [],
      ['remaining due: event 710.65, order 1421.31'],
    ]);
  });

  it.each([
    ['nothing is due, and not all is paid', ['710.66'], '0', true],
    ['more is paid than the order costs', ['1500'], '0', false],
    ['more is paid, and something is due', ['1500'], '5', true],
    ['nobody can read what is due', ['710.66'], null, false],
  ])('tells of a rest that does not fit: %s', (_, amounts, due, isTold) => {
    const found = standingOrder(wanted, { remainingDue: due === null ? null : usd(due) });
    const { lacking, other } = compareInService(wanted, found, contents(...amounts));
    expect(lacking).toEqual([]);
    expect(other.map(({ field }) => field)).toEqual(isTold ? ['remaining due'] : []);
    // What is due on its bills is not the order's alone.
    const split = { ...contents(...amounts), bills: [standingOrder(wanted)] };
    expect(compareInService(wanted, found, split).other).toEqual([]);
  });

  it('tells what has gone once', () => {
    const found = standingOrder(wanted, { opened: true, tax: usd(0) });
    const { lacking, other } = compareInService(wanted, found, contents('710.66'));
    expect([told(lacking), told(other)]).toEqual([['tax: event 91.09, order 0.00'], []]);
  });

  it('misses nothing of a line of which a split in three has lost a hundredth, however many of it there are', () => {
    for (let third = 0; third < 40; third += 1) {
      const items = wanted.items.slice(0, 1).map((item) => ({ ...item, quantity: qty(3 * third + 1) }));
      const many = { ...wanted, items };
      const parts = standingItems(many).flatMap((row) =>
        ['901', '902', '903'].map((id) => ({ ...row, id, quantity: qty(`${third}.33`) })),
      );
      const split = { ...contents('710.66'), items: parts };
      const { lacking } = compareInService(many, standingOrder(many, { opened: true }), split);
      expect(told(lacking)).toEqual([]);
    }
  });

  it('tells of a line that was split where one part has another price', () => {
    const [line, ...others] = standingItems(wanted);
    if (!line) throw new Error('there are lines');
    const parts = [
      { ...line, quantity: qty('20') },
      { ...line, id: '999', quantity: qty('3'), price: usd('1') },
    ];
    const split = { ...contents('710.66'), items: [...parts, ...others] };
    const { lacking, other } = compareInService(wanted, standingOrder(wanted, { opened: true }), split);
    expect(lacking).toEqual([]);
    expect(told(other)).toEqual(['HEY BLONDIE: event 23 × 25.72, order 20 × 25.72 + 3 × 1.00']);
    const more = { ...line, id: '1000', quantity: qty('5') };
    const sold = { ...split, items: [...split.items, more] };
    expect(told(compareInService(wanted, standingOrder(wanted, { opened: true }), sold).other)).toEqual([
      'HEY BLONDIE: event 23 × 25.72, order 20 × 25.72 + 3 × 1.00',
      'Hey Blondie: order 5 × 25.72, not in the event',
    ]);
  });

  it('counts no payment that was deleted', () => {
    const { payments, ...rest } = contents('710.66');
    const gone = { ...rest, payments: payments.map((row) => ({ ...row, deleted: true })) };
    const { lacking } = compareInService(wanted, standingOrder(wanted, { opened: true }), gone);
    expect(told(lacking)).toEqual(['payment: event 710.66, order 0.00']);
  });

  it('misses no payment where staff has lowered the gratuity beside the total, or the bills have it', () => {
    const books = { ...defaultBooks, gratuity: 'on-top' } as const;
    const tipped = wantedOrder({ location: location({ books }), paymentPolicy: 'full' });
    const items = standingItems(tipped);
    const rows = (tip: string) => contentsOf({ items, payments: [paymentRow(tipped, { tip: usd(tip) })] });
    const lowered = standingOrder(tipped, { opened: true, gratuity: usd('100') });
    const bill = standingOrder(tipped, { id: orderId(6), gratuity: usd('117.54') });
    for (const bills of [[], [bill]]) {
      expect(compareInService(tipped, lowered, { ...rows('217.54'), bills }).lacking).toEqual([]);
      expect(told(compareInService(tipped, lowered, { ...rows('200'), bills }).lacking)).toEqual([
        'payment: event 1421.31, order 1403.77',
      ]);
    }
  });

  it('misses a line of a negative quantity, which takes something off', () => {
    const lines = [line('Taco Bar', '3', '10', '30'), line('Pizza Package', '-2', '5', '-10')];
    const totals = {
      grandTotal: usd('20'),
      billing: [],
      discountsTotal: null,
      payments: [],
      amountDue: null,
    };
    const less = wantedOrder({
      event: sourceEvent({ grandTotal: usd('20'), amountDue: null }),
      linesSource: {
        kind: 'document',
        origin: 'event',
        document: document({ lines, ...totals }),
        selections: [],
      },
    });
    const [tacos, off] = standingItems(less);
    if (!tacos || !off) throw new Error('there are two lines');
    const missed = (...items: FoundItem[]) =>
      compareInService(less, standingOrder(less, { opened: true }), contentsOf({ items, payments: [] }));
    const half = { ...off, quantity: qty('-1') };
    expect(missed(tacos, half, { ...half, id: '999' })).toEqual({ lacking: [], other: [] });
    expect(told(missed(tacos).lacking)).toEqual(['Pizza Package: event -2 × 5.00, missing in the order']);
    expect(told(missed(tacos, half).lacking)).toEqual(['Pizza Package: event -2 × 5.00, order -1 × 5.00']);
  });

  it('misses each line that is gone, and no other', () => {
    const found = standingOrder(wanted, { opened: true, tax: usd('1') });
    const { lacking, other } = compareInService(wanted, found, { ...contents('710.66'), items: [] });
    expect(lacking.map(({ name }) => name)).toEqual(wanted.items.map(({ name }) => name));
    expect(told(other)).toEqual(['tax: event 91.09, order 1.00']);
  });

  it('never misses a line whose product is there in its quantity, however it was cut up', () => {
    const cuts = fc.array(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }), {
      minLength: wanted.items.length,
      maxLength: wanted.items.length,
    });
    fc.assert(
      fc.property(cuts, fc.boolean(), (parts, short) => {
        const items = standingItems(wanted).flatMap((row, at) => {
          const own = wanted.items[at];
          const weights = parts[at] ?? [1];
          const whole = Number(own?.quantity);
          const sum = weights.reduce((total, weight) => total + weight, 0);
          return weights.map((weight, index) => ({
            ...row,
            id: `${row.id}${index}`,
            quantity: qty(((whole * weight) / sum).toFixed(4)),
          }));
        });
        const [first, ...others] = items;
        const found = standingOrder(wanted, { opened: true });
        const cut = { ...contents('710.66'), items: short ? others : items };
        const { lacking, other } = compareInService(wanted, found, cut);
        expect(lacking.length > 0).toBe(short && Number(first?.quantity) > 0.01);
        if (!short) expect(other).toEqual([]);
      }),
    );
  });
});
