import { expect, it } from 'vitest';
import { type Bill, type Figures, figuresOf } from '../../src/domain/books.js';
import { billingUses } from '../../src/domain/location.js';
import { cents, zero } from '../../src/domain/money.js';
import { codesIn, rowsIn, section } from './pages.js';

/** The rows of the page's table, and what each of them speaks of. */
const FIGURES: Readonly<Record<string, keyof Figures>> = {
  gratuity: 'gratuity',
  final_total: 'finalTotal',
  payment: 'payment',
  'tip on the payment': 'tip',
  remaining_due: 'remainingDue',
};
const BEYOND = 'what of P goes beyond T, up to G';

/** What a formula of the page comes to: sums of names, or the one phrase. */
function amountOf(formula: string, names: Readonly<Record<string, number>>): number {
  const { T = 0, G = 0, P = 0 } = names;
  if (formula === BEYOND) return Math.min(Math.max(P - T, 0), G);
  return formula
    .replaceAll('− ', '+ −')
    .split(' + ')
    .reduce((sum, term) => {
      const [, sign = '', name = ''] = /^(−?)(\w+)$/.exec(term) ?? [];
      const value = name === '0' ? 0 : names[name];
      if (value === undefined) throw new Error(`"${formula}" names ${term}`);
      return sum + (sign === '' ? value : -value);
    }, 0);
}

it('the table of books says what the program reckons', () => {
  const rows = rowsIn(section('docs/locations.md', 'The locations file')).filter(
    ([name = '']) => name in FIGURES,
  );
  expect(rows.map(([name]) => name)).toEqual(Object.keys(FIGURES));
  for (const G of [0, 5000]) {
    for (const P of [0, 4000, 20_000, 22_000, 30_000]) {
      const bill: Bill = {
        goods: cents(18_000),
        discount: cents(500),
        tax: cents(1500),
        fees: cents(1000),
        gratuity: cents(G),
      };
      const T = 20_000;
      for (const [column, gratuity] of [
        [1, 'in-total'],
        [2, 'on-top'],
      ] as const) {
        const figures = figuresOf(bill, cents(P), gratuity);
        const names = { T, G, P, tip: figures.tip };
        for (const row of rows) {
          const figure = FIGURES[row[0] ?? ''] ?? 'subtotal';
          const wanted = amountOf(row[column] ?? '', names);
          expect(figures[figure] + zero, `${row[0]} ${gratuity} ${G} ${P}`).toBe(wanted);
        }
        expect(figures.payment + figures.tip + figures.remainingDue).toBe(T + G);
      }
    }
  }
});

it('the table of uses has every use of a row of the bill', () => {
  const uses = rowsIn(section('docs/locations.md', 'The locations file')).map(
    ([first = '']) => codesIn(first)[0],
  );
  expect(uses.slice(0, billingUses.length + 1)).toEqual([...billingUses, '{"product": 991}']);
});
