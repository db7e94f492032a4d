import {
  isObject,
  type JsonObject,
  objectsOf,
  type RawRecord,
  textOf,
} from '../../src/sandbox/tripleseat/model.js';
import {
  allPlaces,
  DISCOUNT_ID,
  OUR_USER,
  PAYMENT_TYPE,
  type Place,
  productOf,
} from '../../src/sandbox/world/places.js';
import type { OrderRow, TestRevel } from '../simulators/revel.js';
import { type RunHere, syncHere } from './sync-here.js';
import type { TestWorld } from './world.js';

/** What is wrong with an event's orders, by kind; all of it is read from the simulator's rows, not from reports. */
export interface EndState {
  /** Orders that staff see. */
  live: OrderRow[];
  /** Orders nobody sees that are neither deleted nor marked as superseded. */
  unmarked: OrderRow[];
  /** No order that staff see. */
  missing: string[];
  /** An order that is not as the event wants it. */
  torn: string[];
  /** More than there may be: orders, lines, payments, history rows. */
  doubled: string[];
}

/** The order that an event must have, worked out from the event as Tripleseat shows it; money in cents. */
interface Expected {
  shop: Place;
  localId: string;
  items: string[];
  money: Record<string, number>;
  paid: number;
  /** Several payments that come to it are as good as one. */
  inParts: boolean;
}

const BILLING: Readonly<Record<string, 'tax' | 'gratuity' | 'surcharge'>> = {
  'Sales Tax': 'tax',
  Gratuity: 'gratuity',
  'Admin Fee': 'surcharge',
};

/** Looks at all rows of the event. `inParts`: somebody has added what was paid later, so that payments count together. */
export function endState(revel: TestRevel, event: RawRecord, inParts = false): EndState {
  const orders = revel.orders().filter(({ local_id }) => local_id === `Triple Seat_${event.id}`);
  const present = orders.filter(({ deleted }) => !deleted);
  const live = present.filter((order) => revel.history(order.id).length > 0);
  const unmarked = present.filter(
    (order) => !live.includes(order) && !(order.notes ?? '').includes('superseded by order'),
  );
  const state: EndState = { live, unmarked, missing: [], torn: [], doubled: [] };
  if (live.length === 0) state.missing.push(`event ${event.id} has no order that staff see`);
  if (live.length > 1) state.doubled.push(`event ${event.id} has ${live.length} orders that staff see`);
  if (present.length > 1 && unmarked.length > 0) {
    state.doubled.push(`event ${event.id} has unmarked leftovers ${unmarked.map(({ id }) => id).join()}`);
  }
  const expected = { ...expectedOf(event), inParts };
  for (const order of orders) {
    const payments = revel.payments(order.id).filter(({ deleted }) => !deleted);
    if (payments.length > 1 && !inParts)
      state.doubled.push(`order ${order.id} has ${payments.length} payments`);
    if (revel.history(order.id).length > 1) state.doubled.push(`order ${order.id} has several history rows`);
  }
  for (const order of live) compare(revel, order, expected, state);
  return state;
}

/** Everything wrong with the event's orders as sentences; empty: exactly one order, right to the cent. */
export function wrongWith(revel: TestRevel, event: RawRecord, inParts = false): string[] {
  const { missing, torn, doubled } = endState(revel, event, inParts);
  return [...missing, ...torn, ...doubled];
}

/**
 * A watchman for {@link TestWorld}'s `onRevelChange`: whatever staff could see at any moment was the one, complete
 * order of its event, and no order ever had two payments.
 */
export class Watch {
  readonly problems = new Set<string>();

