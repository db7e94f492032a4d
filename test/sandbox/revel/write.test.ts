import { beforeEach, describe, expect, it } from 'vitest';
import { Account, DISCOUNT, historyBody, itemBody, orderBody, paymentBody, USER } from './helpers.js';

let account: Account;
beforeEach(() => {
  account = new Account();
});

function answer(response: { status: number; body: string }): [number, unknown] {
  return [response.status, response.body === '' ? '' : JSON.parse(response.body)];
}

/** The keys of a real Order, as far as they are known. */
const ORDER_KEYS =
  `id uuid resource_uri local_id establishment created_by updated_by created_at last_updated_at
  created_date updated_date pos_mode dining_option web_order has_items has_history closed deleted printed sent is_unpaid
  is_discounted is_invoice is_readonly asap ha_applied smart_order crv_taxed has_delivery_info notification_email_sent
  notification_text_sent notes bill_number bills_type kitchen_status points_added points_redeemed version
  gift_reward_data discount_reason discount discounted_by subtotal tax final_total remaining_due surcharge
  discount_amount discount_rule_amount surcharge_excluded taxable_surcharge taxable_surcharge_excluded
  tax_excluded_amount smartpay_tip smartpay_gratuity discount_total_amount service_fee_tax service_fee_taxed
  service_fee_untaxed applied_discounts applied_taxes applied_service_fee orderhistory package customer pickup_time
  pickup_data call_name call_number reporting_id running_tax_number external_sync device_id check_sum table table_owner
  number_of_people gratuity gratuity_type auto_grat_pct service_charge tax_country tax_rebate tax_rounding_model
  rounding_delta prevailing_tax prevailing_surcharge crv_value discount_code discount_taxed discount_tax_amount
  discount_tax_amount_included discount_rule_type discount_nontaxable_surcharge_included deleted_discounts
  exchange_discount exchanged bills_info bill_parent billing_address billing_zip_code delivery_address
  delivery_employee delivery_clock_in delivery_clock_out delivery_duration delivery_distance
  delivery_estimated_distance drive_through_data fleet_service_data invoice_date loyalty_account_id registry_data
  vehicle virtual_data customer_birthdate customer_address_distance`.split(/\s+/);

