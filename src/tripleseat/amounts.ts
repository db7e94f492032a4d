import type { SourceBilling, SourcePayment } from '../domain/event.js';
import type { Figure } from '../domain/figure.js';
import {
  type Cents,
  cents,
  formatCents,
  maxCents,
  parseAmount,
  parseCents,
  roundToCents,
  zero,
} from '../domain/money.js';
import type { RawBilling, RawPayment, RawPaymentSet, Scalar } from './schema.js';

/**
 * Something in an object that cannot be taken as it stands. Thrown inside the conversions and turned into an
 * outcome at their edge; the message names field and value.
 */
export class Unreadable extends Error {}

/** A value of the source for a sentence: short, quoted, without control or invisible characters. */
export function quote(value: string | number): string {
  const text = String(value).replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, '?');
  return `"${text.length > 40 ? `${text.slice(0, 40)}…` : text}"`;
}

/** Money that was counted, not computed: null when the field is absent or empty; what is no exact money is refused. */
function counted(value: Scalar, field: string): Cents | null {
  if (isEmpty(value)) return null;
  // A number that was computed in binary may be off in its last digits (`500.00000000000006`).
  const amount = parseCents(typeof value === 'number' ? value.toFixed(6) : value);
  if (amount === null) throw new Unreadable(`${field} is ${quote(value)}, not a whole number of cents`);
  return amount;
}

/** Money of a total, which may have been computed without rounding: half up to the cent. Null: absent or empty. */
export function total(value: Scalar, field: string): Cents | null {
  if (isEmpty(value)) return null;
  const amount = roundToCents(value);
  if (amount === null) throw new Unreadable(`${field} is ${quote(value)}, no amount of money`);
  return amount;
}

/** An amount that is one part of a sum, as it stands. Null: absent or empty. */
export function figureOf(value: Scalar): Figure | null {
  if (isEmpty(value)) return null;
  return parseCents(value) ?? { raw: quote(value), exact: parseAmount(value) };
}

/** The API leaves out, nulls or blanks what is not set. */
export function isEmpty(value: Scalar): value is null | undefined {
  return value === null || value === undefined || (typeof value === 'string' && value.trim() === '');
}

/**
 * Taxes, fees and tips. A document sends `{billing_id, description, total_price}` (its `value` is the rate), an event
 * `{name, total}`. Entries without an amount are left out. Null: no such list.
 */
export function billingOf(list: RawBilling[] | null | undefined): SourceBilling[] | null {
  if (!list) return null;
  return list.flatMap((entry) => {
    const amount = figureOf(isEmpty(entry.total_price) ? entry.total : entry.total_price);
    const name = entry.description ?? entry.name ?? '';
    if (amount === null) return [];
    return [{ name, amount, ...(entry.billing_id === null ? {} : { billingId: entry.billing_id }) }];
  });
}

/** The payments that came in, less what was given back; null: no list of payments. */
export function paymentsOf(set: RawPaymentSet, field: string): SourcePayment[] | null {
  if (!set?.payments) return null;
  const payments = set.payments.flatMap((payment, index): SourcePayment[] => {
    try {
      const amount = net(payment, `${field}.payments.${index}`);
      return amount === null ? [] : [{ id: payment.id, amount }];
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      return [{ id: payment.id, amount: null, problem: error.message }];
    }
  });
  const sum = payments.reduce((total, { amount }) => total + (amount ?? 0), 0);
  if (Math.abs(sum) > maxCents) throw new Unreadable(`${field}.payments come to more than can be right`);
  return payments;
}

/** States that say by themselves that no money is there, whatever date of payment stands beside them. */
const NOT_PAID =
  /^(?:unpaid|pending|scheduled|open|draft|(?:over|past_)?due|failed|declined|rejected|void(?:ed)?|cancell?ed|expired)$/;

/**
 * Whether the money of a payment came in. A date of payment beside a state that is not known may not be dropped:
 * the guest would be charged again.
 *
 * @throws Unreadable when it cannot be told
 */
function cameIn(payment: RawPayment, state: string, field: string): boolean {
  const { paid_at, unpaid_at } = payment;
  if (state === 'paid') return true;
  if (paid_at === null || NOT_PAID.test(state)) return false;
  if (/^(?:partially_)?refunded$/.test(state) || (state === '' && unpaid_at === null)) return true;
  throw new Unreadable(
    `${named(payment, field)} has a date of payment, but whether its state ${quote(payment.state ?? '')} means paid ` +
      'is not known',
  );
}

/** The payment for a sentence: `payment 17 ("Deposit") of "500.0" (payment_set.payments.0)`. */
function named({ id, custom_title, amount }: RawPayment, field: string): string {
  const title = custom_title === null ? '' : ` (${quote(custom_title)})`;
  return `payment ${id ?? 'without an id'}${title} of ${isEmpty(amount) ? 'no amount' : quote(amount)} (${field})`;
}

/** Null: the money did not come in. */
function net(payment: RawPayment, field: string): Cents | null {
  const state = payment.state?.toLowerCase().replace(/[\s-]+/g, '_') ?? '';
  if (!cameIn(payment, state, field)) return null;
  const amount = counted(payment.amount, `${field}.amount`);
  if (amount === null)
    throw new Unreadable(`${field}.amount is missing although the payment is ${quote(state)}`);
  const refund = refundOf(payment, state, amount, field);
  if (refund < 0 || refund > Math.max(amount, 0)) {
    throw new Unreadable(`${field}.amount_refunded is not between nothing and the amount paid`);
  }
  return cents(amount - refund);
}

/** What was given back, which accounts call by either name. */
function refundOf(payment: RawPayment, state: string, amount: Cents, field: string): Cents {
  const given = counted(payment.amount_refunded, `${field}.amount_refunded`);
  const other = counted(payment.refund_amount, `${field}.refund_amount`);
  if (given !== null && other !== null && given !== other && given !== zero && other !== zero) {
    throw new Unreadable(
      `${named(payment, field)} has two amounts that were given back, ${formatCents(given)} and ${formatCents(other)}`,
    );
  }
  const refund = given === null || given === zero ? (other ?? given) : given;
  if (refund !== null && refund !== zero) return refund;
  const isGivenBack = payment.refunded_at !== null || /^(?:partially_)?refunded$/.test(state);
  if (refund === zero && isGivenBack) {
    throw new Unreadable(`${named(payment, field)} was given back, but the amount given back is 0.00`);
  }
  if (state === 'partially_refunded') throw new Unreadable(`${field}.amount_refunded is missing`);
  return isGivenBack ? amount : zero;
}
