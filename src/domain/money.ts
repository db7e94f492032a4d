import Big from 'big.js';

declare const centsBrand: unique symbol;
declare const quantityBrand: unique symbol;
declare const amountBrand: unique symbol;
/** Money: a whole number of cents, within the safe integers. */
export type Cents = number & { readonly [centsBrand]: true };
/** A quantity as a canonical exact decimal: no exponent, no trailing zeros (`"2.5"`, `"50"`). */
export type Quantity = string & { readonly [quantityBrand]: true };

/**
 * Money of a line as the source has it, in cents, as a canonical exact decimal: it may have fractions of a cent
 * (`"1237.5"` for 12.375).
 */
export type Amount = string & { readonly [amountBrand]: true };

/** No amount of money here is larger than this many cents (10 billion dollars). */
export const maxCents = 1_000_000_000_000;

export const zero = 0 as Cents;

/** A number of cents as money; throws on a fraction, since that would be a bug of ours. */
export function cents(value: number): Cents {
  if (!Number.isSafeInteger(value)) throw new RangeError(`not a whole number of cents: ${value}`);
  return value as Cents;
}

/** No number has more digits, nor as many noughts behind its point. */
const maxDigits = 40;

function decimal(value: string | number): Big | null {
  const text = typeof value === 'number' ? String(value) : value.trim();
  if (text.length > maxDigits) return null;
  try {
    const number = new Big(text);
    // `1e-1000000` is short, and a million digits when it is written out.
    return number.e < -maxDigits ? null : number;
  } catch {
    return null;
  }
}

/**
 * Decimal money as either API sends it (`"300.0"`, `300`, `"2.500000"`) in cents; null when it is not a
 * decimal number, not a whole number of cents, or absurdly large. Nothing is rounded.
 */
export function parseCents(value: string | number): Cents | null {
  const amount = decimal(value)?.times(100);
  if (!amount || amount.abs().gt(maxCents) || !amount.eq(amount.round(0))) return null;
  return (amount.toNumber() + 0) as Cents;
}

/** Decimal money in dollars with all of its decimals; null when it is not a decimal number, or absurdly large. */
export function parseAmount(value: string | number): Amount | null {
  const amount = decimal(value)?.times(100);
  return !amount || amount.abs().gt(maxCents) ? null : (amount.toFixed() as Amount);
}

/** For sorting: the lower amount first. */
export function compareAmounts(a: Amount, b: Amount): number {
  return new Big(a).cmp(b);
}

/** Whole cents as an amount of a line. */
export function centsOf(value: Cents): Amount {
  return String(value) as Amount;
}

/** Whether there is no such amount, or it is 0. */
export function isZeroAmount(amount: Amount | null): boolean {
  return amount === null || new Big(amount).eq(0);
}

/** The amount in cents when it is a whole number of them, else null. */
export function wholeCents(amount: Amount): Cents | null {
  const exact = new Big(amount);
  return exact.eq(exact.round(0)) ? ((exact.toNumber() + 0) as Cents) : null;
}

/** Quantity × price, exact; more than {@link maxCents} either way is null. */
export function lineAmount(count: Quantity, price: Amount): Amount | null {
  const amount = new Big(count).times(price);
  return amount.abs().gt(maxCents) ? null : (amount.toFixed() as Amount);
}

/** Whether two amounts are less than a cent apart. A whole cent is a difference: a POS would compute another total. */
export function isWithinCent(a: Amount, b: Amount): boolean {
  return new Big(a).minus(b).abs().lt(1);
}

/** The price of one in whole cents, when the total is exactly that often it; else null. */
export function wholeUnit(count: Quantity, total: Amount): Cents | null {
  const whole = wholeCents(total);
  return whole === null ? null : unitPrice(count, whole);
}

/**
 * Amounts as whole cents, none of them a cent or more away from what it was, so that their sum is the exact sum,
 * rounded. Whole ones stay as they are.
 *
 * @param half where the exact sum lies half-way between two cents
 */
export function roundTotals(amounts: readonly Amount[], half: 'up' | 'down'): Cents[] {
  let exact = new Big(0);
  let rounded = new Big(0);
  return amounts.map((amount) => {
    exact = exact.plus(amount);
    const sum = half === 'up' ? floor(exact.plus('0.5')) : floor(exact.times(-1).plus('0.5')).times(-1);
    const share = sum.minus(rounded);
    rounded = sum;
    return (share.toNumber() + 0) as Cents;
  });
}

function floor(amount: Big): Big {
  const whole = amount.round(0, Big.roundDown);
  return whole.gt(amount) ? whole.minus(1) : whole;
}

/** So many at one price. */
export interface Share {
  count: number;
  unitPrice: Cents;
}

/** A total over a whole number of pieces: at one price where it divides, else at two that are a cent apart. */
export function splitEvenly(total: Cents, count: number): Share[] {
  const low = Math.floor(total / count);
  const dearer = total - low * count;
  const shares = [
    { count: count - dearer, unitPrice: cents(low) },
    { count: dearer, unitPrice: cents(low + 1) },
  ];
  return shares.filter((share) => share.count > 0);
}

/** Like {@link parseCents}, but rounds half up to the cent: only for figures that Revel computes (unrounded tax). */
export function roundToCents(value: string | number): Cents | null {
  const amount = decimal(value)?.times(100);
  if (!amount || amount.abs().gt(maxCents)) return null;
  return (amount.round(0, Big.roundHalfUp).toNumber() + 0) as Cents;
}

/** `147200` → `"1472.00"`. */
export function formatCents(value: Cents): string {
  const digits = String(Math.abs(value)).padStart(3, '0');
  return `${value < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** Cents as the JSON number Revel stores (`1472`, `25.72`). */
export function centsToNumber(value: Cents): number {
  return new Big(value).div(100).toNumber();
}

/** Sum of amounts. */
export function sumCents(values: Iterable<Cents>): Cents {
  let sum = 0;
  for (const value of values) sum += value;
  return cents(sum);
}

/** An exact decimal quantity; null when `value` is not a decimal number of sane size. */
export function parseQuantity(value: string | number): Quantity | null {
  const amount = decimal(value);
  if (!amount || amount.abs().gt(10_000_000)) return null;
  return amount.toFixed() as Quantity;
}

/** Quantity × unit price, rounded half up to the cent. */
export function lineTotal(count: Quantity, price: Cents): Cents {
  return (new Big(count).times(price).round(0, Big.roundHalfUp).toNumber() + 0) as Cents;
}

/** Amount ÷ quantity when that is a whole number of cents, else null. */
export function unitPrice(count: Quantity, amount: Cents): Cents | null {
  const divisor = new Big(count);
  if (divisor.eq(0)) return null;
  const price = new Big(amount).div(divisor).round(0, Big.roundHalfUp);
  return price.times(divisor).eq(amount) ? ((price.toNumber() + 0) as Cents) : null;
}

/** The quantity as the JSON number Revel stores. */
export function quantityToNumber(value: Quantity): number {
  return new Big(value).toNumber();
}
