import { z } from 'zod';
import type { ControlResult } from '../host/types.js';
import { hydrate } from './fields.js';
import { editItemOnPos, lookOnPos, openOnPos, touchOnPos } from './pos.js';
import { resources, uriOf } from './resources.js';
import { runStaff, staffSchema } from './staff.js';
import type { JsonValue, ResourceName, Row } from './types.js';
import type { World } from './world.js';

const id = z.number().int().min(1);
const rowSchema = z.record(z.string(), z.json());

const schemas = {
  'pos-open': z.strictObject({ orderId: id, userId: id.optional() }),
  'pos-look': z.strictObject({ orderId: id }),
  'pos-edit-item': z.strictObject({
    itemId: id,
    price: z.number().optional(),
    quantity: z.number().optional(),
    userId: id.optional(),
  }),
  'pos-delete': z.strictObject({ orderId: id, userId: id.optional() }),
  'staff-touch': z.strictObject({ orderId: id, notes: z.string().optional(), userId: id.optional() }),
  'insert-order': z.strictObject({
    order: rowSchema,
    items: z.array(rowSchema).optional(),
    payments: z.array(rowSchema).optional(),
    history: z.array(rowSchema).optional(),
  }),
  staff: staffSchema,
  'products-bulk': z.strictObject({ establishment: id, count: z.number().int().min(1).max(200_000) }),
};

/** An order with everything that hangs on it, in the fields' own names; ids may be left out. */
export type RawOrder = z.infer<(typeof schemas)['insert-order']>;

/**
 * Does what somebody else does to the account: `pos-open`, `pos-look`, `pos-edit-item`, `pos-delete`, `staff-touch`,
 * `insert-order`, `staff`, `products-bulk`. The result is the order as it is then (for `products-bulk` their number, for
 * `staff` what was done in words, for `pos-look` what staff see).
 */
export function runAction(world: World, action: string, body: unknown, now: number): ControlResult {
  switch (action) {
    case 'pos-open':
      return withInput(schemas[action], body, (input) =>
        found(openOnPos(world, input.orderId, input.userId ?? null, now)),
      );
    case 'pos-look':
      return withInput(schemas[action], body, ({ orderId }) => found(lookOnPos(world, orderId, now)));
    case 'pos-edit-item':
      return withInput(schemas[action], body, (input) =>
        found(editItemOnPos(world, input.itemId, input, input.userId ?? null, now)),
      );
    case 'pos-delete':
      return withInput(schemas[action], body, (input) =>
        found(touchOnPos(world, input.orderId, { deleted: true }, input.userId ?? null, now)),
      );
    case 'staff-touch':
      return withInput(schemas[action], body, (input) => {
        const values: Record<string, JsonValue> = input.notes === undefined ? {} : { notes: input.notes };
        return found(touchOnPos(world, input.orderId, values, input.userId ?? null, now));
      });
    case 'insert-order':
      return withInput(schemas[action], body, (input) => {
        const order = insertOrder(world, input, now);
        return typeof order === 'string' ? { ok: false, error: order } : { ok: true, result: order };
      });
    case 'staff':
      return withInput(schemas[action], body, (input) => runStaff(world, input, now));
    case 'products-bulk':
      return withInput(schemas[action], body, (input) => {
        addProducts(world, input.establishment, input.count, now);
        return { ok: true, result: input.count };
      });
    default:
      return { ok: false, error: `There is no action ${action}.` };
  }
}

/**
 * Puts rows in as they are, past every rule of the API, read-only fields included. Returns the order, or a
 * sentence when a value doesn't fit its field (then nothing was put in).
 */
export function insertOrder(world: World, raw: RawOrder, now: number): Row | string {
  const orderId = ownId(raw.order) ?? world.table('Order').takeId();
  const groups = [
    ['OrderItem', raw.items ?? []],
    ['Payment', raw.payments ?? []],
    ['OrderHistory', raw.history ?? []],
  ] as const;
  const order = stored('Order', raw.order);
  if (typeof order === 'string') return order;
  const children: { name: ResourceName; id: number | null; values: Record<string, JsonValue> }[] = [];
  for (const [name, rows] of groups) {
    for (const row of rows) {
      const values = stored(name, row);
      if (typeof values === 'string') return values;
      children.push({ name, id: ownId(row), values: { ...values, order: uriOf('Order', orderId) } });
    }
  }
  world.add('Order', orderId, order, now);
  const added = children.map(({ name, id, values }) => ({ name, row: world.add(name, id, values, now) }));
  const history = added
    .filter(({ name }) => name === 'OrderHistory')
    .map(({ row }) => row.resource_uri ?? null);
  const listed: Record<string, JsonValue> = history.length === 0 ? {} : { orderhistory: history };
  return world.change('Order', orderId, listed, now) ?? 'The order was not kept.';
}

/** Adds products with numbered names to an establishment. */
function addProducts(world: World, establishment: number, count: number, now: number): void {
  for (let n = 1; n <= count; n++) {
    const values = {
      name: `Bulk Product ${n}`,
      price: 1,
      establishment: uriOf('Establishment', establishment),
    };
    world.add('Product', null, values, now);
  }
}

function stored(
  name: ResourceName,
  row: Readonly<Record<string, JsonValue>>,
): Record<string, JsonValue> | string {
  const values: Record<string, JsonValue> = {};
  for (const [field, value] of Object.entries(row)) {
    if (field === 'id') continue;
    const spec = Object.hasOwn(resources[name].fields, field) ? resources[name].fields[field] : undefined;
    if (spec === undefined) return `${name} has no field ${field}.`;
    const hydrated = hydrate(field, spec, value);
    if (hydrated.kind !== 'value') return `The value of ${field} does not fit.`;
    values[field] = hydrated.value;
  }
  return values;
}

function ownId(row: Readonly<Record<string, JsonValue>>): number | null {
  return typeof row.id === 'number' ? row.id : null;
}

function withInput<T>(schema: z.ZodType<T>, body: unknown, run: (input: T) => ControlResult): ControlResult {
  const input = schema.safeParse(body);
  return input.success ? run(input.data) : { ok: false, error: z.prettifyError(input.error) };
}

function found(row: unknown): ControlResult {
  return row === null ? { ok: false, error: 'There is no such row.' } : { ok: true, result: row };
}
