import { askedOf, settledBy } from './books.js';
import { businessDayBegins } from './businessDay.js';
import {
  compareDay,
  compareItems,
  compareLineTaxes,
  compareMoney,
  cutOf,
  extraLine,
  isSameThing,
  rowText,
  wantedText,
} from './compare.js';
import type { Difference } from './differences.js';
import { cents, formatCents, quantityToNumber, sumCents, zero } from './money.js';
import type { Cut } from './names.js';
import type { Contents, FoundItem, FoundOrder } from './order.js';
import type { WantedItem, WantedOrder } from './wantedOrder.js';
import { addDays } from './zones.js';

/** True when a POS has opened the order, or somebody other than our Revel user wrote to it last. */
export function isTouched(wanted: Pick<WantedOrder, 'location'>, order: FoundOrder): boolean {
  return order.opened || order.updatedBy !== wanted.location.revel.userId;
}

/** Staff may have changed or voided a line, or added a payment, without the header showing it. */
export function isStaffAmong(wanted: WantedOrder, contents: Contents): boolean {
  return [...contents.items, ...contents.payments].some((row) => isByStaff(wanted, row));
}

/** Somebody other than our Revel user was the last to write to this line or payment. */
export function isByStaff(wanted: WantedOrder, { updatedBy }: Pick<FoundItem, 'updatedBy'>): boolean {
  return updatedBy !== null && updatedBy !== wanted.location.revel.userId;
}

/** How an order that a POS or staff has worked on differs from its event. */
export interface ServiceComparison {
  /** What the guest ordered, paid or owes to the state is not there: a person has to look. */
  lacking: Difference[];
  /** What staff does with an order in service, and what a POS makes of its figures. */
  other: Difference[];
}

/**
 * Compares an order that staff works with. The POS is the master of what it has opened (an API write does not reach it
 * any more), so that lines that staff adds, prices, tips, comps and the POS's own rounding are no fault. What counts is
 * that nothing of the event has gone: its lines in their quantities, its payments, tax and gratuity at all, its day.
 * Lines and payments of the bills that it was split into count with its own.
 */
export function compareInService(
  wanted: WantedOrder,
  order: FoundOrder,
  contents: Contents,
): ServiceComparison {
  const bills = contents.bills ?? [];
  const lines = compareLines(wanted, contents.items, cutOf(wanted, order));
  const gone = (field: 'tax' | 'gratuity') =>
    wanted[field] > 0 && sumCents([order, ...bills].map((row) => row[field] ?? zero)) === zero;
  const money = compareMoney(wanted, order).filter(({ field }) => field !== 'remaining due');
  const isLost = ({ field }: Difference) => (field === 'tax' || field === 'gratuity') && gone(field);
  const { gratuity } = wanted.location.books;
  const rows = contents.payments.filter((row) => !row.deleted);
  const asked = order.gratuity ?? wanted.gratuity;
  const paid = settledBy(rows, gratuity, asked);
  // A gratuity that staff has lowered, or that has gone to the bills, takes nothing from what has been paid.
  const listed = settledBy(rows, gratuity, cents(Math.max(asked, wanted.gratuity)));
  const wantedPaid = cents(wanted.payment + wanted.tip);
  const payment = difference('payment', formatCents(wantedPaid), formatCents(listed));
  // What staff takes of the guest is theirs. What we have paid on it, and Tripleseat has given back since, is not.
  const ours = rows.filter(({ updatedBy }) => updatedBy === wanted.location.revel.userId);
  const isGivenBack = Math.min(settledBy(ours, gratuity, asked), listed) > wantedPaid;
  const due = order.remainingDue;
  const total = order.finalTotal ?? wanted.finalTotal;
  const rest = cents(askedOf({ finalTotal: total, gratuity: order.gratuity }, gratuity) - paid);
  const isDueOdd = due !== null && due !== rest && !(due === zero && rest < zero) && bills.length === 0;
  return {
    lacking: [
      ...compareDay(wanted, order),
      ...lines.lacking,
      ...money.filter(isLost),
      ...(listed < wantedPaid ? [payment] : []),
    ],
    other: [
      ...lines.other,
      ...(isGivenBack ? [payment] : []),
      ...money.filter((each) => !isLost(each)),
      ...(isDueOdd ? [difference('remaining due', formatCents(rest), formatCents(due))] : []),
    ],
  };
}

function difference(field: Difference['field'], event: string, order: string): Difference {
  return { field, name: null, event, order };
}

/**
 * Parts of a line that a POS has split among guests may not add up to all of it: three of 8.33 are a hundredth less than
 * 25. Parts are counted in binary, which tells such a hundredth from another in its last digits.
 */
const SPLIT_ROUNDING = 0.01 + 1e-6;

/** A row of the order and how much of it stands for no line yet. */
interface Pooled {
  row: FoundItem;
  left: number;
}

/**
 * Lines by what is served of them: one that staff has split, or sold more of, or at another price, is there. It lacks
 * as far as all rows of its product and name do not come to its quantity.
 */
function compareLines(wanted: WantedOrder, rows: readonly FoundItem[], cut: Cut): ServiceComparison {
  const { missing, extra, pairs } = compareItems(wanted.items, rows, cut);
  const pool = extra.map(
    (row): Pooled => ({ row, left: row.quantity === null ? 0 : quantityToNumber(row.quantity) }),
  );
  const used = new Set<FoundItem>();
  const lacking: Difference[] = [];
  const other: Difference[] = [];
  for (const item of missing) {
    const { parts, short } = take(item, pool);
    for (const { row } of parts) used.add(row);
    const told: Difference = {
      field: 'line',
      name: item.name,
      event: wantedText(item),
      order: parts.length === 0 ? null : parts.map(({ row }) => rowText(row)).join(' + '),
    };
    if (short) lacking.push(told);
    else if (
      !parts.every(({ row, left }) => row.price === item.unitPrice && Math.abs(left) <= SPLIT_ROUNDING)
    )
      other.push(told);
  }
  return {
    lacking,
    other: [
      ...other,
      ...extra.filter((row) => !used.has(row)).map((row) => extraLine(wanted, row)),
      ...compareLineTaxes(pairs),
    ],
  };
}

/** Takes from the pool what stands for the line. `short`: there is not enough of it. */
function take(item: WantedItem, pool: readonly Pooled[]): { parts: Pooled[]; short: boolean } {
  // What is taken off may be a line of a negative quantity.
  const sign = Math.sign(quantityToNumber(item.quantity));
  let open = Math.abs(quantityToNumber(item.quantity));
  const parts: Pooled[] = [];
  for (const pooled of pool) {
    if (open <= SPLIT_ROUNDING) break;
    if (pooled.left * sign <= 0 || !isSameThing(item, pooled.row)) continue;
    const taken = Math.min(open, pooled.left * sign);
    pooled.left -= taken * sign;
    open -= taken;
    parts.push(pooled);
  }
  return { parts, short: open > SPLIT_ROUNDING };
}

/** Whether the order can change no more: its bill is closed, and its event's day is over in the shop. */
export function isSettled(wanted: WantedOrder, order: FoundOrder, now: number): boolean {
  return order.closed && now >= businessDayBegins(addDays(wanted.date, 1), wanted.location);
}