describe('creating an order', () => {
  it('answers 201 with its place and the whole object', () => {
    const response = account.send('POST', '/resources/Order/', orderBody());
    const order = JSON.parse(response.body);
    expect(response).toMatchObject({ status: 201, headers: { location: `/resources/Order/${order.id}/` } });
    expect(Object.keys(order).sort()).toEqual([...ORDER_KEYS].sort());
    expect(order).toMatchObject({
      ...orderBody(),
      resource_uri: `/resources/Order/${order.id}/`,
      has_items: true,
      has_history: false,
      closed: false,
      deleted: false,
      printed: false,
      version: 1,
      reporting_id: null,
      gift_reward_data: '',
      discount_total_amount: '0.000000',
      tax: 0,
      applied_discounts: [],
      orderhistory: [],
    });
    expect(JSON.parse(account.get(order.resource_uri).body)).toEqual(order);
  });

  it('attaches the default tax and leaves the tax as it was sent', () => {
    const order = account.order({ tax: 1.25 });
    expect(order.tax).toBe(1.25);
    const { objects } = account.list(`/resources/AppliedTaxOrder/?order=${order.id}`);
    expect(objects).toMatchObject([{ name: 'Default Tax', tax_rate: '8.3750', is_prevailing: true }]);
    expect(order.applied_taxes).toEqual(objects);
  });

  it('gives strictly growing ids', () => {
    const ids = [1, 2, 3].map((n) => account.order({ uuid: `u${n}` }).id);
    account.send('POST', '/resources/Order/', {});
    ids.push(account.order({ uuid: 'u4' }).id);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(new Set(ids).size).toBe(4);
  });

  it('ignores unknown and read-only keys, and shows numbers as numbers', () => {
    const order = account.order({
      closed: true,
      opened: '2026-11-14',
      station: 'x',
      reporting_id: 0,
      has_items: false,
      subtotal: '12.50',
      applied_taxes: [],
    });
    expect(order).toMatchObject({ closed: false, reporting_id: null, has_items: true, subtotal: 12.5 });
    expect(order).not.toHaveProperty('opened');
    expect(order).not.toHaveProperty('station');
    expect(order.applied_taxes).toHaveLength(1);
  });

  it.each([
    ['2026-11-14T01:35:10.896094+00:00', '2026-11-14T01:35:10.896094'],
    ['2026-11-14T01:35:10Z', '2026-11-14T01:35:10'],
    ['2026-11-14T01:35:10-08:00', '2026-11-14T01:35:10'],
    ['2026-11-14T01:35:10.5', '2026-11-14T01:35:10.500000'],
    ['2026-11-14 01:35:10', '2026-11-14T01:35:10'],
    ['2026-11-14', '2026-11-14T00:00:00'],
  ])('stores the date %s as %s', (sent, stored) => {
    expect(account.order({ created_date: sent }).created_date).toBe(stored);
  });

  it.each(['2026-13-01T00:00:00', '2026-02-30T00:00:00', 'tomorrow', 5])('refuses the date %s', (sent) => {
    const response = account.send('POST', '/resources/Order/', orderBody({ created_date: sent }));
    const error = "Datetime provided to 'created_date' field doesn't appear to be valid.";
    expect(answer(response)).toEqual([400, { error }]);
    expect(account.sim.orders()).toEqual([]);
  });

  it.each(['id', 'resource_uri'])('refuses %s', (name) => {
    expect(account.send('POST', '/resources/Order/', orderBody({ [name]: 1 })).status).toBe(400);
  });

  it('names all missing fields in a map, a single one in a sentence', () => {
    const { final_total, tax, ...rest } = orderBody();
    expect(answer(account.send('POST', '/resources/Order/', rest))).toEqual([
      400,
      { Order: { final_total: ['This field is required.'], tax: ['This field is required.'] } },
    ]);
    expect(answer(account.send('POST', '/resources/Order/', { ...rest, tax }))).toEqual([
      400,
      { error: "The 'final_total' field has no data and doesn't allow a default or null value." },
    ]);
    expect(account.send('POST', '/resources/Order/', { ...rest, tax, final_total }).status).toBe(201);
  });

  it.each([
    [{ establishment: '/enterprise/Establishment/99/' }, 'Establishment', '/enterprise/Establishment/99/'],
    [{ created_at: '2026-11-14T00:00:00' }, 'PosStation', '2026-11-14T00:00:00'],
    [{ created_by: '/resources/User/1/' }, 'User', '/resources/User/1/'],
    [{ discount: '/resources/Discount/1/' }, 'Discount', '/resources/Discount/1/'],
  ])('refuses %o', (overrides, name, uri) => {
    const response = account.send('POST', '/resources/Order/', orderBody(overrides));
    const error = `Could not find the provided ${name} object via resource URI '${uri}'.`;
    expect(answer(response)).toEqual([400, { error }]);
  });

  it('refuses a bare id as a reference and takes the other prefix of an establishment', () => {
    expect(account.send('POST', '/resources/Order/', orderBody({ establishment: 8 })).status).toBe(400);
    const order = account.order({ establishment: '/resources/Establishment/8/' });
    expect(order.establishment).toBe('/enterprise/Establishment/8/');
  });

  it.each([{ dining_option: 'many' }, { subtotal: 'ten' }, { call_number: 2 ** 31 }, { web_order: 'maybe' }])(
    'crashes on %o',
    (overrides) => {
      const response = account.send('POST', '/resources/Order/', orderBody(overrides));
      expect(response.status).toBe(500);
      expect(JSON.parse(response.body)).toHaveProperty('error_message');
    },
  );

  it('refuses bodies that are no JSON object and types that are not JSON', () => {
    const post = (body: string, type = 'application/json') =>
      account.send('POST', '/resources/Order/', body, { 'content-type': type }).status;
    expect([post('{'), post('[]'), post('null'), post(JSON.stringify(orderBody()), 'text/plain')]).toEqual([
      400, 400, 400, 400,
    ]);
    expect(post(JSON.stringify(orderBody()), 'application/json; charset=utf-8')).toBe(201);
  });
});

