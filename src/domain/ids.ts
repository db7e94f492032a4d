declare const brand: unique symbol;
type Branded<T, B extends string> = T & { readonly [brand]: B };

/** Tripleseat event id: decimal digits only, no leading zero. */
export type EventId = Branded<string, 'EventId'>;
/** Text identity of an order in Revel (`Order.local_id`). */
export type LocalId = Branded<string, 'LocalId'>;
/** Revel order id, decimal digits. */
export type OrderId = Branded<string, 'OrderId'>;

const EVENT_ID = /^[1-9][0-9]{0,17}$/;

/** The event id in `text`, or null when it is anything but plain decimal digits. */
export function parseEventId(text: string): EventId | null {
  return EVENT_ID.test(text) ? (text as EventId) : null;
}

/** What the `local_id` of every order this program makes begins with; the event's id follows. */
export const LOCAL_ID_START = 'Triple Seat_';

/** `Triple Seat_{id}`: the `local_id` of every order this program makes. */
export function localIdOf(event: EventId): LocalId {
  return `${LOCAL_ID_START}${event}` as LocalId;
}

/** The event that a `local_id` of this form names; null: it is of another form. */
export function eventIdIn(localId: string | null): EventId | null {
  return localId?.startsWith(LOCAL_ID_START) ? parseEventId(localId.slice(LOCAL_ID_START.length)) : null;
}

/** `Triple Seat {id}`: what the older connector wrote; such an order counts as existing. */
export function legacyLocalIdOf(event: EventId): LocalId {
  return `Triple Seat ${event}` as LocalId;
}

/** Revel ids arrive as numbers; they are kept as text. */
export function orderId(id: number | string): OrderId {
  return String(id) as OrderId;
}
