import type { OrderId } from './ids.js';
import type { Cents, Quantity } from './money.js';

/** An order header as Revel shows it, reduced to what we compare. Null: absent, null or unreadable there. */
export interface FoundOrder {
  id: OrderId;
  uuid: string | null;
  localId: string | null;
  establishmentId: number | null;
  /** Revel user who made it. */
  createdBy: number | null;
  /** Revel user who wrote last; anyone but our own user means that staff has touched the order. */
  updatedBy: number | null;
  /** Store-local, without offset, as sent. */
  createdDate: string | null;
  /** Store-local, without offset, as sent. */
  updatedDate: string | null;
  notes: string;
  deleted: boolean;
  printed: boolean;
  /** A POS has opened it: from then on it is the master of the order, and what is written here does not reach it. */
  opened: boolean;
  /** Its bill is closed. */
  closed: boolean;
  /** The order whose bill was split, of which this is a part; null: none. */
  billParent: OrderId | null;
  /** Ids of its OrderHistory rows; staff see the order once there is one. Null: the answer to a write did not say. */
  historyIds: string[] | null;
  subtotal: Cents | null;
  discount: Cents | null;
  /** The Discount that it is booked on; null also where it has none. */
  discountId: number | null;
  /** What a POS computes the discount from when it opens the order. */
  discountRule: Cents | null;
  tax: Cents | null;
  gratuity: Cents | null;
  surcharge: Cents | null;
  finalTotal: Cents | null;
  remainingDue: Cents | null;
}

/** A line of an order. */
export interface FoundItem {
  id: string;
  uuid: string | null;
  orderId: OrderId;
  productId: number | null;
  quantity: Quantity | null;
  price: Cents | null;
  /** Name shown in place of the product's. Null: the product's own, or Revel does not tell. */
  nameOverride: string | null;
  /** What the kitchen is told with it. Null: nothing, or Revel does not tell. */
  text: string | null;
  /** What of the order's tax stands on it. Null: Revel does not tell; absent: nobody has looked. */
  tax?: Cents | null;
  /** Marked deleted, or voided at a POS, which sets `voided_by` and `voided_date`. */
  deleted: boolean;
  updatedBy: number | null;
}

/** A payment row of an order. */
export interface FoundPayment {
  id: string;
  uuid: string | null;
  orderId: OrderId;
  paymentType: number | null;
  amount: Cents | null;
  /** Beside the amount. Null: not told, as where there is none. */
  tip?: Cents | null;
  deleted: boolean;
  updatedBy: number | null;
}

/** A row that makes an order visible. */
export interface FoundHistory {
  id: string;
  uuid: string | null;
  orderId: OrderId;
}

/** What hangs on an order and on the bills that it was split into, read by their ids. */
export interface Contents {
  /** The order whose they are. */
  order: OrderId;
  items: FoundItem[];
  payments: FoundPayment[];
  /** The bills it was split into, as far as the look for the event's orders has not shown them; null: not looked for. */
  bills: FoundOrder[] | null;
}

/** Staff see an order as soon as it has an OrderHistory row. (`has_history` may be false all the same.) */
export function isVisible(order: FoundOrder): boolean {
  return order.historyIds !== null && order.historyIds.length > 0;
}
