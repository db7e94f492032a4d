import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bookedBoth, moneyOf } from '../../src/domain/booked.js';
import { askedOf, figuresOf, settledBy, spread } from '../../src/domain/books.js';
import type { LinesSource } from '../../src/domain/documents.js';
import type { SourceDocument, SourceEvent } from '../../src/domain/event.js';
import type { Figure } from '../../src/domain/figure.js';
import {
  type BillingUse,
  type Books,
  billingUses,
  defaultBooks,
  type Location,
} from '../../src/domain/location.js';
import { type Cents, cents, parseAmount } from '../../src/domain/money.js';
import { ProductIndex } from '../../src/domain/products.js';
import { buildWanted } from '../../src/domain/wanted.js';
import type { WantedInput, WantedOrder } from '../../src/domain/wantedOrder.js';
import { document, line, location, paid, products, sourceEvent, usd } from './builders.js';
import { standingOrder } from './found.js';

const FEE_PRODUCT = 991;
const TIP_PRODUCT = 992;
const index = new ProductIndex([
  ...products,
  { id: FEE_PRODUCT, name: 'Event Fee', price: null },
  { id: TIP_PRODUCT, name: 'Event Gratuity', price: null },
]);

/** An amount as it is sent. */
function figure(text: string): Figure {
  const exact = parseAmount(text);
  return exact !== null && /^-?\d+$/.test(exact) ? cents(Number(exact)) : { raw: `"${text}"`, exact };
}

interface Bill {
  /** Amounts of lines. */
  lines?: string[];
  rows?: [name: string, amount: string][];
  discount?: string | null;
  total: string;
  due?: string | null;
  payments?: SourceDocument['payments'];
  document?: Partial<SourceDocument>;
  event?: Partial<SourceEvent>;
  billing?: Record<string, BillingUse>;
  books?: Partial<Books>;
  policy?: WantedInput['paymentPolicy'];
  place?: Partial<Location>;
  source?: LinesSource;
}

function built(bill: Bill) {
  const { lines = ['1000.00'], rows = [], total, discount = null, due = null } = bill;
  const its = document({
    lines: lines.map((amount) => line('Taco Bar', '1', amount, amount)),
    billing: rows.map(([name, amount]) => ({ name, amount: figure(amount) })),
    grandTotal: usd(total),
    discountsTotal: discount === null ? null : figure(discount),
    payments: bill.payments ?? [],
    amountDue: due === null ? null : usd(due),
    ...bill.document,
  });
  const event = sourceEvent({
    grandTotal: usd(total),
    amountDue: null,
    billing: [],
    payments: [],
    documents: [its],
    ...bill.event,
  });
  return buildWanted({
    event,
    location: location({
      billing: bill.billing ?? {},
      books: { ...defaultBooks, ...bill.books },
      ...bill.place,
    }),
    linesSource: bill.source ?? { kind: 'document', origin: 'event', document: its, selections: [] },
    products: index,
    paymentPolicy: bill.policy ?? 'paid',
    unmatchedPolicy: 'fail',
    testEstablishmentId: null,
  });
}

function order(bill: Bill): WantedOrder {
  const result = built(bill);
  if (result.kind === 'failed') throw new Error(`${result.failure.reason}: ${result.failure.error}`);
  return result.order;
}

function failure(bill: Bill) {
  const result = built(bill);
  if (result.kind === 'ok') throw new Error(`an order was built: ${JSON.stringify(result.order)}`);
  return result.failure;
}

describe('a deposit that is a row of the bill', () => {
  const deposit: Bill = {
    rows: [
      ['Sales Tax', '80.00'],
      ['Deposit', '-500.00'],
    ],
    total: '580.00',
    payments: paid('500.00'),
    due: '580.00',
  };

  it('is for a person to map, with the row and what to write', () => {
    const { reason, error } = failure(deposit);
    expect(reason).toBe('BILLING_UNCLEAR');
    expect(error).toMatch(/^Billing row "Deposit" of -500\.00 takes money off/);
    expect(error).toContain('of location "Special Events" in the locations file, as "Deposit":');
    for (const use of billingUses) expect(error).toContain(`"${use}"`);
    expect(error).toContain('ts-reconcile billing map "Deposit" <use> --location "Special Events"');
  });

  it('is off both sides where it is ignored', () => {
    expect(order({ ...deposit, billing: { deposit: 'ignore' } })).toMatchObject({
      tax: 8_000,
      surcharge: 0,
      finalTotal: 108_000,
      payment: 50_000,
      remainingDue: 58_000,
    });
  });

  it('is no revenue where it will be given back', () => {
    const bill: Bill = {
      rows: [['Security Deposit', '300.00']],
      total: '1300.00',
      payments: paid('1300.00'),
      due: '0',
      billing: { 'Security Deposit': 'ignore' },
    };
    expect(order(bill)).toMatchObject({
      surcharge: 0,
      finalTotal: 100_000,
      payment: 100_000,
      remainingDue: 0,
    });
  });
});

describe('rows that are no part of the sale', () => {
  it('decide whether what is sold comes to less than nothing, not the total that they stand in', () => {
    const prepaid: Bill = { lines: ['150.00'], rows: [['Prepaid', '-200.00']], total: '-50.00' };
    const listed = { ...prepaid, billing: { Prepaid: 'ignore' }, payments: paid('200.00') } as const;
    expect(order(listed)).toMatchObject({ finalTotal: 15_000, payment: 20_000, remainingDue: -5_000 });
    const deposit: Bill = { lines: ['-150.00'], rows: [['Deposit', '200.00']], total: '50.00' };
    expect(failure({ ...deposit, billing: { Deposit: 'ignore' } })).toMatchObject({
      reason: 'TOTALS_MISMATCH',
      error: expect.stringMatching(
        /total of the sale is negative \(-150\.00\).*which leaves out "Deposit"\.$/,
      ),
    });
    const two: Bill['rows'] = [
      ['Deposit', '200.00'],
      ['Prepaid', '5.00'],
    ];
    const both = {
      ...deposit,
      rows: two,
      total: '55.00',
      billing: { Deposit: 'ignore', Prepaid: 'ignore' },
    } as const;
    expect(failure(both).error).toMatch(/which leaves out "Deposit", "Prepaid"\.$/);
    expect(failure({ lines: ['-150.00'], total: '-150.00' }).error).toMatch(
      /negative \(-150\.00\)\. Correct the event in Tripleseat\.$/,
    );
  });
});

