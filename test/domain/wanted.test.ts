import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LinesSource, nextLines } from '../../src/domain/documents.js';
import type { SourceDocument, SourceEvent } from '../../src/domain/event.js';
import { cents, centsOf, lineTotal } from '../../src/domain/money.js';
import { ProductIndex } from '../../src/domain/products.js';
import { buildWanted } from '../../src/domain/wanted.js';
import { maxItems, type WantedInput, type WantedOrder } from '../../src/domain/wantedOrder.js';
import {
  billing,
  booking,
  document,
  line,
  location,
  paid,
  products,
  qty,
  selection,
  sourceEvent,
  usd,
} from './builders.js';

const index = new ProductIndex(products);

function input(over: Partial<WantedInput> = {}): WantedInput {
  return {
    event: sourceEvent(),
    location: location(),
    linesSource: { kind: 'document', origin: 'event', document: document(), selections: [] },
    products: index,
    paymentPolicy: 'paid',
    unmatchedPolicy: 'fail',
    testEstablishmentId: null,
    ...over,
  };
}

const ofDocument = (over: Partial<SourceDocument>): Partial<WantedInput> => ({
  linesSource: { kind: 'document', origin: 'event', document: document(over), selections: [] },
});

function order(over: Partial<WantedInput> = {}): WantedOrder {
  const result = buildWanted(input(over));
  if (result.kind === 'failed') throw new Error(`${result.failure.reason}: ${result.failure.error}`);
  return result.order;
}

function failure(over: Partial<WantedInput>) {
  const result = buildWanted(input(over));
  if (result.kind === 'ok') throw new Error('an order was built');
  return result.failure;
}

/** A document of these lines without fees, and the event to it. */
function simple(lines: SourceDocument['lines'], total: string, over: Partial<SourceDocument> = {}) {
  const grandTotal = usd(total);
  return {
    event: sourceEvent({ grandTotal, amountDue: null }),
    ...ofDocument({
      lines,
      grandTotal,
      billing: [],
      discountsTotal: null,
      payments: [],
      amountDue: null,
      ...over,
    }),
  };
}

describe('buildWanted', () => {
  it('builds the example order to the cent', () => {
    const { revision, ...rest } = order();
    expect(revision).toMatch(/^[0-9a-f]{8}$/);
    expect(rest).toEqual({
      eventId: '55521609',
      localId: 'Triple Seat_55521609',
      establishmentId: 8,
      location: location(),
      date: '2026-11-14',
      startsAt: Date.parse('2026-11-14T18:00:00-08:00'),
      guests: 40,
      items: [
        { productId: 579, name: 'HEY BLONDIE', quantity: '23', unitPrice: 2572, total: 59156 },
        { productId: 580, name: 'SUGA DADDY', quantity: '27', unitPrice: 892, total: 24084 },
        { productId: 581, name: 'Taco Bar', quantity: '24', unitPrice: 824, total: 19776 },
        { productId: 582, name: 'Pizza Package', quantity: '16', unitPrice: 672, total: 10752 },
      ].map((item) => ({
        ...item,
        shownName: products.find(({ id }) => id === item.productId)?.name,
        nameOverride: null,
        text: '',
        occurrence: 1,
      })),
      unsold: [],
      subtotal: usd('1137.68'),
      discount: usd('50.00'),
      tax: usd('91.09'),
      gratuity: usd('217.54'),
      surcharge: usd('25.00'),
      finalTotal: usd('1421.31'),
      payment: usd('710.66'),
      tip: 0,
      remainingDue: usd('710.65'),
      callName: 'Ada Alder | 555-0100',
      notesBase: 'Triple Seat Event #55521609',
      told: [],
      sorted: [
        { name: 'Sales Tax', use: 'tax', why: 'word' },
        { name: 'Gratuity', use: 'gratuity', why: 'word' },
      ],
    });
  });

  it('goes to the test establishment when there is one', () => {
    expect(order({ testEstablishmentId: 99 }).establishmentId).toBe(99);
  });

  it('dates the order by the start when the event has no date, and fails with neither', () => {
    const startsAt = Date.parse('2026-11-15T07:30:00Z');
    expect(order({ event: sourceEvent({ date: null, startsAt }) }).date).toBe('2026-11-14');
    // A start that names no zone is one of the shop.
    const zoneless = sourceEvent({ startsAt: null, localStart: '2026-11-14T18:00:00' });
    expect(order({ event: zoneless }).startsAt).toBe(Date.parse('2026-11-14T18:00:00-08:00'));
    expect(order({ event: sourceEvent({ startsAt: null }) }).startsAt).toBeNull();
    expect(failure({ event: sourceEvent({ date: null, startsAt: null }) })).toMatchObject({
      reason: 'SOURCE_ERROR',
    });
  });
});

