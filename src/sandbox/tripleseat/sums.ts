import Big from 'big.js';
import { type Json, type JsonObject, objectOf, objectsOf, textOf } from './model.js';

/** What a document comes to; in cents. */
export interface Sums {
  total: number;
  due: number;
  /** Payments that went through less what was given back. */
  paid: number;
  /** The figures that its event repeats. */
  ofEvent: JsonObject;
}

/** Cents as Tripleseat writes money: at least one decimal, no padding (`300.0`, `25.72`, `12.375`, `-25.0`). */
export function moneyText(amountInCents: number): string {
  const amount = new Big(amountInCents).div(100);
  return amount.eq(amount.round(1)) ? amount.toFixed(1) : amount.toFixed();
}

/** Money as it stands in a record, in whole cents; none is 0. */
export function cents(value: Json | undefined): number {
  return Math.round(Number(value ?? 0) * 100);
}

/**
 * Writes every sum of a document and of its payments anew, as they follow from lines, discount, rates and payments.
 *
 * @param set the payments of the document, wherever they are shown
 * @param given sums that are not what they should be
 */
export function sumUp(
  document: JsonObject,
  set: JsonObject,
  given: { grandTotal?: number | undefined; due?: number | undefined } = {},
): Sums {
  const lines = objectsOf(document, 'line_items');
  const subtotal = lines.reduce((sum, line) => sum + cents(line.total_price), 0);
  const financials = objectOf(document, 'financials');
  const taxed = subtotal - cents(financials.discounts_total);
  const billing = objectsOf(document, 'billing_totals').map((row): JsonObject => {
    // An amount stands in both fields, a rate in the first one.
    if (row.value === row.total_price) return row;
    const amount = new Big(textOf(row, 'value') || 0).times(taxed).div(100).round(0, Big.roundHalfUp);
    return { ...row, total_price: moneyText(amount.toNumber()) };
  });
  const total = given.grandTotal ?? billing.reduce((sum, row) => sum + cents(row.total_price), taxed);
  const paid = objectsOf(set, 'payments').reduce((sum, payment) => sum + paidBy(payment), 0);
  const due = given.due ?? total - paid;
  const money = { grand_total: moneyText(total), amount_due: moneyText(due) };
  const isPriced = lines.some((line) => textOf(line, 'total_price') !== '');
  const food = isPriced ? [{ name: 'Food', total: moneyText(subtotal) }] : [];
  document.billing_totals = billing;
  document.category_totals = food.map(({ name, total: value }) => ({ name, value }));
  document.financials = { ...financials, ...money };
  const { amount_due } = money;
  Object.assign(set, { amount_due, running_balance: amount_due, remaining_payment_amount: amount_due });
  const ofEvent = {
    actual_amount: moneyText(taxed),
    ...money,
    category_totals: food,
    billing_totals: billing.map((row) => ({
      name: textOf(row, 'description'),
      total: row.total_price ?? null,
    })),
  };
  return { total, due, paid, ofEvent };
}

function paidBy(payment: JsonObject): number {
  if (payment.state !== 'paid') return 0;
  return cents(payment.amount) - cents(payment.amount_refunded ?? payment.refund_amount);
}
