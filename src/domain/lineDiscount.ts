import Big from 'big.js';
import type { SourceLine } from './event.js';
import { exactCents } from './figure.js';
import { type Amount, isZeroAmount, lineAmount, type Quantity } from './money.js';

const nothing = new Big(0);
const one = '1' as Quantity;

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
  return discount === undefined ? nothing : (exactCents(discount)?.abs() ?? null);
}

/** Its quantity at its price, in cents, exactly; of a line without a quantity there is one. */
export function fullOf({ quantity, price }: SourceLine): Amount | null {
  return price === null ? null : lineAmount(quantity ?? one, price);
}

/** What its discount is as so many per cent. */
function perCentOf(line: SourceLine): Big {
  const full = fullOf(line);
  const said = saidOf(line);
  // Cents of a figure are hundredths of a per cent.
  return full === null || said === null || said.gt(10_000) ? nothing : said.times(full).div(10_000);
}

/** What the total of a line is less than its quantity at its price. Less than a cent is a matter of rounding. */
function offAnyTotal(line: SourceLine): Big {
  const { totalPrice } = line;
  const full = fullOf(line);
  const off = full === null || totalPrice === null ? nothing : new Big(full).minus(totalPrice);
  return off.gte(1) ? off : nothing;
}

/** The same, where a total of nothing without a discount is one that was not filled in. */
function offTotal(line: SourceLine): Big {
  const isFilled = !isZeroAmount(line.totalPrice) || saidOf(line)?.eq(0) !== true;
  return isFilled ? offAnyTotal(line) : nothing;
}

/**
 * What may be taken off the lines in all, each amount once and none of nothing: what they say, as far as all of it can be
 * read, what their totals are less, and what they say in per cent. Which of these a figure is the source does not tell,
 * nor whether a line that comes to nothing is free (as one that is in the price of a package) or not filled in. Where all
 * of them come to nothing, nobody has filled them in.
 */
export function lineDiscounts(lines: readonly SourceLine[]): Big[] {
  const isAnyFilled = lines.some(({ totalPrice }) => !isZeroAmount(totalPrice));
  const sums = [discountOfLine, offTotal, perCentOf, ...(isAnyFilled ? [offAnyTotal] : [])].map((of) =>
    lines.reduce<Big | null>((sum, line) => sum && (of(line)?.plus(sum) ?? null), nothing),
  );
  const found: Big[] = [];
  for (const sum of sums) {
    // Less than a cent between two is a matter of rounding, too.
    const isKnown = found.some((other) => sum?.minus(other).abs().lt(1));
    if (sum !== null && !sum.eq(0) && !isKnown) found.push(sum);
  }
  return found;
}
