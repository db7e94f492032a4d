import Big from 'big.js';
import type { SourceLine } from './event.js';
import { exactCents } from './figure.js';
import { lineAmount } from './money.js';

const nothing = new Big(0);

/**
 * What a line says is taken off it, in cents, exactly: its discount, else what its total is less than its quantity at its
 * price. Null: it says something that cannot be read. Of a line that is not sold nothing is taken off.
 */
export function discountOfLine(line: SourceLine): Big | null {
  if (line.quantity === '0') return nothing;
  const said = saidOf(line);
  return said === null || !said.eq(0) ? said : offTotal(line);
}

function saidOf({ discount }: SourceLine): Big | null {
  return discount === null || discount === undefined ? nothing : (exactCents(discount)?.abs() ?? null);
}

/** What the total of a line is less than its quantity at its price. */
function offTotal(line: SourceLine): Big {
  const { quantity, price, totalPrice } = line;
  const full = quantity === null || price === null ? null : lineAmount(quantity, price);
  if (full === null || totalPrice === null) return nothing;
  const off = new Big(full).minus(totalPrice);
  // Less than a cent is a matter of rounding; a total of nothing without a discount is one that was not filled in.
  const isFilled = new Big(totalPrice).gt(0) || saidOf(line)?.eq(0) !== true;
  return isFilled && off.gte(1) ? off : nothing;
}

/**
 * What may be taken off the lines in all, each amount once and none of nothing: what they say, as far as all of it can be
 * read, and what their totals are less. These differ where a discount is written in per cent.
 */
export function lineDiscounts(lines: readonly SourceLine[]): Big[] {
  const said = lines.map(discountOfLine);
  const sums = [
    said.reduce((sum, off) => (sum === null || off === null ? null : sum.plus(off)), nothing),
    lines.reduce((sum, line) => sum.plus(offTotal(line)), nothing),
  ];
  const [first, second] = sums.flatMap((sum) => (sum === null || sum.eq(0) ? [] : [sum]));
  // Less than a cent between them is a matter of rounding, too.
  const isOther = first !== undefined && second !== undefined && first.minus(second).abs().gte(1);
  return [first, isOther ? second : undefined].flatMap((sum) => sum ?? []);
}
