import { v5 } from 'uuid';
import type { LocalId, OrderId } from './ids.js';
import type { Cents, Quantity } from './money.js';

/** Namespace of every uuid made here; changing it would make all existing orders look foreign. */
const NAMESPACE = '6d0a5a0e-8f6e-5b7f-9a43-5c1b0f7f2f51';

/**
 * The uuid of an event's order in an establishment: the same from every host and every run. `generation` counts
 * orders of that identity that were deleted since, because Revel may refuse a uuid that a deleted row still has.
 */
export function orderUuid(establishmentId: number, localId: LocalId, generation: number): string {
  const name = `order|${establishmentId}|${localId}`;
  return v5(generation === 0 ? name : `${name}|${generation}`, NAMESPACE);
}

/** What an item's uuid is made of: its content, since line ids may change when a document is edited. */
export interface ItemIdentity {
  productId: number;
  quantity: Quantity;
  unitPrice: Cents;
  /** 1 for the first of several identical lines, then 2, 3, … */
  occurrence: number;
}

/**
 * The uuid of an order item. It depends on the order's id as well, so that two headers of one event, one of
 * which is going to lose, never compete for the same item uuids.
 */
export function itemUuid(header: string, order: OrderId, item: ItemIdentity): string {
  return v5(
    `item|${order}|${item.productId}|${item.quantity}|${item.unitPrice}|${item.occurrence}`,
    v5(header, NAMESPACE),
  );
}

/** The uuid of an order's payment of this amount; `occurrence` counts deleted ones of the same amount. */
export function paymentUuid(header: string, order: OrderId, amount: Cents, occurrence: number): string {
  return v5(`payment|${order}|${amount}|${occurrence}`, v5(header, NAMESPACE));
}

/** The uuid of the row that makes the order visible. */
export function historyUuid(header: string, order: OrderId): string {
  return v5(`history|${order}`, v5(header, NAMESPACE));
}

/**
 * How far apart the `occurrence` of rows lies that take each other's place, so that equal lines of one order have
 * room between.
 */
export const GENERATION_STEP = 1_000;

/** Uuids that rows have, in lower case. One that was removed keeps its uuid, which Revel may refuse to see again. */
export function usedUuids(rows: readonly { uuid: string | null }[]): Set<string> {
  return new Set(rows.flatMap(({ uuid }) => (uuid === null ? [] : [uuid.toLowerCase()])));
}

/** The first uuid of a chain that is not used yet. */
export function freeUuid(used: ReadonlySet<string>, make: (generation: number) => string): string {
  for (let generation = 0; ; generation += 1) {
    const uuid = make(generation);
    if (!used.has(uuid)) return uuid;
  }
}
