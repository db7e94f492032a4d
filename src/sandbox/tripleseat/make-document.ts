import Big from 'big.js';
import type { JsonObject } from './model.js';
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
  /** Default 10 × event id + index. */
  id?: number;
  /** Default: index within the section. */
  position?: number;
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
  /** What the account calls them; default `amount_refunded`. */
  refundedAs?: 'amount_refunded' | 'refund_amount';
}

/** What to make a document of. Money in cents. */
export interface DocumentOptions {
  id?: number;
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
export interface DocumentContext {
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
  const viewUrl = options.viewUrl === undefined ? VIEW_URL : options.viewUrl;
  const payments = (options.payments ?? []).map((payment, position) => makePayment(payment, position, event));
  const payment_set: JsonObject = {
    amount_due: null,
    running_balance: null,
    remaining_payment_amount: null,
    document_name: 'Event Order',
    payments,
  };
  const json: JsonObject = {
    id: options.id ?? event.id + 9_000_000 + index,
    title: options.title ?? `Event Order: ${event.id}`,
    template_document_id: 296,
    deleted_at: options.deleted ? localStamp(event.updatedAt, event.zone) : null,
    views: viewUrl === null ? [] : [{ name: 'Invoice', url: viewUrl }],
    line_items: makeLines(options, event.id),
    category_totals: [],
    billing_totals: (options.billing ?? []).map((entry, position) => ({
      billing_id: billingId(entry.name, position),
      description: entry.name,
      value: 'rate' in entry ? entry.rate : moneyText(entry.amount),
      total_price: 'rate' in entry ? null : moneyText(entry.amount),
    })),
    financials: { amount_due: null, grand_total: null, discounts_total: moneyText(options.discount ?? 0) },
    payment_set,
  };
  return { json, sums: sumUp(json, payment_set, options) };
}

function billingId(name: string, position: number): number {
  return BILLING_IDS[name] ?? 20 + position;
}

function makeLines(options: DocumentOptions, eventId: number): JsonObject[] {
  const rates = (options.billing ?? [])
    .map((entry, position) => ('rate' in entry ? billingId(entry.name, position) : 0))
    .filter((id) => id > 0)
    .sort((a, b) => a - b);
  const perSection = new Map<string, number>();
  return options.lines.map((entry, index) => {
    const line = entry === 'blank' ? { name: '', price: null } : entry;
    const kind = sectionOf(line);
    const section = line.section ?? kind.section;
    const inSection = perSection.get(section) ?? 0;
    perSection.set(section, inSection + 1);
    const quantity = line.quantity ?? '1.0';
    const computed = new Big(quantity)
      .times(line.price ?? 0)
      .round(0, Big.roundHalfUp)
      .toNumber();
    const total = line.total ?? computed;
    const isMenu = line.menuItemId !== undefined;
    return {
      id: line.id ?? eventId * 10 + index,
      quantity,
      price: line.price === null ? null : moneyText(line.price),
      total_price: line.price === null && line.total === undefined ? null : moneyText(total),
      discount: null,
      // A line without a price has no such key at all.
      ...(line.price === null ? {} : { grand_total: null }),
      position: line.position ?? inSection,
      billing_ids: line.price === null ? [] : rates,
      display_name: isMenu ? line.name : null,
      description: isMenu ? (line.description ?? 'Made fresh &amp; served hot') : line.name,
      long_description: line.longDescription ?? '',
      category: kind.category,
      section,
      section_position: kind.position,
      menu_item_id: line.menuItemId ?? null,
    };
  });
}

function sectionOf(line: LineOptions): { section: string; position: number; category: JsonObject } {
  const food = { id: 91, name: 'Food', internal_name: 'Food' };
  if (line.menuItemId !== undefined) return { section: 'Menu Items', position: 0, category: food };
  if (line.price !== null) return { section: 'Food', position: 1, category: food };
  return { section: 'Picklists', position: 2, category: { id: 92, name: 'Labor', internal_name: 'Labor' } };
}

const UNPAID = ['unpaid', 'pending', 'scheduled', 'failed', 'void'];

function makePayment(payment: PaymentOptions, position: number, event: DocumentContext): JsonObject {
  const state = payment.state ?? 'paid';
  const stamp = localStamp(event.updatedAt, event.zone);
  return {
    id: event.id + 100 + position,
    amount: moneyText(payment.amount),
    state,
    custom_title: payment.title ?? 'Deposit',
    due_at: null,
    // A state that nobody has heard of may have a date of payment all the same.
    paid_at: UNPAID.includes(state) ? null : stamp,
    payable_by_guest: true,
    payment_method: 'Credit Card',
    refunded_at: payment.refunded === undefined ? null : stamp,
    [payment.refundedAs ?? 'amount_refunded']:
      payment.refunded === undefined ? null : moneyText(payment.refunded),
  };
}