describe('rows of the bill', () => {
  it('are in the prices already', () => {
    const bill: Bill = { lines: ['120.00'], rows: [['VAT (included)', '20.00']], total: '120.00' };
    const { reason, error } = failure(bill);
    expect(reason).toBe('TOTALS_MISMATCH');
    expect(error).toContain('Without "VAT (included)" the parts add up');
    const billing = { 'VAT (included)': 'included' } as const;
    expect(order({ ...bill, billing })).toMatchObject({ subtotal: 12_000, tax: 0, finalTotal: 12_000 });
    // Nobody looks at what it comes to.
    const broken: Bill = { ...bill, rows: [['VAT (included)', 'abc']], billing };
    expect(order(broken).finalTotal).toBe(12_000);
  });

  it('are sold as lines', () => {
    const bill: Bill = {
      rows: [['Delivery', '75.00']],
      total: '1075.00',
      billing: { Delivery: { product: FEE_PRODUCT } },
    };
    const { items, subtotal, surcharge, finalTotal } = order(bill);
    expect(items.at(-1)).toMatchObject({
      productId: FEE_PRODUCT,
      name: 'Delivery',
      nameOverride: 'Delivery',
      shownName: 'Delivery',
      quantity: '1',
      unitPrice: 7_500,
      occurrence: 1,
    });
    expect([subtotal, surcharge, finalTotal]).toEqual([107_500, 0, 107_500]);
    expect(failure({ ...bill, billing: { Delivery: { product: 4711 } } })).toEqual({
      reason: 'UNMATCHED_ITEMS',
      error: expect.stringMatching(
        /^"Delivery" is to be sold as product 4711, which is not an active product/,
      ),
    });
    expect(failure({ ...bill, rows: [['Delivery', '-75.00']], total: '925.00' }).reason).toBe(
      'BILLING_UNCLEAR',
    );
  });

  it.each<[string, Bill, Record<string, unknown>]>([
    [
      'takes from the price on top of the discount of the document',
      { rows: [['Discount', '-100.00']], discount: '50.00', total: '850.00' },
      { discount: 15_000 },
    ],
    [
      'repeats the discount of the document',
      { rows: [['Discount', '-100.00']], discount: '100.00', total: '900.00' },
      { discount: 10_000 },
    ],
    [
      'is written without its sign',
      { rows: [['Promo', '100.00']], total: '900.00' },
      { discount: 10_000, surcharge: 0 },
    ],
    [
      'is a fee all the same',
      { rows: [['Promotional material', '100.00']], total: '1100.00' },
      { discount: 0, surcharge: 10_000 },
    ],
    [
      'is mapped',
      { rows: [['Loyalty', '-100.00']], total: '900.00', billing: { Loyalty: 'discount' } },
      { discount: 10_000 },
    ],
    [
      'is mapped, and repeats the discount of the document',
      {
        rows: [['Loyalty', '-100.00']],
        discount: '100.00',
        total: '900.00',
        billing: { Loyalty: 'discount' },
      },
      { discount: 10_000 },
    ],
  ])('a row named discount: %s', (_, bill, figures) => {
    expect(order(bill)).toMatchObject(figures);
  });

  it('named discount must be proved by the total', () => {
    const neither: Bill = { rows: [['Discount', '-100.00']], discount: '30.00', total: '950.00' };
    expect(failure(neither)).toEqual({
      reason: 'TOTALS_MISMATCH',
      error: expect.stringMatching(/subtotal 1000\.00 - discount "Discount" 100\.00 - discount 30\.00/),
    });
  });

  it('named discount repeats none where there is none', () => {
    expect(failure({ rows: [['Discount', '-100.00']], total: '1000.00' })).toEqual({
      reason: 'TOTALS_MISMATCH',
      error: expect.stringContaining('Without "Discount" the parts add up'),
    });
  });

  it('named discount repeat no discount that is less', () => {
    expect(failure({ rows: [['Discount', '-100.00']], discount: '30.00', total: '970.00' })).toEqual({
      reason: 'TOTALS_MISMATCH',
      error: expect.stringContaining('Without "Discount" the parts add up'),
    });
    // One of several that the document's is the sum of; and one that was rounded.
    const part: Bill = { rows: [['Discount', '-100.00']], discount: '130.00', total: '870.00' };
    expect(order(part).discount).toBe(13_000);
    const rounded: Bill = { rows: [['Discount', '-100.01']], discount: '100.005', total: '899.99' };
    expect(order(rounded).discount).toBe(10_001);
  });

  it('named discount are told of where they do not simply come off', () => {
    const told = (bill: Bill) => order(bill).told;
    expect(told({ rows: [['Discount', '-50.00']], discount: '50.00', total: '950.00' })).toEqual([
      expect.stringMatching(/^"Discount" repeats the discount of document \d+ and counts once\.$/),
    ]);
    expect(told({ rows: [['Discount', '50.00']], total: '1050.00' })).toEqual([
      '"Discount" counts as a fee: so the parts add up to the grand total.',
    ]);
    const both: Bill['rows'] = [
      ['Promo', '-10.00'],
      ['Comp', '20.00'],
    ];
    expect(order({ rows: both, total: '1010.00' })).toMatchObject({ discount: 1_000, surcharge: 2_000 });
    expect(told({ rows: both, total: '1010.00' })).toEqual([
      '"Comp" counts as a fee: so the parts add up to the grand total.',
    ]);
  });

  it('named discount may say once more what a line says', () => {
    const lines = [line('Taco Bar', '1', '1000', '1000', { discount: usd('50.00') })];
    expect(order({ rows: [['Discount', '-50.00']], total: '950.00', document: { lines } }).discount).toBe(
      5_000,
    );
  });

  it('that two readings prove in different ways are refused', () => {
    const lines = [line('Taco Bar', '1', '1000', '1000', { discount: usd('50.00') })];
    const rows: Bill['rows'] = [
      ['Discount', '50.00'],
      ['Setup', '20.00'],
    ];
    expect(failure({ rows, total: '1020.00', document: { lines } })).toEqual({
      reason: 'BILLING_UNCLEAR',
      error:
        'The billing rows "Discount" (50.00), "Setup" (20.00) add up to the grand total in more than one way, with ' +
        'different discounts. Write what each of them is into "billing" of location "Special Events" in the locations file.',
    });
  });

  it('mapped to discount take from the price, with or without their sign', () => {
    for (const amount of ['50.00', '-50.00']) {
      const bill: Bill = { rows: [['Loyalty', amount]], total: '950.00', billing: { Loyalty: 'discount' } };
      expect(order(bill)).toMatchObject({ discount: 5_000, surcharge: 0, finalTotal: 95_000 });
    }
  });

  it('and the discount of the document take from the price, with or without its sign', () => {
    for (const discount of ['50.00', '-50.00']) {
      expect(order({ discount, total: '950.00' })).toMatchObject({ discount: 5_000, finalTotal: 95_000 });
    }
  });

  it('of no amount need no name that says what they are', () => {
    const rows: Bill['rows'] = [
      ['Deposit', '0.0'],
      ['Tax & Gratuity', '0'],
    ];
    expect(order({ rows, total: '1000.00' }).finalTotal).toBe(100_000);
  });

  it('are those of the event where the document has an empty list and these prove the total', () => {
    const event = { billing: [{ name: 'Sales Tax', amount: usd('80.00') }] };
    expect(order({ total: '1080.00', event })).toMatchObject({ tax: 8_000 });
    expect(order({ total: '1000.00', event })).toMatchObject({ tax: 0 });
    const neither: Bill = { total: '1000.00', document: { billing: null }, event: { billing: null } };
    expect(order(neither).finalTotal).toBe(100_000);
    const unclear = { billing: [{ name: 'Deposit', amount: usd('-80.00') }] };
    expect(order({ total: '1000.00', event: unclear }).finalTotal).toBe(100_000);
    expect(failure({ total: '1050.00', event }).error).toContain('+ tax "Sales Tax" 80.00');
  });

  it('tell which names nothing but the name has sorted', () => {
    const rows: Bill['rows'] = [
      ['Grat 18%', '180.00'],
      ['Setup', '20.00'],
      ['Admin', '5.00'],
      ['Promo', '-10.00'],
    ];
    expect(order({ rows, total: '1195.00', billing: { Admin: 'surcharge' } }).sorted).toEqual([
      { name: 'Grat 18%', use: 'gratuity', why: 'word' },
      { name: 'Setup', use: 'surcharge', why: 'rest' },
      { name: 'Promo', use: 'discount', why: 'word' },
    ]);
  });

  it.each([
    ['tax', 'tax'],
    ['gratuity', 'gratuity'],
    ['surcharge', 'fees'],
  ] as const)('mapped to %s cannot make it less than nothing', (use, name) => {
    const bill: Bill = { rows: [['Correction', '-5.00']], total: '995.00', billing: { Correction: use } };
    expect(failure(bill)).toEqual({
      reason: 'BILLING_UNCLEAR',
      error: expect.stringMatching(
        new RegExp(`"${name}" come to -5\\.00, less than nothing\\. .*: "discount" if .*, "ignore" if `),
      ),
    });
  });
});

