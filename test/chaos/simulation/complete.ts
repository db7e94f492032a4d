import type { OrderRow } from '../../simulators/revel.js';
import type { Account } from './account.js';
import { DAYS, moneyOf, PAYMENT_TYPE, SHOPS, versionOf } from './events.js';

/** What in a finished order is not as this version of its event has it. Empty: exactly right. */
export function differences(account: Account, orderId: number, version: number): string[] {
  const order = account.sim.order(orderId);
  if (!order) return ['there is no such order'];
  return [
    ...headerDifferences(order, version),
    ...contentDifferences(account, orderId, version),
    ...(cents(order.remaining_due) === moneyOf(version).due ? [] : ['remaining due']),
    // Nobody may write to it any more to have it printed, once another program has shown it.
    ...(order.printed || account.wasShown(orderId) ? [] : ['not printed']),
    ...(FINAL_NOTES.test(order.notes ?? '') ? [] : [`notes "${order.notes}"`]),
    ...paymentDifferences(account, orderId, version),
  ];
}

/** The same for an order that is to take the place of another one, and is paid and shown after that. */
export function unpaidDifferences(account: Account, orderId: number, version: number): string[] {
  const order = account.sim.order(orderId);
  if (!order) return ['there is no such order'];
  return [...headerDifferences(order, version), ...contentDifferences(account, orderId, version)];
}

/** The same for an order that staff works with: further payments and marks are their job. */
export function workedOnDifferences(account: Account, orderId: number, version: number): string[] {
  const order = account.sim.order(orderId);
  if (!order) return ['there is no such order'];
  const paid = paidOn(account, orderId);
  return [
    ...headerDifferences(order, version),
    ...contentDifferences(account, orderId, version),
    ...(paid >= moneyOf(version).paid ? [] : ['payment']),
    ...(cents(order.remaining_due) === Math.max(0, moneyOf(version).total - paid) ? [] : ['remaining due']),
  ];
}

/** More is paid on it than this version of its event says: what has been given back since still stands there. */
export function isPaidBeyond(account: Account, orderId: number, version: number): boolean {
  return paidOn(account, orderId) > moneyOf(version).paid;
}

/** What of the event has gone from an order that staff works with: that much is no longer theirs to decide. */
export function lacking(account: Account, orderId: number, version: number): string[] {
  const order = account.sim.order(orderId);
  if (!order) return ['there is no such order'];
  const money = moneyOf(version);
  const { lines, shop } = versionOf(version);
  const served = (product: string) =>
    account.sim
      .items(orderId)
      .filter((row) => !row.deleted && row.product.endsWith(`/${product}/`))
      .reduce((sum, row) => sum + Number(row.quantity), 0);
  const wanted = new Map<string, number>();
  for (const { product, quantity } of lines) {
    const id = String(SHOPS[shop].products[product]);
    wanted.set(id, (wanted.get(id) ?? 0) + Number(quantity));
  }
  const paid = paidOn(account, orderId);
  return [
    ...[...wanted].filter(([id, quantity]) => served(id) < quantity).map(([id]) => `product ${id}`),
    ...(paid < money.paid ? ['payment'] : []),
    ...(money.tax > 0 && cents(order.tax) === 0 ? ['tax'] : []),
    ...(money.gratuity > 0 && cents(order.gratuity ?? 0) === 0 ? ['gratuity'] : []),
    ...(isOnDay(order) ? [] : ['day']),
  ];
}

/** Whether the order is filed under a day of the schedules' events. */
export function isOnDay(order: OrderRow): boolean {
  const days: string[] = Object.values(DAYS).map(({ date }) => date);
  return days.includes(order.created_date.slice(0, 10));
}

/** All is right but for lines that are there more than once, and payments beside the right one. */
export function hasOnlyCopies(account: Account, orderId: number, version: number): boolean {
  const order = account.sim.order(orderId);
  if (!order || headerDifferences(order, version).length > 0) return false;
  const { paid } = moneyOf(version);
  return (
    isWithCopies(itemsFound(account, orderId), itemsWanted(version)) &&
    (paid === 0 || paymentsFound(account, orderId).includes(`${PAYMENT_TYPE} ${paid}`))
  );
}

function isWithCopies(found: readonly string[], wanted: readonly string[]): boolean {
  const count = (rows: readonly string[], row: string) => rows.filter((other) => other === row).length;
  return (
    found.every((row) => wanted.includes(row)) &&
    wanted.every((row) => count(found, row) >= count(wanted, row))
  );
}

/** Somebody's claim may have crossed the last change of the header: it means nothing on a visible order. */
const FINAL_NOTES =
  /^Triple Seat Event #\d+ rev [0-9a-f]{8}( run [0-9a-f]{8}| (filling|claiming) [0-9a-f]+)?$/;

function headerDifferences(order: OrderRow, version: number): string[] {
  const money = moneyOf(version);
  const shop = SHOPS[versionOf(version).shop];
  const wanted = [
    [order.subtotal, money.subtotal, 'subtotal'],
    [order.discount_amount, money.discount, 'discount'],
    [order.discount_rule_amount, money.discount, 'discount rule amount'],
    [order.tax, money.tax, 'tax'],
    [order.gratuity ?? 0, money.gratuity, 'gratuity'],
    [order.surcharge, money.surcharge, 'surcharge'],
    [order.final_total, money.total, 'total'],
  ] as const;
  return [
    ...wanted.filter(([found, right]) => cents(found) !== right).map(([, , name]) => name),
    ...(order.establishment === `/enterprise/Establishment/${shop.establishment}/` ? [] : ['shop']),
    ...(isOnDay(order) ? [] : ['day']),
  ];
}

function contentDifferences(account: Account, orderId: number, version: number): string[] {
  const wanted = itemsWanted(version);
  const found = itemsFound(account, orderId);
  const same = wanted.sort().join() === found.sort().join();
  return same ? [] : [`lines ${found.join(', ')} instead of ${wanted.join(', ')}`];
}

function itemsWanted(version: number): string[] {
  const { lines, shop } = versionOf(version);
  return lines.map(({ product, quantity, cents: price }) =>
    [SHOPS[shop].products[product], quantity, price].join(' '),
  );
}

function itemsFound(account: Account, orderId: number): string[] {
  return account.sim
    .items(orderId)
    .filter((row) => !row.deleted)
    .map((row) => [/(\d+)\/$/.exec(row.product)?.[1], Number(row.quantity), cents(row.price)].join(' '));
}

function paymentDifferences(account: Account, orderId: number, version: number): string[] {
  const found = paymentsFound(account, orderId);
  const isOurs = found.every((row) => row.startsWith(`${PAYMENT_TYPE} `));
  return isOurs && paidOn(account, orderId) === moneyOf(version).paid
    ? []
    : [`payments ${found.join(', ') || 'none'}`];
}

/** Cents that stand paid on an order. */
export function paidOn(account: Account, orderId: number): number {
  const rows = account.sim.payments(orderId).filter((row) => !row.deleted);
  return rows.reduce((sum, row) => sum + cents(row.amount), 0);
}

function paymentsFound(account: Account, orderId: number): string[] {
  return account.sim
    .payments(orderId)
    .filter((row) => !row.deleted)
    .map((row) => `${row.payment_type} ${cents(row.amount)}`);
}

function cents(amount: number | string): number {
  return Math.round(Number(amount) * 100);
}
