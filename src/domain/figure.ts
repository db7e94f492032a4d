import Big from 'big.js';
import { type Amount, type Cents, formatCents } from './money.js';

/** An amount of the source: cents, or what it wrote where that is no whole number of them. */
export type Figure = Cents | OddFigure;

/** An amount that is no whole number of cents. */
interface OddFigure {
  /** As sent, short and quoted, for a sentence. */
  raw: string;
  /** Null: it is no amount of money. */
  exact: Amount | null;
}

/** The amount in cents, exactly; null: it cannot be read. */
export function exactCents(figure: Figure): Big | null {
  if (typeof figure === 'number') return new Big(figure);
  return figure.exact === null ? null : new Big(figure.exact);
}

/** The amount for a sentence: `96.31`, or what was written. */
export function figureText(figure: Figure): string {
  return typeof figure === 'number' ? formatCents(figure) : figure.raw;
}