describe('parts with fractions of a cent', () => {
  it.each<[string, Bill, Record<string, unknown>]>([
    ['a discount', { discount: '122.555', total: '877.45' }, { discount: 12_255 }],
    ['the other way', { discount: '122.555', total: '877.44' }, { discount: 12_256 }],
    ['a tax', { rows: [['Sales Tax', '96.3125']], total: '1096.31' }, { tax: 9_631 }],
    ['a number from a computer', { rows: [['Tax', '137.6800000000002']], total: '1137.68' }, { tax: 13_768 }],
    [
      'two that make a whole',
      {
        rows: [
          ['State Tax', '10.005'],
          ['City Tax', '20.005'],
        ],
        total: '1030.01',
      },
      { tax: 3_001 },
    ],
    [
      'a discount and a tax',
      { rows: [['Sales Tax', '96.3125']], discount: '122.555', total: '973.76' },
      { tax: 9_631, discount: 12_255, finalTotal: 97_376 },
    ],
  ])('%s', (_, bill, figures) => {
    expect(order(bill)).toMatchObject(figures);
  });

  it('are proved with those of the lines, before these are rounded', () => {
    const bought = (price: string, tax: string, total: string): Bill => ({
      rows: [['Sales Tax', tax]],
      total,
      document: { lines: [line('Taco Bar', '2.2', price)] },
    });
    // 7.414 + 0.594 = 8.008, and 7.436 + 0.596 = 8.032.
    expect(order(bought('3.37', '0.594', '8.01'))).toMatchObject({ subtotal: 741, tax: 60, finalTotal: 801 });
    expect(order(bought('3.38', '0.596', '8.03'))).toMatchObject({ subtotal: 744, tax: 59, finalTotal: 803 });
    expect(failure(bought('3.37', '0.594', '8.00'))).toEqual({
      reason: 'TOTALS_MISMATCH',
      error: expect.stringMatching(/add up to 8\.008, .* 8\.00: subtotal 7\.414 \+ tax "Sales Tax" "0\.594"/),
    });
  });

  it('are taken either way where the lines come to half a cent, and to no other sum', () => {
    const half = (total: string): Bill => ({ total, document: { lines: [line('Taco Bar', '1.5', '0.67')] } });
    expect(order(half('1.00'))).toMatchObject({ subtotal: 100, finalTotal: 100 });
    expect(order(half('1.01'))).toMatchObject({ subtotal: 101, finalTotal: 101 });
    for (const total of ['0.99', '1.02']) expect(failure(half(total)).reason).toBe('TOTALS_MISMATCH');
  });

  it('come to the same in whichever places they stand', () => {
    const rows: [string, string][] = [
      ['State Tax', '10.005'],
      ['Delivery', '20.005'],
    ];
    for (const each of [rows, rows.toReversed()]) {
      expect(order({ rows: each, total: '1030.01' })).toMatchObject({ tax: 1_000, surcharge: 2_001 });
    }
  });

  it('are told of', () => {
    expect(order({ rows: [['Sales Tax', '96.3125']], total: '1096.31' }).told).toEqual([
      '"Sales Tax" is "96.3125", no whole number of cents; it counts as 96.31, so that the parts add up to the grand total.',
    ]);
  });

  it('are told of where the discount has one', () => {
    expect(order({ discount: '122.555', total: '877.45' }).told).toEqual([
      expect.stringMatching(
        /^Discount is "122\.555", no whole number of cents; it counts as 122\.55, so that/,
      ),
    ]);
  });

  it('are refused with the raw figures beyond half a cent, and whole ones at once', () => {
    const raw = failure({ rows: [['Sales Tax', '96.3125']], discount: '1.001', total: '1095.32' });
    expect(raw.reason).toBe('TOTALS_MISMATCH');
    expect(raw.error).toMatch(/add up to 1095\.3115.*"96\.3125" - discount "1\.001"/);
    expect(failure({ rows: [['Tax', '96.31']], total: '1096.32' }).reason).toBe('TOTALS_MISMATCH');
  });

  it('that are no amounts are refused by name where they are used', () => {
    expect(failure({ rows: [['Tax', 'abc']], total: '1000.00' })).toEqual({
      reason: 'SOURCE_ERROR',
      error: 'the amount of billing row "Tax" is "abc", no amount of money. Correct it in Tripleseat.',
    });
    expect(failure({ discount: 'abc', total: '1000.00' }).error).toContain('discounts_total of document');
  });
});

