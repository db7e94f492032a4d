import { z } from 'zod';
import type { ControlResult, SimRequest, SimResponse, Simulator } from '../host/types.js';
import { insertOrder, type RawOrder, runAction } from './actions.js';
import { badRequest, empty, jsonText, notFoundPage } from './answers.js';
import { listRows, pickedText } from './list.js';
import { InvalidQuery, parseFields, parseListQuery } from './query.js';
import { type Resource, type Route, routeOf, uriOf } from './resources.js';
import { type RevelSwitches, revelSwitchesSchema } from './switches.js';
import { Table } from './table.js';
import type {
  HistoryRow,
  ItemRow,
  JsonValue,
  OrderRow,
  PaymentRow,
  ProductRow,
  ResourceName,
  Row,
} from './types.js';
import { type RevelSnapshot, World } from './world.js';
import { createRow, patchRow } from './write.js';

/** A time before any that a simulation starts at: what was set up then has always been there. */
const ALWAYS = Number.MIN_SAFE_INTEGER;

/** How a simulated account is opened. */
export interface RevelSimulatorOptions {
  /** The one key pair it takes. */
  apiKey: string;
  apiSecret: string;
  switches?: Partial<RevelSwitches>;
  /** Makes the table of a resource, whose ids begin there; default: a plain one. */
  makeTable?: (firstId: number) => Table;
}

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

/** The simulated point of sale: an account's rows behind the API's rules. */
export class RevelSimulator implements Simulator {
  readonly name = 'revel';
  readonly #world: World;
  readonly #credentials: string;
  readonly #options: RevelSimulatorOptions;

  constructor(options: RevelSimulatorOptions) {
    this.#options = options;
    this.#credentials = `${options.apiKey}:${options.apiSecret}`;
    this.#world = new World(options.switches ?? {}, options.makeTable ?? ((firstId) => new Table(firstId)));
  }

  get revision(): number {
    return this.#world.revision;
  }

  /** All switches as they are now; change them with {@link configure}. */
  get switches(): Readonly<RevelSwitches> {
    return this.#world.switches;
  }

  handle(request: SimRequest, now: number): SimResponse {
    const route = routeOf(request.path);
    if (route === null) return notFoundPage();
    if (route.slashMissing) return withSlash(request);
    if (!this.#knows(request)) return empty(401);
    const writing = request.method !== 'GET';
    const permission = this.#world.switches.permissions[route.resource.name] ?? 'write';
    if (permission === 'none' || (writing && permission === 'read')) return empty(401);
    return this.#dispatch(route, request, now);
  }

  snapshot(): RevelSnapshot {
    return this.#world.snapshot();
  }

  restore(data: unknown): void {
    this.#world.restore(data);
  }

  configure(switches: unknown): ControlResult {
    const input = revelSwitchesSchema.partial().safeParse(switches);
    if (!input.success) return { ok: false, error: z.prettifyError(input.error) };
    this.#world.switches = { ...this.#world.switches, ...input.data };
    this.#world.revision++;
    return { ok: true, result: this.#world.switches };
  }

  control(action: string, body: unknown, now: number): ControlResult {
    return runAction(this.#world, action, body, now);
  }

  /** Every order as it is now, by ascending id; no lag, deleted ones included. */
  orders(): OrderRow[] {
    return this.#world.table('Order').current() as OrderRow[];
  }

  /** The order as it is now, or null. */
  order(orderId: number): OrderRow | null {
    return this.#world.table('Order').get(orderId) as OrderRow | null;
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
    return this.#world.table('Product').current() as ProductRow[];
  }

  /** Every row of a resource as it is now, by ascending id. */
  rows(resource: ResourceName): Row[] {
    return this.#world.table(resource).current();
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

  /** Puts an order in as it is, past the API's rules; throws when a value does not fit its field. */
  insertOrder(raw: RawOrder, now = ALWAYS): OrderRow {
    const order = insertOrder(this.#world, raw, now);
    if (typeof order === 'string') throw new Error(order);
    return order as OrderRow;
  }

  #dispatch({ resource, id }: Route, request: SimRequest, now: number): SimResponse {
    if (id === null) {
      if (request.method === 'GET') return this.#list(resource, request, now);
      if (request.method === 'POST' && resource.writable)
        return createRow(this.#world, resource, request, now);
      return empty(405, { allow: resource.writable ? 'GET,POST' : 'GET' });
    }
    if (request.method === 'GET') return this.#detail(resource, id, request, now);
    if (request.method === 'PATCH' && resource.writable) {
      return patchRow(this.#world, resource, numericId(id), request, now);
    }
    return empty(405, { allow: resource.writable ? 'GET,PATCH' : 'GET' });
  }

  #list(resource: Resource, request: SimRequest, now: number): SimResponse {
    const { switches } = this.#world;
    try {
      const query = parseListQuery(resource, request.query, switches);
      const view = { now, duplicateRows: switches.duplicatePagesRows };
      return listRows(resource, this.#world.table(resource.name), query, request.query, view);
    } catch (error) {
      if (error instanceof InvalidQuery) return badRequest(error.message);
      throw error;
    }
  }

  #detail(resource: Resource, id: string, request: SimRequest, now: number): SimResponse {
    const row = this.#world.table(resource.name).shown(numericId(id), now);
    if (row === null) return empty(404);
    return jsonText(200, pickedText(row, parseFields(request.query)));
  }

  #knows({ headers, query }: SimRequest): boolean {
    if (headers['api-authentication'] === this.#credentials) return true;
    const { apiKey, apiSecret } = this.#options;
    return query.get('api_key') === apiKey && query.get('api_secret') === apiSecret;
  }

  #ofOrder(resource: ResourceName, orderId: number): Row[] {
    return this.#world.table(resource).ofOrder(uriOf('Order', orderId));
  }

  #seed(resource: ResourceName, id: number | undefined, values: Record<string, JsonValue>): number {
    return this.#world.add(resource, id ?? null, values, ALWAYS).id;
  }
}

/** The id of a detail path; one that no row has when it isn't a number. */
function numericId(id: string): number {
  return /^\d{1,15}$/.test(id) ? Number(id) : -1;
}

function optionalStore(id: number | undefined): string | null {
  return id === undefined ? null : uriOf('Establishment', id);
}

/** The redirect of a path without its last slash; a client that follows it with a GET loses its body. */
function withSlash({ path, query }: SimRequest): SimResponse {
  const parameters = query.toString();
  return empty(301, { location: `${path}/${parameters === '' ? '' : `?${parameters}`}` });
}
