import { z } from 'zod';
import { deed } from '../host/control.js';
import type { ControlResult } from '../host/types.js';
import { editItemOnPos, lookOnPos, openOnPos, touchOnPos } from './pos.js';
import { runStaff, staffSchema } from './staff.js';
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
    found(openOnPos(world, orderId, userId, now)),
  ),
  /** What staff see. */
  'pos-look': deed(onOrder, (world: World, { orderId }, now) => found(lookOnPos(world, orderId, now))),
  'pos-edit-item': deed(onItem, (world: World, { itemId, userId, ...values }, now) =>
    found(editItemOnPos(world, itemId, values, userId, now)),
  ),
  'pos-delete': deed(onOrder, (world: World, { orderId, userId }, now) =>
    found(touchOnPos(world, orderId, { deleted: true }, userId, now)),
  ),
  'staff-touch': deed(noted, (world: World, { orderId, userId, notes }, now) =>
    found(touchOnPos(world, orderId, notes === undefined ? {} : { notes }, userId, now)),
  ),
  /** What was done, in words. */
  staff: deed(staffSchema, runStaff),
};

/** Does what staff do. */
export function runAction(world: World, action: string, body: unknown, now: number): ControlResult {
  const [, act] = Object.entries(deeds).find(([name]) => name === action) ?? [];
  return act?.(world, body, now) ?? { ok: false, error: `There is no action ${action}.` };
}

function found(row: unknown): ControlResult {
  return row === null ? { ok: false, error: 'There is no such row.' } : { ok: true, result: row };
}