describe('money', () => {
  it.each<[string, Partial<WantedInput>, RegExp]>([
    [
      'sums that differ, with all parts',
      ofDocument({ billing: billing(['Sales Tax', '91.09']) }),
      /add up to 1178\.77, .* grand total is 1421\.31: subtotal 1137\.68 \+ tax "Sales Tax" 91\.09 - discount 50\.00\./,
    ],
    ['a cent', ofDocument({ discountsTotal: usd('50.01') }), /add up to 1421\.30, .* 1421\.31/],
    [
      'totals of event and document that differ',
      ofDocument({ grandTotal: usd('1400.00') }),
      /event's grand total is 1421\.31, but that of its document 64521609 is 1400\.00/,
    ],
    [
      'a discount that cannot be booked',
      { location: location({ revel: { discountId: null } }) },
      /discount of 50\.00, but location "Special Events" .* Set revel\.discountId/,
    ],
    [
      'a discount that would add to the price',
      simple([line('Taco Bar', '1', '5')], '7.00', { discountsTotal: usd('-2.00') }),
      /grand total is 7\.00: subtotal 5\.00 .* - discount 2\.00\. Correct/,
    ],
    [
      'a negative total',
      simple([line('Taco Bar', '1', '-5')], '-5.00'),
      /total of the sale is negative \(-5\.00\)/,
    ],
    [
      'negative payments',
      {
        event: sourceEvent({ amountDue: null }),
        ...ofDocument({ payments: paid('-1.00'), amountDue: null }),
      },
      /-1\.00 has been paid/,
    ],
    [
      'unreadable lines',
      ofDocument({ lines: [line('', '1', '20')] }),
      /Line 1 of document 64521609 has no name/,
    ],
  ])('fails with TOTALS_MISMATCH on %s', (_, over, sentence) => {
    expect(failure(over)).toEqual({ reason: 'TOTALS_MISMATCH', error: expect.stringMatching(sentence) });
  });

  it('needs a grand total for lines that are priced', () => {
    const over = { event: sourceEvent({ grandTotal: null }), ...ofDocument({ grandTotal: null }) };
    expect(failure(over)).toEqual({
      reason: 'NOT_PRICED',
      error: expect.stringMatching(/^The lines come to 1137\.68, but Tripleseat shows no grand total/),
    });
  });

  it('needs no discount in Revel for an event without one', () => {
    const over = simple([line('Taco Bar', '2', '5')], '10.00');
    expect(order({ ...over, location: location({ revel: { discountId: null } }) }).discount).toBe(0);
  });

  it('takes the total of the document when the event has none, and the other way round', () => {
    expect(order({ event: sourceEvent({ grandTotal: null }) }).finalTotal).toBe(142131);
    expect(order(ofDocument({ grandTotal: null })).finalTotal).toBe(142131);
  });

  it('takes the fees of the event only when the document has no list of them', () => {
    expect(order(ofDocument({ billing: null })).tax).toBe(9109);
    expect(order(ofDocument({ billing: [] })).tax).toBe(9109);
    expect(failure({ event: sourceEvent({ billing: null }), ...ofDocument({ billing: null }) }).reason).toBe(
      'TOTALS_MISMATCH',
    );
  });

  it('files a fee where the location says', () => {
    const { gratuity, surcharge } = order({ location: location({ billing: { 'admin-fee': 'gratuity' } }) });
    expect([gratuity, surcharge]).toEqual([24254, 0]);
  });

  it('takes discount lines as lines', () => {
    const lines = [line('Taco Bar', '1', '20'), line('Pizza Package', '1', '-5')];
    expect(order(simple(lines, '15.00')).subtotal).toBe(1500);
  });
});

