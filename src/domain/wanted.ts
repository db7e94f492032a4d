import type { EventId, LocalId } from './ids.js';
import type { Location } from './location.js';
import type { Cents, Quantity } from './money.js';

/** One line of the order as it must stand in Revel. */
export interface WantedItem {
  productId: number;
  /** The line's name in Tripleseat, cleaned: for people, never for identity. */
  name: string;
  /** Name that the order shows in place of the product's (open-item lines); null: the product's own. */
  nameOverride: string | null;
  quantity: Quantity;
  unitPrice: Cents;
  /** Line total: Tripleseat's where it is within a cent of quantity × unit price, else that product. */
  total: Cents;
  /**
   * 1 for the first, 2 for the second … of the lines with the same (productId, quantity, unitPrice). Given
   * by content, so that reordering lines at the source moves no number from one content to another.
   */
  occurrence: number;
}

/** The order that an event must have, as plain data: the whole input of the plan on the source's side. */
export interface WantedOrder {
  eventId: EventId;
  localId: LocalId;
  /** Where the order goes: the location's establishment, or the test establishment when one is set. */
  establishmentId: number;
  location: Location;
  /** Local date of the event, `YYYY-MM-DD`. */
  date: string;
  /** In the order of the source's lines. At least one, at most {@link maxItems}. */
  items: WantedItem[];
  /** Sum of the lines' totals. */
  subtotal: Cents;
  /** Never negative. */
  discount: Cents;
  tax: Cents;
  gratuity: Cents;
  surcharge: Cents;
  /** subtotal − discount + tax + gratuity + surcharge, proved equal to Tripleseat's grand total. */
  finalTotal: Cents;
  /** What the order carries as paid; 0: no payment row. Never negative. */
  payment: Cents;
  /** finalTotal − payment; negative when the guest has paid too much. */
  remainingDue: Cents;
  /** `contact name | phone`, cleaned, at most 100 characters. */
  callName: string;
  /** `Triple Seat Event #{id}`; the revision is added where the notes are written. */
  notesBase: string;
  /** 8 lower-case hex digits over everything that is written; independent of the order of lines. */
  revision: string;
}

/** More lines than this are never written into one order. */
export const maxItems = 500;
