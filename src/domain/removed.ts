import { isFiledUnder } from './businessDay.js';
import { balanceOf } from './compare.js';
import type { Location } from './location.js';
import { zero } from './money.js';
import { claimIn, isTakenAway } from './notes.js';
import { type Contents, type FoundOrder, isVisible } from './order.js';

/** Where and when an order belongs. */
export interface Place {
  establishments: readonly number[];
  /** `YYYY-MM-DD` in the shop. */
  date: string;
  /** How the shop counts its days. */
  location: Pick<Location, 'timezone' | 'businessDayStart' | 'orderTime'>;
}

/** The shops that an order of the location may rightly stand in: where it goes now, and its own. */
export function homesOf(location: Location, establishmentId: number): number[] {
  return [...new Set([establishmentId, location.revel.establishmentId])];
}

/**
 * Whether it was this program that marked it deleted, because a person wanted it so. Its notes say it, unless the claim
 * of another run has come over them late: then nobody but the user that made the order has written to it since.
 */
export function isTakenByUs({ deleted, notes, opened, createdBy, updatedBy }: FoundOrder): boolean {
  if (!deleted) return false;
  const isOurs = !opened && updatedBy !== null && updatedBy === createdBy;
  return isTakenAway(notes) || (claimIn(notes) !== null && isOurs);
}

/**
 * The order that staff has deleted, of all rows of an event; null: none. It must have been one that staff could see, in
 * the right shop under the right day, without the mark of this program that took it away: a deleted row that is
 * anything else says nothing about what staff wants.
 *
 * @param place where it had to stand; null: anywhere
 */
export function removedByStaff(rows: readonly FoundOrder[], place: Place | null): FoundOrder | null {
  return (
    [...rows]
      .sort((a, b) => Number(b.id) - Number(a.id))
      .find((row) => row.deleted && isVisible(row) && !isTakenByUs(row) && (!place || isAt(row, place))) ??
    null
  );
}

/** Whether the order stands in the right shop under the right day. */
export function isAt({ establishmentId, createdDate }: FoundOrder, place: Place): boolean {
  return (
    establishmentId !== null &&
    place.establishments.includes(establishmentId) &&
    isFiledUnder(createdDate, place)
  );
}

/**
 * Whether nothing is left of an order that still stands: all its lines are voided or deleted, and its payments come to
 * nothing. No rows at all prove nothing.
 */
export function isEmptied(contents: Contents): boolean {
  return (
    contents.items.length > 0 &&
    contents.items.every(({ deleted }) => deleted) &&
    balanceOf(contents.payments).amount === zero
  );
}

/**
 * Whether a header says the same, where another order stands beside it and its lines are not read: a POS has made its
 * figures anew, and they come to nothing, with nothing paid.
 */
export function looksEmptied(order: FoundOrder): boolean {
  const { opened, subtotal, finalTotal, remainingDue } = order;
  return opened && subtotal === zero && finalTotal !== null && remainingDue === finalTotal;
}
