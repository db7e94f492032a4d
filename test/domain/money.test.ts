import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cents,
  centsOf,
  centsToNumber,
  formatCents,
  isWithinCent,
  isZeroAmount,
  lineAmount,
  lineTotal,
  maxCents,
  parseAmount,
  parseCents,
  parseQuantity,
  quantityToNumber,
  roundToCents,
  roundTotals,
  splitEvenly,
  sumCents,
  unitPrice,
  wholeCents,
  wholeUnit,
} from '../../src/domain/money.js';
import { qty, usd } from './builders.js';

describe('parseCents', () => {
  it.each([
    ['300.0', 30000],
    [300, 30000],
    ['2.500000', 250],
    ['-12.34', -1234],
    [' 1.10 ', 110],
    [0.1, 10],
    ['1e3', 100000],
    ['-0.0', 0],
  ])('reads %j', (text, expected) => {
    expect(Object.is(parseCents(text), expected)).toBe(true);
  });

  it.each([
    '',
    'N/A',
    '1.005',
    '$5',
    '1,000.00',
    '99999999999999',
    'NaN',
    'Infinity',
    '0x10',
    '1'.repeat(50),
  ])('refuses %j', (text) => {
    expect(parseCents(text)).toBeNull();
  });

  it('reads back what it wrote, for every amount', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1_000_000_000_000, max: 1_000_000_000_000 }), (amount) => {
        expect(parseCents(formatCents(cents(amount)))).toBe(amount);
        expect(parseCents(centsToNumber(cents(amount)))).toBe(amount);
      }),
    );
  });
});

describe('quantities', () => {
  it.each([
    ['50.0', '50'],
    ['2.50', '2.5'],
    ['1e2', '100'],
    ['-1', '-1'],
    ['0.00', '0'],
    ['-0', '0'],
    [0.1, '0.1'],
  ])('%j is %j', (text, expected) => {
    expect(parseQuantity(text)).toBe(expected);
  });

  it.each(['', 'two', '1/2', '10000001'])('refuses %j', (text) => {
    expect(parseQuantity(text)).toBeNull();
  });

  it('goes to the wire as the same number', () => {
    expect(quantityToNumber(qty('2.50'))).toBe(2.5);
  });
});

describe('arithmetic', () => {
  it.each([
    ['23', '25.72', '591.56'],
    ['2.5', '3.33', '8.33'],
    ['0.5', '0.01', '0.01'],
    ['-1', '5.00', '-5.00'],
  ])('%s at %s is %s', (count, price, total) => {
    expect(lineTotal(qty(count), usd(price))).toBe(usd(total));
  });

  it('divides only to whole cents', () => {
    expect(unitPrice(qty('3'), usd('10.00'))).toBeNull();
    expect(unitPrice(qty('3'), usd('9.99'))).toBe(333);
    expect(unitPrice(qty('0.25'), usd('1.00'))).toBe(400);
    expect(unitPrice(qty('0'), usd('1.00'))).toBeNull();
  });

  it('has a price of one only where a total divides to whole cents', () => {
    expect(wholeUnit(qty('4'), centsOf(usd('10.00')))).toBe(250);
    expect(wholeUnit(qty('3'), centsOf(usd('10.00')))).toBeNull();
    expect(wholeUnit(qty('2'), lineAmount(qty('0.5'), centsOf(usd('0.05'))) ?? centsOf(usd('0')))).toBeNull();
  });

  it.each([
    [0, '0.00'],
    [5, '0.05'],
    [-5, '-0.05'],
    [147_200, '1472.00'],
    [Number.MAX_SAFE_INTEGER, '90071992547409.91'],
  ])('%d cents are told as %s', (value, text) => {
    expect(formatCents(cents(value))).toBe(text);
  });

  it('takes back exactly what was multiplied, whenever it divides', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.integer({ min: -1e7, max: 1e7 }),
        (count, price) => {
          expect(unitPrice(qty(count), lineTotal(qty(count), cents(price)))).toBe(price);
        },
      ),
    );
  });

  it.each([
    ['8.32', true],
    ['8.33', true],
    ['8.31', false],
    ['8.34', false],
  ])('%s is within a cent of 2.5 at 3.33 (8.325): %s', (total, expected) => {
    const exact = lineAmount(qty('2.5'), centsOf(usd('3.33')));
    expect(exact !== null && isWithinCent(centsOf(usd(total)), exact)).toBe(expected);
  });

  it('a whole cent off is not within a cent: no rounding leaves it', () => {
    expect(isWithinCent(centsOf(usd('19.99')), centsOf(usd('20.00')))).toBe(false);
    expect(isWithinCent(centsOf(usd('20.00')), centsOf(usd('20.00')))).toBe(true);
  });

  it('sums exactly, and throws on fractions of a cent', () => {
    expect(sumCents([usd('0.10'), usd('0.20')])).toBe(30);
    expect(() => cents(0.5)).toThrow(RangeError);
  });

  it.each([
    ['0.455', 46],
    ['0.454', 45],
    ['-0.001', 0],
    ['x', null],
  ])('rounds %s to %s cents', (text, expected) => {
    expect(Object.is(roundToCents(text), expected)).toBe(true);
  });
});

