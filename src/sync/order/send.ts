import { isFiledUnder, orderDate, rowDate } from '../../domain/businessDay.js';
import { historyUuid } from '../../domain/identity.js';
import type { OrderId } from '../../domain/ids.js';
import { zero } from '../../domain/money.js';
import { claimedNotes, finalNotes, supersededNotes, voidedNotes } from '../../domain/notes.js';
import type { FoundOrder } from '../../domain/order.js';
import { localDateTime } from '../../domain/zones.js';
import type { Guard, RevelPort, RevelWrite } from '../../revel/types.js';
import { type Knowledge, seenHeader, type Write } from './knowledge.js';

/**
 * Sends one write of the protocol to Revel, dated in the zone of the order's shop: whether it has been left alone is told
 * by that date, on hosts whose clocks may differ.
 *
 * @param now by Revel's clock
 * @param guard asked right before it leaves
 */
export function send(
  revel: RevelPort,
  k: Knowledge,
  write: Write,
  now: number,
  guard: Guard,
): Promise<RevelWrite<FoundOrder | null | true>> {
  const { wanted } = k;
  const { eventId, revision } = wanted;
  if (write.kind === 'create') {
    const notes = claimedNotes(eventId, revision, 'filling', k.claim);
    const zone = wanted.location.timezone;
    const createdDate = orderDate(now, wanted);
    const updatedDate = localDateTime(now, zone);
    return revel.createOrder({ wanted, uuid: write.uuid, notes, createdDate, updatedDate }, guard);
  }
  const orderId = write.id;
  const order = seenHeader(k, orderId)?.value ?? null;
  const zone = zoneOf(k, order);
  const updatedDate = localDateTime(now, zone);
  const date = rowDate(now, wanted);
  switch (write.kind) {
    case 'add-line': {
      const { item, uuid } = write;
      const position = wanted.items.indexOf(item);
      return revel.createItem(
        { wanted, orderId, item, uuid, position, createdDate: orderDate(now, wanted), updatedDate },
        guard,
      );
    }
    case 'remove-line':
      return revel.removeItem(write.row.id, guard);
    case 'totals': {
      const isMoved = !isFiledUnder(order?.createdDate ?? null, wanted);
      const moved = isMoved ? { createdDate: orderDate(now, wanted) } : {};
      return revel.changeOrder(orderId, { totals: wanted, ...moved, updatedDate }, guard);
    }
    case 'add-payment':
      return revel.createPayment({ ...write, wanted, orderId, date }, guard);
    case 'remove-payment':
      return revel.removePayment(write.row.id, guard);
    case 'finish': {
      const gone =
        wanted.discount === zero && order?.discountId !== null ? { discountGone: true as const } : {};
      const notes = finalNotes(eventId, revision, k.claim.run);
      const change = { printed: true as const, notes, remainingDue: wanted, callName: wanted.callName };
      return revel.changeOrder(orderId, { ...change, ...gone, updatedDate }, guard);
    }
    case 'show': {
      const uuid = historyUuid(order?.uuid ?? '', orderId);
      return revel.createHistory({ wanted, orderId, uuid, date }, guard);
    }
    case 'claim':
    case 'hold': {
      const kind = write.kind === 'claim' ? 'claiming' : 'filling';
      const notes = claimedNotes(eventId, write.revision, kind, k.claim);
      return revel.changeOrder(orderId, { notes, updatedDate }, guard);
    }
    case 'take-back': {
      const notes = finalNotes(eventId, write.revision, k.claim.run);
      return revel.changeOrder(orderId, { notes, updatedDate }, guard);
    }
    case 'drop': {
      const notes = supersededNotes(eventId, write.winner ?? (orderId as OrderId));
      return revel.changeOrder(orderId, { deleted: true, notes, updatedDate }, guard);
    }
    case 'retire': {
      const { winner } = write;
      const notes = winner === null ? voidedNotes(eventId, k.claim.run) : supersededNotes(eventId, winner);
      return revel.changeOrder(orderId, { deleted: true, notes, updatedDate }, guard);
    }
    case 'restore':
      return revel.changeOrder(orderId, { notes: write.notes, updatedDate }, guard);
  }
}

/** An order that stands in another shop goes by the clock there. */
function zoneOf(k: Knowledge, order: FoundOrder | null): string {
  const zone = order === null || order.establishmentId === null ? undefined : k.zones[order.establishmentId];
  return zone ?? k.wanted.location.timezone;
}