describe('what explains a difference', () => {
  it('is a food-and-beverage minimum', () => {
    expect(failure({ total: '2500.00', event: { minimum: usd('2500.00') } }).error).toContain(
      'food-and-beverage minimum of 2500.00 explains the difference of 1500.00',
    );
    for (const minimum of [usd('2000.00'), null]) {
      expect(failure({ total: '2500.00', event: { minimum } }).error).toMatch(
        / 1000\.00\. Correct the lines/,
      );
    }
    const all: Bill = { rows: [['Tax', '80.00']], total: '2500.00', event: { minimum: usd('2500.00') } };
    expect(failure(all).error).toContain('minimum of 2500.00 explains the difference of 1420.00');
    // Nothing is missing to it where the parts come to more.
    const dear: Bill = { rows: [['Tax', '80.00']], total: '1000.00', event: { minimum: usd('1000.00') } };
    expect(failure(dear).error).not.toContain('minimum');
    const taxed: Bill = {
      rows: [['Sales Tax', '80.00']],
      total: '1580.00',
      event: { minimum: usd('1500.00') },
    };
    expect(failure(taxed).error).toMatch(
      /^The parts add up to 1080\.00, .*: subtotal 1000\.00 \+ tax "Sales Tax" 80\.00\. The event's food-and-beverage minimum .* to the minimum\. Correct the lines or fees in Tripleseat\.$/,
    );
    const none: Bill = { total: '0', discount: '1100.00', event: { minimum: usd(0) } };
    expect(failure(none).error).not.toContain('minimum');
  });

  it('is a row that is in the prices already, or none that is known', () => {
    const rows: Bill['rows'] = [
      ['Sales Tax', '80.00'],
      ['Service Fee', '20.00'],
    ];
    const sums = 'subtotal 1000.00 + tax "Sales Tax" 80.00 + surcharge "Service Fee" 20.00';
    const included =
      'Without "Service Fee" the parts add up: if it is in the prices already, map it to "included" in "billing" of the ' +
      'location. Correct the lines or fees in Tripleseat.';
    expect(failure({ rows, total: '1080.00' }).error).toContain(`: ${sums}. ${included}`);
    // Told beside what else would explain it; and the discount of a document is no row.
    const cheap = [line('Taco Bar', '1', '980', '980'), line('Suga Daddy', '1', '20', '20')];
    expect(failure({ rows, total: '1080.00', document: { lines: cheap } }).error).toMatch(
      /Without the line "Suga Daddy" .*, take its price off\. Without "Service Fee" the parts/,
    );
    expect(failure({ total: '1000.00', discount: '17.00' }).error).toMatch(
      /- discount 17\.00\. Correct the lines/,
    );
    const discounted = failure({ rows, total: '1063.00', discount: '17.00' });
    expect(discounted.error).toMatch(/"Service Fee" 20\.00 - discount 17\.00\. Without/);
    expect(failure({ rows, total: '1234.00' }).error).toMatch(
      /20\.00\. Correct the lines or fees in Tripleseat\.$/,
    );
    const sold: Bill = { rows, total: '999.00', billing: { 'Service Fee': { product: FEE_PRODUCT } } };
    expect(failure(sold).error).toContain('+ line "Service Fee" 20.00');
  });

  it('is the discounts of all lines together', () => {
    const lines = [30, 70].map((off) =>
      line('Taco Bar', '1', '500', '500', { discount: usd(off), displayName: ' ' }),
    );
    expect(failure({ total: '1100.00', document: { lines } }).error).toContain(
      'The discount of "Taco Bar" (30.00), "Taco Bar" (70.00) explains the difference of 100.00.',
    );
    expect(failure({ total: '1070.00', document: { lines } }).error).toContain(
      'The discount of "Taco Bar" (70.00) explains the difference of 70.00.',
    );
  });

  it('is one line that is not charged', () => {
    const lines = [line('Taco Bar', '40', '50', '2000'), line('Suga Daddy', '40', '4.50')];
    expect(failure({ total: '2000.00', document: { lines } }).error).toBe(
      "The parts add up to 2180.00, but Tripleseat's grand total is 2000.00: subtotal 2180.00. Without the line " +
        '"Suga Daddy" (180.00) the parts add up: if another line has it in its price, take its price off. Correct the ' +
        'lines or fees in Tripleseat.',
    );
    const twice = { lines: [...lines, line('Pizza Package', '1', '180')] };
    expect(failure({ total: '2180.00', document: twice }).error).not.toContain('Without');
  });

  it('is a total of lines that is more than their quantity at their price', () => {
    const third = line('Taco Bar', '3', '33.33', '100');
    const even = line('Taco Bar', '2', '50', '100');
    expect(failure({ total: '200.00', document: { lines: [third, even] } }).error).toBe(
      "The parts add up to 199.99, but Tripleseat's grand total is 200.00: subtotal 199.99. The total of " +
        '"Taco Bar" (100.00, but 3 × 33.33 = 99.99) explains the difference of 0.01: an order has a line at its quantity ' +
        'and price. Correct the lines or fees in Tripleseat.',
    );
    const sixth = line('Taco Bar', '6', '16.66', '100');
    expect(failure({ total: '200.00', document: { lines: [third, sixth] } }).error).toContain(
      '"Taco Bar" (100.00, but 3 × 33.33 = 99.99), "Taco Bar" (100.00, but 6 × 16.66 = 99.96) explains the difference of 0.05:',
    );
    expect(failure({ total: '199.99', document: { lines: [third, sixth] } }).error).toContain(
      'The total of "Taco Bar" (100.00, but 6 × 16.66 = 99.96) explains the difference of 0.04:',
    );
    const one = line('Taco Bar', undefined, '90', '100');
    expect(failure({ total: '100.00', document: { lines: [one] } }).error).toContain(
      'The total of "Taco Bar" (100.00, but 1 × 90.00 = 90.00) explains the difference of 10.00:',
    );
    expect(failure({ total: '201.00', document: { lines: [third, even] } }).error).not.toContain('explains');
    const unpriced = line('Taco Bar', '4', undefined, '900');
    expect(failure({ total: '950.00', document: { lines: [unpriced] } }).error).not.toContain('explains');
  });

  it('is the discount of a line, or it counts where the sum proves it', () => {
    const lines = [line('Taco Bar', '1', '1000', '1000', { discount: usd('100.00') })];
    expect(failure({ total: '1100.00', document: { lines } }).error).toContain(
      'The discount of "Taco Bar" (100.00) explains the difference of 100.00.',
    );
    const proved = order({ total: '900.00', discount: '0.0', document: { lines } });
    expect(proved).toMatchObject({
      discount: 10_000,
      told: [expect.stringContaining('Discounts of lines (100.00)')],
    });
    expect(order({ total: '850.00', discount: '50.00', document: { lines } }).discount).toBe(15_000);
    expect(order({ total: '900.00', discount: '100.00', document: { lines } }).discount).toBe(10_000);
  });
});

