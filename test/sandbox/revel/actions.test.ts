import { beforeEach, describe, expect, it } from 'vitest';
import { Account, DISCOUNT, orderBody, STAFF, USER } from './helpers.js';

let account: Account;
beforeEach(() => {
  account = new Account();
});

const staff = `/enterprise/User/${STAFF}/`;

function act(action: string, body: unknown) {
  return account.sim.control(action, body, account.now);
}

/** Items of 10.00, 2.50 off, 7.50 paid. */
function filledOrder(ruleAmount: number) {
  const order = account.order();
  account.item(order.resource_uri);
  account.payment(order.resource_uri);
  account.patch(order.resource_uri, {
    discount: `/resources/Discount/${DISCOUNT}/`,
    discount_amount: 2.5,
    discount_rule_amount: ruleAmount,
    subtotal: 10,
    final_total: 7.5,
  });
  return order;
}

describe('a register opens an order', () => {
  it('and drops a discount without its rule amount', () => {
    const order = filledOrder(0);
    expect(act('pos-open', { orderId: order.id }).ok).toBe(true);
    const opened = account.sim.order(order.id);
    expect(opened).toMatchObject({
      subtotal: 10,
      discount_amount: 0,
      discount_rule_amount: 0,
      final_total: 10,
      remaining_due: 2.5,
      version: 4,
      updated_by: staff,
      updated_date: '2026-11-14T04:00:00',
      has_history: true,
      applied_discounts: [{ discount_amount: '0.000000', rule_amount: '0.000000' }],
    });
    expect(opened?.check_sum).not.toBeNull();
    const [history] = account.sim.history(order.id);
    expect(history).toMatchObject({ order_opened_by: staff, opened: '2026-11-14T04:00:00', closed: null });
    expect(opened?.orderhistory).toEqual([history?.resource_uri]);
  });

  it.each([
    ['in-total', 9, 1.5],
    ['on-top', 7.5, 0.5],
  ] as const)('and counts gratuity %s', (gratuity, final_total, remaining_due) => {
    account.sim.configure({ gratuity });
    const order = filledOrder(2.5);
    account.patch(order.resource_uri, { gratuity: 1.5 });
    account.payment(order.resource_uri, { amount: '0.00', tip: '1.00' });
    act('pos-open', { orderId: order.id });
    expect(account.sim.order(order.id)).toMatchObject({ gratuity: 1.5, final_total, remaining_due });
  });

  it('and keeps one that has it', () => {
    const order = filledOrder(2.5);
    act('pos-open', { orderId: order.id });
    expect(account.sim.order(order.id)).toMatchObject({
      discount_amount: 2.5,
      final_total: 7.5,
      remaining_due: 0,
    });
  });

  it('and counts only what is not deleted', () => {
    const order = filledOrder(2.5);
    const extra = account.item(order.resource_uri, { uuid: 'x', price: 100 });
    account.patch(extra.resource_uri, { deleted: true });
    const refund = account.payment(order.resource_uri, { uuid: 'y', amount: 1 });
    account.patch(refund.resource_uri, { deleted: true });
    act('pos-open', { orderId: order.id });
    expect(account.sim.order(order.id)).toMatchObject({ subtotal: 10, remaining_due: 0 });
  });

  it('and adds what stands on the order: tax, gratuity, surcharge', () => {
    const order = account.order({ tax: 0.8, gratuity: 2, surcharge: 1 });
    account.item(order.resource_uri);
    act('pos-open', { orderId: order.id, userId: USER });
    expect(account.sim.order(order.id)).toMatchObject({
      final_total: 13.8,
      remaining_due: 13.8,
      updated_by: `/enterprise/User/${USER}/`,
    });
  });
});

