import { uriOf } from '../../src/sandbox/revel/resources.js';
import type { RevelSwitches } from '../../src/sandbox/revel/switches.js';
import type { JsonValue, ResourceName, Row } from '../../src/sandbox/revel/types.js';
import { ManneredRevel, type Manners } from './manners.js';
import { allDeeds } from './staff.js';

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

/** A shop to set up; an id left out is the next one, here and below. */
export interface EstablishmentSeed {
  id?: number;
  name: string;
  /** IANA name. */
  timezone?: string;
  city?: string;
  state?: string;
}

/** A product of one shop. */
export interface ProductSeed {
  id?: number;
  establishment: number;
  name: string;
  /** Currency units. */
  price: number;
  /** Default true. */
  active?: boolean;
  sku?: string;
  barcode?: string;
}

/** A person or client that writes orders. */
export interface UserSeed {
  id?: number;
  firstName?: string;
  lastName?: string;
  /** Default true. */
  active?: boolean;
}

/** A register of one shop. */
export interface PosStationSeed {
  id?: number;
  establishment: number;
  name: string;
}

/** A discount that orders may refer to. */
export interface DiscountSeed {
  id?: number;
  name: string;
  establishment?: number;
}

/** A dining option of the account's own. */
export interface DiningOptionSeed {
  id?: number;
  name: string;
  /** 100 or more. */
  diningOptionId: number;
  establishment?: number;
}

/** The sandbox's point of sale with short ways to set it up and to look at what stands. */
export class TestRevel extends ManneredRevel {
  protected override readonly deeds = allDeeds;

  /** All switches as they are now; change them with {@link configure}. */
  get switches(): Readonly<RevelSwitches & Manners> {
    return { ...this.world.switches, ...this.manners };
  }

  /** Every order as it is now, by ascending id; no lag, deleted ones included. */
  orders(): OrderRow[] {
    return this.world.table('Order').current() as OrderRow[];
  }

  /** The order as it is now, or null. */
  order(orderId: number): OrderRow | null {
    return this.world.table('Order').get(orderId) as OrderRow | null;
  }

  /** The order's items as they are now, deleted ones included. */
  items(orderId: number): ItemRow[] {
    return this.#ofOrder('OrderItem', orderId) as ItemRow[];
  }

  /** The order's payments as they are now, deleted ones included. */
  payments(orderId: number): PaymentRow[] {
    return this.#ofOrder('Payment', orderId) as PaymentRow[];
  }

  /** The order's history rows as they are now. */
  history(orderId: number): HistoryRow[] {
    return this.#ofOrder('OrderHistory', orderId) as HistoryRow[];
  }

  /** Every product, by ascending id. */
  products(): ProductRow[] {
    return this.world.table('Product').current() as ProductRow[];
  }

  /** Every row of a resource as it is now, by ascending id. */
  rows(resource: ResourceName): Row[] {
    return this.world.table(resource).current();
  }

  /** Sets up a shop; returns its id. */
  addEstablishment(seed: EstablishmentSeed): number {
    const { name, timezone = null, city = null, state = null } = seed;
    return this.#seed('Establishment', seed.id, { name, timezone, city, state });
  }

  /** Sets up a product; returns its id. */
  addProduct(seed: ProductSeed): number {
    const { name, price, active = true, sku = null, barcode = null } = seed;
    const establishment = uriOf('Establishment', seed.establishment);
    return this.#seed('Product', seed.id, { name, price, active, sku, barcode, establishment });
  }

  /** Sets up a user; returns its id. */
  addUser(seed: UserSeed): number {
    const { firstName = null, lastName = null, active = true } = seed;
    return this.#seed('User', seed.id, { first_name: firstName, last_name: lastName, is_active: active });
  }

  /** Sets up a register; returns its id. */
  addPosStation(seed: PosStationSeed): number {
    const establishment = uriOf('Establishment', seed.establishment);
    return this.#seed('PosStation', seed.id, { name: seed.name, establishment });
  }

  /** Sets up a discount; returns its id. */
  addDiscount(seed: DiscountSeed): number {
    return this.#seed('Discount', seed.id, {
      name: seed.name,
      establishment: optionalStore(seed.establishment),
    });
  }

  /** Sets up a dining option; returns its row's id, not its option number. */
  addDiningOption(seed: DiningOptionSeed): number {
    return this.#seed('CustomOrderOption', seed.id, {
      name: seed.name,
      dining_option_id: seed.diningOptionId,
      establishment: optionalStore(seed.establishment),
    });
  }

  /** Sets up a payment type; returns its row's id, not its number. */
  addPaymentType(seed: { name: string; paymentType: number }): number {
    return this.#seed('CustomPaymentType', undefined, { name: seed.name, payment_type: seed.paymentType });
  }

  /** Sets up so many products with numbered names. */
  addProducts(establishment: number, count: number): void {
    for (let n = 1; n <= count; n++) this.addProduct({ establishment, name: `Bulk Product ${n}`, price: 1 });
  }

  #ofOrder(resource: ResourceName, orderId: number): Row[] {
    return this.world.table(resource).ofOrder(uriOf('Order', orderId));
  }

  #seed(resource: ResourceName, id: number | undefined, values: Record<string, JsonValue>): number {
    return this.put(resource, { ...values, ...(id === undefined ? {} : { id }) }).id;
  }
}

function optionalStore(id: number | undefined): string | null {
  return id === undefined ? null : uriOf('Establishment', id);
}
