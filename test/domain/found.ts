import { orderId } from '../../src/domain/ids.js';
import { finalNotes } from '../../src/domain/notes.js';
import type { FoundItem, FoundOrder, FoundPayment } from '../../src/domain/order.js';
import { ProductIndex } from '../../src/domain/products.js';
import { buildWanted } from '../../src/domain/wanted.js';
import type { WantedInput, WantedOrder } from '../../src/domain/wantedOrder.js';
import { document, location, products, sourceEvent } from './builders.js';

/** The wanted order of the example event. */
export function wantedOrder(over: Partial<WantedInput> = {}): WantedOrder {
  const result = buildWanted({
    event: sourceEvent(),
    location: location(),
    linesSource: { kind: 'document', origin: 'event', document: document(), selections: [] },
    products: new ProductIndex(products),
    paymentPolicy: 'paid',
    unmatchedPolicy: 'fail',
    testEstablishmentId: null,
    ...over,
  });
  if (result.kind === 'failed') throw new Error(result.failure.error);
  return result.order;
}

/** The order of `wanted` as Revel shows it once it is complete and visible. */
export function standingOrder(wanted: WantedOrder, over: Partial<FoundOrder> = {}): FoundOrder {
  return {
    id: orderId(10_684_001),
    uuid: '3f0c7a52-0000-5000-8000-000000000001',
    localId: wanted.localId,
    establishmentId: wanted.establishmentId,
    createdBy: wanted.location.revel.userId,
    updatedBy: wanted.location.revel.userId,
    createdDate: `${wanted.date}T00:31:07`,
    updatedDate: `${wanted.date}T00:31:07`,
    notes: finalNotes(wanted.eventId, wanted.revision, '4ba1e130'),
    deleted: false,
    printed: true,
    opened: false,
    closed: false,
    billParent: null,
    historyIds: ['6760001'],
    subtotal: wanted.subtotal,
    discount: wanted.discount,
    discountId: wanted.location.revel.discountId,
    discountRule: wanted.discount,
    tax: wanted.tax,
    gratuity: wanted.gratuity,
    surcharge: wanted.surcharge,
    finalTotal: wanted.finalTotal,
    remainingDue: wanted.remainingDue,
    ...over,
  };
}

/** The lines of `wanted` as Revel shows them. */
export function standingItems(wanted: WantedOrder): FoundItem[] {
  return wanted.items.map((item, index) => ({
    id: String(900 + index),
    uuid: null,
    orderId: orderId(10_684_001),
    productId: item.productId,
    quantity: item.quantity,
    price: item.unitPrice,
    nameOverride: item.shownName,
    text: item.text || null,
    deleted: false,
    updatedBy: wanted.location.revel.userId,
  }));
}

/** A payment row. */
export function paymentRow(wanted: WantedOrder, over: Partial<FoundPayment> = {}): FoundPayment {
  return {
    id: '70',
    uuid: null,
    orderId: orderId(10_684_001),
    paymentType: wanted.location.revel.paymentType,
    amount: wanted.payment,
    deleted: false,
    updatedBy: wanted.location.revel.userId,
    ...over,
  };
}
