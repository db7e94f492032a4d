import { nextLines } from '../../src/domain/documents.js';
import { orderUuid } from '../../src/domain/identity.js';
import { cents, centsToNumber, formatCents } from '../../src/domain/money.js';
import { finalNotes } from '../../src/domain/notes.js';
import { ProductIndex } from '../../src/domain/products.js';
import { buildWanted } from '../../src/domain/wanted.js';
import type { WantedOrder } from '../../src/domain/wantedOrder.js';
import type { RawRecord } from '../../src/sandbox/tripleseat/model.js';
import { OUR_USER, PAYMENT_TYPE, type Place } from '../../src/sandbox/world/places.js';
import { toEvent } from '../../src/tripleseat/convert.js';
import type { TestRevel } from '../simulators/revel.js';
import { sampleLocations } from './settings.js';

/** Puts the event's order into Revel as a run would have left it. */
export function insertStanding(revel: TestRevel, event: RawRecord, shop: Place): void {
  const wanted = wantedOf(event, shop);
  const user = `/enterprise/User/${OUR_USER}/`;
  const date = `${wanted.date}T00:00:07`;
  revel.insertOrder({
    order: {
      uuid: orderUuid(shop.establishmentId, wanted.localId, 0),
      local_id: wanted.localId,
      establishment: `/enterprise/Establishment/${shop.establishmentId}/`,
      created_by: user,
      updated_by: user,
      created_date: date,
      updated_date: date,
      notes: finalNotes(wanted.eventId, wanted.revision, '4ba1e130'),
      call_name: wanted.callName,
      printed: true,
      web_order: true,
      subtotal: centsToNumber(wanted.subtotal),
      discount_amount: centsToNumber(wanted.discount),
      discount_rule_amount: centsToNumber(wanted.discount),
      tax: centsToNumber(wanted.tax),
      gratuity: centsToNumber(wanted.gratuity),
      surcharge: centsToNumber(wanted.surcharge),
      final_total: centsToNumber(wanted.finalTotal),
      remaining_due: centsToNumber(wanted.remainingDue),
    },
    items: wanted.items.map((item) => ({
      product: `/resources/Product/${item.productId}/`,
      quantity: Number(item.quantity),
      price: centsToNumber(item.unitPrice),
      updated_by: user,
    })),
    payments:
      wanted.payment === 0
        ? []
        : [
            {
              payment_type: PAYMENT_TYPE,
              amount: formatCents(wanted.payment),
              updated_by: user,
            },
          ],
    history: [{ opened: date, order_opened_by: user }],
  });
}

const indexes = new Map<Place, ProductIndex>();

function productsOf(shop: Place): ProductIndex {
  const known = indexes.get(shop);
  if (known) return known;
  const active = shop.products.filter(({ active }) => active);
  const index = new ProductIndex(active.map(({ id, name, price }) => ({ id, name, price: cents(price) })));
  indexes.set(shop, index);
  return index;
}

function wantedOf(raw: RawRecord, shop: Place): WantedOrder {
  const event = toEvent(raw);
  const location = sampleLocations.find(({ name }) => name === shop.name);
  if (event.kind !== 'ok' || !location) throw new Error(`event ${raw.id} cannot be read`);
  const step = nextLines(event.value, {});
  if (step.kind !== 'source') throw new Error(`event ${raw.id} has no lines of its own`);
  const built = buildWanted({
    event: event.value,
    location,
    linesSource: step.source,
    products: productsOf(shop),
    paymentPolicy: 'paid',
    unmatchedPolicy: 'fail',
    testEstablishmentId: null,
  });
  if (built.kind !== 'ok') throw new Error(built.failure.error);
  return built.order;
}
