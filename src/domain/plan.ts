import { isFiledUnder } from './businessDay.js';
import {
  compareDay,
  compareItems,
  compareMoney,
  comparePayments,
  cutOf,
  describeContents,
} from './compare.js';
import type { Difference } from './differences.js';
import { bookedAs } from './former.js';
import type { OrderId } from './ids.js';
import type { Location } from './location.js';
import { type Cents, formatCents, zero } from './money.js';
import { claimIn, isSuperseded, revisionIn } from './notes.js';
import { type Contents, type FoundOrder, type FoundPayment, isVisible } from './order.js';
import type { Failure } from './reasons.js';
import { homesOf, isAt, isEmptied, looksEmptied, type Place, removedByStaff } from './removed.js';
import { duplicates, type RivalOrder, rivalOrder } from './rivals.js';
import { compareInService, isSettled, isStaffAmong, isTouched } from './service.js';
import { asMade } from './standing.js';
import { drift, removal, shownTooEarly, standsElsewhere, touched, touchedUnseen } from './verdicts.js';
import type { WantedOrder } from './wantedOrder.js';

/** One change of the POS as plain data; money and quantities as text, so that a report can print it as it is. */
export type Action =
  | { action: 'create_order'; local_id: string; establishment: number; date: string; call_name: string }
  | { action: 'remove_item'; item: string; product: number | null }
  | {
      action: 'add_item';
      product: number;
      name: string;
      quantity: string;
      price: string;
      total: string;
      /** What the kitchen is told with it; absent: nothing. */
      text?: string;
    }
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
  | {
      action: 'add_payment';
      amount: string;
      /** Beside the amount; absent: none. */
      tip?: string;
      payment_type: number;
    }
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

/** Sorts the rows of one event: deleted rows don't count, nor parts of a split bill, nor hidden ones that lost. */
export function standings(rows: readonly FoundOrder[]): Standings {
  const live = rows.filter((row) => !row.deleted).sort((a, b) => Number(a.id) - Number(b.id));
  const whole = live.filter((row) => !live.some(({ id }) => id === row.billParent));
  return {
    visible: whole.filter(isVisible),
    hidden: whole.filter((row) => !isVisible(row) && !isSuperseded(row.notes)),
  };
}

/** The parts that an order's bill was split into, as far as they are among the rows. */
export function billsOf({ id }: FoundOrder, rows: readonly FoundOrder[]): FoundOrder[] {
  return rows.filter((row) => !row.deleted && row.billParent === id);
}

/** What the order of an eligible event needs. */
export type OrderPlan =
  /** It stands as wanted; `losers` are unfinished headers that lost against it. */
  | { kind: 'standing'; order: FoundOrder; losers: FoundOrder[] }
  /**
   * Staff works with it, or has: nothing of the event has gone, and what differs is theirs. `settled`: its bill is
   * closed and its day over, so that nothing can change it any more; then something of the event may have gone.
   */
  | { kind: 'in-service'; order: FoundOrder; differences: Difference[]; settled: boolean }
  /** Cannot be decided without lines and payments of the order and of `bills`, parts of it that were found with it. */
  | { kind: 'need-contents'; order: FoundOrder; bills: FoundOrder[] }
  /** Cannot be decided without those bills that the order was split into that the look has not shown. */
  | { kind: 'need-bills'; order: FoundOrder }
  | { kind: 'create'; actions: Action[]; losers: FoundOrder[] }
  | { kind: 'complete'; order: FoundOrder; actions: Action[]; losers: FoundOrder[] }
  | {
      kind: 'failed';
      failure: Failure;
      order: FoundOrder | null;
      differences: Difference[];
      /** All of several orders that staff can see. */
      orders: RivalOrder[];
    };

/** What a plan depends on besides the event and its orders. */
export interface PlanAround {
  /** Epoch milliseconds. */
  now: number;
  /** Every shop that is configured. */
  locations: readonly Location[];
  /** Whether a person has decided that this one, which staff took away, is made again. */
  isRecreated?: (order: FoundOrder) => boolean;
}

/**
 * The plan for one event: a pure function of what is wanted and what was found. The first rule that applies counts.
 *
 * @param read lines and payments as far as they have been read: a `need-contents` answer says whose are needed
 */
