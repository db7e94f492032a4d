import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SourceLine } from '../../src/domain/event.js';
import { isBlankLine, readLines } from '../../src/domain/lines.js';
import { cents, centsOf, formatCents, parseQuantity } from '../../src/domain/money.js';
import { line } from './builders.js';

function read(...lines: SourceLine[]) {
  const result = readLines(lines, { what: 'document 7' });
  return result.kind === 'ok'
    ? result.lines.flatMap(({ name, sold }) =>
        sold.map(({ quantity, unitPrice, total }) => [name, quantity, unitPrice, total]),
      )
    : result.failure;
}

describe('readLines', () => {
  it.each<[string, SourceLine, unknown[]]>([
    ['a plain line', line('Hot Dogs', '50.0', '17.0', '850.0'), ['Hot Dogs', '50', 1700, 85000]],
    ['no quantity', line('Hot Dogs', undefined, '17.0', '17.0'), ['Hot Dogs', '1', 1700, 1700]],
    ['no price', line('Hot Dogs', '50', undefined, '850'), ['Hot Dogs', '50', 1700, 85000]],
    ['no total', line('Hot Dogs', '2.5', '3.33'), ['Hot Dogs', '2.5', 333, 833]],
    ['a total rounded the other way', line('Hot Dogs', '2.5', '3.33', '8.32'), ['Hot Dogs', '2.5', 333, 832]],
    ['a total beside the point', line('Hot Dogs', '2', '3.00', '5.00'), ['Hot Dogs', '2', 300, 600]],
    ['a free line', line('Napkins', '40'), ['Napkins', '40', 0, 0]],
    ['a price of nothing', line('Napkins', '40', '0.0', '0.0'), ['Napkins', '40', 0, 0]],
    ['a discount line', line('Loyalty', '1', '-20.0', '-20.0'), ['Loyalty', '1', -2000, -2000]],
    ['entities', line('Mac &amp; Cheese', '1', '5'), ['Mac & Cheese', '1', 500, 500]],
    [
      'a menu line',
      line('Three pizzas', '1', '300', '300', { displayName: 'Pizza Package' }),
      ['Pizza Package', '1', 30000, 30000],
    ],
  ])('reads %s', (_, source, expected) => {
    expect(read(source)).toEqual([expected]);
  });

  it.each<[string, SourceLine]>([
    ['blank', line('', '1.0')],
    ['blank with zeros', line(' &nbsp; ', '1.0', '0.0', '0.0')],
    ['absent', line(null)],
    ['of quantity 0', line('Hot Dogs', '0.0', '17.0', '0.0')],
    ['of quantity 0 without figures', line('Hot Dogs', '0')],
    ['nameless of quantity 0', line('', '0', '17.0')],
  ])('drops a line that is %s', (_, source) => {
    expect(read(line('Before', '1', '1'), source, line('After', '1', '1'))).toEqual([
      ['Before', '1', 100, 100],
      ['After', '1', 100, 100],
    ]);
  });

  it.each<[string, SourceLine, RegExp]>([
    [
      'money without a name',
      line('', '1', '20', '20'),
      /^Line 2 of document 7 has no name but an amount \(20\.00\)/,
    ],
    ['a nameless price', line(null, '1', '20'), /has no name but an amount \(20\.00\)/],
    ['quantity 0 with money', line('Tea', '0', '5', '5'), /quantity 0 but a total of 5\.00/],
    [
      'malformed figures',
      line('Tea', '1', undefined, undefined, {
        broken: { price: 'price "N/A"', quantity: 'quantity "two"' },
      }),
      /Line 2 of document 7 \(Tea\) has figures that cannot be read: quantity "two", price "N\/A"/,
    ],
    [
      'malformed figures without a name',
      line('', '1', undefined, undefined, { broken: { price: 'price "x"' } }),
      /price "x"/,
    ],
    ['an absurd amount', line('Tea', '10000000', '9999999999'), /absurd amount/],
  ])('fails on %s', (_, source, sentence) => {
    expect(read(line('Before', '1', '1'), source)).toEqual({
      reason: 'TOTALS_MISMATCH',
      error: expect.stringMatching(sentence),
    });
  });

  it('keeps identical lines apart, in order', () => {
    expect(read(line('Tea', '1', '2'), line('Tea', '1', '2'))).toHaveLength(2);
  });

  it('is never more than a cent from quantity times price, and exact for whole quantities', () => {
    const quantity = fc.integer({ min: 1, max: 100_000 });
    const price = fc.integer({ min: -1_000_000, max: 1_000_000 });
    fc.assert(
      fc.property(quantity, price, fc.integer({ min: -3, max: 3 }), (thousandths, unit, off) => {
        const exact = (thousandths * unit) / 1000;
        const source: SourceLine = {
          ...line('Tea'),
          quantity: parseQuantity((thousandths / 1000).toFixed(3)),
          price: centsOf(cents(unit)),
          totalPrice: centsOf(cents(Math.round(exact) + off)),
        };
        const result = readLines([source], { what: 'document 7' });
        const total = result.kind === 'ok' ? (result.lines[0]?.total ?? Number.NaN) : Number.NaN;
        expect(Math.abs(total - exact)).toBeLessThanOrEqual(1 + 1e-6);
        expect(Number.isSafeInteger(total)).toBe(true);
      }),
    );
  });
});

