import {
  compareDay,
  compareItems,
  compareMoney,
  comparePayments,
  compareWorkedOn,
  type Difference,
  describeContents,
} from './compare.js';
import type { OrderId } from './ids.js';
import { formatCents, zero } from './money.js';
import { isSuperseded, revisionIn } from './notes.js';
import { type Contents, type FoundOrder, isVisible } from './order.js';
import type { Failure } from './reasons.js';
import type { WantedOrder } from './wanted.js';

/** One change of the POS as plain data; money and quantities as text, so that a report can print it as it is. */
export type Action =
  | { action: 'create_order'; local_id: string; establishment: number; date: string; call_name: string }
  | { action: 'remove_item'; item: string; product: number | null }
  | { action: 'add_item'; product: number; name: string; quantity: string; price: string; total: string }
  | {
      action: 'set_totals';
      subtotal: string;
      discount: string;
      tax: string;
      gratuity: string;
      surcharge: string;
      final_total: string;
      remaining_due: string;
    }
  | { action: 'remove_payment'; payment: string; amount: string | null }
  | { action: 'add_payment'; amount: string; payment_type: number }
  | { action: 'mark_printed' }
  | { action: 'make_visible' }
  | { action: 'mark_deleted'; order: string; winner: string | null };

/** The orders of one event that count, sorted out. */
export interface Standings {
  /** Orders that staff can see. */
  visible: FoundOrder[];
  /** Orders nobody can see yet, lowest id first; those marked as superseded are left out. */
  hidden: FoundOrder[];
}

/** Sorts the rows of one event: deleted rows don't count, nor do hidden ones that lost. */
export function standings(rows: readonly FoundOrder[]): Standings {
  const live = rows.filter((row) => !row.deleted).sort((a, b) => Number(a.id) - Number(b.id));
  return {
    visible: live.filter(isVisible),
    hidden: live.filter((row) => !isVisible(row) && !isSuperseded(row.notes)),
  };
}

/** What the order of an eligible event needs. */
export type OrderPlan =
  /** It stands as wanted; `losers` are unfinished headers that lost against it. */
  | { kind: 'standing'; order: FoundOrder; losers: FoundOrder[] }
  /** Cannot be decided without the order's lines and payments. */
  | { kind: 'need-contents'; order: FoundOrder }
  | { kind: 'create'; actions: Action[]; losers: FoundOrder[] }
  | { kind: 'complete'; order: FoundOrder; actions: Action[]; losers: FoundOrder[] }
  | { kind: 'failed'; failure: Failure; order: FoundOrder | null; differences: Difference[] };

/** True when somebody other than our Revel user wrote to it last. */
export function isTouched(wanted: WantedOrder, order: FoundOrder): boolean {
  return order.updatedBy !== wanted.location.revel.userId;
}

/**
 * The plan for one event: a pure function of what is wanted and what was found. `contents` are those of the
 * order that a `need-contents` answer named.
 */
export function planOrder(
  wanted: WantedOrder,
  rows: readonly FoundOrder[],
  contents: Contents | null,
): OrderPlan {
  const { visible, hidden } = standings(rows);
  const [first, second] = visible;
  if (first && second) return duplicates(wanted, visible);
  if (first) {
    return first.establishmentId === wanted.establishmentId
      ? planVisible(wanted, first, hidden, contents)
      : { kind: 'failed', failure: movedAway(wanted, first), order: first, differences: [] };
  }
  const candidates = hidden.filter((row) => row.establishmentId === wanted.establishmentId);
  const winner = candidates[0];
  const losers = hidden.filter((row) => row !== winner);
  if (!winner) return { kind: 'create', actions: createActions(wanted), losers };
  if (isTouched(wanted, winner)) return touchedUnfinished(wanted, winner);
  if (!contents) return { kind: 'need-contents', order: winner };
  if (staffAmong(wanted, contents)) return touchedUnfinished(wanted, winner);
  return { kind: 'complete', order: winner, actions: completeActions(wanted, winner, contents), losers };
}

function planVisible(
  wanted: WantedOrder,
  order: FoundOrder,
  losers: FoundOrder[],
  contents: Contents | null,
): OrderPlan {
  // A payment that staff took may not show in the header.
  const touched = isTouched(wanted, order) || (contents !== null && staffAmong(wanted, contents));
  const header = [...compareMoney(wanted, order), ...compareDay(wanted, order)];
  const proven = header.length === 0 && !touched && revisionIn(order.notes) === wanted.revision;
  if (proven && !contents) return { kind: 'standing', order, losers };
  if (!contents) return { kind: 'need-contents', order };
  const differences = touched
    ? [...compareWorkedOn(wanted, order, contents), ...compareDay(wanted, order)]
    : [...header, ...describeContents(wanted, contents)];
  if (differences.length === 0) return { kind: 'standing', order, losers };
  const list = differences.slice(0, 20).join('; ');
  const failure: Failure = touched
    ? {
        reason: 'TOUCHED',
        error: `Order ${order.id} differs from event ${wanted.eventId}, and staff has worked on it, so it is left alone: ${list}. Correct it in the POS, or the event in Tripleseat.`,
      }
    : {
        reason: 'DRIFT',
        error: `Order ${order.id} no longer matches event ${wanted.eventId}: ${list}. Staff can already see it, so it is not changed: correct it in the POS, or delete it there and the next run makes a new one.`,
      };
  return { kind: 'failed', failure, order, differences };
}

