import { moneyOf } from './booked.js';
import { compareDay, compareMoney } from './compare.js';
import { type Difference, differenceFields } from './differences.js';
import { bookedAs } from './former.js';
import { formatCents } from './money.js';
import { revisionIn } from './notes.js';
import type { FoundOrder } from './order.js';
import type { Failure } from './reasons.js';
import type { WantedOrder } from './wantedOrder.js';

/** Whether a POS has opened an order; `closed`: its bill, too. */
export const openedStates = ['no', 'yes', 'closed'] as const;

/**
 * Whether an order equals its event. `figures`: sums and day do, and of its lines nobody knows, as another program or an
 * earlier state of the event has made it.
 */
export const equalities = ['yes', 'figures', 'no'] as const;

/** One of several orders of an event that staff can see, with what helps to decide which one counts. */
export interface RivalOrder {
  /** Order id, decimal digits. */
  id: string;
  /** When it was made by the clock of its shop, `2026-11-14 10:00`; null: not told. */
  made: string | null;
  /** `us`, or a user of Revel (`user 7`); null: not told. */
  by: string | null;
  /** Decimal money; null: not known. */
  paid: string | null;
  opened: (typeof openedStates)[number];
  equals: (typeof equalities)[number];
  /** In what it differs from the event; its lines have not been looked at. */
  differs: Difference['field'][];
  /** Id of the establishment that it stands in, or `unknown`; null: the event's. */
  elsewhere: string | null;
}

/** Several orders of one event that staff can see. */
export function duplicates({ eventId }: WantedOrder, visible: readonly FoundOrder[]): Failure {
  const ids = visible.map((row) => row.id).join(', ');
  return {
    reason: 'DUPLICATE_ORDERS',
    error: `Event ${eventId} has ${visible.length} live orders: ${ids}. Staff can see each of them, so no run takes one away by itself. Decide which one counts: ts-reconcile resolve ${eventId} --keep <order>, or have the others voided on the POS.`,
  };
}

/** What is known of an order beside others of the same event. */
export function rivalOrder(wanted: WantedOrder, row: FoundOrder): RivalOrder {
  const { createdBy, establishmentId } = row;
  const { books, revel } = wanted.location;
  const { paid } = moneyOf(row, books.gratuity);
  const found = new Set(
    [...compareMoney(bookedAs(wanted, row), row), ...compareDay(wanted, row)].map(({ field }) => field),
  );
  const differs = differenceFields.filter((field) => found.has(field));
  const isOfEvent = revisionIn(row.notes) === wanted.revision;
  return {
    id: row.id,
    made: row.createdDate?.slice(0, 16).replace('T', ' ') ?? null,
    by: createdBy === null ? null : createdBy === revel.userId ? 'us' : `user ${createdBy}`,
    paid: paid === null ? null : formatCents(paid),
    opened: !row.opened ? 'no' : row.closed ? 'closed' : 'yes',
    equals: differs.length > 0 ? 'no' : isOfEvent ? 'yes' : 'figures',
    differs,
    elsewhere: establishmentId === wanted.establishmentId ? null : String(establishmentId ?? 'unknown'),
  };
}

/** The sentence of a failure with what is known of each of several orders: whatever changes about one changes it, too. */
export function withRivals(sentence: string, rivals: readonly RivalOrder[]): string {
  return rivals.length === 0 ? sentence : `${sentence} Orders: ${rivals.map(rivalText).join('; ')}.`;
}

/** `order 5: made 2026-11-14 10:00 by us, 100.00 paid, not opened, equals the event: yes`. */
export function rivalText(rival: RivalOrder): string {
  const { id, made, by, paid, opened } = rival;
  const maker = by === null ? '' : ` by ${by}`;
  const served = { no: 'not opened', yes: 'opened', closed: 'closed' }[opened];
  return `order ${id}: made ${made ?? 'at an unknown time'}${maker}, ${paid ?? 'unknown what is'} paid, ${served}, equals the event: ${equalityText(rival)}`;
}

/** How it equals the event: `yes`, `in its figures`, `no: tax, total`, with the establishment where that is another. */
export function equalityText({ equals, differs, elsewhere }: RivalOrder): string {
  const where = elsewhere === null ? '' : `, in establishment ${elsewhere}`;
  switch (equals) {
    case 'yes':
      return `yes${where}`;
    case 'figures':
      return `in its figures${where}`;
    case 'no':
      return `no: ${differs.join(', ')}${where}`;
  }
}
