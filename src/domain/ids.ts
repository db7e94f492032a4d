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

/** `Triple Seat_{id}`: the `local_id` of every order this program makes. */
export function localIdOf(event: EventId): LocalId {
  return `Triple Seat_${event}` as LocalId;
}

/** `Triple Seat {id}`: what the older connector wrote; such an order counts as existing. */
export function legacyLocalIdOf(event: EventId): LocalId {
  return `Triple Seat ${event}` as LocalId;
}

/** Revel ids arrive as numbers; they are kept as text. */
export function orderId(id: number | string): OrderId {
  return String(id) as OrderId;
}