describe('figures that cannot be read', () => {
  const said = 'grand_total is "abc", not a whole number of cents';
  const broken = (field: string) => ({ broken: { [field]: said } });

  it.each<[string, Partial<WantedInput>]>([
    ['the total of the event', { event: sourceEvent({ grandTotal: null, ...broken('grandTotal') }) }],
    ['the total of the document', ofDocument({ grandTotal: null, ...broken('grandTotal') })],
    ['the discount', ofDocument({ discountsTotal: null, ...broken('discountsTotal') })],
    ['the fees of the document', ofDocument({ billing: null, ...broken('billing') })],
    [
      'the fees of the event where the document has none',
      { event: sourceEvent({ billing: null, ...broken('billing') }), ...ofDocument({ billing: null }) },
    ],
    ['the payments', ofDocument({ payments: null, ...broken('payments') })],
    [
      'the payments of another document that no amount due does without',
      {
        event: sourceEvent({
          amountDue: null,
          documents: [document({ id: '2', ...broken('payments') })],
        }),
        ...ofDocument({ amountDue: null }),
      },
    ],
  ])('%s stops the event, with the value', (_, over) => {
    expect(failure(over)).toEqual({ reason: 'SOURCE_ERROR', error: expect.stringContaining(said) });
  });

  it.each<[string, Partial<WantedInput>]>([
    ['the fees of the event beside those of the document', { event: sourceEvent(broken('billing')) }],
    [
      'the payments of another document, which an amount due does without',
      { event: sourceEvent({ documents: [document({ id: '2', ...broken('payments') })] }) },
    ],
    [
      'payments that nobody asks for',
      { ...ofDocument({ payments: null, ...broken('payments') }), paymentPolicy: 'none' },
    ],
    [
      'everything of a deleted document',
      {
        event: sourceEvent({
          documents: [document({ id: '2', deleted: true, ...broken('payments'), ...broken('grandTotal') })],
        }),
      },
    ],
    [
      'the money of a document that does not count',
      { event: sourceEvent({ documents: [document({ id: '2', ...broken('billing') })] }) },
    ],
  ])('%s does not', (_, over) => {
    expect(order(over).finalTotal).toBe(142131);
  });
});

describe('payment', () => {
  it.each<[string, Partial<WantedInput>, string]>([
    ['what Tripleseat says', {}, '710.66'],
    ['policy full', { paymentPolicy: 'full' }, '1421.31'],
    ['policy none', { paymentPolicy: 'none' }, '0'],
  ])('%s', (_, over, payment) => {
    const built = order(over);
    expect(built.payment).toBe(usd(payment));
    expect(built.remainingDue).toBe(usd('1421.31') - usd(payment));
  });
});

