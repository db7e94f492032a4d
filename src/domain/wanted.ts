import { createHash } from 'node:crypto';
import type { PaymentPolicy, UnmatchedPolicy } from '../config/types.js';
import { spread } from './books.js';
import { callNameOf } from './callName.js';
import type { LinesSource } from './documents.js';
import type { SourceEvent } from './event.js';
import { formerSplit, type Split } from './former.js';
import { type EventId, type LocalId, localIdOf } from './ids.js';
import { modifiersOf } from './kitchenText.js';
import { type LinesResult, type PricedLine, readLines } from './lines.js';
import type { Location } from './location.js';
import { type Cents, cents, type Quantity, zero } from './money.js';
import { normaliseName } from './names.js';
import type { ProductIndex } from './products.js';
import type { FailReason, Failure } from './reasons.js';
import { type LineTax, type SoldRow, type SortedName, settle } from './settle.js';
import { matchLines, numbered, priceSelections } from './wantedLines.js';
import { eventDate } from './window.js';

/** One line of the order as it must stand in Revel. */
export interface WantedItem {
  productId: number;
  /** The line's name in Tripleseat, cleaned: for people, never for identity. */
  name: string;
  /** Name that tells the line from others of its product (open-item lines); null: it is the product's own. */
  nameOverride: string | null;
  /** The name that is written: that of the product, or {@link WantedItem.nameOverride}. */
  shownName: string;
  /** What the kitchen has to know beside the name, as plain text; empty: nothing. */
  text: string;
  quantity: Quantity;
  unitPrice: Cents;
  /** Line total: Tripleseat's where it is within a cent of quantity × unit price, else that product. */
  total: Cents;
  /**
   * 1 for the first, 2 for the second … of the lines with the same (productId, quantity, unitPrice). Given
   * by content, so that reordering lines at the source moves no number from one content to another.
   */
  occurrence: number;
  /** Ids of the taxes and fees that apply to it, where the event names them. */
  billingIds?: readonly string[];
  /** What of the order's tax stands on the line; absent: all of it stands on the order alone. */
  tax?: Cents;
}

/** The order that an event must have, as plain data: the whole input of the plan on the source's side. */
export interface WantedOrder {
  eventId: EventId;
  localId: LocalId;
  /** Where the order goes: the location's establishment, or the test establishment when one is set. */
  establishmentId: number;
  location: Location;
  /** Local date of the event, `YYYY-MM-DD`. */
  date: string;
  /** When the event starts, epoch milliseconds; null: not known. */
  startsAt: number | null;
  /** In the order of the source's lines. At least one, at most {@link maxItems}. */
  items: WantedItem[];
  /** Sum of the lines' totals. */
  subtotal: Cents;
  /** Never negative. */
  discount: Cents;
  tax: Cents;
  gratuity: Cents;
  surcharge: Cents;
  /** What the order comes to for the books; see `figuresOf`. */
  finalTotal: Cents;
  /** Amount of the payment that the order carries; 0: no payment row. Never negative. */
  payment: Cents;
  /** Tip of that payment, beside its amount. */
  tip: Cents;
  /** What the guest still owes; negative when too much has been paid. */
  remainingDue: Cents;
  /** What staff know it by, cleaned, at most 100 characters. */
  callName: string;
  /** How many people it is for; null: not known. */
  guests: number | null;
  /** `Triple Seat Event #{id}`; the revision is added where the notes are written. */
  notesBase: string;
  /**
   * 8 lower-case hex digits over the event's names and figures that the order is made from; independent of the order
   * of lines, and of the menu.
   */
  revision: string;
  /** Sentences for a person about what was not taken as it stands: for the result's notes, never for Revel. */
  told: readonly string[];
  /** Rows of the bill that nothing but their names has sorted. */
  sorted: readonly SortedName[];
  /** Lines of the event that are not sold: they stand as text with others, or are left out. */
  unsold: readonly PricedLine[];
  /** How an earlier version booked the same; absent: no otherwise. */
  former?: Split;
  /** Why the order could not be made by the menu as it is now; absent: it could. Only where it stands already. */
  unmatched?: Failure;
}

