import type { EventResult } from '../schema.js';

type Difference = EventResult['differences'][number];

/**
 * Whether what is told of an event concerns its dishes and its day: what is on the plate, and whether there is an order.
 * All else is configuration (a name that no product has is put right in it), money and runs.
 */
export function isOfDishes({
  reason,
  differences = [],
}: {
  /** Null: its order was made, or completed. */
  reason: string | null;
  differences?: readonly Difference[];
}): boolean {
  switch (reason) {
    case null:
    case 'MISSED':
    case 'REMOVED_BY_STAFF':
    case 'DUPLICATE_ORDERS':
    case 'ORPHANED':
      return true;
    case 'DRIFT':
    case 'TOUCHED':
    case 'IN_SERVICE':
      return differences.length === 0 || differences.some(isDish);
    default:
      return false;
  }
}

/** What is on the plate, or on which day; not what it costs. */
function isDish({ field, event, order }: Difference): boolean {
  switch (field) {
    case 'text':
    case 'day':
      return true;
    case 'line':
      return event === null || order === null || quantityOf(event) !== quantityOf(order);
    case 'subtotal':
    case 'discount':
    case 'tax':
    case 'gratuity':
    case 'surcharge':
    case 'total':
    case 'remaining due':
    case 'payment':
      return false;
  }
}

/** Of `30 × 8.24` the 30. */
function quantityOf(line: string): string {
  return line.split(' × ')[0] ?? line;
}