describe('products', () => {
  it('names every line without a product at once, with near names', () => {
    const lines = ['Suga Dady', 'Taco Bar', 'Lobster', 'Lobster'].map((name) => line(name, '1', '5'));
    const { reason, error } = failure(simple(lines, '20.00'));
    expect(reason).toBe('UNMATCHED_ITEMS');
    expect(error).toMatch(
      /^"Suga Dady" matches no active product \(near: "Suga Daddy"\); "Lobster" matches no [^;]*$/,
    );
    expect(error).toContain('Add the names to "products" of location "Special Events"');
  });

  it('names all of hundreds of lines without a product', () => {
    const lines = Array.from({ length: 400 }, (_, i) => line(`Taco Baz ${i}`, '1', '1'));
    const { error } = failure(simple(lines, '400.00'));
    expect(error.match(/matches no active product/g)).toHaveLength(400);
    expect(error).toContain('"Taco Baz 399"');
  });

  it('names products of the same name', () => {
    const twice = new ProductIndex([...products, { id: 12, name: 'TACO-BAR', price: usd(1) }]);
    expect(failure({ products: twice })).toEqual({
      reason: 'AMBIGUOUS_PRODUCT',
      error: expect.stringContaining('"Taco Bar" is the name of products 12, 581'),
    });
  });

  it('misses the product of a line with money, though one of the same name without money is an open item', () => {
    const [dear, free] = [line('Linens', '1', '40', '40'), line('Linens', '2')];
    for (const lines of [
      [dear, free],
      [free, dear],
    ]) {
      const over = { ...simple(lines, '40.00'), location: location({ textLines: 'open-item' }) };
      expect(failure(over).reason).toBe('UNMATCHED_ITEMS');
    }
  });

  it('lets the open item stand in under the line’s name', () => {
    const lines = [line('Lobster &amp; Fries', '2', '40'), line('O G', '1', '5')];
    expect(order({ ...simple(lines, '85.00'), unmatchedPolicy: 'open-item' }).items).toEqual([
      {
        productId: 990,
        name: 'Lobster & Fries',
        nameOverride: 'Lobster & Fries',
        shownName: 'Lobster & Fries',
        text: '',
        quantity: '2',
        unitPrice: 4000,
        total: 8000,
        occurrence: 1,
      },
      {
        productId: 579,
        name: 'O G',
        nameOverride: null,
        shownName: 'Hey Blondie',
        text: '',
        quantity: '1',
        unitPrice: 500,
        total: 500,
        occurrence: 1,
      },
    ]);
  });

  it('numbers identical lines by content, not by place', () => {
    const same = [line('Lobster', '1', '5'), line('Crab', '1', '5.00'), line('Lobster', '1.0', '5')];
    const numbers = (lines: typeof same) =>
      order({ ...simple(lines, '15.00'), unmatchedPolicy: 'open-item' })
        .items.map((item) => `${item.name} ${item.occurrence}`)
        .sort();
    expect(numbers(same)).toEqual(['Crab 1', 'Lobster 2', 'Lobster 3']);
    expect(numbers(same.toReversed())).toEqual(numbers(same));
  });

  it('numbers identical lines whose totals were rounded apart by content too', () => {
    const lines = [line('Taco Bar', '2.5', '3.33', '8.33'), line('Taco Bar', '2.5', '3.33', '8.32')];
    const built = order(simple(lines, '16.65'));
    expect(built.items.map((item) => [item.total, item.occurrence])).toEqual([
      [833, 2],
      [832, 1],
    ]);
    expect(order(simple(lines.toReversed(), '16.65')).revision).toBe(built.revision);
  });

  it.each([
    [maxItems, 'ok'],
    [maxItems + 1, 'failed'],
  ])('%i lines: %s', (count, kind) => {
    const lines = Array.from({ length: count }, () => line('Taco Bar', '1', '1'));
    const result = buildWanted(input(simple(lines, `${count}.00`)));
    expect(result).toMatchObject(
      kind === 'ok'
        ? { kind }
        : { kind, failure: { reason: 'SOURCE_ERROR', error: expect.stringContaining('501') } },
    );
  });

  it('may have any number of lines that are text of others', () => {
    const notes = Array.from({ length: maxItems }, (_, at) => line(`To be served at table ${at}`));
    const { items, unsold } = order(simple([line('Taco Bar', '1', '1'), ...notes], '1.00'));
    expect([items.length, unsold.length]).toEqual([1, maxItems]);
    const free = Array.from({ length: maxItems }, () => line('Taco Bar', '1'));
    expect(failure(simple([line('Taco Bar', '1', '1'), ...free], '1.00')).error).toContain('501 lines');
  });

  it('has nothing to make an order of when every line is of quantity 0', () => {
    expect(failure(simple([line('Taco Bar', '0', '5')], '0')).reason).toBe('NO_LINE_ITEMS');
  });
});

