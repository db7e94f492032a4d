import Big from 'big.js';

declare const centsBrand: unique symbol;
declare const quantityBrand: unique symbol;
/** Money: a whole number of cents, within the safe integers. */
export type Cents = number & { readonly [centsBrand]: true };
/** A quantity as a canonical exact decimal: no exponent, no trailing zeros (`"2.5"`, `"50"`). */
export type Quantity = string & { readonly [quantityBrand]: true };

/** No amount of money here is larger than this many cents (10 billion dollars). */
export const maxCents = 1_000_000_000_000;

export const zero = 0 as Cents;

/** A number of cents as money; throws on a fraction, since that would be a bug of ours. */
export function cents(value: number): Cents {
  if (!Number.isSafeInteger(value)) throw new RangeError(`not a whole number of cents: ${value}`);
  return value as Cents;
}

function decimal(value: string | number): Big | null {
  const text = typeof value === 'number' ? String(value) : value.trim();
  if (text.length > 40) return null;
  try {
    return new Big(text);
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

/** Like {@link parseCents}, but rounds half up to the cent: only for figures that Revel computes (unrounded tax). */
export function roundToCents(value: string | number): Cents | null {
  const amount = decimal(value)?.times(100);
  if (!amount || amount.abs().gt(maxCents)) return null;
  return (amount.round(0, Big.roundHalfUp).toNumber() + 0) as Cents;
}

/** `147200` → `"1472.00"`. */
export function formatCents(value: Cents): string {
  return new Big(value).div(100).toFixed(2);
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

/**
 * Whether `total` is less than one cent away from the exact quantity × unit price, as any way of rounding leaves
 * it. A whole cent is a difference: a POS would compute another total than the event has.
 */
export function withinOneCent(total: Cents, count: Quantity, price: Cents): boolean {
  return new Big(count).times(price).minus(total).abs().lt(1);
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
