import { z } from 'zod';
import type { FindMode } from '../domain/account.js';
import { isDate } from '../domain/dates.js';
import type { OrderId } from '../domain/ids.js';
import { centsToNumber, formatCents, quantityToNumber, zero } from '../domain/money.js';
import type { FoundHistory, FoundItem, FoundOrder, FoundPayment } from '../domain/order.js';
import type { Product } from '../domain/products.js';
import type { WantedOrder } from '../domain/wantedOrder.js';
import { addDays } from '../domain/zones.js';
import { clean } from '../text/text.js';
import { childrenOf, childrenOfMany, historyOf, settled, withHistory } from './children.js';
import { RevelFinder } from './finder.js';
import type { ListRequest, Rest } from './rest.js';
import { establishmentSchema, itemSchema, orderSchema, paymentSchema, productSchema } from './schema.js';
import type {
  Establishment,
  Guard,
  NewItem,
  NewOrder,
  NewPayment,
  OrderChange,
  OrderFinder,
  RevelClock,
  RevelPort,
  RevelRead,
  RevelWrite,
} from './types.js';

const ITEMS = '/resources/OrderItem/';
const PAYMENTS = '/resources/Payment/';
const PRODUCT_PAGE = 1_000;
const MAX_PRODUCT_ROWS = 200_000;
const MAX_ESTABLISHMENTS = 5_000;
/** A bill is split while its party is there, at the latest on the morning after. */
const BILL_DAYS = 1;
const BILL_PAGE = 500;
/** Orders of one shop in two days, many times over. */
const MAX_BILL_ROWS = 20_000;

const user = (id: number) => `/enterprise/User/${id}/`;
const station = (id: number) => `/resources/PosStation/${id}/`;
const establishment = (id: number) => `/enterprise/Establishment/${id}/`;
const orderUri = (id: OrderId) => `/resources/Order/${id}/`;
const ignored = z.unknown();
/** Text that is empty rather than null, which not every text column takes. */
const NO_DISCOUNT = { discount: null, discount_reason: '', discounted_by: null };

/** The Revel side of the program over HTTP. */
export class RevelClient implements RevelPort {
  readonly #rest: Rest;
  /** Resources whose filter for rows of several orders is not obeyed here. */
  readonly #oneByOne = new Set<string>();

  readonly #lookUp: FindMode;

  /** @param lookUp how looking for orders begins */
  constructor(rest: Rest, lookUp: FindMode) {
    this.#rest = rest;
    this.#lookUp = lookUp;
  }

  finder(): OrderFinder {
    return new RevelFinder(this.#rest, this.#lookUp);
  }

  clock(): RevelClock | null {
    return this.#rest.clock;
  }

  async order(id: OrderId): Promise<RevelRead<FoundOrder | null>> {
    const read = await this.#rest.get(orderUri(id), orderSchema);
    if (read.kind === 'error' || read.value === null) return read;
    if (read.value.id !== id)
      return { kind: 'error', detail: `Revel: ${otherThan(`GET ${orderUri(id)}`, read.value)}.` };
    return withHistory(this.#rest, read.value);
  }

  items(id: OrderId): Promise<RevelRead<FoundItem[]>> {
    return childrenOf<FoundItem>(this.#rest, ITEMS, id, itemSchema);
  }

  payments(id: OrderId): Promise<RevelRead<FoundPayment[]>> {
    return childrenOf<FoundPayment>(this.#rest, PAYMENTS, id, paymentSchema);
  }

  itemsOf(ids: readonly OrderId[]): Promise<RevelRead<FoundItem[] | null>> {
    return this.#ofMany<FoundItem>(ITEMS, ids, itemSchema);
  }

  paymentsOf(ids: readonly OrderId[]): Promise<RevelRead<FoundPayment[] | null>> {
    return this.#ofMany<FoundPayment>(PAYMENTS, ids, paymentSchema);
  }

  async #ofMany<T extends { id: string; orderId: OrderId }>(
    path: string,
    ids: readonly OrderId[],
    schema: ListRequest<T>['schema'],
  ): Promise<RevelRead<T[] | null>> {
    if (this.#oneByOne.has(path)) return { kind: 'ok', value: null };
    const list = await childrenOfMany(this.#rest, path, ids, schema);
    if (list.kind === 'ok' || list.kind === 'error') return list;
    this.#oneByOne.add(path);
    return { kind: 'ok', value: null };
  }

  history(id: OrderId): Promise<RevelRead<FoundHistory[]>> {
    return historyOf(this.#rest, id);
  }

  /**
   * Revel has no filter for it: all orders of the shop are read since the day the order is filed under, on which it
   * cannot have been split before.
   */
  async bills({ id, establishmentId, createdDate }: FoundOrder): Promise<RevelRead<FoundOrder[]>> {
    const path = '/resources/Order/';
    const day = createdDate?.slice(0, 10) ?? null;
    if (establishmentId === null || day === null || !isDate(day)) return { kind: 'ok', value: [] };
    const list = await this.#rest.list({
      path,
      query: {
        establishment: String(establishmentId),
        created_date__gte: `${day}T00:00:00`,
        created_date__lte: `${addDays(day, BILL_DAYS)}T23:59:59`,
        order_by: 'id',
      },
      schema: orderSchema,
      wanted: (row) => row.billParent === id && !row.deleted,
      key: (row) => row.id,
      pageSize: BILL_PAGE,
      maxRows: MAX_BILL_ROWS,
      strict: false,
    });
    return settled(list, path);
  }

  async establishments(): Promise<RevelRead<Establishment[]>> {
    const path = '/enterprise/Establishment/';
    const list = await this.#rest.list<Establishment>({
      path,
      query: {},
      schema: establishmentSchema,
      wanted: () => true,
      key: (row) => String(row.id),
      pageSize: BILL_PAGE,
      maxRows: MAX_ESTABLISHMENTS,
      strict: false,
    });
    return settled(list, path);
  }

  async products(establishmentId: number): Promise<RevelRead<Product[]>> {
    const path = '/resources/Product/';
    const list = await this.#rest.list({
      path,
      query: { establishment: String(establishmentId), active: 'true' },
      schema: productSchema,
      wanted: (row) => row.active && row.establishmentId === establishmentId,
      key: (row) => String(row.id),
      pageSize: PRODUCT_PAGE,
      maxRows: MAX_PRODUCT_ROWS,
      strict: false,
      gapsAllowed: true,
    });
    const read = settled(list, path);
    return read.kind === 'ok'
      ? { kind: 'ok', value: read.value.map(({ id, name, price }) => ({ id, name, price })) }
      : read;
  }