/** More lines than this are never written into one order. */
export const maxItems = 500;

/** Everything that an order is made of. */
export interface WantedInput {
  event: SourceEvent;
  location: Location;
  linesSource: LinesSource;
  /** Active products of the establishment that the order goes to. */
  products: ProductIndex;
  paymentPolicy: PaymentPolicy;
  unmatchedPolicy: UnmatchedPolicy;
  /** Takes every order in place of the location's establishment; null: none. */
  testEstablishmentId: number | null;
  /** Staff can see an order of the event: it is judged without the menu, which may have changed since. */
  stands?: boolean;
}

/** The order, or the first thing that stands in its way. */
export type WantedResult = { kind: 'ok'; order: WantedOrder } | { kind: 'failed'; failure: Failure };

/**
 * The order that an event must have. Fails rather than guesses: every line has its product, and the parts add
 * up to Tripleseat's grand total to the cent. What does not work out for menu selections, which have no prices
 * of their own, is NO_LINE_ITEMS: they cannot make an order.
 */
export function buildWanted(input: WantedInput): WantedResult {
  const result = build(input);
  if (result.kind === 'ok' || input.linesSource.kind !== 'selections') return result;
  return failed('NO_LINE_ITEMS', `The menu selections cannot be used. ${result.failure.error}`);
}

/** A sum of lines that lies half-way between two cents may be meant as either; the grand total says which. */
function build(input: WantedInput): WantedResult {
  const up = buildBy(input, 'up');
  if (up.kind === 'ok' || up.failure.reason !== 'TOTALS_MISMATCH') return up;
  const down = buildBy(input, 'down');
  return down.kind === 'ok' ? down : up;
}

function buildBy(input: WantedInput, half: 'up' | 'down'): WantedResult {
  const { event, location } = input;
  const date = eventDate(event, location.timezone);
  if (date === null) {
    return failed('SOURCE_ERROR', 'The event has no date that can be read. Set its date in Tripleseat.');
  }
  const read = linesOf(input, half);
  if (read.kind === 'failed') return read;
  if (read.lines.length === 0) {
    return failed(
      'NO_LINE_ITEMS',
      'Every line has quantity 0 and no amount. Correct the lines in Tripleseat.',
    );
  }
  const rows = read.lines.reduce((sum, { sold }) => sum + Math.max(1, sold.length), 0);
  if (rows > maxItems) return tooMany(rows);
  const matched = matchLines(read.lines, {
    location,
    products: input.products,
    policy: input.unmatchedPolicy,
    stands: input.stands ?? false,
  });
  if (matched.kind === 'failed') return matched;
  if (matched.items.length === 0) {
    return failed(
      'NO_LINE_ITEMS',
      'None of its lines has an amount or a product. Correct them in Tripleseat.',
    );
  }
  const money = settle(input, read.lines);
  if (money.kind === 'failed') return money;
  const sold = soldLines(money.sold, input);
  if (sold.kind === 'failed') return sold;
  const items = withTax(numbered([...matched.items, ...sold.items]), money.lineTaxes);
  if (items.length > maxItems) return tooMany(items.length);
  const content = {
    eventId: event.id,
    localId: localIdOf(event.id),
    establishmentId: input.testEstablishmentId ?? location.revel.establishmentId,
    location,
    date,
    startsAt: event.startsAt,
    items,
    ...money.figures,
    callName: callNameOf(event, location),
    guests: event.guests,
    notesBase: `Triple Seat Event #${event.id}`,
    unsold: matched.unsold,
    ...(matched.unmatched === null ? {} : { unmatched: matched.unmatched }),
  };
  const former = formerSplit(event, input.linesSource.document, location.billing, money.figures);
  const told = [...read.told, ...matched.told, ...money.told];
  const lines = [...read.lines, ...sold.items.map(soldAsLine)];
  return {
    kind: 'ok',
    order: {
      ...content,
      ...(former === null ? {} : { former }),
      revision: revisionOf(content, lines),
      told,
      sorted: money.sorted,
    },
  };
}

