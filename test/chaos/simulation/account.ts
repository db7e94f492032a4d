import type { SimRequest, SimResponse } from '../../../src/sandbox/host/types.js';
import { LaggingRevel } from '../../simulators/lag.js';
import type { OrderRow } from '../../simulators/revel.js';
import { eventIdOf, OUR_USER, productsOf, SHOPS, zoneOf } from './events.js';
import type { Deed, Scenario } from './scenario.js';

/** The user that staff's registers write as. */
export const STAFF_USER = 2;
export const API_KEY = 'key';
export const API_SECRET = 'secret';

/** The Revel account of a schedule: shops, products, and an order of somebody else. */
export class Account {
  readonly sim: LaggingRevel;
  readonly #scenario: Scenario;
  #rows = 0;
  readonly #shown = new Set<number>();

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.sim = new LaggingRevel({
      apiKey: API_KEY,
      apiSecret: API_SECRET,
      switches: {
        localIdFilter: scenario.localIdFilter,
        uuidFilter: scenario.uuidFilter,
        uuidPolicy: scenario.uuidPolicy,
        keepsDeletedMark: scenario.keepsDeletedMark,
        answersChanges: scenario.answersChanges,
        printed: scenario.printedSticks ? 'sticks' : 'first-ignored',
        orderFilterOnChildren: scenario.childFilterWorks ? 'works' : 'ignored',
        listLagMs: scenario.lagMs,
        detailLag: scenario.detailLag,
      },
    });
    this.#setUp();
  }

  #setUp(): void {
    const { sim } = this;
    sim.addUser({ id: OUR_USER });
    sim.addUser({ id: STAFF_USER });
    sim.addDiscount({ id: 3_358, name: 'Triple Seat Discount' });
    for (const [index, shop] of SHOPS.entries()) {
      const timezone = zoneOf(index === 0 ? 0 : 1, this.#scenario.trouble.zone);
      sim.addEstablishment({ id: shop.establishment, name: 'Shop', timezone });
      for (const { id, name } of productsOf(shop)) {
        sim.addProduct({ id, establishment: shop.establishment, name, price: 1 });
      }
    }
    sim.addPosStation({ id: 4, establishment: SHOPS[0].establishment, name: 'Register' });
    sim.insertOrder({
      order: {
        local_id: 'walk-in 1',
        establishment: `/enterprise/Establishment/${SHOPS[0].establishment}/`,
        created_by: `/enterprise/User/${STAFF_USER}/`,
        updated_by: `/enterprise/User/${STAFF_USER}/`,
        created_date: this.#scenario.day === 'fold' ? '2026-11-01T00:30:00' : '2026-11-14T12:00:00',
        updated_date: '2026-11-14T12:00:00',
      },
    });
  }

  /** A request takes effect now; a read sees the account as it was up to the lag ago, as `freshness` says. */
  serve(request: SimRequest, now: number, freshness: number): SimResponse {
    // Rows show `lagMs` after they were made: a later clock shows more of them.
    const at = request.method === 'GET' ? now + Math.floor(this.#scenario.lagMs * freshness) : now;
    return this.sim.handle(request, at);
  }

  /** Staff do something to an order. */
  staff(kind: Extract<Deed, { hidden: boolean }>['kind'], orderId: number, now: number): boolean {
    const userId = STAFF_USER;
    switch (kind) {
      case 'open':
        return this.sim.control('pos-open', { orderId, userId }, now).ok;
      case 'touch':
        return this.sim.control('staff-touch', { orderId, userId }, now).ok;
      case 'delete':
        return this.sim.control('pos-delete', { orderId, userId }, now).ok;
      case 'edit-item': {
        const item = this.sim.items(orderId).find((row) => !row.deleted);
        if (!item) return false;
        return this.sim.control('pos-edit-item', { itemId: item.id, quantity: 7, userId }, now).ok;
      }
      case 'add-line': {
        const order = this.sim.order(orderId);
        const shop = SHOPS.find(({ establishment }) => order?.establishment.endsWith(`/${establishment}/`));
        if (!order || !shop) return false;
        const user = `/enterprise/User/${userId}/`;
        const line = {
          order: order.resource_uri,
          product: `/resources/Product/${shop.products[1]}/`,
          station: order.created_at,
          price: 4,
          quantity: 1,
          initial_price: 4,
          price_to_display: 4,
          dining_option: 113,
          modifier_amount: 0,
          tax_amount: 0,
          tax_rate: 0,
          temp_sort: 0,
          created_by: user,
          updated_by: user,
          created_date: order.created_date,
          updated_date: order.updated_date,
        };
        return this.#post('OrderItem', this.#uuid(), line, now);
      }
    }
  }

  /** Another program puts a history row on an order, and changes nothing else. */
  show(orderId: number, now: number): boolean {
    const order = this.sim.order(orderId);
    if (!order) return false;
    const user = `/enterprise/User/${STAFF_USER}/`;
    const history = {
      order: order.resource_uri,
      order_opened_by: user,
      order_opened_at: order.created_at,
      opened: order.created_date,
    };
    this.#shown.add(orderId);
    return this.#post('OrderHistory', this.#uuid(), history, now);
  }

  /** Another program has put a history row on it. */
  wasShown(orderId: number): boolean {
    return this.#shown.has(orderId);
  }

  #uuid(): string {
    this.#rows += 1;
    return `5e7e7000-0000-4000-8000-${String(this.#rows).padStart(12, '0')}`;
  }

  #post(resource: string, uuid: string, row: Record<string, unknown>, now: number): boolean {
    const request = {
      method: 'POST' as const,
      path: `/resources/${resource}/`,
      query: new URLSearchParams(),
      headers: { 'api-authentication': `${API_KEY}:${API_SECRET}`, 'content-type': 'application/json' },
      body: JSON.stringify({ uuid, ...row }),
    };
    const { status, body } = this.sim.handle(request, now);
    if (status >= 500 || (status >= 400 && !body.includes('Uuid')))
      throw new Error(`${resource}: ${status} ${body}`);
    return status < 300;
  }

  /** All orders of an event, deleted ones included, lowest id first. */
  ordersOf(event: number): OrderRow[] {
    const localId = `Triple Seat_${eventIdOf(event)}`;
    return this.sim.orders().filter((order) => order.local_id === localId);
  }
}

/** Staff can see it in the order history. */
export function isVisible(order: OrderRow): boolean {
  return order.orderhistory.length > 0;
}
