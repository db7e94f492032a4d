import { v5 } from 'uuid';
import { orderUuid } from '../../domain/identity.js';
import { localIdOf, parseEventId } from '../../domain/ids.js';
import { uriOf } from '../revel/resources.js';
import type { RevelSimulator } from '../revel/simulator.js';
import { type JsonObject, objectOf, objectsOf, type RawRecord, textOf } from '../tripleseat/model.js';
import { cents } from '../tripleseat/sums.js';
import { DINING_OPTION, DISCOUNT_ID, OUR_USER, PAYMENT_TYPE, productOf } from './places.js';
import type { SampleOrder } from './scenario.js';

const NAMESPACE = 'd3a7b6f0-52b5-5c1e-9b6f-0d9c6c1f2a55';

/**
 * Puts a sample order into Revel, made of the first document of its event. `copy` counts the orders of one
 * event, from 0; the first has the uuid that this program gives it.
 */
export function insertSampleOrder(revel: RevelSimulator, order: SampleOrder, copy: number): void {
  const { of: event, shop, tornAfter } = order;
  const document = objectsOf(event, 'documents')[0] ?? {};
  const user = uriOf('User', OUR_USER);
  const station = uriOf('PosStation', shop.posStationId);
  const establishment = uriOf('Establishment', shop.establishmentId);
  // A few seconds into the event's day, as the first sweep of that day would leave it.
  const date = `${textOf(event, 'event_date_iso8601')}T00:00:07`;
  const stamps = { created_by: user, updated_by: user, created_date: date, updated_date: date };
  const uuid = (row: string, suffix = '') =>
    v5(`${row}|${shop.establishmentId}|${event.id}|${copy}${suffix}`, NAMESPACE);
  const lines = objectsOf(document, 'line_items').filter((line) => typeof line.price === 'string');
  const header = {
    uuid: (order.localId === undefined && copy === 0 && ourUuid(order)) || uuid('order'),
    local_id: order.localId ?? `Triple Seat_${event.id}`,
    establishment,
    created_at: station,
    last_updated_at: station,
    pos_mode: 'Q',
    dining_option: DINING_OPTION,
    web_order: true,
    notes: `Triple Seat Event #${event.id}`,
    call_name: callName(event),
    ...stamps,
    updated_by: uriOf('User', order.updatedBy ?? OUR_USER),
  };
  const items = lines.slice(0, tornAfter).map((line, index) => ({
    product: uriOf(
      'Product',
      productOf(shop, textOf(line, 'display_name') || textOf(line, 'description')).id,
    ),
    quantity: Number(line.quantity),
    price: Number(line.price),
    initial_price: Number(line.price),
    price_to_display: Number(line.price),
    modifier_amount: 0,
    tax_amount: 0,
    tax_rate: 0,
    dining_option: DINING_OPTION,
    ...stamps,
    uuid: uuid('item', `|${index}`),
    station,
    temp_sort: index,
  }));
  const isTorn = tornAfter !== undefined;
  const sums = isTorn ? { gratuity: 0 } : totals(document);
  const paid = isTorn ? 0 : paidBy(document);
  const payment = {
    ...stamps,
    uuid: uuid('payment'),
    establishment,
    payment_type: PAYMENT_TYPE,
    amount: paid / 100,
    tip: 0,
    payment_date: date,
    station,
  };
  const opening = { uuid: uuid('history'), order_opened_by: user, order_opened_at: station, opened: date };
  revel.insertOrder({
    order: { ...header, ...sums, printed: !isTorn },
    items,
    payments: paid === 0 ? [] : [payment],
    history: isTorn ? [] : [opening],
  });
}

function ourUuid({ of: event, shop }: SampleOrder): string | null {
  const id = parseEventId(String(event.id));
  return id && orderUuid(shop.establishmentId, localIdOf(id), 0);
}

function callName(event: RawRecord): string {
  const contact = objectOf(event, 'contact');
  const phone = objectsOf(contact, 'phone_numbers')[0] ?? {};
  return `${textOf(contact, 'first_name')} ${textOf(contact, 'last_name')} | ${textOf(phone, 'number')}`;
}

function totals(document: JsonObject): JsonObject {
  const financials = objectOf(document, 'financials');
  const discount = Number(financials.discounts_total ?? 0);
  const lines = objectsOf(document, 'line_items');
  const fee = (name: string) =>
    Number(objectsOf(document, 'billing_totals').find((row) => row.description === name)?.total_price ?? 0);
  const discounted = {
    discount: uriOf('Discount', DISCOUNT_ID),
    discount_amount: discount,
    discount_rule_amount: discount,
    discount_reason: 'Triple Seat Discount',
    discounted_by: uriOf('User', OUR_USER),
  };
  return {
    tax: fee('Sales Tax'),
    gratuity: fee('Gratuity'),
    surcharge: fee('Admin Fee'),
    subtotal: lines.reduce((sum, line) => sum + cents(line.total_price), 0) / 100,
    final_total: Number(financials.grand_total ?? 0),
    remaining_due: Number(financials.amount_due ?? 0),
    ...(discount === 0 ? {} : discounted),
  };
}

function paidBy(document: JsonObject): number {
  const payments = objectsOf(objectOf(document, 'payment_set'), 'payments');
  return payments.reduce((sum, payment) => sum + cents(payment.amount), 0);
}
