import { z } from 'zod';
import { deed, Impossible } from '../../src/sandbox/host/control.js';
import { localNow, posUser, recomputed } from '../../src/sandbox/revel/pos.js';
import { deeds, rowOf } from '../../src/sandbox/revel/staff.js';
import type { World } from '../../src/sandbox/revel/world.js';

const id = z.number().int().min(1);
const touch = z.strictObject({ orderId: id, userId: id.optional(), notes: z.string().optional() });
const edit = z.strictObject({
  itemId: id,
  price: z.number().optional(),
  quantity: z.number().optional(),
  userId: id.optional(),
});

/** What staff do, and what else tests have them do. The result is the order as it is then. */
export const allDeeds = {
  ...deeds,
  /** A register changes the price or quantity of an item, and with it the order's totals. */
  'pos-edit-item': deed(edit, (world: World, { itemId, userId, ...values }, now) => {
    const item = rowOf(world, 'OrderItem', itemId);
    const order = world.at('Order', item.order);
    if (order === null) throw new Impossible('There is no such row.');
    const stamps = { updated_by: posUser(world, order, userId), updated_date: localNow(world, order, now) };
    const { price = Number(item.price), quantity = Number(item.quantity) } = values;
    world.change('OrderItem', item, { price, quantity, ...stamps });
    return world.change('Order', order, { ...recomputed(world, order), ...stamps });
  }),
  'pos-delete': deed(touch, (world: World, { orderId, userId }) => {
    const order = rowOf(world, 'Order', orderId);
    return world.change('Order', order, { deleted: true, updated_by: posUser(world, order, userId) });
  }),
  /** Staff change something on the order that the API client also knows. */
  'staff-touch': deed(touch, (world: World, { orderId, userId, notes }) => {
    const order = rowOf(world, 'Order', orderId);
    const updated_by = posUser(world, order, userId);
    return world.change('Order', order, { notes: notes ?? order.notes ?? null, updated_by });
  }),
};
