import type { SourceBilling, SourcePayment } from '../domain/event.js';
import { type Cents, cents, maxCents, parseCents, zero } from '../domain/money.js';
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

/** Money of a total: null when the field is absent or empty; a value that is not exact money is refused. */
export function total(value: Scalar, field: string): Cents | null {
  if (isEmpty(value)) return null;
  const amount = parseCents(value);
  if (amount === null) throw new Unreadable(`${field} is ${quote(value)}, not a whole number of cents`);
  return amount;
}

/** The API leaves out, nulls or blanks what is not set. */
export function isEmpty(value: Scalar): value is null | undefined {
  return value === null || value === undefined || (typeof value === 'string' && value.trim() === '');
}

/**
 * Taxes, fees and tips. A document sends `{description, total_price}` (its `value` is the rate), an event
 * `{name, total}`. Entries without an amount are left out. Null: no such list.
 */
export function billingOf(list: RawBilling[] | null | undefined, field: string): SourceBilling[] | null {
  if (!list) return null;
  return list.flatMap((entry, index) => {
    const amount = total(entry.total_price ?? entry.total, `${field}.${index}`);
    return amount === null ? [] : [{ name: entry.description ?? entry.name ?? '', amount }];
  });
}

/** The payments that came in, less what was given back; null: no list of payments. */
export function paymentsOf(set: RawPaymentSet, field: string): SourcePayment[] | null {
  if (!set?.payments) return null;
  const payments = set.payments.flatMap((payment, index) => {
    const amount = net(payment, `${field}.payments.${index}`);
    return amount === null ? [] : [{ id: payment.id, amount }];
  });
  const sum = payments.reduce((total, { amount }) => total + amount, 0);
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
function cameIn({ paid_at, unpaid_at }: RawPayment, state: string, field: string): boolean {
  if (state === 'paid') return true;
  if (paid_at === null || NOT_PAID.test(state)) return false;
  if (/^(?:partially_)?refunded$/.test(state) || (state === '' && unpaid_at === null)) return true;
  throw new Unreadable(
    `${field} has a date of payment, but whether its state ${quote(state)} means paid is not known`,
  );
}

/** Null: the money did not come in. */
function net(payment: RawPayment, field: string): Cents | null {
  const state = payment.state?.toLowerCase().replace(/[\s-]+/g, '_') ?? '';
  if (!cameIn(payment, state, field)) return null;
  const amount = total(payment.amount, `${field}.amount`);
  if (amount === null)
    throw new Unreadable(`${field}.amount is missing although the payment is ${quote(state)}`);
  const refund = refundOf(payment, state, amount, field);
  if (refund < 0 || refund > Math.max(amount, 0)) {
    throw new Unreadable(`${field}.amount_refunded is not between nothing and the amount paid`);
  }
  return cents(amount - refund);
}

function refundOf(payment: RawPayment, state: string, amount: Cents, field: string): Cents {
  const given = total(payment.amount_refunded, `${field}.amount_refunded`);
  if (given !== null) return given;
  if (state === 'partially_refunded') throw new Unreadable(`${field}.amount_refunded is missing`);
  return payment.refunded_at !== null || state === 'refunded' ? amount : zero;
}
