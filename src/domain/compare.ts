import { type Cents, formatCents, sumCents, zero } from './money.js';
import { revisionIn } from './notes.js';
import type { Contents, FoundItem, FoundOrder, FoundPayment } from './order.js';
import type { WantedItem, WantedOrder } from './wanted.js';

/** One thing that is not as the event wants it, in words: `tax: event 91.09, order 0.00`. */
export type Difference = string;

/** Header fields that carry money, with their names for people. */
const MONEY = [
  ['subtotal', 'subtotal'],
  ['discount', 'discount'],
  ['tax', 'tax'],
  ['gratuity', 'gratuity'],
  ['surcharge', 'surcharge'],
  ['finalTotal', 'total'],
  ['remainingDue', 'remaining due'],
] as const;

/** Fields that Revel answers as null when nobody set them. */
const NULL_IS_ZERO: ReadonlySet<string> = new Set(['discount', 'gratuity', 'surcharge']);

function same(field: string, wanted: Cents, found: Cents | null): boolean {
  return found === null ? NULL_IS_ZERO.has(field) && wanted === zero : found === wanted;
}

/** What in the header's money differs from the event. Empty: equal to the cent. */
export function compareMoney(wanted: WantedOrder, found: FoundOrder): Difference[] {
  return MONEY.filter(([field]) => !same(field, wanted[field], found[field])).map(
    ([field, name]) => `${name}: event ${formatCents(wanted[field])}, order ${text(found[field])}`,
  );
}

function text(amount: Cents | null): string {
  return amount === null ? 'unreadable' : formatCents(amount);
}

/**
 * The store day an order of ours is filed under, when it is not the event's day. Orders without a revision were
 * made by something else, whose dates we do not know the meaning of.
 */
export function compareDay(wanted: WantedOrder, found: FoundOrder): Difference[] {
  if (revisionIn(found.notes) === null) return [];
  const day = found.createdDate?.slice(0, 10) ?? 'unreadable';
  return day === wanted.date ? [] : [`day: event ${wanted.date}, order ${day}`];
}

/** Which wanted lines are not there, and which rows nobody wants. */
export interface ItemComparison {
  missing: WantedItem[];
  extra: FoundItem[];
}

/**
 * Compares lines by content (product, quantity, unit price), as a multiset: ids and uuids say nothing about what
 * a kitchen would cook. Of several equal rows the oldest ones are kept. Deleted rows don't count.
 */
export function compareItems(wanted: readonly WantedItem[], found: readonly FoundItem[]): ItemComparison {
  const open = new Map<string, FoundItem[]>();
  for (const item of byId(found.filter((row) => !row.deleted))) {
    const key = `${item.productId}|${item.quantity}|${item.price}`;
    const rows = open.get(key);
    if (rows) rows.push(item);
    else open.set(key, [item]);
  }
  const missing = wanted.filter((item) => {
    const rows = open.get(`${item.productId}|${item.quantity}|${item.unitPrice}`);
    return rows?.shift() === undefined;
  });
  return { missing, extra: byId([...open.values()].flat()) };
}

/** The payment the event wants and the rows that stand there. */
export interface PaymentComparison {
  /** Zero: nothing is missing. */
  missing: Cents;
  extra: FoundPayment[];
}

/** Compares payments of an order that nobody but us has written to: exactly one row of the wanted amount. */
export function comparePayments(wanted: WantedOrder, found: readonly FoundPayment[]): PaymentComparison {
  const rows = byId(found.filter((row) => !row.deleted));
  const ours = rows.find(
    (row) => row.amount === wanted.payment && row.paymentType === wanted.location.revel.paymentType,
  );
  if (wanted.payment === zero) return { missing: zero, extra: rows };
  return { missing: ours ? zero : wanted.payment, extra: rows.filter((row) => row !== ours) };
}

function byId<T extends { id: string }>(rows: readonly T[]): T[] {
  return [...rows].sort((a, b) => Number(a.id) - Number(b.id));
}

/** Line by line, what in the contents differs. */
export function describeContents(wanted: WantedOrder, contents: Contents): Difference[] {
  const items = compareItems(wanted.items, contents.items);
  const payments = comparePayments(wanted, contents.payments);
  return [
    ...items.missing.map(
      (item) => `line missing: ${item.quantity} × ${item.name} at ${formatCents(item.unitPrice)}`,
    ),
    ...items.extra.map(
      (item) =>
        `line not in the event: ${item.quantity ?? '?'} × product ${item.productId ?? '?'} at ${text(item.price)}`,
    ),
    ...(payments.missing === zero ? [] : [`payment missing: ${formatCents(payments.missing)}`]),
    ...payments.extra.map((row) => `payment not in the event: ${text(row.amount)}`),
  ];
}

/**
 * Differences of an order that staff works with. They take further payments and close it: that is their job and
 * no difference, as long as at least what the event says has been paid, and what remains is the rest.
 */
export function compareWorkedOn(wanted: WantedOrder, found: FoundOrder, contents: Contents): Difference[] {
  const rows = contents.payments.filter((row) => !row.deleted);
  const paid = sumCents(rows.map((row) => row.amount ?? zero));
  const money = compareMoney(wanted, found).filter((line) => !line.startsWith('remaining due'));
  const due = found.remainingDue;
  const rest = (found.finalTotal ?? wanted.finalTotal) - paid;
  const items = describeContents(wanted, { items: contents.items, payments: [] }).filter(
    (line) => !line.startsWith('payment'),
  );
  return [
    ...money,
    ...items,
    ...(paid < wanted.payment
      ? [`payment: event ${formatCents(wanted.payment)}, order ${formatCents(paid)}`]
      : []),
    ...(due !== null && due !== rest && !(due === zero && rest < zero)
      ? [`remaining due: after payments of ${formatCents(paid)} it should not be ${formatCents(due)}`]
      : []),
  ];
}
