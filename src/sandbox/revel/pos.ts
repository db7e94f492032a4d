import { DateTime } from 'luxon';
import { localDateTime } from '../../domain/zones.js';
import { DEFAULT_TAX, listHistory } from './effects.js';
import { type JsonValue, type Row, uriIn } from './types.js';
import type { World } from './world.js';

/**
 * A register opens an order: it recomputes the totals from items and payments, drops a discount whose rule
 * amount does not match, stamps its user, raises the version by two and adds a history row. What becomes of prices,
 * tax, gratuity and surcharge is a matter of switches. Null when it does not show the order.
 */
export function openOnPos(world: World, order: Row, userId: number | undefined, now: number): Row | null {
  if (!isShown(world, order, now)) return null;
  const user = posUser(world, order, userId);
  const opened = localNow(world, order, now);
  if (world.switches.prices === 'replaced') replacePrices(world, order);
  const history = world.make('OrderHistory', {
    order: uriIn(order),
    order_opened_by: user,
    order_opened_at: order.created_at ?? null,
    opened,
  });
  listHistory(world, history);
  const stamps = { updated_by: user, updated_date: opened, has_history: true };
  return world.change('Order', order, { ...recomputed(world, order), ...stamps });
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

/** Staff look at an order. */
export function lookOnPos(world: World, order: Row, now: number): StaffView {
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

function replacePrices(world: World, order: Row): void {
  for (const item of world.ofOrder('OrderItem', order)) {
    const product = world.at('Product', item.product);
    if (product !== null) world.change('OrderItem', item, { price: Number(product.price) });
  }
}

/** What a register computes; it works in cents. */
export function recomputed(world: World, order: Row): Record<string, JsonValue> {
  const { switches } = world;
  const rows = (name: 'OrderItem' | 'Payment') =>
    world.ofOrder(name, order).filter((row) => isLive(world, name, row));
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
export function posUser(world: World, order: Row, userId?: number): string {
  const users = world.table('User').current();
  const user =
    users.find(({ id }) => id === userId) ?? users.find((each) => uriIn(each) !== order.created_by);
  return uriIn(user ?? world.add('User', null, { first_name: 'Register', last_name: 'One' }));
}

/** The moment as it is written on rows of the order's shop. */
export function localNow(world: World, order: Row, now: number): string {
  const zone = world.at('Establishment', order.establishment)?.timezone;
  return localDateTime(now, typeof zone === 'string' ? zone : 'UTC');
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
