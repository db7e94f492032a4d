import { z } from 'zod';
import type { ControlResult } from '../host/types.js';
import { editItemOnPos, lookOnPos, openOnPos, touchOnPos } from './pos.js';
import { runStaff, staffSchema } from './staff.js';
import type { World } from './world.js';

type Deed = (world: World, body: unknown, now: number) => ControlResult;

const id = z.number().int().min(1);
const onOrder = z.strictObject({ orderId: id, userId: id.optional() });
const onItem = z.strictObject({
  itemId: id,
  price: z.number().optional(),
  quantity: z.number().optional(),
  userId: id.optional(),
});

const deeds: ReadonlyMap<string, Deed> = new Map([
  ['pos-open', deed(onOrder, (world, { orderId, userId }, now) => openOnPos(world, orderId, userId, now))],
  [
    'pos-look',
    deed(z.strictObject({ orderId: id }), (world, { orderId }, now) => lookOnPos(world, orderId, now)),
  ],
  [
    'pos-edit-item',
    deed(onItem, (world, { itemId, userId, ...values }, now) =>
      editItemOnPos(world, itemId, values, userId, now),
    ),
  ],
  [
    'pos-delete',
    deed(onOrder, (world, { orderId, userId }, now) =>
      touchOnPos(world, orderId, { deleted: true }, userId, now),
    ),
  ],
  [
    'staff-touch',
    deed(onOrder.extend({ notes: z.string().optional() }), (world, { orderId, userId, notes }, now) =>
      touchOnPos(world, orderId, notes === undefined ? {} : { notes }, userId, now),
    ),
  ],
]);

/**
 * Does what staff do: `pos-open`, `pos-look`, `pos-edit-item`, `pos-delete`, `staff-touch`, `staff`. The result is the
 * order as it is then (for `pos-look` what staff see, for `staff` what was done in words).
 */
export function runAction(world: World, action: string, body: unknown, now: number): ControlResult {
  if (action === 'staff') {
    const asked = staffSchema.safeParse(body);
    return asked.success ? runStaff(world, asked.data, now) : misfit(asked.error);
  }
  return deeds.get(action)?.(world, body, now) ?? { ok: false, error: `There is no action ${action}.` };
}

function deed<T>(schema: z.ZodType<T>, act: (world: World, input: T, now: number) => unknown): Deed {
  return (world, body, now) => {
    const input = schema.safeParse(body);
    if (!input.success) return misfit(input.error);
    const result = act(world, input.data, now);
    return result === null ? { ok: false, error: 'There is no such row.' } : { ok: true, result };
  };
}

function misfit(error: z.ZodError): ControlResult {
  return { ok: false, error: z.prettifyError(error) };
}