describe('what is sold of a line', () => {
  const sold = (source: SourceLine) => {
    const result = readLines([source], { what: 'document 7' });
    if (result.kind === 'failed') return result.failure.error;
    return result.lines.flatMap((each) =>
      each.sold.map(
        ({ quantity, unitPrice }) =>
          `${quantity} × ${formatCents(unitPrice)}${each.times === null ? '' : ` as ${each.times}`}`,
      ),
    );
  };

  it.each<[string, SourceLine, string[]]>([
    ['40 × 12.375', line('Tea', '40', '12.375', '495.00'), ['20 × 12.37', '20 × 12.38']],
    ['the same without a total', line('Tea', '40', '12.375'), ['20 × 12.37', '20 × 12.38']],
    ['100.00 over 3', line('Tea', '3', undefined, '100.00'), ['2 × 33.33', '1 × 33.34']],
    ['a credit over 3', line('Tea', '3', undefined, '-100.00'), ['1 × -33.34', '2 × -33.33']],
    ['a price that is thousandths below whole cents', line('Tea', '2', '4.999', '10.00'), ['2 × 5.00']],
    ['a fraction of such a price', line('Tea', '2.5', '12.375', '30.94'), ['1 × 30.94 as 2.5']],
    ['thousandths', line('Tea', '2.375', '8.00', '19.00'), ['2.375 × 8.00']],
    ['more decimals than the POS keeps, of nothing', line('Tea', '2.3755'), ['1 × 0.00 as 2.3755']],
    ['a total that is off in its last digits', line('Tea', '2', undefined, '10.000000000002'), ['2 × 5.00']],
    [
      'a broken price beside its total',
      line('Tea', '2', undefined, '10', { broken: { price: 'price "x"' } }),
      ['2 × 5.00'],
    ],
    [
      'a broken total beside its price',
      line('Tea', '2', '5', undefined, { broken: { totalPrice: 'total_price "x"' } }),
      ['2 × 5.00'],
    ],
  ])('%s', (_, source, expected) => {
    expect(sold(source)).toEqual(expected);
  });

  it.each<[string, SourceLine, RegExp]>([
    ['that the POS would round', line('Tea', '2.3755', '8.00'), /quantity 2\.3755; the POS keeps 3 decimals/],
    [
      'of nothing but a broken price',
      line('Tea', '1', undefined, undefined, { broken: { price: 'price "x"' } }),
      /price "x"/,
    ],
  ])('is refused for a quantity or price %s', (_, source, said) => {
    expect(sold(source)).toMatch(said);
  });

  it('takes the odd cent from the same line in whichever place that stands', () => {
    const lines = [
      line('Tea', '1.5', '0.67'),
      line('Ham', '1.5', '0.67'),
      line('Ham', '1.5', '0.67', undefined, { longDescription: 'Cold' }),
      line('Egg', '2.5', '0.402'),
      line('Oil', '1.5', '1.67'),
    ];
    const totals = (given: SourceLine[]) => {
      const result = readLines(given, { what: 'document 7' });
      return (
        result.kind === 'ok' && result.lines.map(({ name, text, total }) => `${name} ${text} ${total}`).sort()
      );
    };
    for (const first of lines.keys()) {
      const turned = [...lines.slice(first), ...lines.slice(0, first)];
      expect(totals(turned)).toEqual(totals(lines));
      expect(totals(turned.toReversed())).toEqual(totals(lines));
    }
  });

  it('tells what is sold otherwise', () => {
    const lines = [
      line('Tea', '40', '12.375'),
      line('Ham', '2.5', '12.375'),
      line('Egg', '1', '5'),
      line('Salt', '2.3755'),
    ];
    expect(readLines(lines, { what: 'document 7' })).toMatchObject({
      told: [
        '"Tea": 40 for 495.00 are sold as 20 × 12.37 and 20 × 12.38.',
        expect.stringContaining('"Ham": 2.5 of it are sold once at 30.94'),
      ],
    });
    const none = [line('Tea', '0', '12.00'), line('Salt', '0', undefined, undefined)];
    expect(readLines(none, { what: 'document 7' })).toMatchObject({
      lines: [{ name: 'Salt', sold: [] }],
      told: ['"Tea" has quantity 0, so it is left out.'],
    });
  });

  it('comes to the sum of the lines to the cent, whatever fractions they have', () => {
    const thousandths = fc.integer({ min: -3_000_000, max: 3_000_000 });
    const count = fc.oneof(
      fc.integer({ min: 1, max: 900 }),
      fc.integer({ min: 1, max: 9_999 }).map((n) => n / 1000),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(count, thousandths), { minLength: 1, maxLength: 12 }), (given) => {
        const lines = given.map(([quantity, price]) =>
          line('Tea', String(quantity), (price / 1000).toFixed(3)),
        );
        const exact =
          given.reduce((sum, [quantity, price]) => sum + Math.round(quantity * 1000) * price, 0) / 1e4;
        for (const half of ['up', 'down'] as const) {
          const result = readLines(lines, { what: 'document 7', half });
          if (result.kind === 'failed') throw new Error(result.failure.error);
          const sum = result.lines.reduce((total, { total: own }) => total + own, 0);
          expect(Math.abs(sum - exact)).toBeLessThanOrEqual(0.5 + 1e-6);
          for (const [at, each] of result.lines.entries()) {
            const [quantity = 0, price = 0] = given[at] ?? [];
            expect(each.sold.reduce((total, { total: own }) => total + own, 0)).toBe(each.total);
            expect(Math.abs(each.total - (Math.round(quantity * 1000) * price) / 1e4)).toBeLessThan(1 + 1e-6);
            // What a POS computes of each row is what the row comes to.
            for (const { quantity: many, unitPrice, total } of each.sold) {
              expect(Math.abs(Number(many) * unitPrice - total)).toBeLessThan(1 + 1e-6);
            }
          }
        }
      }),
    );
  });
});

