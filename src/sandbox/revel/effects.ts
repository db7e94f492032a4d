import type { JsonValue, ResourceName, Row } from './types.js';
import { rowAt, type World } from './world.js';

/** Percent; the tax class of every product. */
export const DEFAULT_TAX = 8.375;

/**
 * What the server does of its own accord after a row was made. It attaches the default tax to an order, keeps
 * the order's list of history rows, and fills in a few item fields; it never sums anything.
 */
export function afterCreate(world: World, name: ResourceName, row: Row, now: number): Row {
  switch (name) {
    case 'Order':
      return attachDefaultTax(world, row, now);
    case 'OrderItem':
      return completeItem(world, row, now);
    case 'OrderHistory':
      listHistory(world, row, now);
      return row;
    case 'Payment':
      reckonDue(world, row, now);
      return row;
    default:
      return row;
  }
}

/** What the server does after a PATCH: a discount set on an order becomes an applied discount row. */
export function afterPatch(
  world: World,
  name: ResourceName,
  row: Row,
  patched: Readonly<Record<string, JsonValue>>,
  now: number,
): Row {
  if (name !== 'Order') return row;
  const version = Math.max(Number(row.version), 2);
  const discount =
    'discount' in patched || 'discount_amount' in patched ? applyDiscount(world, row, now) : {};
  return world.change('Order', row.id, { ...discount, version }, now) ?? row;
}

/** Adds a history row's URI to its order. */
export function listHistory(world: World, history: Row, now: number): void {
  const order = rowAt(world, 'Order', String(history.order));
  if (order === null) return;
  world.change('Order', order.id, { orderhistory: [...listOf(order.orderhistory), uri(history)] }, now);
}

function reckonDue(world: World, payment: Row, now: number): void {
  const order = rowAt(world, 'Order', String(payment.order));
  if (order === null || world.switches.dueAfterPayment === 'left') return;
  const remaining_due = Number((Number(order.remaining_due) - Number(payment.amount)).toFixed(2));
  world.change('Order', order.id, { remaining_due }, now);
}

function attachDefaultTax(world: World, order: Row, now: number): Row {
  const tax = world.make(
    'AppliedTaxOrder',
    { order: uri(order), name: 'Default Tax', tax_rate: `${DEFAULT_TAX}0` },
    now,
  );
  return world.change('Order', order.id, { applied_taxes: [tax] }, now) ?? order;
}

function completeItem(world: World, item: Row, now: number): Row {
  const order = rowAt(world, 'Order', String(item.order));
  const price = Number(item.price);
  const { fillsNames, textLength } = world.switches;
  const product = fillsNames ? rowAt(world, 'Product', String(item.product)) : null;
  const text = typeof item.special_request === 'string' ? item.special_request : null;
  return (
    world.change(
      'OrderItem',
      item.id,
      {
        order_local_id: order?.local_id ?? null,
        initial_price: item.initial_price ?? price,
        price_to_display: item.price_to_display ?? price.toFixed(6),
        // A register works with thousandths.
        quantity: Number(Number(item.quantity).toFixed(3)),
        product_name_override: item.product_name_override ?? product?.name ?? null,
        special_request: text !== null && textLength !== null ? text.slice(0, textLength) : text,
      },
      now,
    ) ?? item
  );
}

/** Makes or renews the applied row of the order's discount; returns what changes on the order itself. */
function applyDiscount(world: World, order: Row, now: number): Record<string, JsonValue> {
  if (typeof order.discount !== 'string') return {};
  const table = world.table('AppliedDiscountOrder');
  const existing = table.ofOrder(uri(order)).find((row) => row.discount === order.discount);
  const discount = rowAt(world, 'Discount', order.discount);
  const values = {
    order: uri(order),
    discount: order.discount,
    name: order.discount_reason ?? discount?.name ?? null,
    discount_amount: Number(order.discount_amount).toFixed(6),
    rule_amount: Number(order.discount_rule_amount).toFixed(6),
  };
  if (existing !== undefined) world.change('AppliedDiscountOrder', existing.id, values, now);
  else world.make('AppliedDiscountOrder', values, now);
  return {
    applied_discounts: table.ofOrder(uri(order)),
    discount_total_amount: Number(order.discount_amount).toFixed(6),
  };
}

function uri(row: Row): string {
  return String(row.resource_uri);
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}
