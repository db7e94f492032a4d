/** What a billing line (tax, fee, tip) of an event becomes in the order. */
export type BillingField = 'tax' | 'gratuity' | 'surcharge';

/** One shop: where its events come from and what its orders look like. Checked by the configuration layer. */
export interface Location {
  /** Name shown to people, unique. */
  name: string;
  /** IANA time zone of the shop; the host's zone never matters. */
  timezone: string;
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
  /** Line name → Revel product id. */
  products: Readonly<Record<string, number>>;
  /** Billing name → field of the order. */
  billing: Readonly<Record<string, BillingField>>;
}