describe('menu selections', () => {
  const event = sourceEvent({
    grandTotal: usd('24.20'),
    billing: billing(['Tax', '1.00']),
    payments: [],
    amountDue: null,
    documents: [],
  });
  const from = (names: [string, string][], totals: SourceDocument | null = null): LinesSource => ({
    kind: 'selections',
    selections: names.map(([name, count]) => selection(name, count)),
    document: totals,
  });
  const tacos: [string, string][] = [
    ['Taco &lt;b&gt;Bar', '2'],
    ['Pizza Package', '1'],
    ['', '1'],
    ['Suga Daddy', '0'],
  ];

  it('are priced by the products when everything agrees', () => {
    const built = order({ event, linesSource: from(tacos) });
    expect(built.items.map((item) => [item.name, item.unitPrice, item.total])).toEqual([
      ['Taco Bar', 824, 1648],
      ['Pizza Package', 672, 672],
    ]);
    expect(built.finalTotal).toBe(2420);
  });

  it('go with the totals of the document they belong to', () => {
    const totals = document({
      lines: [],
      grandTotal: null,
      billing: null,
      discountsTotal: usd('1.00'),
      payments: [],
      amountDue: null,
    });
    const dearer = sourceEvent({ ...event, grandTotal: usd('23.20') });
    expect(order({ event: dearer, linesSource: from(tacos, totals) }).discount).toBe(100);
  });

  it.each<[string, Partial<WantedInput>, RegExp]>([
    [
      'a total that differs',
      { event: sourceEvent({ ...event, grandTotal: usd('99.00') }) },
      /add up to 24\.20.* 99\.00/,
    ],
    ['no total', { event: sourceEvent({ ...event, grandTotal: null }) }, /no grand total/],
    [
      'a product without a price',
      { linesSource: from([['Open Item', '1']]) },
      /price in Revel .* "Open Item"\./,
    ],
    ['a name without a product', { linesSource: from([['Lobster', '1']]) }, /"Lobster"/],
    [
      'an open item',
      { linesSource: from([['Lobster', '1']]), unmatchedPolicy: 'open-item' },
      /No one product with a price in Revel stands for "Lobster"/,
    ],
    [
      'a quantity that the POS would round',
      {
        linesSource: from([['Taco Bar', '2.3755']]),
        event: sourceEvent({ ...event, grandTotal: usd('20.57') }),
      },
      /"Taco Bar" has the quantity 2\.3755; the POS keeps 3 decimals and would round it\./,
    ],
    ['nothing chosen', { linesSource: from([['Taco Bar', '0']]) }, /quantity 0/],
  ])('are refused for %s', (_, over, sentence) => {
    expect(failure({ event, linesSource: from(tacos), ...over })).toEqual({
      reason: 'NO_LINE_ITEMS',
      error: expect.stringMatching(sentence),
    });
  });
});

describe('an invoice', () => {
  it('brings lines; the totals are those of its document', () => {
    const { lines, ...rest } = document();
    const source: LinesSource = { kind: 'invoice', lines, document: { ...rest, lines: [] } };
    expect(order({ linesSource: source })).toEqual(order());
  });
});

describe('callName', () => {
  const called = (over: Partial<SourceEvent>) => order({ event: sourceEvent(over) }).callName;

  it.each<[string, Partial<SourceEvent>, string]>([
    ['name only', { contact: { name: 'Ada Alder', phone: ' ' } }, 'Ada Alder'],
    ['phone only', { contact: { name: '', phone: '555-0100' } }, '555-0100'],
    ['neither', { contact: { name: '', phone: '' } }, 'Alder Rehearsal Dinner'],
    ['no contact', { contact: null, name: 'A &amp; B\u001b[2J' }, 'A & B[2J'],
    ['nothing', { contact: null, name: '\u0000' }, 'Event 55521609'],
    ['markup', { contact: { name: '<b>Ada</b>\nAlder', phone: '555\u202e-0100' } }, 'Ada Alder | 555-0100'],
  ])('%s', (_, over, expected) => {
    expect(called(over)).toBe(expected);
  });

  it('keeps the phone when the name is long, within 100 characters', () => {
    const name = called({ contact: { name: 'x'.repeat(300), phone: '555-0100' } });
    expect(name).toHaveLength(100);
    expect(name).toMatch(/^x+ \| 555-0100$/);
    expect(called({ contact: { name: 'x', phone: '5'.repeat(300) } }).length).toBeLessThanOrEqual(100);
  });
});

describe('revision', () => {
  const revision = (over: Partial<WantedInput>) => order(over).revision;

  it('does not depend on the order of lines, documents ids, titles and spelling of matched names', () => {
    const { lines } = document();
    expect(revision(ofDocument({ lines: lines.toReversed(), id: '1', title: 'Other' }))).toBe(
      order().revision,
    );
    const respelled = lines.map((each) => ({
      ...each,
      description: `${each.description ?? ''} `.toLowerCase(),
    }));
    expect(revision(ofDocument({ lines: respelled }))).toBe(order().revision);
  });

  it('does not depend on products either', () => {
    expect(revision({ location: location({ products: { 'Taco Bar': 582 } }) })).toBe(order().revision);
  });

  it.each<[string, Partial<WantedInput>]>([
    ['payment', { paymentPolicy: 'none' }],
    ['establishment', { testEstablishmentId: 99 }],
    ['date', { event: sourceEvent({ date: '2026-11-15' }) }],
    ['contact', { event: sourceEvent({ contact: null }) }],
    ['field of a fee', { location: location({ billing: { 'Admin Fee': 'tax' } }) }],
  ])('changes with the %s', (_, over) => {
    expect(revision(over)).not.toBe(order().revision);
  });

  it('is stable from run to run and release to release', () => {
    expect(order().revision).toBe(order().revision);
    expect(order().revision).toMatchInlineSnapshot(`"c00a0d51"`);
  });
});

