import { v5 } from 'uuid';
import { orderUuid } from '../../domain/identity.js';
import { localIdOf, parseEventId } from '../../domain/ids.js';
import { uriOf } from '../revel/resources.js';
import type { RevelSimulator } from '../revel/simulator.js';
import { isObject, type JsonObject, objectsOf, type RawRecord, textOf } from '../tripleseat/model.js';
import { cents } from '../tripleseat/sums.js';
import { DINING_OPTION, DISCOUNT_ID, OUR_USER, PAYMENT_TYPE, productOf } from './places.js';
import type { SampleOrder } from './scenario.js';

const NAMESPACE = 'd3a7b6f0-52b5-5c1e-9b6f-0d9c6c1f2a55';

/** Fields of the order that a tax or fee of the sample events goes to, by name. */
const BILLING_FIELDS: Readonly<Record<string, 'tax' | 'gratuity' | 'surcharge'>> = {
  'Sales Tax': 'tax',
  Gratuity: 'gratuity',
  'Admin Fee': 'surcharge',
};

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
  if (tornAfter !== undefined) {
    const sums = { subtotal: 0, tax: 0, gratuity: 0, surcharge: 0, final_total: 0, remaining_due: 0 };
    revel.insertOrder({ order: { ...header, ...sums, printed: false }, items });
    return;
  }
  const paid = paidBy(document);
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
  revel.insertOrder({
    order: { ...header, ...totals(document), printed: true },
    items,
    payments: paid === 0 ? [] : [payment],
    history: [{ uuid: uuid('history'), order_opened_by: user, order_opened_at: station, opened: date }],
  });
}

function ourUuid({ of: event, shop }: SampleOrder): string | null {
  const id = parseEventId(String(event.id));
  return id && orderUuid(shop.establishmentId, localIdOf(id), 0);
}

function callName(event: RawRecord): string {
  const contact = isObject(event.contact) ? event.contact : {};
  const phone = objectsOf(contact, 'phone_numbers')[0] ?? {};
  return `${textOf(contact, 'first_name')} ${textOf(contact, 'last_name')} | ${textOf(phone, 'number')}`;
}

function totals(document: JsonObject): JsonObject {
  const financials = isObject(document.financials) ? document.financials : {};
  const discount = Number(financials.discounts_total ?? 0);
  const fees = { tax: 0, gratuity: 0, surcharge: 0 };
  for (const entry of objectsOf(document, 'billing_totals')) {
    const field = BILLING_FIELDS[textOf(entry, 'description')];
    if (field) fees[field] += Number(entry.total_price);
  }
  const subtotal = objectsOf(document, 'line_items').reduce((sum, line) => sum + cents(line.total_price), 0);
  const discounted = {
    discount: uriOf('Discount', DISCOUNT_ID),
    discount_amount: discount,
    discount_rule_amount: discount,
    discount_reason: 'Triple Seat Discount',
    discounted_by: uriOf('User', OUR_USER),
  };
  return {
    ...fees,
    subtotal: subtotal / 100,
    final_total: Number(financials.grand_total ?? 0),
    remaining_due: Number(financials.amount_due ?? 0),
    ...(discount === 0 ? {} : discounted),
  };
}

function paidBy(document: JsonObject): number {
  const set = isObject(document.payment_set) ? document.payment_set : {};
  return objectsOf(set, 'payments').reduce((sum, payment) => sum + cents(payment.amount), 0);
}
