import type { LinesSource } from './documents.js';
import type { SourceEvent } from './event.js';
import type { EventId, LocalId } from './ids.js';
import type { PricedLine } from './lines.js';
import type { Location } from './location.js';
import type { Cents, Quantity } from './money.js';
import type { PaymentPolicy, UnmatchedPolicy } from './policies.js';
import type { ProductIndex } from './products.js';
import type { Failure } from './reasons.js';

/** A row of the bill whose use comes from nothing but its name. */
export interface SortedName {
  name: string;
  use: 'tax' | 'gratuity' | 'surcharge' | 'discount';
  /** `word`: a word of it says so; `rest`: none does. */
  why: 'word' | 'rest';
}

/** One line of the order as it must stand in Revel. */
export interface WantedItem {
  productId: number;
  /** The line's name in Tripleseat, cleaned: for people, never for identity. */
  name: string;
  /** Name that tells the line from others of its product (open-item lines); null: it is the product's own. */
  nameOverride: string | null;
  /** The name that is written: that of the product, or {@link WantedItem.nameOverride}. */
  shownName: string;
  /** What the kitchen has to know beside the name, as plain text; empty: nothing. */
  text: string;
  quantity: Quantity;
  unitPrice: Cents;
  /** Line total: Tripleseat's where it is within a cent of quantity × unit price, else that product. */
  total: Cents;
  /**
   * 1 for the first, 2 for the second … of the lines with the same (productId, quantity, unitPrice). Given
   * by content, so that reordering lines at the source moves no number from one content to another.
   */
  occurrence: number;
  /** Ids of the taxes and fees that apply to it, where the event names them. */
  billingIds?: readonly string[];
  /** What of the order's tax stands on the line; absent: all of it stands on the order alone. */
  tax?: Cents;
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
  /** When the event starts, epoch milliseconds; null: not known. */
  startsAt: number | null;
  /** In the order of the source's lines. At least one, at most {@link maxItems}. */
  items: WantedItem[];
  /** Sum of the lines' totals. */
  subtotal: Cents;
  /** Never negative. */
  discount: Cents;
  tax: Cents;
  gratuity: Cents;
  surcharge: Cents;
  /** What the order comes to for the books; see `figuresOf`. */
  finalTotal: Cents;
  /** Amount of the payment that the order carries; 0: no payment row. Never negative. */
  payment: Cents;
  /** Tip of that payment, beside its amount. */
  tip: Cents;
  /** What the guest still owes; negative when too much has been paid. */
  remainingDue: Cents;
  /** What staff know it by, cleaned, at most 100 characters. */
  callName: string;
  /** How many people it is for; null: not known. */
  guests: number | null;
  /** `Triple Seat Event #{id}`; the revision is added where the notes are written. */
  notesBase: string;
  /**
   * 8 lower-case hex digits over the event's names and figures that the order is made from; independent of the order
   * of lines, and of the menu.
   */
  revision: string;
  /** Sentences for a person about what was not taken as it stands: for the result's notes, never for Revel. */
  told: readonly string[];
  /** Rows of the bill that nothing but their names has sorted. */
  sorted: readonly SortedName[];
  /** Lines of the event that are not sold: they stand as text with others, or are left out. */
  unsold: readonly PricedLine[];
  /** How an earlier version booked the same; absent: no otherwise. */
  former?: Split;
  /** Why the order could not be made by the menu as it is now; absent: it could. Only where it stands already. */
  unmatched?: Failure;
}

/** More lines than this are never written into one order. */
export const maxItems = 500;

/** Everything that an order is made of. */
export interface WantedInput {
  event: SourceEvent;
  location: Location;
  linesSource: LinesSource;
  /** Active products of the establishment that the order goes to. */
  products: ProductIndex;
  paymentPolicy: PaymentPolicy;
  unmatchedPolicy: UnmatchedPolicy;
  /** Takes every order in place of the location's establishment; null: none. */
  testEstablishmentId: number | null;
  /** Staff can see an order of the event: it is judged without the menu, which may have changed since. */
  stands?: boolean;
}

/** The order, or the first thing that stands in its way. */
export type WantedResult = { kind: 'ok'; order: WantedOrder } | { kind: 'failed'; failure: Failure };

/** How an order's money beside its lines is booked. */
export type Split = Pick<WantedOrder, 'discount' | 'tax' | 'gratuity' | 'surcharge'>;
