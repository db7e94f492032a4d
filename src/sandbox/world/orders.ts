import { v5 } from 'uuid';
import { orderUuid } from '../../domain/identity.js';
import { localIdOf, parseEventId } from '../../domain/ids.js';
import type { RevelSimulator } from '../revel/simulator.js';
import { isObject, type JsonObject, objectsOf, type RawRecord, textOf } from '../tripleseat/model.js';
import { cents } from '../tripleseat/sums.js';
import { DINING_OPTION, DISCOUNT_ID, OUR_USER, PAYMENT_TYPE, type Place, productOf } from './places.js';
import type { SampleOrder } from './scenario.js';

const NAMESPACE = 'd3a7b6f0-52b5-5c1e-9b6f-0d9c6c1f2a55';
const USER = (id: number) => `/enterprise/User/${id}/`;
const STATION = (shop: Place) => `/resources/PosStation/${shop.posStationId}/`;

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
export function insertSampleOrder(
  revel: RevelSimulator,
  order: SampleOrder,
  copy: number,
  now: number,
): void {
  const { of: event, shop } = order;
  const document = objectsOf(event, 'documents')[0] ?? {};
  const stamps = stampsOf(event);
  const torn = order.tornAfter !== undefined;
  const seed = `${shop.establishmentId}|${event.id}|${copy}`;
  revel.insertOrder(
    {
      order: {
        ...header(order, copy, seed),
        ...stamps,
        updated_by: USER(order.updatedBy ?? OUR_USER),
        ...(torn ? noTotals : totals(document)),
        printed: !torn,
      },
      items: items(document, shop)
        .slice(0, order.tornAfter)
        .map((item, index) => ({
          ...item,
          ...stamps,
          uuid: v5(`item|${seed}|${index}`, NAMESPACE),
          station: STATION(shop),
          temp_sort: index,
        })),
      payments: torn ? [] : payments(document, shop, seed, stamps),
      history: torn
        ? []
        : [
            {
              uuid: v5(`history|${seed}`, NAMESPACE),
              order_opened_by: USER(OUR_USER),
              order_opened_at: STATION(shop),
              opened: stamps.created_date,
            },
          ],
    },
    now,
  );
}

function header({ of: event, shop, localId }: SampleOrder, copy: number, seed: string): JsonObject {
  const id = parseEventId(String(event.id));
  const ours =
    id && localId === undefined && copy === 0 ? orderUuid(shop.establishmentId, localIdOf(id), 0) : null;
  const contact = isObject(event.contact) ? event.contact : {};
  const phone = objectsOf(contact, 'phone_numbers')[0] ?? {};
  return {
    uuid: ours ?? v5(`order|${seed}`, NAMESPACE),
    local_id: localId ?? `Triple Seat_${event.id}`,
    establishment: `/enterprise/Establishment/${shop.establishmentId}/`,
    created_at: STATION(shop),
    last_updated_at: STATION(shop),
    pos_mode: 'Q',
    dining_option: DINING_OPTION,
    web_order: true,
    notes: `Triple Seat Event #${event.id}`,
    call_name: `${textOf(contact, 'first_name')} ${textOf(contact, 'last_name')} | ${textOf(phone, 'number')}`,
  };
}

/** Who and when, as it stands on every row. */
function stampsOf(event: RawRecord) {
  // A few seconds into the event's day, as the first sweep of that day would leave it.
  const date = `${textOf(event, 'event_date_iso8601')}T00:00:07`;
  return {
    created_by: USER(OUR_USER),
    updated_by: USER(OUR_USER),
    created_date: date,
    updated_date: date,
  };
}

const noTotals: JsonObject = {
  subtotal: 0,
  tax: 0,
  gratuity: 0,
  surcharge: 0,
  final_total: 0,
  remaining_due: 0,
};

function totals(document: JsonObject): JsonObject {
  const financials = isObject(document.financials) ? document.financials : {};
  const discount = Number(financials.discounts_total ?? 0);
  const fees = { tax: 0, gratuity: 0, surcharge: 0 };
  for (const entry of objectsOf(document, 'billing_totals')) {
    const field = BILLING_FIELDS[textOf(entry, 'description')];
    if (field) fees[field] += Number(entry.total_price);
  }
  const subtotal =
    objectsOf(document, 'line_items').reduce((sum, line) => sum + cents(line.total_price), 0) / 100;
  return {
    ...fees,
    subtotal,
    final_total: Number(financials.grand_total ?? 0),
    remaining_due: Number(financials.amount_due ?? 0),
    ...(discount === 0
      ? {}
      : {
          discount: `/resources/Discount/${DISCOUNT_ID}/`,
          discount_amount: discount,
          discount_rule_amount: discount,
          discount_reason: 'Triple Seat Discount',
          discounted_by: USER(OUR_USER),
        }),
  };
}

function items(document: JsonObject, shop: Place): JsonObject[] {
  const priced = objectsOf(document, 'line_items').filter((line) => typeof line.price === 'string');
  return priced.map((line) => {
    const price = Number(line.price);
    const name = textOf(line, 'display_name') || textOf(line, 'description');
    return {
      product: `/resources/Product/${productOf(shop, name).id}/`,
      quantity: Number(line.quantity),
      price,
      initial_price: price,
      price_to_display: price,
      modifier_amount: 0,
      tax_amount: 0,
      tax_rate: 0,
      dining_option: DINING_OPTION,
    };
  });
}

function payments(document: JsonObject, shop: Place, seed: string, stamps: JsonObject): JsonObject[] {
  const set = isObject(document.payment_set) ? document.payment_set : {};
  const paid = objectsOf(set, 'payments').reduce((sum, payment) => sum + cents(payment.amount), 0);
  if (paid === 0) return [];
  return [
    {
      ...stamps,
      uuid: v5(`payment|${seed}`, NAMESPACE),
      establishment: `/enterprise/Establishment/${shop.establishmentId}/`,
      payment_type: PAYMENT_TYPE,
      amount: paid / 100,
      tip: 0,
      payment_date: stamps.created_date ?? null,
      station: STATION(shop),
    },
  ];
}