/** A row of the bill as the revision has lines. */
function soldAsLine({ name, quantity, unitPrice, total }: WantedItem): RevisionLine {
  return { name, quantity, sold: [{ quantity, unitPrice, total }], text: '' };
}

function tooMany(lines: number) {
  const error = `The event has ${lines} lines; an order takes at most ${maxItems}. Split the event.`;
  return failed('SOURCE_ERROR', error);
}

/** Rows of the bill that are sold as lines. */
function soldLines(
  rows: readonly SoldRow[],
  { products, location, stands }: WantedInput,
): { kind: 'ok'; items: WantedItem[] } | { kind: 'failed'; failure: Failure } {
  const missing = stands ? undefined : rows.find(({ productId }) => products.byId(productId) === null);
  if (missing) {
    return failed(
      'UNMATCHED_ITEMS',
      `"${missing.name}" is to be sold as product ${missing.productId}, which is not an active product of this ` +
        `establishment. Correct "billing" or "books" of location "${location.name}" in the locations file.`,
    );
  }
  const items = rows.map(({ productId, name, amount }) => ({
    productId,
    name: name === '' ? 'Fee' : name,
    nameOverride: name === '' ? 'Fee' : name,
    shownName: name === '' ? 'Fee' : name,
    text: '',
    quantity: one,
    unitPrice: amount,
    total: amount,
    occurrence: 0,
  }));
  return { kind: 'ok', items };
}

const one = '1' as Quantity;

/** The lines with the taxes that belong to them: to those that name it, else to all of them. */
function withTax(items: readonly WantedItem[], taxes: readonly LineTax[]): WantedItem[] {
  if (taxes.length === 0) return [...items];
  const shares = items.map(() => zero);
  for (const { billingId, amount } of taxes) {
    const naming = items.map((item) => billingId !== null && item.billingIds?.includes(billingId) === true);
    const takes = naming.includes(true) ? naming : items.map(() => true);
    const parts = spread(
      amount,
      items.map((item, index) => (takes[index] ? item.total : zero)),
    );
    parts.forEach((part, index) => {
      shares[index] = cents((shares[index] ?? zero) + part);
    });
  }
  return items.map((item, index) => ({ ...item, tax: shares[index] ?? zero }));
}

function failed(reason: FailReason, error: string): { kind: 'failed'; failure: Failure } {
  return { kind: 'failed', failure: { reason, error } };
}

function linesOf({ linesSource: source, location, products }: WantedInput, half: 'up' | 'down'): LinesResult {
  const { menuDescriptions } = location;
  switch (source.kind) {
    case 'document': {
      const { id, lines } = source.document;
      const { byLine: modifiers, told } = modifiersOf(lines, source.selections);
      const read = readLines(lines, { what: `document ${id}`, menuDescriptions, modifiers, half });
      return read.kind === 'ok' ? { ...read, told: [...told, ...read.told] } : read;
    }
    case 'invoice':
      return readLines(source.lines, {
        what: `the invoice of document ${source.document.id}`,
        menuDescriptions,
        half,
      });
    case 'selections':
      return priceSelections(source.selections, { location, products });
  }
}

type RevisionLine = Pick<PricedLine, 'name' | 'quantity' | 'sold' | 'text'>;

/** Hash over the event's names and figures, with the lines in an order of their own. */
function revisionOf(
  order: Omit<WantedOrder, 'revision' | 'told' | 'sorted'>,
  lines: readonly RevisionLine[],
): string {
  const content = [
    order.localId,
    order.establishmentId,
    order.date,
    lines
      .map(({ name, quantity, sold, text }) =>
        JSON.stringify([normaliseName(name) || name, quantity, sold, normaliseName(text)]),
      )
      .sort(),
    order.discount,
    order.tax,
    order.gratuity,
    order.surcharge,
    order.finalTotal,
    order.payment,
    order.callName,
    ...(order.tip === zero ? [] : [order.tip]),
    ...order.items.flatMap(({ tax }) => (tax ? [tax] : [])).sort((a, b) => a - b),
  ];
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 8);
}