  async createOrder(order: NewOrder, guard: Guard): Promise<RevelWrite<FoundOrder>> {
    const { wanted } = order;
    const { revel } = wanted.location;
    const result = await this.#rest.write(
      'POST',
      '/resources/Order/',
      {
        uuid: order.uuid,
        local_id: wanted.localId,
        establishment: establishment(wanted.establishmentId),
        created_by: user(revel.userId),
        updated_by: user(revel.userId),
        // Despite its name this is the POS station; the date is created_date.
        created_at: station(revel.posStationId),
        last_updated_at: station(revel.posStationId),
        created_date: order.createdDate,
        updated_date: order.updatedDate,
        dining_option: revel.diningOption,
        pos_mode: 'Q',
        web_order: true,
        call_name: wanted.callName,
        ...(wanted.guests === null ? {} : { number_of_people: wanted.guests }),
        notes: order.notes,
        // Revel demands these five on creation; the real figures follow once the lines stand.
        subtotal: 0,
        tax: 0,
        final_total: 0,
        remaining_due: 0,
        surcharge: 0,
      },
      orderSchema,
      guard,
    );
    if (result.kind !== 'done') return result;
    const made = result.value;
    if (!made) {
      return {
        kind: 'unknown',
        detail: 'POST /resources/Order/ was accepted without saying which order it made',
      };
    }
    const isIt =
      (made.localId ?? wanted.localId) === wanted.localId &&
      (made.establishmentId ?? wanted.establishmentId) === wanted.establishmentId;
    return isIt
      ? { kind: 'done', value: made }
      : { kind: 'unknown', detail: otherThan('POST /resources/Order/', made) };
  }

  async changeOrder(id: OrderId, change: OrderChange, guard: Guard): Promise<RevelWrite<FoundOrder | null>> {
    const result = await this.#rest.write(
      'PATCH',
      orderUri(id),
      {
        ...(change.totals ? totalsBody(change.totals) : {}),
        ...(change.remainingDue ? { remaining_due: centsToNumber(change.remainingDue.remainingDue) } : {}),
        ...(change.callName === undefined ? {} : { call_name: change.callName }),
        ...(change.discountGone ? NO_DISCOUNT : {}),
        ...(change.notes === undefined ? {} : { notes: change.notes }),
        ...(change.printed ? { printed: true } : {}),
        ...(change.deleted ? { deleted: true } : {}),
        ...(change.createdDate === undefined ? {} : { created_date: change.createdDate }),
        updated_date: change.updatedDate,
      },
      orderSchema,
      guard,
    );
    if (result.kind !== 'done') return result;
    const what = `PATCH ${orderUri(id)}`;
    // An answer may also hold no more than an id or what was changed.
    if (!result.value || (result.value.id === id && result.value.establishmentId === null)) {
      return { kind: 'unknown', detail: `${what} was answered without the order`, answered: true };
    }
    return result.value.id === id ? result : { kind: 'unknown', detail: otherThan(what, result.value) };
  }

  async createItem(line: NewItem, guard: Guard): Promise<RevelWrite<true>> {
    const { wanted, item } = line;
    const { revel } = wanted.location;
    const price = centsToNumber(item.unitPrice);
    return nothing(
      await this.#rest.write(
        'POST',
        ITEMS,
        {
          uuid: line.uuid,
          order: orderUri(line.orderId),
          product: `/resources/Product/${item.productId}/`,
          quantity: quantityToNumber(item.quantity),
          // All three, or the POS may show the product's own price.
          price,
          initial_price: price,
          price_to_display: price,
          // Readers take the name of a line from here, as a POS fills it in on each of its own.
          product_name_override: item.shownName,
          ...(item.text === '' ? {} : { special_request: item.text }),
          created_by: user(revel.userId),
          updated_by: user(revel.userId),
          station: station(revel.posStationId),
          created_date: line.createdDate,
          updated_date: line.updatedDate,
          dining_option: revel.diningOption,
          // Unless it is spread over the lines, the tax stands on the order alone, where Tripleseat has it.
          tax_amount: centsToNumber(item.tax ?? zero),
          tax_rate: 0,
          modifier_amount: 0,
          temp_sort: line.position,
        },
        ignored,
        guard,
      ),
    );
  }

  async removeItem(id: string, guard: Guard): Promise<RevelWrite<true>> {
    return nothing(
      await this.#rest.write('PATCH', `/resources/OrderItem/${id}/`, { deleted: true }, ignored, guard),
    );
  }

  async createPayment(payment: NewPayment, guard: Guard): Promise<RevelWrite<true>> {
    const { wanted } = payment;
    const { revel } = wanted.location;
    return nothing(
      await this.#rest.write(
        'POST',
        PAYMENTS,
        {
          uuid: payment.uuid,
          order: orderUri(payment.orderId),
          establishment: establishment(wanted.establishmentId),
          station: station(revel.posStationId),
          payment_type: revel.paymentType,
          amount: formatCents(payment.amount),
          tip: formatCents(payment.tip),
          payment_date: payment.date,
          created_date: payment.date,
          updated_date: payment.date,
          created_by: user(revel.userId),
          updated_by: user(revel.userId),
        },
        ignored,
        guard,
      ),
    );
  }

  async removePayment(id: string, guard: Guard): Promise<RevelWrite<true>> {
    return nothing(
      await this.#rest.write('PATCH', `/resources/Payment/${id}/`, { deleted: true }, ignored, guard),
    );
  }

  async createHistory(
    history: { wanted: WantedOrder; orderId: OrderId; uuid: string; date: string },
    guard: Guard,
  ): Promise<RevelWrite<true>> {
    const { revel } = history.wanted.location;
    return nothing(
      await this.#rest.write(
        'POST',
        '/resources/OrderHistory/',
        {
          uuid: history.uuid,
          order: orderUri(history.orderId),
          order_opened_by: user(revel.userId),
          order_opened_at: station(revel.posStationId),
          opened: history.date,
          closed: null,
          order_closed_by: null,
        },
        ignored,
        guard,
      ),
    );
  }
}

