import type { Gathered } from './documents.js';
import { bookingDocuments } from './documents.js';
import type { SourceDocument, SourceEvent, SourceLine } from './event.js';
import { isZeroAmount } from './money.js';

/**
 * Whether somebody has put a price on the event yet: a grand total, or an amount on a line, of the event itself or of a
 * booking that is its own. One in eight definite events has neither, some until their very day: they are not ready, and
 * nothing is wrong with them.
 */
export function isPriced(event: SourceEvent, { booking }: Pick<Gathered, 'booking'>): boolean {
  const shared = booking ? (bookingDocuments(booking, event.id) ?? []) : [];
  return (
    event.grandTotal !== null ||
    event.broken?.grandTotal !== undefined ||
    [...event.documents, ...shared].some((document) => !document.deleted && isDocumentPriced(document))
  );
}

function isDocumentPriced({ grandTotal, broken, lines }: SourceDocument): boolean {
  return grandTotal !== null || broken?.grandTotal !== undefined || lines.some(hasMoney);
}

/** Figures that cannot be read are figures; the price of one is no amount as long as none is ordered. */
function hasMoney({ broken = {}, quantity, price, totalPrice }: SourceLine): boolean {
  const isBroken = broken.price !== undefined || broken.totalPrice !== undefined;
  return isBroken || (quantity !== '0' && !isZeroAmount(price)) || !isZeroAmount(totalPrice);
}