  /** Looks at the given events now. */
  look(revel: TestRevel, events: readonly RawRecord[]): void {
    for (const event of events) {
      const { torn, doubled } = endState(revel, event);
      const seen = doubled.filter((problem) => !problem.includes('leftovers'));
      // A claim that crosses the last write means nothing to staff, and is taken out again.
      const wrong = torn.filter((problem) => !/ (?:filling|claiming) [0-9a-f]+"$/.test(problem));
      for (const problem of [...wrong, ...seen]) this.problems.add(problem);
    }
  }
}

/** Runs once more and tells what is not as it must be then: nothing planned, and no write sent to Revel. */
export async function disturbances(
  world: TestWorld,
  events: readonly RawRecord[],
  stateDir: string,
): Promise<string[]> {
  const before = world.revelServer.log.entries().length;
  const result = await syncHere(world.env(stateDir), events);
  const writes = world.revelServer.log
    .entries()
    .slice(before)
    .filter(({ method }) => method !== 'GET');
  return [
    ...unquiet(result),
    ...writes.map(({ method, path, body }) => `it sent ${method} ${path} ${body?.slice(0, 300) ?? ''}`),
  ];
}

function unquiet(result: RunHere): string[] {
  if (result.code !== 0) {
    return [`it ended with ${result.code}: ${result.stderr}${result.stdout}`.slice(0, 2000)];
  }
  return result.report.events
    .filter(({ status, reason, changes }) => {
      return status !== 'skipped' || reason !== 'ALREADY_INJECTED' || changes.length > 0;
    })
    .map(({ id, status, reason, error }) => `event ${id} was ${status} ${reason ?? ''} ${error ?? ''}`);
}

function expectedOf(event: RawRecord): Omit<Expected, 'inParts'> {
  const shop = allPlaces.find(({ locationId }) => locationId === event.location_id);
  if (!shop) throw new RangeError(`Event ${event.id} is at no sample shop.`);
  const document = objectsOf(event, 'documents')[0] ?? {};
  const lines = objectsOf(document, 'line_items').filter(({ price }) => typeof price === 'string');
  const financials = isObject(document.financials) ? document.financials : {};
  const set = isObject(document.payment_set) ? document.payment_set : {};
  const paid = objectsOf(set, 'payments').reduce((sum, { amount }) => sum + cents(amount), 0);
  const finalTotal = cents(financials.grand_total);
  const money = { tax: 0, gratuity: 0, surcharge: 0 };
  for (const entry of objectsOf(document, 'billing_totals')) {
    const field = BILLING[textOf(entry, 'description')];
    if (!field) throw new RangeError(`What ${textOf(entry, 'description')} is booked on is not known.`);
    money[field] += cents(entry.total_price);
  }
  const discount = cents(financials.discounts_total);
  return {
    shop,
    localId: `Triple Seat_${event.id}`,
    items: lines.map((line) => itemText(shop, line)).sort(),
    money: {
      ...money,
      subtotal: lines.reduce((sum, line) => sum + cents(line.total_price), 0),
      discount_amount: discount,
      discount_rule_amount: discount,
      final_total: finalTotal,
      remaining_due: finalTotal - paid,
    },
    paid,
  };
}

function itemText(shop: Place, line: JsonObject): string {
  const name = textOf(line, 'display_name') || textOf(line, 'description');
  return `${productOf(shop, name).id} × ${Number(line.quantity)} at ${cents(line.price)}`;
}

function compare(revel: TestRevel, order: OrderRow, expected: Expected, state: EndState): void {
  const say = (what: string) => state.torn.push(`order ${order.id}: ${what}`);
  const row: Readonly<Record<string, unknown>> = order;
  for (const [field, wanted] of Object.entries(expected.money)) {
    const found = cents(row[field] ?? 0);
    if (found !== wanted) say(`${field} is ${found} cents, not ${wanted}`);
  }
  const flags: Record<string, unknown> = {
    establishment: `/enterprise/Establishment/${expected.shop.establishmentId}/`,
    printed: true,
    web_order: true,
    created_by: `/enterprise/User/${OUR_USER}/`,
    discount: expected.money.discount_amount === 0 ? null : `/resources/Discount/${DISCOUNT_ID}/`,
  };
  for (const [field, wanted] of Object.entries(flags)) {
    if (row[field] !== wanted) say(`${field} is ${String(row[field])}, not ${String(wanted)}`);
  }
  if (!/ rev [0-9a-f]{8}( run [0-9a-f]{8})?$/.test(order.notes ?? ''))
    say(`notes are "${order.notes ?? ''}"`);
  compareRows(revel, order, expected, state);
}

function compareRows(revel: TestRevel, order: OrderRow, expected: Expected, state: EndState): void {
  const found = revel
    .items(order.id)
    .filter(({ deleted }) => !deleted)
    .map((item) => `${idIn(item.product)} × ${Number(item.quantity)} at ${cents(item.price)}`)
    .sort();
  const extra = without(found, expected.items);
  const lacking = without(expected.items, found);
  if (lacking.length > 0) state.torn.push(`order ${order.id}: lacks ${lacking.join(', ')}`);
  if (extra.length > 0) state.doubled.push(`order ${order.id}: has too much: ${extra.join(', ')}`);
  const payments = revel.payments(order.id).filter(({ deleted }) => !deleted);
  const isOurs = payments.every(({ payment_type: type }) => type === PAYMENT_TYPE);
  const sum = payments.reduce((all, { amount }) => all + cents(amount), 0);
  if (expected.inParts && isOurs && sum === expected.paid) return;
  const paid = payments.map(({ amount, payment_type }) => `${cents(amount)} by ${payment_type}`).join(', ');
  const wanted = expected.paid === 0 ? '' : `${expected.paid} by ${PAYMENT_TYPE}`;
  if (paid !== wanted) state.torn.push(`order ${order.id}: paid is "${paid}", not "${wanted}"`);
}

/** What is in `all` more often than in `some`. */
function without(all: readonly string[], some: readonly string[]): string[] {
  const rest = [...some];
  return all.filter((text) => {
    const at = rest.indexOf(text);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}

function idIn(uri: string): number {
  return Number(/\/(\d+)\/$/.exec(uri)?.[1] ?? Number.NaN);
}

function cents(value: unknown): number {
  return Math.round(Number(value) * 100);
}
