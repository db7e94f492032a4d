/** Plain JSON data; rows are never changed in place, a change makes a new row. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** Some fields of a row, in the form in which the API shows them. */
export type Values = Readonly<Record<string, JsonValue>>;

/** One row in the form in which the API shows it. */
export type Row = Values & { readonly id: number };

/** A row's own address. */
export function uriIn(row: Row): string {
  return String(row.resource_uri);
}

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
