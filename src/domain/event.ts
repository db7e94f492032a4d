import type { Figure } from './figure.js';
import type { EventId } from './ids.js';
import type { Amount, Cents, Quantity } from './money.js';

/** A line of a Tripleseat document, decoded but not yet judged. Null means absent or null at the source. */
export interface SourceLine {
  /** Name as sent (entities and white space untouched): `display_name`, else `description`. */
  displayName: string | null;
  description: string | null;
  /** Details as sent: of a freehand line what the kitchen has to know, of a dish of the menu mostly marketing. */
  longDescription: string | null;
  /** Part of the document, as sent. */
  section: string | null;
  /** Set on dishes of the menu. */
  menuItemId: string | null;
  /** Null also for a value that is not a decimal number; then {@link SourceLine.broken} says so. */
  quantity: Quantity | null;
  /** Price of one, to any fraction of a cent. */
  price: Amount | null;
  totalPrice: Amount | null;
  /** Fields that held something which is no decimal number, each as `field "value"`. Absent: none did. */
  broken?: Readonly<Partial<Record<'quantity' | 'price' | 'totalPrice', string>>>;
  /** What is taken off the line, with or without a sign. Absent: nothing is said. */
  discount?: Figure;
  /** Ids of the taxes and fees that apply to the line. Absent: none is named. */
  billingIds?: readonly string[];
}

/** A tax, fee, tip or whatever else stands below the lines, with its amount. */
export interface SourceBilling {
  name: string;
  amount: Figure;
  /** What lines name it by; absent or null: it has no id. */
  billingId?: string | null;
}

/** A payment that came in. */
export type SourcePayment = {
  /** Null: it has none. */
  id: string | null;
} & (
  | {
      /** Less what was given back: 0 when that was all of it. */
      amount: Cents;
    }
  /** Whether, or how much of it, came in cannot be told: the sentence says why, without a full stop. */
  | { amount: null; problem: string }
);

/**
 * Fields of an event or document whose figures cannot be read, each with what is wrong as a clause
 * (`grand_total is "abc", not a whole number of cents`). Such a field reads as null, and stops an event only where
 * it is used.
 */
export type Broken = Readonly<
  Partial<Record<'grandTotal' | 'discountsTotal' | 'billing' | 'payments' | 'amountDue', string>>
>;

/** A document (contract, event order) of an event or booking with its own lines and totals. */
export interface SourceDocument {
  id: string;
  title: string;
  deleted: boolean;
  lines: SourceLine[];
  /** Null: the document has no such list. */
  billing: SourceBilling[] | null;
  grandTotal: Cents | null;
  /** What is taken off the lines; whether that holds the discounts of single lines is not certain. */
  discountsTotal: Figure | null;
  /** Null: no list of payments. */
  payments: SourcePayment[] | null;
  amountDue: Cents | null;
  /** Links to HTML views, e.g. the invoice. Untrusted. */
  views: { name: string; url: string }[];
  /** Absent: every figure can be read. */
  broken?: Broken;
}

/** An entry of `menu_item_selections`: a dish that was chosen, without a price. */
export interface MenuSelection {
  name: string;
  /** Null: it has none, or none that can be read. */
  quantity: Quantity | null;
  menuItemId: string | null;
  /** What was chosen with it, with how many of it; they have neither price nor product of their own. */
  modifiers: { name: string; quantity: Quantity | null }[];
}

/** An event as search lists and the detail both show it. */
export interface EventHeader {
  id: EventId;
  name: string;
  /** Upper case, e.g. `DEFINITE`. */
  status: string;
  deleted: boolean;
  siteId: number | null;
  locationId: number | null;
  bookingId: string | null;
  /** Local date of the event, `YYYY-MM-DD`; null when the source has none that can be read. */
  date: string | null;
  /** Start and end as epoch milliseconds, from the fields that carry an offset; null: unknown. */
  startsAt: number | null;
  endsAt: number | null;
  /**
   * Start on the clock of the shop, `YYYY-MM-DDTHH:MM:SS`, as the source writes it, with a zone or without. Absent: it
   * says nothing that can be read.
   */
  localStart?: string;
  /** The same for the end, but only where the source names no zone. */
  localEnd?: string;
  /** Day on which the event was entered, `YYYY-MM-DD`, in a zone that is not certain; null: unknown. */
  createdOn: string | null;
  /** `M/D/YYYY h:mm AM` without a zone, minute resolution, as sent; null: absent. */
  updatedAt: string | null;
  /** Hash over the whole row of a search that showed the event; absent when it was read by its id. */
  fingerprint?: string;
}

/** The event with everything that its order is made of. */
export interface SourceEvent extends EventHeader {
  contact: { name: string; phone: string } | null;
  /** Guaranteed guests, else those expected; null: not known, or none. */
  guests: number | null;
  /** Names of its rooms, in one text; may be empty. */
  room: string;
  grandTotal: Cents | null;
  /** Event-level billing totals, used when the document has none. */
  billing: SourceBilling[] | null;
  /** Payments at event level (some accounts send the set there); null: no list of them. */
  payments: SourcePayment[] | null;
  amountDue: Cents | null;
  documents: SourceDocument[];
  /** What the guest spends on food and drink at least. Absent or null: nothing is said. */
  minimum?: Cents | null;
  /** The gratuity that the guest has chosen, in a few words: it counts only once staff apply it. Absent or null: none. */
  selectedGratuity?: string | null;
  /** Absent: every figure of the event itself can be read. */
  broken?: Broken;
}

/** What a booking says: its documents belong to an event only if it is the only one. */
export interface SourceBooking {
  id: string;
  eventIds: EventId[];
  documents: SourceDocument[];
}
