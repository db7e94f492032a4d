import Big from 'big.js';
import type { SourceDocument, SourceLine } from './event.js';
import { exactCents } from './figure.js';
import { lineAmount } from './money.js';

const nothing = new Big(0);

/**
 * What a line says is taken off it, in cents, exactly: its discount, else what its total is less than its quantity at its
 * price. Null: it says something that cannot be read.
 */
export function discountOfLine({ discount, quantity, price, totalPrice }: SourceLine): Big | null {
  const said = discount === null || discount === undefined ? nothing : exactCents(discount);
  if (said === null || !said.eq(0)) return said?.abs() ?? null;
  const full = quantity === null || price === null ? null : lineAmount(quantity, price);
  if (full === null || totalPrice === null) return nothing;
  const off = new Big(full).minus(totalPrice);
  // Less than a cent is a matter of rounding; a total of nothing is one that was not filled in.
  return new Big(totalPrice).gt(0) && off.gte(1) ? off : nothing;
}

/** What all lines say is taken off them; null: not all of it can be read. */
export function lineDiscount(document: SourceDocument | null): Big | null {
  let sum = nothing;
  for (const line of document?.lines ?? []) {
    const off = discountOfLine(line);
    if (off === null) return null;
    sum = sum.plus(off);
  }
  return sum;
}