export function planOrder(
  wanted: WantedOrder,
  rows: readonly FoundOrder[],
  read: readonly Contents[],
  around: PlanAround,
): OrderPlan {
  const { visible, hidden } = standings(rows);
  const counting = withoutEmptied(wanted, visible);
  const [first, second] = counting;
  if (first && second) {
    const orders = counting.map((row) => rivalOrder(wanted, row));
    return { ...failed(duplicates(wanted, counting), first), orders };
  }
  const place: Place = {
    establishments: homesOf(wanted.location, wanted.establishmentId),
    date: wanted.date,
    location: wanted.location,
  };
  const isRecreated = around.isRecreated ?? (() => false);
  const removed = removedByStaff(
    rows.filter((row) => !isRecreated(row)),
    place,
  );
  if (!first) return planHidden(wanted, hidden, read, removed);
  const bills = billsOf(first, rows);
  const contents = contentsOf(first, read);
  const isHome = place.establishments.includes(first.establishmentId ?? 0);
  if (!isHome && !contents) return { kind: 'need-contents', order: first, bills };
  if (contents && isEmptied(contents) && claimIn(first.notes) === null) {
    if (contents.bills === null) return { kind: 'need-bills', order: first };
    return planHidden(wanted, hidden, read, isAt(first, place) && !isRecreated(first) ? first : removed);
  }
  return isHome
    ? planVisible(wanted, first, { bills, losers: hidden, contents, around })
    : failed(standsElsewhere(wanted, first, around.locations), first);
}

function contentsOf({ id }: FoundOrder, read: readonly Contents[]): Contents | null {
  return read.find(({ order }) => order === id) ?? null;
}

/** Its notes are those of an order that is being filled, or that lost while it was. */
function isBegun({ notes }: FoundOrder): boolean {
  return claimIn(notes) !== null || isSuperseded(notes);
}

/**
 * Beside another order, one that staff has emptied at a POS is none: it is on record, and nobody serves from it. One that
 * was brought to light while it was filled has no figures yet, and may have lines; so has one that had lost by then.
 */
function withoutEmptied(wanted: WantedOrder, visible: readonly FoundOrder[]): FoundOrder[] {
  const isEmpty = (row: FoundOrder) => looksEmptied(row) && !isBegun(row);
  const left = wanted.subtotal === zero ? [] : visible.filter((row) => !isEmpty(row));
  return left.length > 0 ? left : [...visible];
}

/**
 * Nobody can see an order yet: one that was begun is completed, else one is made, unless staff has taken it away. Then
 * only one that was begun since counts, which a person has wanted.
 */
function planHidden(
  wanted: WantedOrder,
  hidden: readonly FoundOrder[],
  read: readonly Contents[],
  removed: FoundOrder | null,
): OrderPlan {
  const candidates = hidden.filter((row) => row.establishmentId === wanted.establishmentId);
  const winner = candidates.find((row) => removed === null || isBegunSince(row, removed));
  if (removed && !winner) return failed(removal(wanted, removed), removed);
  const losers = hidden.filter((row) => row !== winner);
  if (!winner) return { kind: 'create', actions: createActions(wanted), losers };
  if (isTouched(wanted, winner)) return failed(touchedUnseen(wanted, winner), winner);
  const contents = contentsOf(winner, read);
  if (!contents) return { kind: 'need-contents', order: winner, bills: [] };
  if (isStaffAmong(wanted, contents)) return failed(touchedUnseen(wanted, winner), winner);
  return { kind: 'complete', order: winner, actions: completeActions(wanted, winner, contents), losers };
}

/**
 * Whether the header was begun after staff took that order away. Whoever makes one again follows the chain of uuids past
 * its row; so does whoever replaces it, whose header was written to last while it still stood.
 */
function isBegunSince({ uuid, updatedDate }: FoundOrder, removed: FoundOrder): boolean {
  const isOlder = updatedDate !== null && removed.updatedDate !== null && updatedDate < removed.updatedDate;
  return uuid !== null && uuid !== removed.uuid && !isOlder;
}

/** What is known of an order that staff can see. */
interface Seen {
  bills: FoundOrder[];
  losers: FoundOrder[];
  contents: Contents | null;
  around: PlanAround;
}