describe('amounts of lines', () => {
  it('keep all of their decimals, and are whole only without a fraction', () => {
    expect(parseAmount('12.375')).toBe('1237.5');
    expect(parseAmount(' -0.005 ')).toBe('-0.5');
    expect(parseAmount('twelve')).toBeNull();
    const [odd, even] = ['12.375', '12.37'].map(parseAmount);
    expect([odd && wholeCents(odd), even && wholeCents(even)]).toEqual([null, 1237]);
    const none = parseAmount('-0.0');
    expect(none && Object.is(wholeCents(none), 0)).toBe(true);
    expect([null, none, odd ?? null].map(isZeroAmount)).toEqual([true, true, false]);
  });

  it('are rounded so that their sum is the exact sum, rounded, and none by a cent', () => {
    const amount = fc
      .integer({ min: -200_000, max: 200_000 })
      .map((mills) => parseAmount((mills / 1000).toFixed(3)));
    fc.assert(
      fc.property(
        fc.array(amount, { maxLength: 12 }),
        fc.constantFrom('up' as const, 'down' as const),
        (all, half) => {
          const amounts = all.flatMap((each) => (each === null ? [] : [each]));
          const rounded = roundTotals(amounts, half);
          const tenths = amounts.reduce((sum, each) => sum + Math.round(Number(each) * 10), 0);
          const up = Math.floor((tenths + 5) / 10);
          const down = -Math.floor((-tenths + 5) / 10);
          expect(sumCents(rounded)).toBe((half === 'up' ? up : down) + 0);
          for (const [at, cent] of rounded.entries()) {
            expect(Math.abs(cent - Number(amounts[at]))).toBeLessThan(1);
            if (
              Number.isInteger(Number(amounts[at])) &&
              amounts.every((each) => Number.isInteger(Number(each)))
            ) {
              expect(cent).toBe(Number(amounts[at]) + 0);
            }
          }
        },
      ),
    );
  });

  it('are split at one price, or at two that are a cent apart, to the cent', () => {
    expect(splitEvenly(usd('495.00'), 40)).toEqual([
      { count: 20, unitPrice: 1237 },
      { count: 20, unitPrice: 1238 },
    ]);
    expect(splitEvenly(usd('10.00'), 4)).toEqual([{ count: 4, unitPrice: 250 }]);
    fc.assert(
      fc.property(fc.integer({ min: -1e6, max: 1e6 }), fc.integer({ min: 1, max: 500 }), (total, count) => {
        const shares = splitEvenly(cents(total), count);
        expect(shares.reduce((sum, share) => sum + share.count, 0)).toBe(count);
        expect(shares.reduce((sum, share) => sum + share.count * share.unitPrice, 0) + 0).toBe(total);
        expect(shares.length).toBeLessThanOrEqual(2);
        for (const share of shares) expect(share.count).toBeGreaterThan(0);
      }),
    );
  });
});

it('no figure is larger than ten billion dollars, or longer than 40 characters', () => {
  const most = formatCents(cents(maxCents));
  const more = formatCents(cents(maxCents + 1));
  for (const sign of ['', '-']) {
    for (const parse of [parseCents, parseAmount, roundToCents]) {
      expect([parse(`${sign}${most}`) === null, parse(`${sign}${more}`)], sign).toEqual([false, null]);
    }
    expect(parseQuantity(`${sign}10000000`)).toBe(`${sign}10000000`);
    expect(parseQuantity(`${sign}10000000.1`)).toBeNull();
    const unit = parseAmount(most);
    expect(unit && lineAmount(qty(`${sign}1`), unit)).toBe(`${sign}${maxCents}`);
    expect(unit && lineAmount(qty(`${sign}1.000001`), unit)).toBeNull();
  }
  const zeros = (length: number) => `1.${'0'.repeat(length - 2)}`;
  expect([parseCents(zeros(40)), parseCents(zeros(41)), parseCents(` ${zeros(40)} `)]).toEqual([
    100,
    null,
    100,
  ]);
});

it('no figure is short as it is sent, and has a million digits', () => {
  for (const parse of [parseCents, parseAmount, roundToCents, parseQuantity]) {
    for (const text of ['1e-1000000', '-1e-41', '1e1000000']) expect(parse(text)).toBeNull();
  }
  expect(parseAmount('1e-17')).toBe('0.000000000000001');
  expect(parseAmount('0e-1000000')).toBe('0');
});

it('nothing is ever minus zero', () => {
  expect(Object.is(lineTotal(qty('0'), usd('-5.00')), 0)).toBe(true);
  expect(Object.is(unitPrice(qty('-4'), usd('0')), 0)).toBe(true);
});
