import { z } from 'zod';
import { deed, doDeed, Impossible } from '../host/control.js';
import type { ControlResult } from '../host/types.js';
import { editItemOnPos, lookOnPos, openOnPos, touchOnPos } from './pos.js';
import { runStaff, staffSchema } from './staff.js';
import type { ResourceName, Row } from './types.js';
import type { World } from './world.js';

const id = z.number().int().min(1);
const onOrder = z.strictObject({ orderId: id, userId: id.optional() });
const noted = onOrder.extend({ notes: z.string().optional() });
const onItem = z.strictObject({
  itemId: id,
  price: z.number().optional(),
  quantity: z.number().optional(),
  userId: id.optional(),
});

/** By name. The result is the order as it is then. */
const deeds = {
  'pos-open': deed(onOrder, (world: World, { orderId, userId }, now) =>
    toRow(world, 'Order', orderId, (order) => openOnPos(world, order, userId, now)),
  ),
  /** What staff see. */
  'pos-look': deed(onOrder, (world: World, { orderId }, now) =>
    toRow(world, 'Order', orderId, (order) => lookOnPos(world, order, now)),
  ),
  'pos-edit-item': deed(onItem, (world: World, { itemId, userId, ...values }, now) =>
    toRow(world, 'OrderItem', itemId, (item) => editItemOnPos(world, item, values, userId, now)),
  ),
  'pos-delete': deed(onOrder, (world: World, { orderId, userId }) =>
    toRow(world, 'Order', orderId, (order) => touchOnPos(world, order, { deleted: true }, userId)),
  ),
  'staff-touch': deed(noted, (world: World, { orderId, userId, ...notes }) =>
    toRow(world, 'Order', orderId, (order) => touchOnPos(world, order, notes, userId)),
  ),
  /** What was done, in words. */
  staff: deed(staffSchema, runStaff),
};

/** Does what staff do. */
export function runAction(world: World, action: string, body: unknown, now: number): ControlResult {
  return doDeed(deeds, action, world, body, now);
}

/** Does something to a row that is there; it answers null where a register does not show the row. */
function toRow(world: World, name: ResourceName, id: number, act: (row: Row) => object | null): object {
  const row = world.table(name).get(id);
  const result = row && act(row);
  if (result === null) throw new Impossible('There is no such row.');
  return result;
}
