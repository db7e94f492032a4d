import Big from 'big.js';
import { type Cents, formatCents, maxCents } from './money.js';

/** An amount of the source: cents, or what it wrote where that is no whole number of them. */
export type Figure = Cents | OddFigure;

/** An amount that is no whole number of cents. */
interface OddFigure {
  /** As sent, short and quoted, for a sentence. */
  raw: string;
  /** In cents, exactly, as a decimal; null: it is no amount of money. */
  exact: string | null;
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

/** Decimal money with whatever fraction of a cent it has, in cents; null: not a decimal number, or absurdly large. */
export function decimalCents(value: string | number): string | null {
  const text = typeof value === 'number' ? String(value) : value.trim();
  if (text.length > 40) return null;
  try {
    const amount = new Big(text).times(100);
    return amount.abs().gt(maxCents) ? null : amount.toFixed();
  } catch {
    return null;
  }
}
