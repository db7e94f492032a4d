import { type ResourceName, type Row, uriIn, type Values } from './types.js';
import type { World } from './world.js';

/** Percent; the tax class of every product. */
export const DEFAULT_TAX = 8.375;

/**
 * What the server does of its own accord after a row was made. It attaches the default tax to an order, keeps
 * the order's list of history rows, and fills in a few item fields; it never sums anything.
 */
export function afterCreate(world: World, name: ResourceName, row: Row): Row {
  if (name === 'Order') return attachDefaultTax(world, row);
  if (name === 'OrderItem') return completeItem(world, row);
  if (name === 'OrderHistory') listHistory(world, row);
  return row;
}

/** What the server does after a PATCH: a discount set on an order becomes an applied discount row. */
export function afterPatch(world: World, name: ResourceName, row: Row, patched: Values): Row {
  if (name !== 'Order') return row;
  const version = Math.max(Number(row.version), 2);
  const discount = 'discount' in patched || 'discount_amount' in patched ? applyDiscount(world, row) : {};
  return world.change('Order', row, { ...discount, version });
}

/** Adds a history row's URI to its order. */
export function listHistory(world: World, history: Row): void {
  const order = world.at('Order', history.order);
  if (order === null) return;
  const listed = Array.isArray(order.orderhistory) ? order.orderhistory : [];
  world.change('Order', order, { orderhistory: [...listed, uriIn(history)] });
}

function attachDefaultTax(world: World, order: Row): Row {
  const values = { order: uriIn(order), name: 'Default Tax', tax_rate: `${DEFAULT_TAX}0` };
  return world.change('Order', order, { applied_taxes: [world.make('AppliedTaxOrder', values)] });
}

function completeItem(world: World, item: Row): Row {
  const price = Number(item.price);
  return world.change('OrderItem', item, {
    order_local_id: world.at('Order', item.order)?.local_id ?? null,
    initial_price: item.initial_price ?? price,
    price_to_display: item.price_to_display ?? price.toFixed(6),
    // A register works with thousandths.
    quantity: Number(Number(item.quantity).toFixed(3)),
  });
}

/** Makes or renews the applied row of the order's discount; returns what changes on the order itself. */
function applyDiscount(world: World, order: Row): Values {
  if (typeof order.discount !== 'string') return {};
  const values = {
    order: uriIn(order),
    discount: order.discount,
    name: order.discount_reason ?? world.at('Discount', order.discount)?.name ?? null,
    discount_amount: Number(order.discount_amount).toFixed(6),
    rule_amount: Number(order.discount_rule_amount).toFixed(6),
  };
  const existing = world
    .ofOrder('AppliedDiscountOrder', order)
    .find((row) => row.discount === order.discount);
  if (existing !== undefined) world.change('AppliedDiscountOrder', existing, values);
  else world.make('AppliedDiscountOrder', values);
  return {
    applied_discounts: world.ofOrder('AppliedDiscountOrder', order),
    discount_total_amount: values.discount_amount,
  };
}
