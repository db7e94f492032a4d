import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SourceLine } from '../../src/domain/event.js';
import { isBlankLine, readLines } from '../../src/domain/lines.js';
import { cents, parseQuantity } from '../../src/domain/money.js';
import { line } from './builders.js';

function read(...lines: SourceLine[]) {
  const result = readLines(lines, 'document 7');
  return result.kind === 'ok'
    ? result.lines.map(({ name, quantity, unitPrice, total }) => [name, quantity, unitPrice, total])
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
    [
      'a total that does not divide',
      line('Tea', '3', undefined, '10.00'),
      /Line 2 .*\(Tea\).*10\.00 .* by 3 /,
    ],
    ['quantity 0 with money', line('Tea', '0', '5', '5'), /quantity 0 but a total of 5\.00/],
    [
      'malformed figures',
      line('Tea', '1', undefined, undefined, { malformed: ['price "N/A"', 'quantity "two"'] }),
      /Line 2 of document 7 \(Tea\) has figures that cannot be read: price "N\/A", quantity "two"/,
    ],
    [
      'malformed figures without a name',
      line('', '1', undefined, undefined, { malformed: ['price "x"'] }),
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
          price: cents(unit),
          totalPrice: cents(Math.round(exact) + off),
        };
        const result = readLines([source], 'document 7');
        const total = result.kind === 'ok' ? (result.lines[0]?.total ?? Number.NaN) : Number.NaN;
        expect(Math.abs(total - exact)).toBeLessThanOrEqual(1 + 1e-6);
        expect(Number.isSafeInteger(total)).toBe(true);
      }),
    );
  });
});

describe('isBlankLine', () => {
  it('is only what says nothing at all', () => {
    expect(isBlankLine(line('', '3'))).toBe(true);
    expect(isBlankLine(line('Tea'))).toBe(false);
    expect(isBlankLine(line('', '1', '2'))).toBe(false);
    expect(isBlankLine(line('', '1', undefined, undefined, { malformed: ['price "x"'] }))).toBe(false);
  });
});