function planVisible(
  asBookedNow: WantedOrder,
  order: FoundOrder,
  { bills, losers, contents, around }: Seen,
): OrderPlan {
  const wanted = bookedAs(asBookedNow, order);
  // The mark goes away with the last change before the order is shown: somebody else has shown this one too early. One
  // that came over the final notes late is no such mark: the order had been printed with them.
  const mark = claimIn(order.notes);
  const unfinished = isBegun(order) && !order.printed;
  const header = [...compareMoney(wanted, order), ...compareDay(wanted, order)];
  if (!contents) {
    const proven =
      header.length === 0 &&
      mark === null &&
      !isTouched(wanted, order) &&
      revisionIn(order.notes) === wanted.revision;
    return proven ? { kind: 'standing', order, losers } : { kind: 'need-contents', order, bills };
  }
  if (isTouched(wanted, order) || isStaffAmong(wanted, contents)) {
    return planInService(wanted, order, { losers, contents, around, unfinished });
  }
  const made = asMade(wanted, order, contents);
  const differences = [
    ...describeContents(made.wanted, made.contents, cutOf(wanted, order)),
    ...made.texts,
    ...header,
  ];
  if (unfinished) return failed(shownTooEarly(wanted, order, differences), order, differences);
  if (differences.length === 0) return { kind: 'standing', order, losers };
  return failed(drift(wanted, order, differences), order, differences);
}

/** The POS is the master of what it has opened: only what has gone from it is a fault. */
function planInService(
  wanted: WantedOrder,
  order: FoundOrder,
  {
    losers,
    contents,
    around,
    unfinished,
  }: Omit<Seen, 'bills' | 'contents'> & {
    contents: Contents;
    unfinished: boolean;
  },
): OrderPlan {
  const made = asMade(wanted, order, contents);
  const { lacking, other } = compareInService(made.wanted, order, made.contents);
  if (lacking.length > 0 && contents.bills === null) return { kind: 'need-bills', order };
  const differences = [...lacking, ...other, ...made.texts];
  if (differences.length === 0) return { kind: 'standing', order, losers };
  const settled = isSettled(wanted, order, around.now);
  if (lacking.length === 0 || settled) return { kind: 'in-service', order, differences, settled };
  const why = unfinished ? shownTooEarly(wanted, order, differences) : touched(wanted, order, lacking);
  return failed(why, order, differences);
}

function failed(
  failure: Failure,
  order: FoundOrder,
  differences: Difference[] = [],
): Extract<OrderPlan, { kind: 'failed' }> {
  return { kind: 'failed', failure, order, differences, orders: [] };
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
  const items = compareItems(wanted.items, contents.items, 'within-a-word');
  const payments = comparePayments(wanted, contents.payments);
  return [
    ...items.extra.map((row): Action => ({ action: 'remove_item', item: row.id, product: row.productId })),
    ...items.missing.map(addItem),
    ...(needsTotals(wanted, order) ? [setTotals(wanted)] : []),
    ...payments.extra.map(removePayment),
    ...(payments.missing === zero ? [] : [addPayment(wanted)]),
    { action: 'mark_printed' },
    { action: 'make_visible' },
  ];
}

/** Whether the header's money or day has to be written (again). */
export function needsTotals(wanted: WantedOrder, order: FoundOrder): boolean {
  // Without it a POS that opens the order takes the discount away.
  const discounted = order.discountRule === null || order.discountRule === wanted.discount;
  return !discounted || compareMoney(wanted, order).length > 0 || !isFiledUnder(order.createdDate, wanted);
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
    ...(item.text === '' ? {} : { text: item.text }),
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

/** The action that records what has been paid; `paid`: if it is not all of it. */
export function addPayment(
  wanted: WantedOrder,
  paid: { amount: Cents; tip: Cents } = { amount: wanted.payment, tip: wanted.tip },
): Action {
  return {
    action: 'add_payment',
    amount: formatCents(paid.amount),
    ...(paid.tip === zero ? {} : { tip: formatCents(paid.tip) }),
    payment_type: wanted.location.revel.paymentType,
  };
}

/** The action that takes back what was recorded as paid. */
export function removePayment({ id, amount }: FoundPayment): Action {
  return { action: 'remove_payment', payment: id, amount: amount === null ? null : formatCents(amount) };
}

/** The action that takes a header out of the race. */
export function markDeleted(loser: OrderId, winner: OrderId | null): Action {
  return { action: 'mark_deleted', order: loser, winner };
}