describe('a line whose total is less than its quantity at its price', () => {
  const lines = [line('Taco Bar', '4', '250', '900'), line('Suga Daddy', '1', '5', '5')];

  it('has a discount, which counts where the sum proves it', () => {
    expect(order({ total: '905.00', document: { lines } })).toMatchObject({
      subtotal: 100_500,
      discount: 10_000,
      finalTotal: 90_500,
      told: [expect.stringContaining('Discounts of lines (100.00)')],
    });
    // The discount of the document holds it, or comes on top of it.
    expect(order({ total: '905.00', discount: '100.00', document: { lines } }).discount).toBe(10_000);
    expect(order({ total: '855.00', discount: '50.00', document: { lines } }).discount).toBe(15_000);
    // It is no discount where the sum is right without it.
    expect(order({ total: '1005.00', document: { lines } }).discount).toBe(0);
  });

  it('has a discount that its figure says in per cent, or that nobody can read', () => {
    const cut = (discount: string, total: string) =>
      line('Taco Bar', '4', '250', total, { discount: figure(discount) });
    expect(order({ total: '900.00', document: { lines: [cut('10.0', '900')] } })).toMatchObject({
      subtotal: 100_000,
      discount: 10_000,
      told: ["Discounts of lines (100.00) are part of the order's discount."],
    });
    expect(order({ total: '900.00', document: { lines: [cut('10 %', '900')] } }).discount).toBe(10_000);
    const one = line('Taco Bar', undefined, '1000', '900');
    expect(order({ total: '900.00', document: { lines: [one] } }).discount).toBe(10_000);
    // All of it, beside one that is sold.
    const free = [line('Suga Daddy', '1', '5', '5'), cut('100.0', '0')];
    expect(order({ total: '5.00', document: { lines: free } })).toMatchObject({ discount: 100_000 });
    // With the total as before it.
    expect(order({ total: '900.00', document: { lines: [cut('10.0', '1000')] } }).discount).toBe(10_000);
    // In dollars, with the total as before it, or as after it.
    expect(order({ total: '990.00', document: { lines: [cut('10.0', '1000')] } }).discount).toBe(1_000);
    expect(order({ total: '990.00', document: { lines: [cut('10.0', '990')] } }).discount).toBe(1_000);
    expect(failure({ total: '950.00', document: { lines: [cut('10.0', '900')] } }).reason).toBe(
      'TOTALS_MISMATCH',
    );
  });

  it('has a discount on an invoice, too', () => {
    const its = document({ lines: [], billing: [], grandTotal: usd('905.00'), discountsTotal: null });
    const source: LinesSource = { kind: 'invoice', lines, document: its };
    expect(order({ total: '905.00', source, policy: 'none' })).toMatchObject({
      subtotal: 100_500,
      discount: 10_000,
    });
  });

  it('is free where its total is nothing, and so does the sum say', () => {
    const free = [line('Taco Bar', '1', '100', '100'), line('Suga Daddy', '5', '4', '0')];
    expect(order({ total: '100.00', document: { lines: free } })).toMatchObject({
      subtotal: 12_000,
      discount: 2_000,
      finalTotal: 10_000,
      told: [expect.stringContaining('Discounts of lines (20.00)')],
    });
    expect(order({ total: '120.00', document: { lines: free } }).discount).toBe(0);
    // Beside a discount of another line, which its figure says.
    const cut = line('Taco Bar', '1', '100', '90', { discount: usd('10.00') });
    const both = { lines: [cut, line('Suga Daddy', '5', '4', '0')] };
    expect(order({ total: '90.00', document: both }).discount).toBe(3_000);
    expect(order({ total: '110.00', document: both }).discount).toBe(1_000);
  });

  it('has none where it is not sold', () => {
    const unsold = line('Pizza Package', '0', '5', '0', { discount: usd('5.00') });
    const sold = line('Taco Bar', '1', '200', '200', { discount: usd('10.00') });
    expect(order({ total: '190.00', document: { lines: [sold, unsold] } }).discount).toBe(1_000);
    expect(failure({ total: '185.00', document: { lines: [sold, unsold] } }).reason).toBe('TOTALS_MISMATCH');
  });

  it('by a fraction of a cent is told with it', () => {
    const tea = [line('Taco Bar', '3', '33.33', '89.985')];
    expect(order({ total: '89.99', document: { lines: tea } })).toMatchObject({
      discount: 1_000,
      told: [
        "Discounts of lines (10.005) are part of the order's discount.",
        expect.stringMatching(
          /^Discounts of lines is 10\.005, no whole number of cents; it counts as 10\.00,/,
        ),
      ],
    });
  });

  it('by less than a cent is only rounded', () => {
    const tea = [line('Taco Bar', '3', '33.3313', '99.99')];
    expect(order({ total: '99.99', document: { lines: tea } })).toMatchObject({
      discount: 0,
      told: [],
    });
  });

  it('is named where that explains the difference, and no total that was not filled in is one', () => {
    const billing: Bill['rows'] = [['Sales Tax', '80.00']];
    expect(failure({ rows: billing, total: '1185.00', document: { lines } }).error).toContain(
      'The discount of "Taco Bar" (100.00) explains the difference of 100.00.',
    );
    const unfilled = [line('Taco Bar', '4', '250', '0')];
    expect(failure({ total: '900.00', document: { lines: unfilled } }).error).not.toContain('explains');
    expect(order({ total: '1000.00', document: { lines: unfilled } }).discount).toBe(0);
    expect(failure({ total: '0.00', document: { lines: unfilled } }).reason).toBe('TOTALS_MISMATCH');
    const unpriced = [line('Taco Bar', '4', undefined, '900')];
    expect(order({ total: '900.00', document: { lines: unpriced } }).discount).toBe(0);
  });
});

it('a discount of a line that nobody can read is none that could prove anything', () => {
  const lines = [line('Taco Bar', '1', '1000', '1000', { discount: figure('abc') })];
  expect(order({ total: '1000.00', document: { lines } }).discount).toBe(0);
  expect(failure({ total: '900.00', document: { lines } }).reason).toBe('TOTALS_MISMATCH');
});

it.each([
  ['none', 0],
  ['full', 100_000],
] as const)('the policy %s tells nothing of payments', (policy, payment) => {
  expect(order({ total: '1000.00', policy, payments: paid('70.00') })).toMatchObject({ payment, told: [] });
});

describe('a gratuity that the guest has chosen', () => {
  it('is told of as long as it is not applied', () => {
    const event = { selectedGratuity: '"20%"' };
    expect(order({ total: '1000.00', event }).told).toEqual([
      'The guest has chosen a gratuity ("20%"), but it is not applied in Tripleseat, so that the order has none. Apply it ' +
        'there before the order is made, or take it at the event.',
    ]);
    expect(order({ total: '1000.00', event: { selectedGratuity: null } }).told).toEqual([]);
  });

  it.each([
    ['Gratuity', '0.00', '1000.00'],
    ['Gratuity', '-10.00', '990.00'],
    ['Sales Tax', '80.00', '1080.00'],
  ])('is not applied by a row %s of %s', (name, amount, total) => {
    const billing = { Gratuity: 'discount' } as const;
    const bill: Bill = { rows: [[name, amount]], total, event: { selectedGratuity: '"20%"' }, billing };
    expect(order(bill).told).toEqual([expect.stringContaining('is not applied')]);
  });

  it.each<[string, string, BillingUse | null]>([
    ['Gratuity', '1200.00', null],
    ['Gratuity', '1200.00', 'surcharge'],
    ['Gratuity', '1200.00', 'ignore'],
    ['Gratuity', '1200.00', { product: TIP_PRODUCT }],
    ['Gratuity', '1000.00', 'included'],
    ['Service', '1200.00', 'gratuity'],
    ['Tax & Gratuity', '1200.00', 'tax'],
  ])('is applied once it is on the bill, whatever becomes of it: %s, %s, %j', (name, total, use) => {
    const billing = use === null ? {} : { [name]: use };
    const bill: Bill = { rows: [[name, '200.00']], total, event: { selectedGratuity: '"20%"' }, billing };
    expect(order(bill).told).toEqual([]);
  });

  it.each([
    ['Gratuity', true],
    ['Gratuity 20% (on food)', true],
    ['Tip', true],
    ['20% tip', true],
    ['Steak Tips', false],
    ['Taco Bar', false],
    ['Staffing (gratuity not included)', false],
  ])('is applied as a line: %s, %s', (name, isApplied) => {
    const lines = [line('Taco Bar', '1', '1000', '1000'), line(name, '1', '200', '200')];
    const bill: Bill = { total: '1200.00', document: { lines }, event: { selectedGratuity: '"20%"' } };
    expect(order({ ...bill, place: { products: { [name]: TIP_PRODUCT } } }).told.length).toBe(
      isApplied ? 0 : 1,
    );
    const free = { lines: [line('Taco Bar', '1', '1000', '1000'), line(name, '1')] };
    expect(order({ ...bill, total: '1000.00', document: free }).told).toContainEqual(
      expect.stringContaining('is not applied'),
    );
  });
});

