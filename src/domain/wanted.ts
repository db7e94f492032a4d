import { createHash } from 'node:crypto';
import { spread } from './books.js';
import { callNameOf } from './callName.js';
import { formerSplit } from './former.js';
import { localIdOf } from './ids.js';
import { modifiersOf } from './kitchenText.js';
import { type LinesResult, type PricedLine, readLines } from './lines.js';
import { cents, type Quantity, zero } from './money.js';
import { compareText, normaliseName } from './names.js';
import type { FailReason, Failure } from './reasons.js';
import { type LineTax, type SoldRow, settle } from './settle.js';
import { matchLines, numbered, priceSelections } from './wantedLines.js';
import {
  maxItems,
  type WantedInput,
  type WantedItem,
  type WantedOrder,
  type WantedResult,
} from './wantedOrder.js';
import { eventDate, startOf } from './window.js';

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
  // What has no money may be text of the others.
  const rows = read.lines.reduce((sum, { hasMoney, sold }) => sum + (hasMoney ? sold.length : 0), 0);
  if (rows > maxItems) return tooMany(rows);
  const matched = matchLines(read.lines, {
    location,
    products: input.products,
    policy: input.unmatchedPolicy,
    stands: input.stands ?? false,
  });
  if (matched.kind === 'failed') return matched;
  const unmatched = matched.unmatched ?? (matched.items.length === 0 ? nothingSold : null);
  if (unmatched === nothingSold && !input.stands) return { kind: 'failed', failure: nothingSold };
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
    startsAt: startOf(event, location.timezone),
    items,
    ...money.figures,
    callName: callNameOf(event, location),
    guests: event.guests,
    notesBase: `Triple Seat Event #${event.id}`,
    unsold: matched.unsold,
    ...(unmatched === null ? {} : { unmatched }),
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

const nothingSold: Failure = {
  reason: 'NO_LINE_ITEMS',
  error: 'None of its lines has an amount or a product. Correct them in Tripleseat.',
};

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

/**
 * The lines with the taxes that belong to them: to those that name it, else to all that ask for money. (A voucher of 95
 * on a sale of 100 would leave 5 to bear the tax, many times over.) Which of them takes the odd cent does not depend on
 * their places.
 */
function withTax(items: readonly WantedItem[], taxes: readonly LineTax[]): WantedItem[] {
  if (taxes.length === 0) return [...items];
  const shares = items.map(() => zero);
  for (const { billingId, amount } of taxes) {
    const naming = items.map((item) => billingId !== null && item.billingIds?.includes(billingId) === true);
    const isNamed = naming.includes(true);
    const isSale = items.some(({ total }) => total > 0);
    const takes = [...items.entries()]
      .filter(([index, { total }]) => (isNamed ? naming[index] : total > 0 || !isSale))
      .sort(([, a], [, b]) => byContent(a, b));
    const parts = spread(
      amount,
      takes.map(([, { total }]) => total),
    );
    for (const [nth, [index]] of takes.entries()) {
      shares[index] = cents((shares[index] ?? zero) + (parts[nth] ?? zero));
    }
  }
  return items.map((item, index) => ({ ...item, tax: shares[index] ?? zero }));
}

/** Dearest first; nothing that changes with the menu or with the places of lines. */
function byContent(a: WantedItem, b: WantedItem): number {
  return (
    b.total - a.total ||
    b.unitPrice - a.unitPrice ||
    compareText(normaliseName(a.name), normaliseName(b.name)) ||
    compareText(a.text, b.text)
  );
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