describe('what an account makes of an order that a register opens', () => {
  /** Two of 5.00 (their product costs 5.50) with 0.90 of tax; on the order 0.80 of tax, 2.00 of gratuity, 1.00 of fees. */
  function opened(switches: Record<string, unknown>) {
    account.sim.configure(switches);
    const order = account.order({ tax: 0.8, gratuity: 2, surcharge: 1 });
    account.item(order.resource_uri, { tax_amount: 0.9 });
    account.payment(order.resource_uri);
    act('pos-open', { orderId: order.id });
    return account.sim.order(order.id);
  }

  it.each([
    [{}, { final_total: 13.8, remaining_due: 6.3 }],
    [{ gratuity: 'dropped' }, { gratuity: 0, final_total: 11.8, remaining_due: 4.3 }],
    [{ surcharge: 'dropped' }, { surcharge: 0, final_total: 12.8, remaining_due: 5.3 }],
    [{ tax: 'lines' }, { tax: 0.9, final_total: 13.9, remaining_due: 6.4 }],
    [{ tax: 'products' }, { tax: 0.84, final_total: 13.84, remaining_due: 6.34 }],
    [{ prices: 'replaced' }, { subtotal: 11, final_total: 14.8, remaining_due: 7.3 }],
    [{ payments: 'not-counted' }, { final_total: 13.8, remaining_due: 13.8 }],
  ])('%j', (switches, figures) => {
    expect(opened(switches)).toMatchObject(figures);
  });

  it('counts what is marked deleted where the mark is not heeded', () => {
    account.sim.configure({ ignoresDeleted: ['Order', 'OrderItem', 'Payment'] });
    const order = account.order();
    const item = account.item(order.resource_uri);
    const payment = account.payment(order.resource_uri);
    for (const row of [item, payment, order]) account.patch(row.resource_uri, { deleted: true });
    expect(act('pos-open', { orderId: order.id }).ok).toBe(true);
    expect(account.sim.order(order.id)).toMatchObject({ subtotal: 10, remaining_due: 2.5 });
    account.sim.configure({ ignoresDeleted: [] });
    expect(act('pos-open', { orderId: order.id }).ok).toBe(false);
  });

  it('shows staff the balance with or without what was paid', () => {
    const order = opened({});
    const look = () => act('pos-look', { orderId: order?.id });
    expect(look()).toMatchObject({ result: { listed: true, balance: 6.3 } });
    account.sim.configure({ payments: 'not-shown' });
    expect(look()).toMatchObject({ result: { listed: true, balance: 13.8 } });
  });

  it('reports the sale for the day that the time of the order lies on', () => {
    account.sim.configure({ businessDayStart: '02:00' });
    const dayOf = (created_date: string) =>
      act('pos-look', { orderId: account.order({ created_date, uuid: created_date }).id });
    expect(dayOf('2026-11-14T01:59:59')).toMatchObject({ result: { day: '2026-11-13' } });
    expect(dayOf('2026-11-14T02:00:00')).toMatchObject({ result: { day: '2026-11-14' } });
    expect(dayOf('2026-11-14T23:00:00')).toMatchObject({ result: { listed: true, day: '2026-11-14' } });
    account.sim.configure({ laterDates: 'hidden' });
    expect(dayOf('2026-11-14T23:00:00')).toMatchObject({ result: { listed: false, day: null } });
  });

  it('reckons what is due as soon as a payment comes, or leaves it', () => {
    const due = () => {
      const order = account.order({ remaining_due: 10 });
      account.payment(order.resource_uri);
      return account.sim.order(order.id)?.remaining_due;
    };
    expect(due()).toBe(10);
    account.sim.configure({ dueAfterPayment: 'reckoned' });
    expect(due()).toBe(2.5);
  });
});

describe('staff at work', () => {
  it('edit an item', () => {
    const order = filledOrder(2.5);
    const [item] = account.sim.items(order.id);
    expect(act('pos-edit-item', { itemId: item?.id, quantity: 3, price: 4 }).ok).toBe(true);
    expect(account.sim.items(order.id)).toMatchObject([{ quantity: 3, price: 4, updated_by: staff }]);
    expect(account.sim.order(order.id)).toMatchObject({ subtotal: 12, final_total: 9.5, updated_by: staff });
  });

  it('delete an order, even where the API does not keep the mark', () => {
    account.sim.configure({ keepsDeletedMark: false });
    const order = account.order();
    act('pos-delete', { orderId: order.id });
    expect(account.sim.order(order.id)).toMatchObject({ deleted: true, updated_by: staff });
  });

  it('touch nothing but notes and their name', () => {
    const order = account.order();
    act('staff-touch', { orderId: order.id, notes: 'window table' });
    expect(account.sim.order(order.id)).toEqual({ ...order, notes: 'window table', updated_by: staff });
    act('staff-touch', { orderId: order.id, userId: USER });
    expect(account.sim.order(order.id)).toMatchObject({ updated_by: `/enterprise/User/${USER}/` });
  });
});

describe('rows put in as they are', () => {
  it('take ids of their own and stay in order', () => {
    const order = account.order();
    const made = account.sim.insertOrder({
      order: { ...orderBody({ id: 77, local_id: 'Triple Seat 900001', uuid: 'old' }), closed: true },
      items: [{ uuid: 'i', product: '/resources/Product/579/', quantity: 1, price: 5 }],
      payments: [{ id: 3, uuid: 'p', amount: '5', payment_type: 236 }],
      history: [{ uuid: 'h', opened: '2026-11-01T10:00:00Z' }],
    });
    expect(made).toMatchObject({ id: 77, closed: true, local_id: 'Triple Seat 900001' });
    expect(account.list('/resources/Order/').ids).toEqual([77, order.id]);
    expect(account.sim.items(77)).toMatchObject([{ price: 5 }]);
    expect(account.sim.payments(77)).toMatchObject([{ id: 3, amount: '5.000000' }]);
    expect(account.sim.history(77)).toMatchObject([{ opened: '2026-11-01T10:00:00' }]);
    expect(account.sim.order(77)?.orderhistory).toEqual([account.sim.history(77)[0]?.resource_uri]);
    expect(account.order({ uuid: 'next' }).id).toBe(order.id + 1);
  });

  it('are refused when a value does not fit', () => {
    const bad = { order: { final_total: 'much' } };
    expect(() => account.sim.insertOrder(bad)).toThrow('The request is refused: 500');
    expect(() => account.sim.insertOrder({ order: { bogus: 1 } })).toThrow('Order has no field bogus.');
    expect(account.sim.orders()).toEqual([]);
  });
});

it.each([
  ['dance', {}],
  ['pos-open', {}],
  ['pos-open', { orderId: 1 }],
  ['staff-touch', { orderId: 1, typo: true }],
  ['pos-edit-item', { itemId: 1 }],
])('refuses %s %o', (action, body) => {
  const before = account.sim.revision;
  expect(act(action, body).ok).toBe(false);
  expect(account.sim.revision).toBe(before);
});