describe('the rows of an order', () => {
  it('are never on the order, and sums are left alone', () => {
    const order = account.order();
    account.item(order.resource_uri);
    account.payment(order.resource_uri);
    expect(account.sim.order(order.id)).toEqual(order);
  });

  it('have the forms of their resource', () => {
    const order = account.order();
    expect(account.item(order.resource_uri, { price: '5.25', quantity: 3 })).toMatchObject({
      price: 5.25,
      quantity: 3,
      initial_price: 5.25,
      price_to_display: '5.250000',
      tax_amount: 0.455,
      cost: '0.0000',
      order_local_id: 'Triple Seat_900001',
    });
    expect(account.payment(order.resource_uri, { amount: 7.5 })).toMatchObject({
      amount: '7.500000',
      tip: '0.000000',
      payment_type: 236,
    });
  });

  it('need what their resource needs', () => {
    const { resource_uri: uri } = account.order();
    const { product, ...item } = itemBody(uri);
    const { amount, ...payment } = paymentBody(uri);
    const { order_opened_at, ...history } = historyBody(uri);
    expect([product, amount, order_opened_at]).not.toContain(undefined);
    for (const [resource, body] of Object.entries({
      OrderItem: item,
      Payment: payment,
      OrderHistory: history,
    })) {
      expect(account.send('POST', `/resources/${resource}/`, body).status).toBe(400);
    }
    const tooBig = itemBody(uri, { temp_sort: 2 ** 31 });
    expect(account.send('POST', '/resources/OrderItem/', tooBig).status).toBe(500);
    const lost = itemBody('/resources/Order/1/');
    expect(account.send('POST', '/resources/OrderItem/', lost).status).toBe(400);
  });

  it('a history row is listed on the order without has_history', () => {
    const order = account.order();
    const first = account.history(order.resource_uri, { closed: null });
    const second = account.history(order.resource_uri, { uuid: 'x', closed: '2026-11-14T05:00:00Z' });
    expect(second.closed).toBe('2026-11-14T05:00:00');
    expect(account.sim.order(order.id)).toMatchObject({
      orderhistory: [first.resource_uri, second.resource_uri],
      has_history: false,
    });
  });

  it('are readable by the checkers', () => {
    const order = account.order();
    const item = account.item(order.resource_uri);
    const payment = account.payment(order.resource_uri);
    const history = account.history(order.resource_uri);
    expect(account.sim.items(order.id)).toEqual([item]);
    expect(account.sim.payments(order.id)).toEqual([payment]);
    expect(account.sim.history(order.id)).toEqual([history]);
    expect(account.sim.rows('AppliedTaxOrder')).toHaveLength(1);
    expect(account.sim.products().map((row) => row.id)).toEqual([579, 580, 581]);
  });
});

describe('changing', () => {
  it('merges, answers 202 with the whole object, and ignores what is read-only', () => {
    const order = account.order();
    const changed = account.patch(order.resource_uri, {
      subtotal: 10,
      closed: true,
      id: 5,
      bogus: 1,
      call_name: null,
    });
    expect(changed).toEqual({ ...order, subtotal: 10, call_name: null, version: 2 });
    expect(account.patch(order.resource_uri, { tax: 1 }).version).toBe(2);
  });

  it('refuses null where there must be a value, and unknown rows', () => {
    const order = account.order();
    expect(account.send('PATCH', order.resource_uri, { subtotal: null }).status).toBe(400);
    expect(account.send('PATCH', '/resources/Order/1/', {})).toMatchObject({ status: 404, body: '' });
  });

  it('makes an applied discount, and renews it when it is sent again', () => {
    const order = account.order();
    const discount = {
      discount: `/resources/Discount/${DISCOUNT}/`,
      discount_amount: 2.5,
      discount_rule_amount: 2.5,
      discount_reason: 'Triple Seat Discount',
      discounted_by: `/enterprise/User/${USER}/`,
    };
    const changed = account.patch(order.resource_uri, discount);
    expect(changed).toMatchObject({ ...discount, discount_total_amount: '2.500000' });
    const applied = {
      name: 'Triple Seat Discount',
      discount: discount.discount,
      discount_amount: '2.500000',
      rule_amount: '2.500000',
    };
    expect(changed.applied_discounts).toMatchObject([applied]);
    account.patch(order.resource_uri, { ...discount, discount_amount: 3 });
    expect(account.list(`/resources/AppliedDiscountOrder/?order=${order.id}`).objects).toMatchObject([
      { ...applied, discount_amount: '3.000000' },
    ]);
  });

  it('keeps deleted rows in lists', () => {
    const order = account.order();
    expect(account.patch(order.resource_uri, { deleted: true }).deleted).toBe(true);
    expect(account.list('/resources/Order/').objects).toMatchObject([{ id: order.id, deleted: true }]);
  });
});