describe('what the kitchen is told of a line', () => {
  const story = `${'No onions for table five. '.repeat(12)}Thanks`;

  it.each<[string, SourceLine, string, string, boolean?]>([
    ['its description', line('Tea', '1', '5', '5', { longDescription: 'Iced' }), 'Tea', 'Iced'],
    ['no marketing', line('Tea', '1', '5', '5', { longDescription: 'Iced', menuItemId: '7' }), 'Tea', ''],
    ['no marketing', line('', '1', '5', '5', { longDescription: 'Iced', displayName: 'Tea' }), 'Tea', ''],
    [
      'as asked',
      line('Tea', '1', '5', '5', { longDescription: 'Iced', menuItemId: '7' }),
      'Tea',
      'Iced',
      true,
    ],
    [
      'a blank name',
      line('Tea', '1', '5', '5', { longDescription: 'Iced', displayName: ' ' }),
      'Tea',
      'Iced',
    ],
    [
      'a story',
      line(story, '1', '5', '5', { longDescription: 'Iced' }),
      story.slice(0, 250).trim(),
      `${story}; Iced`,
    ],
    ['text alone', line('', '1', undefined, undefined, { longDescription: 'Be quick' }), 'Be quick', ''],
    [
      'a number that cannot be read',
      line('Cups', undefined, undefined, undefined, {
        longDescription: 'Red',
        broken: { quantity: '"a few"' },
      }),
      'Cups',
      'Red ("a few")',
    ],
    [
      'the same alone',
      line('Cups', undefined, undefined, undefined, { broken: { quantity: '"a few"' } }),
      'Cups',
      '("a few")',
    ],
  ])('%s', (_, source, name, text, menuDescriptions = false) => {
    expect(readLines([source], { what: 'document 7', menuDescriptions })).toMatchObject({
      lines: [{ name, text }],
    });
  });

  it('in its section, if that has a name', () => {
    const sections = ['Bar', ' ', null].map((section) => line('Tea', '1', '5', '5', { section }));
    const result = readLines(sections, { what: 'document 7' });
    expect(result.kind === 'ok' && result.lines.map(({ section }) => section)).toEqual(['Bar', null, null]);
  });

  it('is nothing that costs money without a name, or whose figures nobody can read', () => {
    const refused = (source: SourceLine) => {
      const result = readLines([source], { what: 'document 7' });
      return result.kind === 'failed' ? result.failure.error : result.lines;
    };
    expect(refused(line('', '1', '5', '5', { longDescription: 'Be quick' }))).toContain(
      'has no name but an amount (5.00)',
    );
    expect(refused(line('', '1', undefined, '5', { longDescription: 'Be quick' }))).toContain(
      'amount (5.00)',
    );
    const broken = { quantity: '"a few"', price: '"x"', totalPrice: '"y"' };
    expect(refused(line('Cups', undefined, '5', undefined, { broken: { quantity: '"a few"' } }))).toBe(
      'Line 1 of document 7 (Cups) has figures that cannot be read: "a few". Correct the line in Tripleseat.',
    );
    expect(refused(line('Cups', '1', undefined, undefined, { broken: { totalPrice: '"y"' } }))).toContain(
      'read: "y".',
    );
    expect(refused(line('Cups', undefined, undefined, undefined, { broken }))).toContain(
      'read: "a few", "x", "y".',
    );
  });
});

describe('isBlankLine', () => {
  it('is only what says nothing at all', () => {
    expect(isBlankLine(line('', '3'))).toBe(true);
    expect(isBlankLine(line('Tea'))).toBe(false);
    expect(isBlankLine(line('', '1', '2'))).toBe(false);
    expect(isBlankLine(line('', '1', undefined, undefined, { broken: { price: 'price "x"' } }))).toBe(false);
  });
});