/** An answer about one order that tells of another says nothing: taken for it, the order would seem not to be there. */
function otherThan(what: string, { id, localId }: FoundOrder): string {
  return `${what} answered with another order: ${id} (${clean(localId ?? 'no local_id', 60)})`;
}

/**
 * The money of an order. A discount needs `discount_rule_amount` as well: without it a POS that opens the order
 * recomputes the discount away.
 */
function totalsBody(wanted: WantedOrder): Record<string, unknown> {
  const { revel } = wanted.location;
  const discount = centsToNumber(wanted.discount);
  return {
    subtotal: centsToNumber(wanted.subtotal),
    tax: centsToNumber(wanted.tax),
    gratuity: centsToNumber(wanted.gratuity),
    surcharge: centsToNumber(wanted.surcharge),
    final_total: centsToNumber(wanted.finalTotal),
    remaining_due: centsToNumber(wanted.remainingDue),
    discount_amount: discount,
    discount_rule_amount: discount,
    ...(wanted.discount === zero
      ? {}
      : {
          discount: `/resources/Discount/${revel.discountId}/`,
          discount_reason: 'Triple Seat Discount',
          discounted_by: user(revel.userId),
        }),
  };
}

function nothing(result: RevelWrite<unknown>): RevelWrite<true> {
  return result.kind === 'done' ? { kind: 'done', value: true } : result;
}
