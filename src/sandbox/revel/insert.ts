import { Refusal } from './answers.js';
import { listHistory } from './effects.js';
import { type FieldSpec, hydrate } from './fields.js';
import { fieldOf, resources } from './resources.js';
import { type JsonValue, type ResourceName, type Row, uriIn } from './types.js';
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
export function putRow(world: World, name: ResourceName, { id, ...row }: RawRow): Row {
  const values: Record<string, JsonValue> = {};
  for (const [field, value] of Object.entries(row)) {
    const spec = fieldOf(resources[name], field);
    if (spec === null) throw new Error(`${name} has no field ${field}.`);
    values[field] = fitting(field, spec, value);
  }
  return world.add(name, typeof id === 'number' ? id : null, values);
}

/** Puts an order in like that, and its rows. */
export function insertOrder(world: World, { order, items = [], payments = [], history = [] }: RawOrder): Row {
  const made = putRow(world, 'Order', order);
  const put = (name: ResourceName, rows: readonly RawRow[]) =>
    rows.map((row) => putRow(world, name, { ...row, order: uriIn(made) }));
  put('OrderItem', items);
  put('Payment', payments);
  for (const row of put('OrderHistory', history)) listHistory(world, row);
  return world.table('Order').get(made.id) ?? made;
}

function fitting(field: string, spec: FieldSpec, value: JsonValue): JsonValue {
  try {
    return hydrate(field, spec, value);
  } catch (error) {
    throw error instanceof Refusal ? new Error(`The value of ${field} does not fit.`) : error;
  }
}
