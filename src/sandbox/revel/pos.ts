import { DateTime } from 'luxon';
import { DEFAULT_TAX, listHistory } from './effects.js';
import { uriOf } from './resources.js';
import type { JsonValue, Row } from './types.js';
import { rowAt, type World } from './world.js';

/**
 * A register opens an order: it recomputes the totals from items and payments, drops a discount whose rule
 * amount does not match, stamps its user, raises the version by two and adds a history row. What becomes of prices,
 * tax, gratuity and surcharge is a matter of switches. Null when it shows no such order.
 */
export function openOnPos(
  world: World,
  orderId: number,
  userId: number | undefined,
  now: number,
): Row | null {
  const order = world.table('Order').get(orderId);
  if (order === null || !isShown(world, order, now)) return null;
  const user = posUser(world, order, userId, now);
  const opened = localNow(world, order, now);
  if (world.switches.prices === 'replaced') replacePrices(world, order, now);
  const history = world.make(
    'OrderHistory',
    {
      order: uriOf('Order', orderId),
      order_opened_by: user,
      order_opened_at: order.created_at ?? null,
      opened,
    },
    now,
  );
  listHistory(world, history, now);
  return world.change(
    'Order',
    orderId,
    { ...recomputed(world, order), updated_by: user, updated_date: opened, has_history: true },
    now,
  );
}

/** What staff are shown of an order: on the screen of a register that has opened it, and in the report of sales. */
export interface StaffView {
  /** Registers list it. */
  listed: boolean;
  /** What the screen says is still to be paid. */
  balance: number;
  /** The day that the sale counts for, `YYYY-MM-DD`; null: it is in no report. */
  day: string | null;
}

/** Null when there is no such order. */
export function lookOnPos(world: World, orderId: number, now: number): StaffView | null {
  const order = world.table('Order').get(orderId);
  if (order === null) return null;
  const listed = isShown(world, order, now);
  const due = Number(order.remaining_due);
  const paid = money(order.final_total) - money(order.remaining_due);
  const balance = world.switches.payments === 'not-shown' ? (money(due) + Math.max(paid, 0)) / 100 : due;
  return { listed, balance, day: listed ? reportDay(world, order) : null };
}

function isShown(world: World, order: Row, now: number): boolean {
  const isLater = String(order.created_date).slice(0, 19) > localNow(world, order, now);
  return isLive(world, 'Order', order) && !(isLater && world.switches.laterDates === 'hidden');
}

function reportDay({ switches }: World, order: Row): string {
  const [hours = 0, minutes = 0] = switches.businessDayStart.split(':').map(Number);
  const date = DateTime.fromISO(String(order.created_date), { zone: 'UTC' });
  return date.minus({ hours, minutes }).toFormat('yyyy-MM-dd');
}

function replacePrices(world: World, order: Row, now: number): void {
  for (const item of world.table('OrderItem').ofOrder(uriOf('Order', order.id))) {
    const product = rowAt(world, 'Product', String(item.product));
    if (product !== null) world.change('OrderItem', item.id, { price: Number(product.price) }, now);
  }
}

/** A register changes the price or quantity of an item, and with it the order's totals. */
export function editItemOnPos(
  world: World,
  itemId: number,
  values: { price?: number | undefined; quantity?: number | undefined },
  userId: number | undefined,
  now: number,
): Row | null {
  const item = world.table('OrderItem').get(itemId);
  const order = item === null ? null : rowAt(world, 'Order', String(item.order));
  if (item === null || order === null) return null;
  const user = posUser(world, order, userId, now);
  const price = values.price ?? Number(item.price);
  const updated_date = localNow(world, order, now);
  world.change(
    'OrderItem',
    itemId,
    { price, quantity: values.quantity ?? Number(item.quantity), updated_by: user, updated_date },
    now,
  );
  return world.change(
    'Order',
    order.id,
    { ...recomputed(world, order), updated_by: user, updated_date },
    now,
  );
}

