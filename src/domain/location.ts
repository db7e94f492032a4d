/**
 * What a row of the bill below the lines (tax, fee, tip …) is: `ignore` is no part of the sale, as a deposit that is
 * given back; `included` is in the prices already; with a product it is sold as a line of its own.
 */
export type BillingUse = (typeof billingUses)[number] | { product: number };

/** The uses that are one word. */
export const billingUses = ['tax', 'gratuity', 'surcharge', 'discount', 'ignore', 'included'] as const;

/** How the money of an event stands in its order. */
export interface Books {
  /**
   * `in-total`: in the field for it, within the order's total; `on-top`: in that field, beside the total; or sold as a
   * line.
   */
  gratuity: 'in-total' | 'on-top' | { product: number };
  /** `surcharge`: in the field for it; or each sold as a line. */
  fees: 'surcharge' | { product: number };
  /** `header`: on the order alone; `lines`: also on the lines, to the cent. */
  tax: 'header' | 'lines';
}

/** What holds where the locations file says nothing. */
export const defaultBooks: Books = { gratuity: 'in-total', fees: 'surcharge', tax: 'header' };

/**
 * Which time an order is dated with, on its event's business day: that of its making, the event's start, or noon. Only
 * for `now` it is certain that no order bears a date that has not come yet.
 */
export const orderTimes = ['now', 'event-start', 'noon'] as const;
export type OrderTime = (typeof orderTimes)[number];

/** What becomes of a line without money that matches no product. */
type TextLines = 'special-request' | 'open-item' | 'leave-out';

/** A currency code, ISO 4217. */
export const CURRENCY = /^[A-Z]{3}$/;

/** One shop: where its events come from and what its orders look like. Checked by the configuration layer. */
export interface Location {
  /** Name shown to people, unique. */
  name: string;
  /** IANA time zone of the shop; the host's zone never matters. */
  timezone: string;
  /** Currency of its amounts, ISO 4217 (`USD`), for people alone; null: not said. */
  currency: string | null;
  /** Go-live day of the shop, `YYYY-MM-DD`: events before it are left to people. Null: what holds for all shops. */
  notBefore: string | null;
  /**
   * Time of the local clock, `HH:MM`, at which the shop's reporting day begins; it lasts until the same time of the
   * next day. Revel counts a sale for the day on which it lies by this clock (02:00 in a live account).
   */
  businessDayStart: string;
  orderTime: OrderTime;
  /** Template of the name that staff see on an order, with the fields of `callNameFields` in braces. */
  callName: string;
  /** Mail addresses of the people who cook there. */
  notify: readonly string[];
  tripleseat: {
    siteId: number;
    /** Null: every location of the site that no more specific entry covers. */
    locationId: number | null;
  };
  revel: {
    establishmentId: number;
    userId: number;
    posStationId: number;
    diningOption: number;
    paymentType: number;
    /** Needed only for events with a discount. */
    discountId: number | null;
    /** Product that stands in for unmatched lines under `UNMATCHED_POLICY=open-item`. */
    openItemProductId: number | null;
  };
  textLines: TextLines;
  /** The long descriptions of dishes from the menu, which are mostly marketing, go to the kitchen as well. */
  menuDescriptions: boolean;
  /** Line name → Revel product id. */
  products: Readonly<Record<string, number>>;
  /** Name of a row of the bill → what it is. */
  billing: Readonly<Record<string, BillingUse>>;
  books: Books;
}
