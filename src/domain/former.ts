import type { SourceBilling, SourceDocument, SourceEvent } from './event.js';
import { exactCents } from './figure.js';
import type { Location } from './location.js';
import { type Cents, cents, zero } from './money.js';
import { normaliseName, plainText } from './names.js';
import { revisionIn } from './notes.js';
import type { FoundOrder } from './order.js';
import type { Split, WantedOrder } from './wantedOrder.js';

const FIELDS = ['discount', 'tax', 'gratuity', 'surcharge'] as const;

/**
 * How version 0.1.0 booked the rows of the bill, which knew fewer names and no discount among them; null: as they are
 * booked now, or not at all.
 *
 * @param now how they are booked now
 */
export function formerSplit(
  event: SourceEvent,
  document: SourceDocument | null,
  configured: Location['billing'],
  now: Split,
): Split | null {
  const discount = wholeCents(document?.discountsTotal ?? zero);
  if (discount === null) return null;
  const split = { discount, tax: zero, gratuity: zero, surcharge: zero };
  for (const row of document?.billing ?? event.billing ?? []) {
    const amount = wholeCents(row.amount);
    if (amount === null) return null;
    const field = fieldOf(row, configured);
    split[field] = cents(split[field] + amount);
  }
  return sumOf(split) === sumOf(now) && FIELDS.some((field) => split[field] !== now[field]) ? split : null;
}

function fieldOf({ name }: SourceBilling, configured: Location['billing']): 'tax' | 'gratuity' | 'surcharge' {
  const plain = plainText(name);
  const key = normaliseName(plain);
  const mapped = Object.entries(configured).find(([each]) => normaliseName(plainText(each)) === key)?.[1];
  if (mapped === 'tax' || mapped === 'gratuity' || mapped === 'surcharge') return mapped;
  const words = plain.toLowerCase().split(/[^\p{L}\p{M}]+/u);
  if (words.some((word) => ['tax', 'taxes'].includes(word))) return 'tax';
  if (words.some((word) => ['gratuity', 'gratuities', 'tip', 'tips'].includes(word))) return 'gratuity';
  return 'surcharge';
}

function wholeCents(figure: SourceBilling['amount']): Cents | null {
  const exact = exactCents(figure);
  return exact?.eq(exact.round(0)) ? cents(exact.toNumber()) : null;
}

function sumOf({ discount, tax, gratuity, surcharge }: Split): number {
  return tax + gratuity + surcharge - discount;
}

/**
 * The wanted order, booked as version 0.1.0 did where the order was made by it: an order that stands is not wrong for
 * the names that have been learnt since.
 */
export function bookedAs(wanted: WantedOrder, found: FoundOrder): WantedOrder {
  const { former } = wanted;
  if (!former || revisionIn(found.notes) === wanted.revision) return wanted;
  const isFormer = FIELDS.every((field) => (found[field] ?? zero) === former[field]);
  return isFormer ? { ...wanted, ...former } : wanted;
}
