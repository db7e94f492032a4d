/** Plain JSON data; rows are never changed in place, a change makes a new row. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** One row in the form in which the API shows it. */
export type Row = Readonly<Record<string, JsonValue>> & { readonly id: number };

/** The resources that the simulator has. */
export const resourceNames = [
  'Order',
  'OrderItem',
  'Payment',
  'OrderHistory',
  'Product',
  'Discount',
  'PosStation',
  'Establishment',
  'User',
  'CustomOrderOption',
  'CustomPaymentType',
  'AppliedDiscountOrder',
  'AppliedTaxOrder',
] as const;
export type ResourceName = (typeof resourceNames)[number];

/** One thing for every resource. */
export function byResource<T>(make: (name: ResourceName) => T): Record<ResourceName, T> {
  return Object.fromEntries(resourceNames.map((name) => [name, make(name)])) as Record<ResourceName, T>;
}

/** An order, with the fields that a checker reads; money is in currency units. */
export type OrderRow = Row & {
  readonly uuid: string;
  readonly resource_uri: string;
  readonly local_id: string | null;
  readonly establishment: string;
  readonly created_by: string;
  readonly updated_by: string;
  readonly created_date: string;
  readonly updated_date: string;
  readonly notes: string | null;
  readonly call_name: string | null;
  readonly subtotal: number;
  readonly tax: number;
  readonly final_total: number;
  readonly remaining_due: number;
  readonly surcharge: number;
  readonly gratuity: number | null;
  readonly discount: string | null;
  readonly discount_amount: number;
  readonly discount_rule_amount: number;
  readonly printed: boolean;
  readonly closed: boolean;
  readonly deleted: boolean;
  readonly version: number;
  /** URIs of the order's history rows. */
  readonly orderhistory: readonly string[];
};

/** A line of an order. */
export type ItemRow = Row & {
  readonly uuid: string;
  readonly order: string;
  readonly product: string;
  readonly quantity: number;
  readonly price: number;
  readonly modifier_amount: number;
  readonly tax_amount: number;
  readonly product_name_override: string | null;
  readonly special_request: string | null;
  readonly deleted: boolean;
};

/** A payment; `amount` and `tip` have six decimals. */
export type PaymentRow = Row & {
  readonly uuid: string;
  readonly order: string;
  readonly payment_type: number;
  readonly amount: string;
  readonly tip: string;
  readonly deleted: boolean;
};

/** A history row, which makes an order visible to staff. */
export type HistoryRow = Row & {
  readonly uuid: string;
  readonly order: string;
  readonly order_opened_by: string;
  readonly opened: string;
  readonly closed: string | null;
};

/** A product of one establishment. */
export type ProductRow = Row & {
  readonly name: string;
  readonly price: number;
  readonly active: boolean;
  readonly establishment: string;
};
