import { compareMoney } from '../../domain/compare.js';
import type { Cut } from '../../domain/names.js';
import { claimIn, finalNotes, isSuperseded, isTakenAway } from '../../domain/notes.js';
import { type FoundItem, type FoundOrder, type FoundPayment, isVisible } from '../../domain/order.js';
import { needsTotals } from '../../domain/plan.js';
import type { Found, Knowledge, Known, Pending, Read, Write } from './knowledge.js';

/** What shows whether a write has happened. */
export function evidenceOf(write: Write): Read {
  switch (write.kind) {
    case 'create':
      return { of: 'rows' };
    case 'add-line':
    case 'remove-line':
      return { of: 'items', id: write.id };
    case 'add-payment':
    case 'remove-payment':
      return { of: 'payments', id: write.id };
    case 'totals':
    case 'finish':
    case 'show':
    case 'claim':
    case 'hold':
    case 'take-back':
    case 'drop':
    case 'retire':
    case 'restore':
      return { of: 'header', id: write.id };
  }
}

/** A look as of this moment that does not show the write proves that it has not happened and never will. */
export function certainFrom(k: Knowledge, { refused, answered, answeredAt, sentAt }: Pending): number {
  return refused || answered ? answeredAt : Math.max(answeredAt, sentAt + k.timing.inFlight);
}

/** Whether what was found shows a write, as the order that it made or changed if there is one. */
export function shows(k: Knowledge, write: Write, found: Found): FoundOrder | boolean {
  switch (found.of) {
    case 'rows':
      return found.rows.find((row) => write.kind === 'create' && isFrom(k, write.uuid, row)) ?? false;
    case 'items': {
      if (write.kind === 'remove-line') return !isLive(found.items, write.row.id);
      const isThere = ({ uuid, deleted }: FoundItem) =>
        write.kind === 'add-line' && uuid?.toLowerCase() === write.uuid && !deleted;
      return found.items.some(isThere);
    }
    case 'payments': {
      if (write.kind === 'remove-payment') return !isLive(found.payments, write.row.id);
      const isThere = ({ uuid, deleted }: FoundPayment) =>
        write.kind === 'add-payment' && uuid?.toLowerCase() === write.uuid && !deleted;
      return found.payments.some(isThere);
    }
    case 'header':
      return found.header !== null && showsIn(k, write, found.header) && found.header;
    case 'beyond':
    case 'bills':
      return false;
  }
}

/** The header is the one that this run has set out to make, though perhaps marked deleted since. */
function isFrom(k: Knowledge, uuid: string, row: FoundOrder): boolean {
  const mark = claimIn(row.notes);
  const isOurs = mark?.reach === k.claim.reach && mark.run === k.claim.run;
  return row.uuid?.toLowerCase() === uuid && (isOurs || row.deleted);
}

/** Whether a header shows a change of it. */
export function showsIn(k: Knowledge, write: Write, order: FoundOrder): boolean {
  const mark = claimIn(order.notes);
  const isOurs = mark?.reach === k.claim.reach && mark.run === k.claim.run;
  switch (write.kind) {
    case 'totals':
      return !needsTotals(k.wanted, order);
    case 'finish': {
      const notes = finalNotes(k.wanted.eventId, k.wanted.revision, k.claim.run);
      return order.printed && order.notes === notes && compareMoney(k.wanted, order).length === 0;
    }
    case 'show':
      return isVisible(order);
    case 'claim':
      return isOurs && mark.kind === 'claiming';
    case 'hold':
      return isOurs && mark.kind === 'filling';
    case 'take-back':
      return mark?.reach !== k.claim.reach;
    case 'drop':
      return order.deleted || isSuperseded(order.notes);
    case 'retire':
      return order.deleted || isTakenAway(order.notes);
    case 'restore':
      return order.notes === write.notes;
    case 'create':
    case 'add-line':
    case 'remove-line':
    case 'add-payment':
    case 'remove-payment':
      return false;
  }
}

export function isLive(rows: readonly { id: string; deleted: boolean }[], id: string): boolean {
  return rows.some((row) => row.id === id && !row.deleted);
}

/**
 * How texts on lines of an order in work may have been cut: what another run has written may be of an earlier state of the
 * event, and what comes back short again after it was written anew was cut.
 */
export function cutOfLines({ tries }: Known): Cut {
  return tries.lines === 0 ? 'within-a-word' : 'anywhere';
}