describe('any order', () => {
  const names = products.slice(0, 4).map((product) => product.name);
  const anyLine = fc.record({
    name: fc.constantFrom(...names),
    quantity: fc.integer({ min: 1, max: 500 }),
    price: fc.integer({ min: 0, max: 100_000 }),
  });
  const anyMoney = fc.integer({ min: 0, max: 1_000_000 });
  const anyOrder = fc.record({
    lines: fc.array(anyLine, { minLength: 1, maxLength: 30 }),
    tax: anyMoney,
    tip: anyMoney,
    fee: anyMoney,
  });

  function build(
    { lines, tax, tip, fee }: typeof anyOrder extends fc.Arbitrary<infer T> ? T : never,
    off = 0,
  ) {
    const source = lines.map(({ name, quantity, price }) => ({
      ...line(name),
      quantity: qty(quantity),
      price: centsOf(cents(price)),
      totalPrice: centsOf(lineTotal(qty(quantity), cents(price))),
    }));
    const total = lines.reduce((sum, { quantity, price }) => sum + quantity * price, tax + tip + fee + off);
    const fees = [
      { name: 'Tax', amount: cents(tax) },
      { name: 'Tip', amount: cents(tip) },
      { name: 'Fee', amount: cents(fee) },
    ];
    const grandTotal = cents(total);
    return buildWanted(
      input({
        event: sourceEvent({ grandTotal, payments: null, amountDue: null }),
        ...ofDocument({
          lines: source,
          grandTotal,
          billing: fees,
          discountsTotal: null,
          payments: null,
          amountDue: null,
        }),
      }),
    );
  }

  it('adds up to the cent, and its revision does not depend on the order of lines', () => {
    fc.assert(
      fc.property(anyOrder, (drawn) => {
        const built = build(drawn);
        const shuffled = build({ ...drawn, lines: drawn.lines.toReversed() });
        if (built.kind === 'failed' || shuffled.kind === 'failed') throw new Error('no order');
        const { items, subtotal, discount, tax, gratuity, surcharge, finalTotal, payment, remainingDue } =
          built.order;
        expect(items.reduce((sum, item) => sum + item.total, 0)).toBe(subtotal);
        expect(subtotal - discount + tax + gratuity + surcharge).toBe(finalTotal);
        expect(payment + remainingDue).toBe(finalTotal);
        expect(shuffled.order.revision).toBe(built.order.revision);
        const keys = items.map((each) =>
          [each.productId, each.quantity, each.unitPrice, each.occurrence].join(),
        );
        expect(new Set(keys).size).toBe(items.length);
      }),
      { examples: [[{ lines: [{ name: 'Hey Blondie', quantity: 1, price: 0 }], tax: 0, tip: 0, fee: 0 }]] },
    );
  });

  it('is never built when the total is off, by however little', () => {
    const off = fc.integer({ min: -500, max: 500 }).filter((amount) => amount !== 0);
    fc.assert(
      fc.property(anyOrder, off, (drawn, amount) => {
        expect(build(drawn, amount)).toMatchObject({
          kind: 'failed',
          failure: { reason: 'TOTALS_MISMATCH' },
        });
      }),
    );
  });
});

describe('a payment on another document of a booking that is this event’s alone', () => {
  it('has been paid', () => {
    const order = document({ id: '7', payments: [], amountDue: usd('1421.31') });
    const deposit = document({
      id: '8',
      lines: [],
      billing: [],
      grandTotal: null,
      discountsTotal: null,
      amountDue: null,
      payments: paid('710.66'),
    });
    const event = sourceEvent({ documents: [], amountDue: usd('710.65') });
    const step = nextLines(event, { booking: booking({ documents: [order, deposit] }) });
    if (step.kind !== 'source') throw new Error(step.kind);
    const built = buildWanted({
      event,
      location: location(),
      linesSource: step.source,
      products: new ProductIndex(products),
      paymentPolicy: 'paid',
      unmatchedPolicy: 'fail',
      testEstablishmentId: null,
    });
    expect(built).toMatchObject({
      kind: 'ok',
      order: { payment: usd('710.66'), remainingDue: usd('710.65') },
    });
  });
});