/** Staff may have changed a line or added a payment without the header showing it. */
function staffAmong(wanted: WantedOrder, contents: Contents): boolean {
  return [...contents.items, ...contents.payments].some(
    (row) => !row.deleted && row.updatedBy !== null && row.updatedBy !== wanted.location.revel.userId,
  );
}

function duplicates(wanted: WantedOrder, visible: FoundOrder[]): OrderPlan {
  const ids = visible.map((row) => row.id).join(', ');
  return {
    kind: 'failed',
    failure: {
      reason: 'DUPLICATE_ORDERS',
      error: `Event ${wanted.eventId} has ${visible.length} live orders: ${ids}. Keep one and delete the others in the POS.`,
    },
    order: visible[0] ?? null,
    differences: [],
  };
}

function movedAway(wanted: WantedOrder, order: FoundOrder): Failure {
  return {
    reason: 'ORPHANED',
    error: `Event ${wanted.eventId} belongs to establishment ${wanted.establishmentId} now, but its order ${order.id} stands in establishment ${order.establishmentId ?? 'unknown'}. Delete that order in the POS; the next run makes one in the right place.`,
  };
}

/** What is wrong with an unfinished order in an establishment that its event has left. */
export function leftElsewhere(wanted: WantedOrder, order: FoundOrder): string {
  return `Event ${wanted.eventId} belongs to establishment ${wanted.establishmentId} now, but its unfinished order ${order.id} stands in establishment ${order.establishmentId ?? 'unknown'}, and staff has worked on it or it holds a payment. Delete that order in the POS; the next run makes one in the right place.`;
}

function touchedUnfinished(wanted: WantedOrder, order: FoundOrder): OrderPlan {
  return {
    kind: 'failed',
    failure: {
      reason: 'TOUCHED',
      error: `Order ${order.id} of event ${wanted.eventId} is unfinished, but somebody else has changed it, so it is not written to. Finish it in the POS, or delete it there and the next run makes a new one.`,
    },
    order,
    differences: [],
  };
}

/** Everything a new order takes, in the order of the writes. */
export function createActions(wanted: WantedOrder): Action[] {
  return [
    createOrder(wanted),
    ...wanted.items.map(addItem),
    setTotals(wanted),
    ...(wanted.payment === zero ? [] : [addPayment(wanted)]),
    { action: 'mark_printed' },
    { action: 'make_visible' },
  ];
}

/** What an unfinished order of ours still takes. */
export function completeActions(wanted: WantedOrder, order: FoundOrder, contents: Contents): Action[] {
  const items = compareItems(wanted.items, contents.items);
  const payments = comparePayments(wanted, contents.payments);
  return [
    ...items.extra.map((row): Action => ({ action: 'remove_item', item: row.id, product: row.productId })),
    ...items.missing.map(addItem),
    ...(needsTotals(wanted, order) ? [setTotals(wanted)] : []),
    ...payments.extra.map(
      (row): Action => ({
        action: 'remove_payment',
        payment: row.id,
        amount: row.amount === null ? null : formatCents(row.amount),
      }),
    ),
    ...(payments.missing === zero ? [] : [addPayment(wanted)]),
    { action: 'mark_printed' },
    { action: 'make_visible' },
  ];
}

/** Whether the header's money or day has to be written (again). */
export function needsTotals(wanted: WantedOrder, order: FoundOrder): boolean {
  // Without it a POS that opens the order takes the discount away.
  const discounted = order.discountRule === null || order.discountRule === wanted.discount;
  return (
    !discounted || compareMoney(wanted, order).length > 0 || order.createdDate?.slice(0, 10) !== wanted.date
  );
}

/** The action that makes the header. */
export function createOrder(wanted: WantedOrder): Action {
  return {
    action: 'create_order',
    local_id: wanted.localId,
    establishment: wanted.establishmentId,
    date: wanted.date,
    call_name: wanted.callName,
  };
}

/** The action that adds one line. */
export function addItem(item: WantedOrder['items'][number]): Action {
  return {
    action: 'add_item',
    product: item.productId,
    name: item.name,
    quantity: item.quantity,
    price: formatCents(item.unitPrice),
    total: formatCents(item.total),
  };
}

/** The action that writes the header's money. */
export function setTotals(wanted: WantedOrder): Action {
  return {
    action: 'set_totals',
    subtotal: formatCents(wanted.subtotal),
    discount: formatCents(wanted.discount),
    tax: formatCents(wanted.tax),
    gratuity: formatCents(wanted.gratuity),
    surcharge: formatCents(wanted.surcharge),
    final_total: formatCents(wanted.finalTotal),
    remaining_due: formatCents(wanted.remainingDue),
  };
}

/** The action that records what has been paid. */
export function addPayment(wanted: WantedOrder): Action {
  return {
    action: 'add_payment',
    amount: formatCents(wanted.payment),
    payment_type: wanted.location.revel.paymentType,
  };
}

/** The action that takes a header out of the race. */
export function markDeleted(loser: OrderId, winner: OrderId | null): Action {
  return { action: 'mark_deleted', order: loser, winner };
}