describe('figures that nobody uses', () => {
  const broken = { broken: { payments: 'the payments are odd', amountDue: 'amount_due is odd' } };
  it.each<[string, Bill, boolean]>([
    ['payments and amount due, policy paid', { total: '1000.00', document: broken }, false],
    ['the same, policy listed', { total: '1000.00', document: broken, policy: 'listed' }, false],
    ['the same, policy full', { total: '1000.00', document: broken, policy: 'full' }, true],
    ['the same, policy none', { total: '1000.00', document: broken, policy: 'none' }, true],
    [
      'an amount due beside a list',
      { total: '1000.00', payments: paid('400.00'), document: { broken: { amountDue: 'odd' } } },
      true,
    ],
    [
      'a payment of unknown state, policy none',
      { total: '1000.00', payments: [{ id: '1', amount: null, problem: 'odd' }], policy: 'none' },
      true,
    ],
    [
      'a payment of unknown state, policy paid',
      { total: '1000.00', payments: [{ id: '1', amount: null, problem: 'odd' }] },
      false,
    ],
    [
      'the rows of the event beside those of the document',
      {
        rows: [['Tax', '1.00']],
        total: '1001.00',
        event: { billing: [{ name: 'Tax', amount: figure('abc') }] },
      },
      true,
    ],
  ])('%s', (_, bill, passes) => {
    expect(built(bill).kind).toBe(passes ? 'ok' : 'failed');
  });
});

describe('books', () => {
  const rows: Bill['rows'] = [
    ['Sales Tax', '80.00'],
    ['Gratuity', '200.00'],
    ['Admin Fee', '25.00'],
  ];
  const bill: Bill = { rows, total: '1305.00' };
  const part = { payments: paid('500.00'), due: '805.00' };
  const whole = { payments: paid('1305.00'), due: '0' };

  it.each<[string, Bill, Record<string, unknown>]>([
    [
      'in the total, part-paid',
      { ...bill, ...part },
      { gratuity: 20_000, finalTotal: 130_500, payment: 50_000, tip: 0, remainingDue: 80_500 },
    ],
    [
      'on top, unpaid',
      { ...bill, books: { gratuity: 'on-top' } },
      { gratuity: 20_000, finalTotal: 110_500, payment: 0, tip: 0, remainingDue: 130_500 },
    ],
    [
      'on top, part-paid',
      { ...bill, ...part, books: { gratuity: 'on-top' } },
      { gratuity: 20_000, finalTotal: 110_500, payment: 50_000, tip: 0, remainingDue: 80_500 },
    ],
    [
      'on top, part of the tip paid',
      { ...bill, payments: paid('1205.00'), due: '100.00', books: { gratuity: 'on-top' } },
      { gratuity: 20_000, finalTotal: 110_500, payment: 110_500, tip: 10_000, remainingDue: 10_000 },
    ],
    [
      'on top, paid',
      { ...bill, ...whole, books: { gratuity: 'on-top' } },
      { gratuity: 20_000, finalTotal: 110_500, payment: 110_500, tip: 20_000, remainingDue: 0 },
    ],
    [
      'as a line',
      { ...bill, ...part, books: { gratuity: { product: TIP_PRODUCT }, fees: { product: FEE_PRODUCT } } },
      {
        subtotal: 122_500,
        gratuity: 0,
        surcharge: 0,
        finalTotal: 130_500,
        payment: 50_000,
        remainingDue: 80_500,
      },
    ],
  ])('gratuity %s', (_, given, figures) => {
    expect(order(given)).toMatchObject(figures);
  });

  it('keeps the revision of orders from before there were books', () => {
    expect(order(bill).revision).toBe(order({ ...bill, books: { tax: 'header' } }).revision);
    expect(order({ ...bill, ...whole, books: { gratuity: 'on-top' } }).revision).not.toBe(
      order({ ...bill, ...whole }).revision,
    );
  });

  it('spreads tax over the lines that name it, to the cent', () => {
    const lines = [
      line('Taco Bar', '1', '10', '10', { billingIds: ['6'] }),
      line('Pizza Package', '1', '20', '20', { billingIds: ['6', '7'] }),
      line('Suga Daddy', '1', '5', '5', { billingIds: [] }),
    ];
    const billing = [
      { name: 'State Tax', amount: usd('1.00'), billingId: '6' },
      { name: 'City Tax', amount: usd('0.35') },
    ];
    const given: Bill = { total: '36.35', document: { lines, billing }, books: { tax: 'lines' } };
    const { items, tax } = order(given);
    expect(tax).toBe(135);
    // A dollar over 10 and 20; 35 cents over 10, 20 and 5.
    expect(items.map((item) => item.tax)).toEqual([33 + 10, 67 + 20, 5]);
    expect(order({ ...given, books: {} }).items.every((item) => item.tax === undefined)).toBe(true);
  });

  it('sells a row without a name under one', () => {
    const bill: Bill = { rows: [['', '20.00']], total: '1020.00', books: { fees: { product: FEE_PRODUCT } } };
    expect(order(bill).items.at(-1)).toMatchObject({ name: 'Fee', nameOverride: 'Fee', shownName: 'Fee' });
  });

  it('leaves a tax on lines that cost nothing, where there are no others', () => {
    const lines = [line('Taco Bar', '1', '0', '0'), line('Pizza Package', '1', '0', '0')];
    const billing = [{ name: 'Sales Tax', amount: usd('5.00') }];
    const { items } = order({ total: '5.00', document: { lines, billing }, books: { tax: 'lines' } });
    expect(items.map((item) => item.tax)).toEqual([0, 500]);
  });

  it('changes the revision with a tip, and with the lines that a tax stands on', () => {
    const tipped = (given: string) =>
      order({
        rows: [['Gratuity', '100.00']],
        total: '1100.00',
        payments: paid(given),
        books: { gratuity: 'on-top' },
      });
    const [some, more] = [tipped('1010.00'), tipped('1020.00')];
    expect([some.payment, some.tip, more.payment, more.tip]).toEqual([100_000, 1_000, 100_000, 2_000]);
    expect(some.revision).not.toBe(more.revision);
    const taxed = (...ids: string[][]) => {
      const lines = ids.map((billingIds) => line('Taco Bar', '1', '10', '10', { billingIds }));
      const billing = [
        { name: 'State Tax', amount: usd('1.00'), billingId: '6' },
        ...(ids.flat().includes('7') ? [{ name: 'City Tax', amount: usd('9.00'), billingId: '7' }] : []),
      ];
      const total = lines.length === 2 ? '21.00' : '40.00';
      return order({ total, document: { lines, billing }, books: { tax: 'lines' } }).revision;
    };
    expect(taxed(['6'], [])).toBe(taxed([], ['6']));
    expect(taxed(['6'], ['6'], ['6', '7'])).toBe(taxed(['6', '7'], ['6'], ['6']));
    expect(taxed(['6'], [])).not.toBe(taxed(['6'], ['6']));
  });

  it('makes no tip of all that was paid where nothing else is asked: a payment of nothing would not be made', () => {
    const free = { goods: usd('100'), discount: usd('100'), tax: usd(0), fees: usd(0), gratuity: usd('20') };
    expect(figuresOf(free, usd('20'), 'on-top')).toMatchObject({ payment: 2_000, tip: 0, remainingDue: 0 });
  });

  it('leaves what is taken off without a tax, unless it names one', () => {
    const taxes = (ids: string[], tax: string, total: string) => {
      const lines = [
        line('Taco Bar', '1', '100', '100', { billingIds: ids }),
        line('Pizza Package', '1', '-95', '-95', { billingIds: ids }),
      ];
      const billing = [{ name: 'Sales Tax', amount: usd(tax), billingId: '6' }];
      return order({ total, document: { lines, billing }, books: { tax: 'lines' } }).items.map(
        (item) => item.tax,
      );
    };
    expect(taxes([], '8.00', '13.00')).toEqual([800, 0]);
    expect(taxes(['6'], '0.40', '5.40')).toEqual([800, -760]);
  });

  it('leaves the tax of a line that costs nothing on that line', () => {
    const lines = [
      line('Taco Bar', '1', '10', '10', { billingIds: ['6'] }),
      line('Pizza Package', '1', '0', '0', { billingIds: ['7'] }),
    ];
    const billing = [
      { name: 'State Tax', amount: usd('1.00'), billingId: '6' },
      { name: 'City Tax', amount: usd('0.50'), billingId: '7' },
    ];
    const { items } = order({ total: '11.50', document: { lines, billing }, books: { tax: 'lines' } });
    expect(items.map((item) => item.tax)).toEqual([100, 50]);
  });

  it('spreads any amount without losing a cent', () => {
    const amount = fc.integer({ min: -100_000_000, max: 100_000_000 }).map(cents);
    const total = fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }).map(cents);
    expect(spread(cents(50), [cents(0), cents(0)])).toEqual([50, 0]);
    fc.assert(
      fc.property(amount, fc.array(total, { minLength: 1, maxLength: 50 }), (given, totals) => {
        const shares = spread(given, totals);
        const whole = totals.reduce((sum, each) => sum + each, 0);
        expect(shares.reduce((sum, each) => sum + each, 0)).toBe(given);
        if (whole === 0) return;
        shares.forEach((share, i) => {
          expect(Math.abs(share - (given * (totals[i] ?? 0)) / whole)).toBeLessThanOrEqual(1);
        });
      }),
    );
  });
});

