import type { SimRequest, SimResponse } from '../../../src/sandbox/host/types.js';
import { type AccountSwitches, LaggingRevel } from '../../simulators/lag.js';

/** Noon UTC, 4 a.m. in the shop. */
const NOW = Date.UTC(2026, 10, 14, 12, 0, 0);

export const STORE = 8;
export const OTHER_STORE = 9;
export const USER = 1;
export const STAFF = 2;
const STATION = 4;
export const DISCOUNT = 3358;
export const PRODUCT = 579;

type Body = Record<string, unknown>;

/** An account with two shops, and short ways to ask it. */
export class Account {
  readonly sim: LaggingRevel;
  now = NOW;

  constructor(switches: Partial<AccountSwitches> = {}) {
    this.sim = new LaggingRevel({ apiKey: 'key', apiSecret: 'secret', switches });
    this.sim.addEstablishment({ id: STORE, name: 'Harbour', timezone: 'America/Los_Angeles' });
    this.sim.addEstablishment({ id: OTHER_STORE, name: 'Hill', timezone: 'America/New_York' });
    this.sim.addUser({ id: USER, firstName: 'Api' });
    this.sim.addUser({ id: STAFF, firstName: 'Register' });
    this.sim.addPosStation({ id: STATION, establishment: STORE, name: 'Front' });
    this.sim.addDiscount({ id: DISCOUNT, name: 'Open Discount' });
    this.sim.addProduct({ id: PRODUCT, establishment: STORE, name: 'O G', price: 5.5 });
    this.sim.addProduct({ id: 580, establishment: OTHER_STORE, name: 'O G', price: 6 });
    this.sim.addProduct({ id: 581, establishment: STORE, name: 'Gone', price: 1, active: false });
    this.sim.addDiningOption({ name: 'Party', diningOptionId: 113 });
  }

  send(method: string, target: string, body?: unknown, headers: Record<string, string> = {}): SimResponse {
    const [path = '', query = ''] = target.split('?');
    const request: SimRequest = {
      method,
      path,
      query: new URLSearchParams(query),
      headers: { 'api-authentication': 'key:secret', 'content-type': 'application/json', ...headers },
      body: body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body),
    };
    return this.sim.handle(request, this.now);
  }

  get(target: string): SimResponse {
    return this.send('GET', target);
  }

  /** The rows of a list that must be answered with 200. */
  list(target: string): { ids: number[]; objects: Body[]; meta: Body } {
    const response = this.get(target);
    if (response.status !== 200) throw new Error(`${target}: ${response.status} ${response.body}`);
    const { meta, objects } = JSON.parse(response.body);
    return { meta, objects, ids: objects.map((row: { id: number }) => row.id) };
  }

  /** Posts and returns the new row, which must be made. */
  create(resource: string, body: Body): Body & { id: number; resource_uri: string } {
    const response = this.send('POST', `/resources/${resource}/`, body);
    if (response.status !== 201) throw new Error(`${resource}: ${response.status} ${response.body}`);
    return JSON.parse(response.body);
  }

  patch(uri: string, body: Body): Body {
    const response = this.send('PATCH', uri, body);
    if (response.status !== 202) throw new Error(`${uri}: ${response.status} ${response.body}`);
    return JSON.parse(response.body);
  }

  order(overrides: Body = {}) {
    return this.create('Order', orderBody(overrides));
  }

  item(orderUri: string, overrides: Body = {}) {
    return this.create('OrderItem', itemBody(orderUri, overrides));
  }

  payment(orderUri: string, overrides: Body = {}) {
    return this.create('Payment', paymentBody(orderUri, overrides));
  }

  history(orderUri: string, overrides: Body = {}) {
    return this.create('OrderHistory', historyBody(orderUri, overrides));
  }
}

const made = {
  created_by: `/enterprise/User/${USER}/`,
  updated_by: `/enterprise/User/${USER}/`,
  created_date: '2026-11-14T04:00:00',
  updated_date: '2026-11-14T04:00:00',
};

export function orderBody(overrides: Body = {}): Body {
  return {
    uuid: '3f0c7a52-0000-5000-8000-000000000001',
    establishment: `/enterprise/Establishment/${STORE}/`,
    created_at: `/resources/PosStation/${STATION}/`,
    last_updated_at: `/resources/PosStation/${STATION}/`,
    ...made,
    dining_option: 113,
    pos_mode: 'Q',
    web_order: true,
    local_id: 'Triple Seat_900001',
    call_name: 'Ada Example | 555-0100',
    notes: 'Triple Seat Event #900001',
    final_total: 0,
    tax: 0,
    subtotal: 0,
    remaining_due: 0,
    surcharge: 0,
    ...overrides,
  };
}

export function itemBody(orderUri: string, overrides: Body = {}): Body {
  return {
    uuid: '3f0c7a52-0000-5000-8000-000000000002',
    order: orderUri,
    product: `/resources/Product/${PRODUCT}/`,
    station: `/resources/PosStation/${STATION}/`,
    ...made,
    quantity: 2,
    price: 5,
    tax_amount: 0.455,
    tax_rate: 7,
    modifier_amount: 0,
    temp_sort: 1,
    dining_option: 113,
    ...overrides,
  };
}

export function paymentBody(orderUri: string, overrides: Body = {}): Body {
  return {
    uuid: '3f0c7a52-0000-5000-8000-000000000003',
    order: orderUri,
    establishment: `/enterprise/Establishment/${STORE}/`,
    station: `/resources/PosStation/${STATION}/`,
    ...made,
    payment_type: 236,
    amount: '7.5',
    tip: '0.00',
    payment_date: '2026-11-14T04:00:00',
    ...overrides,
  };
}

export function historyBody(orderUri: string, overrides: Body = {}): Body {
  return {
    uuid: '3f0c7a52-0000-5000-8000-000000000004',
    order: orderUri,
    order_opened_by: `/enterprise/User/${USER}/`,
    order_opened_at: `/resources/PosStation/${STATION}/`,
    opened: '2026-11-14T04:00:00',
    ...overrides,
  };
}
