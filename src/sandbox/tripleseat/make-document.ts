import Big from 'big.js';
import type { Json, JsonObject } from './model.js';
import { moneyText, type Sums, sumUp } from './sums.js';
import { localStamp } from './time.js';

/** A line of a document. Money in cents. */
export interface LineOptions {
  /** `display_name` of a menu line, `description` of a picklist or freehand line; entities as they are sent. */
  name: string;
  /** Decimal text, up to any precision; default `1.0`. */
  quantity?: string;
  /** Unit price, fractions of a cent included; null: none, as on lines that are only text. */
  price: number | null;
  /** Where it is not quantity × price, as after a discount of the line. */
  total?: number;
  /** Set: a line from the menu, whose name is in `display_name`. */
  menuItemId?: number;
  /** Marketing text of a menu line. */
  description?: string;
  longDescription?: string;
  /** Default by the kind of the line. */
  section?: string;
}

/** A tax, tip or fee: a percentage of the discounted subtotal, or an amount in cents. */
type BillingOptions = { name: string } & ({ rate: string } | { amount: number });

/** A payment. Money in cents. */
interface PaymentOptions {
  amount: number;
  /** Default `paid`. */
  state?: string;
  title?: string;
  /** Cents given back. */
  refunded?: number;
}

/** What to make a document of. Money in cents. */
export interface DocumentOptions {
  title?: string;
  lines: (LineOptions | 'blank')[];
  billing?: BillingOptions[];
  discount?: number;
  payments?: PaymentOptions[];
  /** Deleted when the event was last updated. */
  deleted?: boolean;
  /** Null: no HTML views. */
  viewUrl?: string | null;
  /** Where it is not what the lines, discount, taxes and fees come to. */
  grandTotal?: number;
  /** The amount due where it is not the grand total less what is paid. */
  due?: number;
}

/** What a document needs to know of its event. */
interface DocumentContext {
  id: number;
  zone: string;
  updatedAt: number;
}

const VIEW_URL = 'https://portal.tripleseat.com/doc/0000000000000000000000000000000000000000/296';
const BILLING_IDS: Readonly<Record<string, number>> = { Gratuity: 5, 'Sales Tax': 6, 'Admin Fee': 7 };

/** A document as an event or booking shows it with financial detail, and what it comes to. */
export function makeDocument(
  options: DocumentOptions,
  index: number,
  event: DocumentContext,
): { json: JsonObject; sums: Sums } {
  const { title = `Event Order: ${event.id}`, viewUrl = VIEW_URL, billing = [], payments = [] } = options;
  const stamp = localStamp(event.updatedAt, event.zone);
  const billing_totals = billing.map((entry, position) => ({
    billing_id: BILLING_IDS[entry.name] ?? 20 + position,
    description: entry.name,
    value: 'rate' in entry ? entry.rate : moneyText(entry.amount),
    total_price: 'rate' in entry ? null : moneyText(entry.amount),
  }));
  const rates = billing_totals.filter((row) => row.total_price === null).map((row) => row.billing_id);
  rates.sort((a, b) => a - b);
  const payment_set: JsonObject = {
    amount_due: null,
    running_balance: null,
    remaining_payment_amount: null,
    document_name: 'Event Order',
    payments: payments.map((payment, position) => makePayment(payment, event.id + 100 + position, stamp)),
  };
  const json: JsonObject = {
    id: event.id + 9_000_000 + index,
    title,
    template_document_id: 296,
    deleted_at: options.deleted ? stamp : null,
    views: viewUrl === null ? [] : [{ name: 'Invoice', url: viewUrl }],
    line_items: makeLines(options.lines, event.id, rates),
    category_totals: [],
    billing_totals,
    financials: { amount_due: null, grand_total: null, discounts_total: moneyText(options.discount ?? 0) },
    payment_set,
  };
  return { json, sums: sumUp(json, payment_set, options) };
}

function makeLines(lines: DocumentOptions['lines'], eventId: number, rates: number[]): JsonObject[] {
  const perSection = new Map<string, number>();
  return lines.map((entry, index) => {
    const line = entry === 'blank' ? { name: '', price: null } : entry;
    const section = line.section ?? kindOf(line).section;
    const position = perSection.get(section) ?? 0;
    perSection.set(section, position + 1);
    return makeLine(line, eventId * 10 + index, position, rates);
  });
}

/** A line as a document shows it; `rates` are the ids of the taxes and tips that apply to it. */
export function makeLine(
  line: LineOptions,
  id: number,
  position: number,
  rates: readonly Json[],
): JsonObject {
  const { quantity = '1.0', price } = line;
  const kind = kindOf(line);
  const isMenu = line.menuItemId !== undefined;
  const computed = new Big(quantity).times(price ?? 0).round(0, Big.roundHalfUp);
  const total = line.total ?? (price === null ? null : computed.toNumber());
  return {
    id,
    quantity,
    price: price === null ? null : moneyText(price),
    total_price: total === null ? null : moneyText(total),
    discount: null,
    // A line without a price has no such key at all.
    ...(price === null ? {} : { grand_total: null }),
    position,
    billing_ids: price === null ? [] : [...rates],
    display_name: isMenu ? line.name : null,
    description: isMenu ? (line.description ?? 'Made fresh &amp; served hot') : line.name,
    long_description: line.longDescription ?? '',
    category: kind.category,
    section: line.section ?? kind.section,
    section_position: kind.position,
    menu_item_id: line.menuItemId ?? null,
  };
}

function kindOf(line: LineOptions): { section: string; position: number; category: JsonObject } {
  const food = { id: 91, name: 'Food', internal_name: 'Food' };
  if (line.menuItemId !== undefined) return { section: 'Menu Items', position: 0, category: food };
  if (line.price !== null) return { section: 'Food', position: 1, category: food };
  return { section: 'Picklists', position: 2, category: { id: 92, name: 'Labor', internal_name: 'Labor' } };
}

const UNPAID = ['unpaid', 'pending', 'scheduled', 'failed', 'void'];

/** A payment as a set shows it, with the moment (as Tripleseat stamps it) at which it was made, and given back. */
export function makePayment(payment: PaymentOptions, id: number, stamp: string): JsonObject {
  const { state = 'paid', refunded } = payment;
  return {
    id,
    amount: moneyText(payment.amount),
    state,
    custom_title: payment.title ?? 'Deposit',
    due_at: null,
    // A state that nobody has heard of may have a date of payment all the same.
    paid_at: UNPAID.includes(state) ? null : stamp,
    payable_by_guest: true,
    payment_method: 'Credit Card',
    refunded_at: refunded === undefined ? null : stamp,
    amount_refunded: refunded === undefined ? null : moneyText(refunded),
  };
}