/** One row of the bill as the event means it. */
interface MeantRow {
  name: string;
  cents: number;
  use: 'tax' | 'gratuity' | 'surcharge' | 'ignore' | 'included' | 'sold' | 'discount';
}

const kinds = {
  tax: ['Sales Tax', 'GST', 'Meals Tx'],
  gratuity: ['Gratuity', 'Tip (before tax)'],
  surcharge: ['Admin Fee', 'Delivery'],
  ignore: ['Security Deposit'],
  included: ['VAT incl'],
  sold: ['Cake Cutting'],
  discount: ['Discount', 'Promo'],
} as const;

const meantRow: fc.Arbitrary<MeantRow> = fc
  .constantFrom(...(Object.keys(kinds) as (keyof typeof kinds)[]))
  .chain((use) =>
    fc.record({
      use: fc.constant(use),
      name: fc.constantFrom(...kinds[use]),
      cents: fc.integer({ min: 1, max: 50_000 }),
    }),
  );

const books: fc.Arbitrary<Books> = fc.record({
  gratuity: fc.constantFrom<Books['gratuity']>('in-total', 'on-top', { product: TIP_PRODUCT }),
  fees: fc.constantFrom<Books['fees']>('surcharge', { product: FEE_PRODUCT }),
  tax: fc.constantFrom('header', 'lines'),
});

const world = fc.record({
  lines: fc.array(fc.integer({ min: 100, max: 200_000 }), { minLength: 1, maxLength: 5 }),
  rows: fc.uniqueArray(meantRow, { maxLength: 6, selector: ({ name }) => name }),
  discount: fc.integer({ min: 0, max: 100 }),
  /** Part of the sale that has been paid, in thousandths. */
  share: fc.constantFrom(0, 0, 250, 500, 999, 1000),
  books,
  policy: fc.constantFrom<WantedInput['paymentPolicy']>('paid', 'paid', 'listed', 'full', 'none'),
  /** Which amounts due the event shows. */
  dues: fc.constantFrom<('document' | 'event')[]>([], ['document'], ['event'], ['document', 'event']),
  listed: fc.boolean(),
  /** A figure that is not what it should be. */
  fault: fc.option(
    fc.record({
      what: fc.constantFrom('total', 'row', 'discount', 'due', 'payment', 'line'),
      by: fc.constantFrom('1', '-1', '0.5', '0.3', '-0.4', '100', '5000'),
    }),
  ),
});

type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

function shift(amount: number, by: string | undefined): string {
  return ((amount + Number(by ?? 0)) / 100).toFixed(3);
}

/** The event to it, and what it means. */
function eventOf(given: World) {
  const sum = (use: MeantRow['use']) =>
    given.rows.filter((row) => row.use === use).reduce((all, row) => all + row.cents, 0);
  const goods = given.lines.reduce((all, each) => all + each, 0);
  const off = Math.min(sum('discount'), goods - 1 - given.discount);
  const rows = given.rows.flatMap((row) =>
    row.use === 'discount' ? (off === sum('discount') ? [{ ...row, cents: -row.cents }] : []) : [row],
  );
  const discount = given.discount + (rows.some(({ use }) => use === 'discount') ? off : 0);
  const gratuity = sum('gratuity');
  const sale = goods - discount + sum('tax') + gratuity + sum('surcharge') + sum('sold');
  const total = sale + sum('ignore');
  const paidOff = Math.floor((sale * given.share) / 1000);
  // The deposit has a payment of its own.
  const payments = [paidOff, ...(sum('ignore') > 0 && given.share > 0 ? [sum('ignore')] : [])].filter(
    (each) => each > 0,
  );
  const due = total - payments.reduce((all, each) => all + each, 0);
  const at = (what: string) => (given.fault?.what === what ? given.fault.by : undefined);
  const broken = rows.findIndex(({ use }) => use !== 'included');
  const money = (value: number, by?: string) => cents(Math.round(Number(shift(value, by)) * 100));
  const its = document({
    lines: given.lines.map((each, i) => {
      const text = (money(each, i === 0 ? at('line') : undefined) / 100).toFixed(2);
      return line('Taco Bar', '1', text, text);
    }),
    billing: rows.map(({ name, cents: amount }, i) => ({
      name,
      amount: figure(shift(amount, i === broken ? at('row') : undefined)),
    })),
    grandTotal: money(total, at('total')),
    discountsTotal: figure(shift(given.discount, at('discount'))),
    payments: given.listed
      ? payments.map((amount, i) => ({
          id: `${i}`,
          amount: money(amount, i === 0 ? at('payment') : undefined),
        }))
      : null,
    amountDue: given.dues.includes('document') ? money(due, at('due')) : null,
  });
  const event = sourceEvent({
    grandTotal: its.grandTotal,
    amountDue: given.dues.includes('event') ? money(due, at('due')) : null,
    billing: null,
    payments: null,
    documents: [its],
  });
  return { event, its, sale, paidOff, gratuity, ignored: sum('ignore') };
}