/** Staff change something on the order that the API client also knows: always stamped with their user. */
export function touchOnPos(
  world: World,
  orderId: number,
  values: Readonly<Record<string, JsonValue>>,
  userId: number | undefined,
  now: number,
): Row | null {
  const order = world.table('Order').get(orderId);
  if (order === null) return null;
  return world.change('Order', orderId, { ...values, updated_by: posUser(world, order, userId, now) }, now);
}

/** What a register computes; it works in cents. */
export function recomputed(world: World, order: Row): Record<string, JsonValue> {
  const orderUri = uriOf('Order', order.id);
  const { switches } = world;
  const rows = (name: 'OrderItem' | 'Payment') =>
    world
      .table(name)
      .ofOrder(orderUri)
      .filter((row) => isLive(world, name, row));
  const items = rows('OrderItem');
  const payments = switches.payments === 'not-counted' ? [] : rows('Payment');
  const subtotal = sum(
    items,
    (item) => money(item.price) * Number(item.quantity) + money(item.modifier_amount),
  );
  const agreed = money(order.discount_rule_amount) === money(order.discount_amount);
  const discount = agreed ? money(order.discount_amount) : 0;
  const gratuity = switches.gratuity === 'dropped' ? 0 : money(order.gratuity);
  const surcharge = switches.surcharge === 'dropped' ? 0 : money(order.surcharge);
  const tax = {
    header: () => money(order.tax),
    lines: () => sum(items, (item) => money(item.tax_amount)),
    products: () => Math.round((subtotal * DEFAULT_TAX) / 100),
  }[switches.tax]();
  const rest = subtotal - discount + tax + surcharge;
  const isOnTop = switches.gratuity === 'on-top';
  const tips = sum(payments, (payment) => money(payment.tip));
  const paid = sum(payments, (payment) => money(payment.amount)) + (isOnTop ? Math.min(tips, gratuity) : 0);
  const amount = discount / 100;
  return {
    subtotal: subtotal / 100,
    discount_amount: amount,
    discount_rule_amount: amount,
    discount_total_amount: amount.toFixed(6),
    applied_discounts: agreed ? (order.applied_discounts ?? []) : withoutAmounts(order.applied_discounts),
    tax: tax / 100,
    surcharge: surcharge / 100,
    ...(switches.gratuity === 'dropped' ? { gratuity: 0 } : {}),
    final_total: (isOnTop ? rest : rest + gratuity) / 100,
    remaining_due: (rest + gratuity - paid) / 100,
    version: Number(order.version) + 2,
    check_sum: `pos-${order.id}-${Number(order.version) + 2}`,
  };
}

function withoutAmounts(discounts: JsonValue | undefined): JsonValue {
  if (!Array.isArray(discounts)) return [];
  return discounts.map((row: JsonValue) =>
    typeof row === 'object' && row !== null && !Array.isArray(row)
      ? { ...row, discount_amount: '0.000000', rule_amount: '0.000000' }
      : row,
  );
}

/** The URI of the given user, or of one who did not make the order. */
function posUser(world: World, order: Row, userId: number | undefined, now: number): string {
  if (userId !== undefined && world.table('User').get(userId) !== null) return uriOf('User', userId);
  const other = world
    .table('User')
    .current()
    .find((user) => user.resource_uri !== order.created_by);
  return String(
    (other ?? world.add('User', null, { first_name: 'Register', last_name: 'One' }, now)).resource_uri,
  );
}

function localNow(world: World, order: Row, now: number): string {
  const establishment = rowAt(world, 'Establishment', String(order.establishment));
  const zone = typeof establishment?.timezone === 'string' ? establishment.timezone : 'UTC';
  return DateTime.fromMillis(now, { zone }).toFormat("yyyy-MM-dd'T'HH:mm:ss");
}

function isLive(world: World, name: 'Order' | 'OrderItem' | 'Payment', row: Row): boolean {
  return row.deleted !== true || world.switches.ignoresDeleted.includes(name);
}

function money(value: JsonValue | undefined): number {
  return Math.round(Number(value ?? 0) * 100);
}

function sum(rows: readonly Row[], of: (row: Row) => number): number {
  return rows.reduce((total, row) => total + Math.round(of(row)), 0);
}
