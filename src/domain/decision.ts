import { businessDayBegins } from './businessDay.js';
import { isDate } from './dates.js';
import type { Difference } from './differences.js';
import type { OrderId } from './ids.js';
import type { Location } from './location.js';
import type { FoundOrder } from './order.js';
import { isPaidSince } from './paidSince.js';
import { standings } from './plan.js';
import type { FailReason } from './reasons.js';
import { looksEmptied } from './removed.js';
import { addDays } from './zones.js';

/** What a person has decided about the orders of one event, which no run decides by itself. */
export type Decision =
  /** This order, which staff can see, gives way to a new one that is as the event is now. */
  | { kind: 'replace'; order: OrderId }
  /** Staff has taken the order away, and it is made again. */
  | { kind: 'recreate' }
  /** Of several orders that staff can see, this one counts; the others go. */
  | { kind: 'keep'; order: OrderId }
  /** The event wants no order any more: this one goes. */
  | { kind: 'void'; order: OrderId }
  /** What has been paid since this order was made is added to it. */
  | { kind: 'payment'; order: OrderId };

/** The name of a decision, as the option that carries it out. */
export type DecisionKind = Decision['kind'];

/** What each decision settles. Whatever equals its event, or stands for a passing fault, is nothing to decide about. */
const SETTLES: Readonly<Record<DecisionKind, FailReason>> = {
  replace: 'DRIFT',
  payment: 'DRIFT',
  recreate: 'REMOVED_BY_STAFF',
  keep: 'DUPLICATE_ORDERS',
  void: 'ORPHANED',
};

/** Whether a decision may settle what a run has found. `reason` null: nothing is wrong with the order. */
export function settles(kind: DecisionKind, reason: string | null): boolean {
  return SETTLES[kind] === reason || (kind === 'replace' && reason === 'ALREADY_INJECTED');
}

/** What could settle it; empty: none of these. */
export function decisionsFor(reason: string | null, differences: readonly Difference[]): DecisionKind[] {
  const kinds: DecisionKind[] = [
    ...(isPaidSince(differences) ? (['payment'] as const) : []),
    'replace',
    'recreate',
    'keep',
    'void',
  ];
  return kinds.filter((kind) => SETTLES[kind] === reason);
}

/** Whether it takes an order away, which an account must have shown to keep to. */
export function takesAway(kind: DecisionKind): boolean {
  return kind !== 'recreate' && kind !== 'payment';
}

/**
 * The orders that a decision sets aside, of all that an event has: what is planned is planned as if they were not
 * there, and each goes when what comes in its place is ready.
 */
export function setAside(decision: Decision, rows: readonly FoundOrder[]): FoundOrder[] {
  switch (decision.kind) {
    case 'replace': {
      // Beside another one that staff can see it is no more than one of several.
      const isOne = !shownOf(rows).some(({ id }) => id !== decision.order);
      return rows.filter(({ id }) => isOne && id === decision.order);
    }
    case 'void':
      return rows.filter(({ id }) => id === decision.order);
    case 'keep': {
      const visible = shownOf(rows);
      // Without it none of them gives way.
      return visible.some(({ id }) => id === decision.order)
        ? visible.filter(({ id }) => id !== decision.order)
        : [];
    }
    case 'recreate':
    case 'payment':
      return [];
  }
}

/** Those that staff can see, but for what they have emptied: it is gone as if they had deleted it. */
function shownOf(rows: readonly FoundOrder[]): FoundOrder[] {
  return standings(rows).visible.filter((row) => !looksEmptied(row));
}

/** The business day that an order is filed under is over: its books are closed. An unreadable date says no. */
export function isDayOver({ createdDate }: FoundOrder, location: Location, now: number): boolean {
  const [date = '', time = ''] = (createdDate ?? '').split('T');
  if (!isDate(date)) return false;
  // What is made after midnight counts for the day that began the morning before.
  const ends = time < location.businessDayStart ? date : addDays(date, 1);
  return now >= businessDayBegins(ends, location);
}
