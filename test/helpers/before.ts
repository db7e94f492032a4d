import { createHash } from 'node:crypto';
import type { Place } from '../../src/sandbox/world/places.js';
import type { ItemRow, TestRevel } from '../simulators/revel.js';

/**
 * Turns all orders into what the version made that knew no text: names on the lines of the open item alone, and a
 * revision made of product ids.
 *
 * @param names whether Revel has filled in the products' names meanwhile
 */
export function makeAsBefore(revel: TestRevel, shop: Place, names: boolean): void {
  for (const order of revel.orders()) {
    const items = revel.items(order.id).filter(({ deleted }) => !deleted);
    const revision = formerRevision(revel, order.id, items, shop);
    const snapshot = revel.snapshot() as { tables: Record<string, unknown> };
    const orders = JSON.stringify(snapshot.tables.Order).replaceAll(
      new RegExp(`("local_id":"${order.local_id}".*?) rev [0-9a-f]{8}`, 'g'),
      `$1 rev ${revision}`,
    );
    const keep = `/resources/Product/${shop.openItemProductId}/`;
    const rows = JSON.parse(JSON.stringify(snapshot.tables.OrderItem), (_, value) => {
      if (typeof value !== 'object' || value === null || !('product_name_override' in value)) return value;
      const isOpen = value.product === keep;
      const own = shop.products.find(({ id }) => value.product === `/resources/Product/${id}/`)?.name ?? null;
      return {
        ...value,
        special_request: null,
        product_name_override: isOpen ? value.product_name_override : names ? own : null,
      };
    });
    revel.restore({
      ...snapshot,
      tables: { ...snapshot.tables, Order: JSON.parse(orders), OrderItem: rows },
    });
  }
}

/** The hash as that version made it. */
function formerRevision(revel: TestRevel, orderId: number, items: readonly ItemRow[], shop: Place): string {
  const order = revel.orders().find(({ id }) => id === orderId);
  if (!order) throw new Error('there is an order');
  const cents = (amount: unknown) => Math.round(Number(amount ?? 0) * 100);
  const seen = new Map<string, number>();
  const lines = items.map((item) => {
    const product = Number(item.product.split('/').at(-2));
    const key = `${product} ${item.quantity} ${cents(item.price)}`;
    seen.set(key, (seen.get(key) ?? 0) + 1);
    return [
      product,
      product === shop.openItemProductId ? item.product_name_override : null,
      String(item.quantity),
      cents(item.price),
      Math.round(item.quantity * cents(item.price)),
      seen.get(key),
    ];
  });
  const paid = revel.payments(orderId).filter(({ deleted }) => !deleted);
  const content = [
    order.local_id,
    shop.establishmentId,
    order.created_date.slice(0, 10),
    lines.map((line) => JSON.stringify(line)).sort(),
    ...['discount_amount', 'tax', 'gratuity', 'surcharge', 'final_total'].map((field) => cents(order[field])),
    paid.reduce((sum, { amount }) => sum + cents(amount), 0),
    order.call_name,
  ];
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 8);
}
