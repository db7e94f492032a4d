import Big from 'big.js';
import { type Amount, type Cents, formatCents, wholeCents } from './money.js';

/** An amount of the source: cents, or what it wrote where that is no whole number of them. */
export type Figure = Cents | OddFigure;

/** An amount that is no whole number of cents. */
interface OddFigure {
  /** For a sentence: as sent, short and quoted; of a computed one its decimals. */
  raw: string;
  /** Null: it is no amount of money. */
  exact: Amount | null;
}

/** The amount in cents, exactly; null: it cannot be read. */
export function exactCents(figure: Figure): Big | null {
  if (typeof figure === 'number') return new Big(figure);
  return figure.exact === null ? null : new Big(figure.exact);
}

/** An amount that was computed from others, in cents. */
export function figureOf(exact: Big): Figure {
  const amount = exact.toFixed() as Amount;
  return wholeCents(amount) ?? { raw: exact.div(100).toFixed(), exact: amount };
}

/** The amount for a sentence: `96.31`, or what was written. */
export function figureText(figure: Figure): string {
  return typeof figure === 'number' ? formatCents(figure) : figure.raw;
}
