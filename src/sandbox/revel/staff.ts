import { z } from 'zod';
import { deed, Impossible } from '../host/control.js';
import { afterCreate, listHistory } from './effects.js';
import { lookOnPos, openOnPos, posUser, recomputed } from './pos.js';
import { type JsonValue, type ResourceName, type Row, uriIn } from './types.js';
import type { World } from './world.js';

const id = z.number().int().min(1);
const onOrder = z.strictObject({ orderId: id, userId: id.optional() });

/** What people in the shop do to the order of an event, in the order of these fields; without any of them: nothing. */
const staffSchema = z.strictObject({
  /** Event id. */
  event: id,
  /** Which of several orders; default the one that is there. */
  order: id.optional(),
  /** Another program makes the same order once more. */
  duplicate: z.boolean().optional(),
  /** Opened on a register. */
  open: z.boolean().optional(),
  /** Name of a product of the shop that is added, on a register that has opened the order. */
  ringUp: z.string().min(1).optional(),
  /** Taken away. */
  void: z.boolean().optional(),
});

/** See {@link staffSchema}. */
export type StaffDeed = z.infer<typeof staffSchema>;

/** By name. */
export const deeds = {
  /** The result is the order as it is then. */
  'pos-open': deed(onOrder, (world: World, { orderId, userId }, now) =>
    shown(openOnPos(world, rowOf(world, 'Order', orderId), userId, now)),
  ),
  /** What staff see. */
  'pos-look': deed(onOrder, (world: World, { orderId }, now) =>
    lookOnPos(world, rowOf(world, 'Order', orderId), now),
  ),
  /** What was done, in words, a line each. */
  staff: deed(staffSchema, runStaff),
};

/** A row that is there. */
export function rowOf(world: World, name: ResourceName, id: number): Row {
  return shown(world.table(name).get(id));
}

function shown(row: Row | null): Row {
  if (row === null) throw new Impossible('There is no such row.');
  return row;
}

function runStaff(world: World, deed: StaffDeed, now: number): string[] {
  const orders = ordersOf(world, deed.event);
  const asked = deed.duplicate || deed.open || deed.ringUp !== undefined || deed.void;
  if (!asked) return orders.map((order) => described(world, order));
  const live = orders.filter((order) => order.deleted !== true);
  const candidates = deed.order === undefined ? live : orders.filter(({ id: own }) => own === deed.order);
  const [order, second] = candidates;
  if (order === undefined) {
    const which = deed.order === undefined ? 'no order that stands' : `no order ${deed.order}`;
    throw new Impossible(`Event ${deed.event} has ${which}.`);
  }
  if (second !== undefined) {
    const ids = live.map(({ id: own }) => own).join(', ');
    throw new Impossible(`Event ${deed.event} has several orders (${ids}): say which one.`);
  }
  const product = deed.ringUp === undefined ? null : productOf(world, order, deed.ringUp);
  const said: string[] = [];
  if (deed.duplicate) said.push(`order ${copyOf(world, order).id} made, the same as order ${order.id}`);
  if (deed.open || product !== null) {
    openOnPos(world, order, undefined, now);
    said.push(`order ${order.id} opened on a register`);
  }
  if (product !== null) {
    addItem(world, order, product);
    said.push(`1 × ${product.name} added to order ${order.id}`);
  }
  if (deed.void) {
    world.change('Order', order, { deleted: true, updated_by: posUser(world, order) });
    said.push(`order ${order.id} voided`);
  }
  return said;
}

/** By what this program and the one before it call the orders of an event. */
function ordersOf(world: World, event: number): Row[] {
  const names = [`Triple Seat_${event}`, `Triple Seat ${event}`];
  return world
    .table('Order')
    .current()
    .filter(({ local_id }) => names.includes(String(local_id)));
}

function described(world: World, order: Row): string {
  const opened = String(order.updated_by) !== String(order.created_by);
  const state = order.deleted === true ? ', deleted' : opened ? ', worked on by staff' : '';
  const items = world.ofOrder('OrderItem', order).filter(({ deleted }) => deleted !== true);
  return `order ${order.id}: ${items.length} lines, total ${Number(order.final_total).toFixed(2)}${state}`;
}

function productOf(world: World, order: Row, name: string): Row {
  const [product, second] = world
    .table('Product')
    .current()
    .filter((row) => row.establishment === order.establishment && row.active === true)
    .filter((row) => String(row.name).toLowerCase() === name.toLowerCase());
  if (product !== undefined && second === undefined) return product;
  throw new Impossible(`The shop of order ${order.id} has no single product ${name}.`);
}

function addItem(world: World, order: Row, product: Row): void {
  const { updated_by = null, updated_date = null, ...opened } = world.table('Order').get(order.id) ?? order;
  const item = world.make('OrderItem', {
    order: uriIn(order),
    product: uriIn(product),
    product_name_override: product.name ?? null,
    quantity: 1,
    price: Number(product.price),
    modifier_amount: 0,
    tax_amount: 0,
    dining_option: opened.dining_option ?? null,
    station: opened.created_at ?? null,
    created_by: updated_by,
    updated_by,
    created_date: updated_date,
    updated_date,
  });
  afterCreate(world, 'OrderItem', item);
  world.change('Order', order, recomputed(world, opened));
}

/** A second order with the same rows, as of a program that does not know of the first. */
function copyOf(world: World, order: Row): Row {
  const copy = world.make('Order', { ...bare(order), orderhistory: [] });
  for (const name of ['OrderItem', 'Payment', 'OrderHistory'] as const) {
    for (const row of world.ofOrder(name, order)) {
      const made = world.make(name, { ...bare(row), order: uriIn(copy) });
      if (name === 'OrderHistory') listHistory(world, made);
    }
  }
  return copy;
}

function bare({ id: _, resource_uri: __, ...values }: Row): Record<string, JsonValue> {
  return values;
}
