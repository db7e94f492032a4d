import type { Difference } from './differences.js';
import type { Location } from './location.js';
import type { FoundOrder } from './order.js';
import type { Failure } from './reasons.js';
import type { WantedOrder } from './wantedOrder.js';

/** For an order that is not made by itself: it must not be made once more when what stands in the way is gone. */
export const BY_HAND = 'put the event on IGNORE_EVENTS and make its order by hand on the POS';

/** Names told in one sentence; all of them are in the data. */
const MOST_NAMED = 5;

/** The order that staff sees no longer matches its event. */
export function drift(wanted: WantedOrder, order: FoundOrder, differences: readonly Difference[]): Failure {
  return {
    reason: 'DRIFT',
    error: `Order ${order.id} no longer matches event ${wanted.eventId} (${counted(differences)}). Staff can already see it, so no run changes it. Correct the order on the POS or the event in Tripleseat.`,
  };
}

/** Staff has worked on the order, and something of the event is gone. */
export function touched(wanted: WantedOrder, order: FoundOrder, lacking: readonly Difference[]): Failure {
  return {
    reason: 'TOUCHED',
    error: `Order ${order.id} lacks something of event ${wanted.eventId} (${named(lacking)}), and staff has worked on it, so it is left alone. Put it right on the POS, or correct the event in Tripleseat.`,
  };
}

/** An order of ours that was still being written to when a POS or another program showed it to staff. */
export function shownTooEarly(
  wanted: WantedOrder,
  order: FoundOrder,
  differences: readonly Difference[],
): Failure {
  const remedy =
    differences.length === 0
      ? 'Nothing of the event is missing on it: open it on a POS to make sure, and it counts as in service'
      : 'Complete it on the POS';
  return {
    reason: 'TOUCHED',
    error: `Order ${order.id} of event ${wanted.eventId} became visible to staff before it was finished, so it is not written to any more (${counted(differences)}). ${remedy}.`,
  };
}

/** An unfinished order that somebody else has written to, which staff cannot see. */
export function touchedUnseen(wanted: WantedOrder, order: FoundOrder): Failure {
  return {
    reason: 'TOUCHED',
    error: `Order ${order.id} of event ${wanted.eventId} is unfinished, but somebody else has changed it, so it is not written to. Staff may not see it. Look at it in Revel. If the event needs an order before that is settled, ${BY_HAND}.`,
  };
}

/** Staff took the order away while its event still wants one. */
export function removal(wanted: WantedOrder, order: FoundOrder): Failure {
  const how = order.deleted ? 'deleted' : 'voided';
  return {
    reason: 'REMOVED_BY_STAFF',
    error: `Staff has ${how} order ${order.id}, but event ${wanted.eventId} still wants one. It is not made again behind their back. If it does take place, have it made again: ts-reconcile resolve ${wanted.eventId} --recreate; if not, cancel it in Tripleseat.`,
  };
}

/** `establishment 11 ("Lakeside Catering")`, or without a name where several shops share it, or none has it. */
function shopAt(establishmentId: number | null, locations: readonly Location[]): string {
  const [name, second] = locations
    .filter(({ revel }) => revel.establishmentId === establishmentId)
    .map((location) => location.name);
  const known = name !== undefined && second === undefined ? ` ("${name}")` : '';
  return `establishment ${establishmentId ?? 'unknown'}${known}`;
}

/** The one order that staff can see stands in another shop than the event's. */
export function standsElsewhere(
  wanted: WantedOrder,
  order: FoundOrder,
  locations: readonly Location[],
): Failure {
  const stands = `order ${order.id} stands in ${shopAt(order.establishmentId, locations)}`;
  const isConfigured = locations.some(({ revel }) => revel.establishmentId === order.establishmentId);
  const error = isConfigured
    ? `Event ${wanted.eventId} belongs to ${shopAt(wanted.establishmentId, locations)} now, but its ${stands}. If the event has moved, have that order voided on the POS where it stands. Until then none is made in establishment ${wanted.establishmentId}.`
    : `The ${stands}, which no entry of the locations file names; event ${wanted.eventId} goes to establishment ${wanted.establishmentId} ("${wanted.location.name}"). Has revel.establishmentId or TEST_ESTABLISHMENT_ID been changed since? Then correct the configuration. If that order was a trial, have it voided on the POS where it stands.`;
  return { reason: 'ORPHANED', error };
}

/** What is wrong with an unfinished order in an establishment that its event has left. */
export function leftElsewhere(
  wanted: WantedOrder,
  order: FoundOrder,
  locations: readonly Location[],
): string {
  return `Event ${wanted.eventId} belongs to ${shopAt(wanted.establishmentId, locations)} now, but its unfinished order ${order.id} stands in ${shopAt(order.establishmentId, locations)}, and staff has worked on it or it holds a payment. Look at it in Revel. If it is not wanted, have it voided there.`;
}

function counted(differences: readonly Difference[]): string {
  return differences.length === 1 ? '1 difference' : `${differences.length} differences`;
}

/** What differs, without the figures: `Taco Bar, tax`. */
function named(differences: readonly Difference[]): string {
  const names = [...new Set(differences.map(({ name, field }) => name ?? field))];
  const more = names.length - MOST_NAMED;
  return `${names.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
