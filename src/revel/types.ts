import type { EventId, OrderId } from '../domain/ids.js';
import type { Cents } from '../domain/money.js';
import type { FoundHistory, FoundItem, FoundOrder, FoundPayment } from '../domain/order.js';
import type { Product } from '../domain/products.js';
import type { WantedItem, WantedOrder } from '../domain/wantedOrder.js';

/** What a read of Revel ended as; a failed look-up is never "not there". Refused credentials throw (exit 77). */
export type RevelRead<T> = { kind: 'ok'; value: T } | { kind: 'error'; detail: string };

/**
 * What a write ended as. `unknown` (time-out, reset, 5xx) must be settled by reading. `held` means that the guard
 * said no after the request's turn had come: nothing was sent.
 */
export type RevelWrite<T> =
  | { kind: 'done'; value: T }
  /** `throttled`: Revel only says that it is too much for now, to so many writes of the run in a row. */
  | { kind: 'not-done'; detail: string; retry: boolean; retryAfterMs: number; throttled?: number }
  /** `answered`: it was accepted, and what the order has become was not told. */
  | { kind: 'unknown'; detail: string; answered?: true }
  | { kind: 'held' };

/**
 * Whether a write may still leave. Asked after its turn in the rate budget has come, and again once its connection
 * stands, right before the first byte.
 */
export type Guard = () => boolean;

/** Which event's orders to look for. */
export interface OrderKey {
  event: EventId;
  /** Every establishment its order might stand in: where it belongs first. */
  establishmentIds: number[];
  /** Local day of the event, `YYYY-MM-DD`; this and the next two narrow a scan when Revel's filters are useless. Null: unknown. */
  date: string | null;
  /** Local day now. */
  today: string;
  /** Day on which the event was made in Tripleseat: no order of it is older. Null: unknown. */
  since: string | null;
}

/** Looks for orders by event; shared by all events of a run, so that look-ups are batched. */
export interface OrderFinder {
  /** Looking for a few more events with the next look-up costs no request more. */
  readonly roomy: boolean;
  /** All rows of the event, deleted ones included. */
  find(key: OrderKey): Promise<RevelRead<FoundOrder[]>>;
  /** The same for many events at once, with as few requests as possible. */
  findMany(keys: readonly OrderKey[]): Promise<RevelRead<Map<EventId, FoundOrder[]>>>;
  /**
   * The event's orders wherever they are filed, asked for before a new one is made. Empty without a request where
   * {@link find} leaves nothing out.
   */
  further(key: OrderKey): Promise<RevelRead<FoundOrder[]>>;
  /**
   * Orders that are named as this program names its own and dated on these store-local days, both included, whatever
   * their event: all of them where Revel can be asked for that, else those that looks of this run have come across.
   * Without their money.
   */
  filedUnder?(days: { from: string; to: string }): Promise<RevelRead<FoundOrder[]>>;
}

/** A shop as Revel lists it. */
export interface Establishment {
  id: number;
  /** As sent. */
  name: string;
}

/** A new order header. */
export interface NewOrder {
  wanted: WantedOrder;
  uuid: string;
  notes: string;
  /** Naive store-local date and time. */
  createdDate: string;
  /** Naive store-local date and time. */
  updatedDate: string;
}

/** A new line of an order. */
export interface NewItem {
  wanted: WantedOrder;
  orderId: OrderId;
  item: WantedItem;
  uuid: string;
  /** Place in the list. */
  position: number;
  createdDate: string;
  updatedDate: string;
}

/** A new payment of an order. */
export interface NewPayment {
  wanted: WantedOrder;
  orderId: OrderId;
  uuid: string;
  amount: Cents;
  /** Beside the amount. */
  tip: Cents;
  /** Naive store-local date and time. */
  date: string;
}

/** Fields of a header that are changed after its creation. */
export interface OrderChange {
  notes?: string;
  printed?: true;
  deleted?: true;
  /** Writes the money of the order, discount included. */
  totals?: WantedOrder;
  /** The name that staff see. */
  callName?: string;
  /** Takes away the discount that the order was booked on. */
  discountGone?: true;
  /** Writes `remaining_due` alone. */
  remainingDue?: WantedOrder;
  createdDate?: string;
  updatedDate: string;
}

/** Revel's clock, by the `Date` of its latest answer to a read. */
export interface RevelClock {
  /** Milliseconds since the epoch when the steady clock of this host was 0. */
  beganAt: number;
  /** By how many milliseconds the clock of this host was ahead of it then. */
  hostAheadMs: number;
}

/** Revel as the sync library sees it. Every list that comes back has been compared with what was asked for. */
export interface RevelPort {
  finder(): OrderFinder;
  /** Null: Revel has not told it. */
  clock(): RevelClock | null;
  order(id: OrderId): Promise<RevelRead<FoundOrder | null>>;
  items(id: OrderId): Promise<RevelRead<FoundItem[]>>;
  payments(id: OrderId): Promise<RevelRead<FoundPayment[]>>;
  /**
   * Items of several orders with one request; null: this Revel cannot be asked for several, and is not asked again
   * in this run.
   */
  itemsOf(ids: readonly OrderId[]): Promise<RevelRead<FoundItem[] | null>>;
  /** The same for payments. */
  paymentsOf(ids: readonly OrderId[]): Promise<RevelRead<FoundPayment[] | null>>;
  history(id: OrderId): Promise<RevelRead<FoundHistory[]>>;
  /** The orders that a POS has split this one's bill into (`bill_parent`). */
  bills(order: FoundOrder): Promise<RevelRead<FoundOrder[]>>;
  /** Every establishment that the key may see. */
  establishments(): Promise<RevelRead<Establishment[]>>;
  /** Active products of the establishment. */
  products(establishmentId: number): Promise<RevelRead<Product[]>>;
  createOrder(order: NewOrder, guard: Guard): Promise<RevelWrite<FoundOrder>>;
  changeOrder(id: OrderId, change: OrderChange, guard: Guard): Promise<RevelWrite<FoundOrder | null>>;
  createItem(item: NewItem, guard: Guard): Promise<RevelWrite<true>>;
  removeItem(id: string, guard: Guard): Promise<RevelWrite<true>>;
  createPayment(payment: NewPayment, guard: Guard): Promise<RevelWrite<true>>;
  removePayment(id: string, guard: Guard): Promise<RevelWrite<true>>;
  createHistory(
    history: { wanted: WantedOrder; orderId: OrderId; uuid: string; date: string },
    guard: Guard,
  ): Promise<RevelWrite<true>>;
}
