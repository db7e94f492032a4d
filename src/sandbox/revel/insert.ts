import { listHistory } from './effects.js';
import { hydrate } from './fields.js';
import { fieldOf, resources, uriOf } from './resources.js';
import type { JsonValue, ResourceName, Row } from './types.js';
import type { World } from './world.js';

/** Values in the fields' own names; without an id it is the next one. */
export type RawRow = Readonly<Record<string, JsonValue>>;

/** An order with everything that hangs on it. */
export interface RawOrder {
  order: RawRow;
  items?: readonly RawRow[];
  payments?: readonly RawRow[];
  history?: readonly RawRow[];
}

/** Puts a row in as it is, past every rule of the API, read-only fields included. Throws when a value does not fit. */
export function putRow(world: World, name: ResourceName, { id, ...row }: RawRow, now: number): Row {
  const values: Record<string, JsonValue> = {};
  for (const [field, value] of Object.entries(row)) {
    const spec = fieldOf(resources[name], field);
    if (spec === null) throw new Error(`${name} has no field ${field}.`);
    const hydrated = hydrate(field, spec, value);
    if (hydrated.kind !== 'value') throw new Error(`The value of ${field} does not fit.`);
    values[field] = hydrated.value;
  }
  return world.add(name, typeof id === 'number' ? id : null, values, now);
}

/** Puts an order in like that, and its rows. */
export function insertOrder(
  world: World,
  { order, items = [], payments = [], history = [] }: RawOrder,
  now: number,
): Row {
  const made = putRow(world, 'Order', order, now);
  const put = (name: ResourceName, rows: readonly RawRow[]) =>
    rows.map((row) => putRow(world, name, { ...row, order: uriOf('Order', made.id) }, now));
  put('OrderItem', items);
  put('Payment', payments);
  for (const row of put('OrderHistory', history)) listHistory(world, row, now);
  return world.table('Order').get(made.id) ?? made;
}