function wantedOf(given: World) {
  const { event, its, ...meant } = eventOf(given);
  const result = buildWanted({
    event,
    location: location({
      books: given.books,
      billing: {
        'Security Deposit': 'ignore',
        'VAT incl': 'included',
        'Cake Cutting': { product: FEE_PRODUCT },
      },
    }),
    linesSource: { kind: 'document', origin: 'event', document: its, selections: [] },
    products: index,
    paymentPolicy: given.policy,
    unmatchedPolicy: 'fail',
    testEstablishmentId: null,
  });
  return { result, its, ...meant };
}

/** What an order says to somebody who knows nothing of its event. */
function readOf(made: WantedOrder, gratuity: Books['gratuity']) {
  const lines = made.items.reduce((sum, { total }) => sum + total, 0);
  const tipLines = made.items.filter(({ productId }) => productId === TIP_PRODUCT);
  const ofLines = tipLines.reduce((sum, { total }) => sum + total, 0);
  return {
    lines,
    asked: lines - made.discount + made.tax + made.gratuity + made.surcharge,
    final: made.finalTotal + (gratuity === 'on-top' ? made.gratuity : 0),
    tips: made.gratuity + ofLines,
    paid: made.payment + made.tip,
    owes: made.remainingDue,
    lineTax: made.items.reduce((sum, { tax }) => sum + (tax ?? 0), 0),
  };
}

describe('for any lines, discounts, rows of the bill, payments, books and policy', () => {
  it('the order equals the event in every figure where its figures are right', () => {
    fc.assert(
      fc.property(world, (given) => {
        const { result, sale, paidOff, gratuity } = wantedOf({ ...given, fault: null });
        if (result.kind === 'failed') {
          // What is paid of a deposit that has no payment of its own is for a person.
          const isKnown = given.listed || given.policy === 'full' || given.policy === 'none';
          expect(isKnown, result.failure.error).toBe(false);
          expect(result.failure.error).toContain('Security Deposit');
          return;
        }
        const read = readOf(result.order, given.books.gratuity);
        const isSaid = given.listed || (given.dues.length > 0 && given.policy === 'paid');
        const amount = { full: sale, none: 0, paid: isSaid ? paidOff : 0, listed: isSaid ? paidOff : 0 }[
          given.policy
        ];
        expect(read).toMatchObject({
          asked: sale,
          final: sale,
          tips: gratuity,
          paid: amount,
          owes: sale - amount,
          lines: result.order.subtotal,
        });
        if (given.books.tax === 'lines') expect(read.lineTax).toBe(result.order.tax);
      }),
      { numRuns: 1_000 },
    );
  });

  it('with a wrong figure it still equals what is paid and owed, or nothing is made and the sentence has the figures', () => {
    fc.assert(
      fc.property(world, (given) => {
        const { result, its } = wantedOf(given);
        if (result.kind === 'failed') {
          expect(result.failure.error).toMatch(/\d+\.\d\d/);
          expect(result.failure.error.length).toBeGreaterThan(60);
          return;
        }
        const made = result.order;
        const read = readOf(made, given.books.gratuity);
        const kept = made.items.length > 0 && its.grandTotal !== null;
        expect(kept).toBe(true);
        const apart = (its.billing ?? [])
          .filter(({ name }) => name === 'Security Deposit')
          .reduce((sum, { amount }) => sum + (typeof amount === 'number' ? amount : Number.NaN), 0);
        expect(read.lines).toBe(made.subtotal);
        expect(read.asked).toBe(read.final);
        if (!Number.isNaN(apart)) expect(read.asked).toBe((its.grandTotal ?? 0) - apart);
        expect(read.owes).toBe(read.asked - read.paid);
        for (const amount of [made.discount, made.tax, made.gratuity, made.surcharge, read.paid]) {
          expect(amount).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('what an order asks, and what its payments settle of it', () => {
  const gratuity = usd('20.00');

  it.each([
    ['in-total', 10_000, 5_000],
    ['on-top', 12_000, 5_000 + 2_000],
  ] as const)('by the books %s', (books, asked, settled) => {
    expect(askedOf({ finalTotal: usd('100.00'), gratuity }, books)).toBe(asked);
    expect(askedOf({ finalTotal: usd('100.00'), gratuity: null }, books)).toBe(10_000);
    // Two tips that come to more than the gratuity, and a row that says nothing.
    const rows = [
      { amount: usd('30.00'), tip: usd('15.00') },
      { amount: usd('20.00'), tip: usd('10.00') },
      { amount: null, tip: null },
    ];
    expect(settledBy(rows, books, gratuity)).toBe(settled);
  });

  it('tells nothing of what was paid where Revel does not tell the total, or what is due', () => {
    const wanted = order({ total: '1000.00', payments: paid('700.00') });
    expect(moneyOf(wanted, 'in-total')).toMatchObject({ sales: 100_000, paid: 70_000, due: 30_000 });
    for (const books of ['in-total', 'on-top'] as const) {
      for (const unknown of [{ finalTotal: null }, { remainingDue: null }]) {
        expect(moneyOf({ ...wanted, ...unknown }, books).paid).toBeNull();
      }
    }
  });

  it('is nothing where no order is made yet, or staff has taken it away', () => {
    const wanted = order({ total: '1000.00', payments: paid('700.00') });
    expect(bookedBoth(wanted, standingOrder(wanted)).order).toMatchObject({ sales: 100_000, due: 30_000 });
    for (const found of [null, standingOrder(wanted, { deleted: true })]) {
      expect(bookedBoth(wanted, found)).toMatchObject({
        event: { sales: 100_000, due: 30_000 },
        order: null,
      });
    }
  });
});

describe('figuresOf', () => {
  it('asks, takes and owes the same whichever way gratuity is booked', () => {
    const amount = fc.integer({ min: 0, max: 1_000_000 }).map((value) => value as Cents);
    fc.assert(
      fc.property(amount, amount, amount, amount, amount, (goods, tax, gratuity, fees, given) => {
        const bill = { goods, discount: cents(0), tax, gratuity, fees };
        const [inTotal, onTop] = [figuresOf(bill, given, 'in-total'), figuresOf(bill, given, 'on-top')];
        expect(onTop.remainingDue).toBe(inTotal.remainingDue);
        expect(onTop.payment + onTop.tip).toBe(inTotal.payment);
        expect(onTop.finalTotal + onTop.gratuity).toBe(inTotal.finalTotal);
        expect(onTop.tip).toBeLessThanOrEqual(gratuity);
      }),
    );
  });
});
