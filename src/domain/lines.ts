import type { SourceLine } from './event.js';
import {
  type Amount,
  type Cents,
  centsOf,
  compareAmounts,
  formatCents,
  isWithinCent,
  isZeroAmount,
  lineAmount,
  lineTotal,
  parseQuantity,
  type Quantity,
  roundTotals,
  splitEvenly,
  wholeCents,
  wholeUnit,
  zero,
} from './money.js';
import { bounded, compareText, lineName, maxName, normaliseName, plainLines } from './names.js';
import type { Failure } from './reasons.js';

/** So many of a line at one price, as an order's row holds them. */
interface Sold {
  quantity: Quantity;
  unitPrice: Cents;
  /** Less than a cent away from quantity × unit price. */
  total: Cents;
}

/** A line of the event, with what is sold of it settled to the cent. */
export interface PricedLine {
  /** Plain text, never empty. */
  name: string;
  /** As the event has it; 0 only where nothing is sold. */
  quantity: Quantity;
  /** Sum of what is sold. */
  total: Cents;
  /** The same before it was rounded: less than a cent away. */
  exact: Amount;
  /**
   * What is sold: one row, or two whose prices are a cent apart, where the unit price is no whole number of cents.
   * Empty for a line of quantity 0 without money, which is text or nothing.
   */
  sold: readonly Sold[];
  /**
   * A fractional quantity whose unit price is no whole number of cents, or which the POS would round where nothing is
   * asked for it: it is sold once, and this goes to its name.
   */
  times: Quantity | null;
  /** Whether the event has a price or total for it. One without may be text. */
  hasMoney: boolean;
  /** Details for the kitchen as plain text; empty: none. */
  text: string;
  /** Part of the document that it stands in; null: none. */
  section: string | null;
  /** Ids of the taxes and fees that apply to it, where the event names them. */
  billingIds?: readonly string[];
}

/**
 * Lines that can be charged to the cent, or why one cannot. `told`: sentences about lines that are not sold as they
 * stand.
 */
export type LinesResult =
  | { kind: 'ok'; lines: PricedLine[]; told: string[] }
  | { kind: 'failed'; failure: Failure };

/** How lines are read. */
export interface LinesReading {
  /** The document in a sentence, e.g. `document 64521609`. */
  what: string;
  /** Whether the long description of a dish from the menu, which is mostly marketing, is a detail for the kitchen. */
  menuDescriptions?: boolean;
  /** What was chosen along with a dish, by the index of its line. */
  modifiers?: ReadonlyMap<number, string>;
  /**
   * Totals with fractions of a cent come to half a cent between two sums: which of the two their lines are rounded to.
   * Default `up`.
   */
  half?: 'up' | 'down';
}

/** Revel keeps no more decimals of a quantity than this, and would round the rest. */
const maxDecimals = 3;
/** Longest text of a line, in code points. */
export const maxText = 2_000;
/** Beyond this, text is not read at all. */
const MAX_RAW_TEXT = 20_000;

/** Whether a line says nothing at all: no name, no details and no money. Tripleseat sends such lines in picklists. */
export function isBlankLine(line: SourceLine): boolean {
  return lineName(line) === '' && plainLines(line.longDescription ?? '', 1) === '' && !figures(line);
}

/** Whether a line has money of any kind, be it unreadable. */
function figures({ price, totalPrice, broken }: SourceLine): boolean {
  return !isZeroAmount(price) || !isZeroAmount(totalPrice) || broken !== undefined;
}

/**
 * The lines of a document with quantity, price and total settled. Blank lines are dropped; everything else stays, in
 * order, identical lines apart. Nothing is guessed: a line without the figures that it takes to charge it to the cent
 * fails the whole document, while a broken figure that another one makes superfluous does not.
 */
export function readLines(lines: readonly SourceLine[], reading: LinesReading): LinesResult {
  const read: Settled[] = [];
  const told: string[] = [];
  for (const [index, line] of lines.entries()) {
    const name = lineName(line);
    const settled = readLine(line, detailsOf(line, index, reading));
    if (typeof settled === 'string') return failed(index, name, settled, reading.what);
    if (settled === null) continue;
    if (settled.dropped) told.push(`"${name}" has quantity 0, so it is left out.`);
    else read.push(settled);
  }
  const totals = totalsOf(read, reading.half ?? 'up');
  const priced: PricedLine[] = [];
  for (const [index, { unit, dropped: _, ...line }] of read.entries()) {
    const total = totals.get(index) ?? zero;
    const { sold, times } = sell(line.quantity, unit, total);
    const said = line.hasMoney ? soldOtherwise(line.name, line.quantity, sold, times, total) : null;
    if (said !== null) told.push(said);
    priced.push({ ...line, total, sold, times });
  }
  return { kind: 'ok', lines: priced, told };
}

/**
 * The totals in whole cents, by the index of the line. They are rounded in an order of their own, so that lines that only
 * change places cost what they did.
 */
function totalsOf(lines: readonly Settled[], half: 'up' | 'down'): Map<number, Cents> {
  const sorted = [...lines.entries()].sort(
    ([, a], [, b]) =>
      compareAmounts(b.exact, a.exact) ||
      compareText(a.quantity, b.quantity) ||
      compareText(normaliseName(a.name), normaliseName(b.name)) ||
      compareText(a.text, b.text),
  );
  const totals = roundTotals(
    sorted.map(([, { exact }]) => exact),
    half,
  );
  return new Map(sorted.map(([index], at) => [index, totals[at] ?? zero]));
}

function failed(index: number, name: string, what: string, document: string): LinesResult {
  const place = `Line ${index + 1} of ${document}${name === '' ? '' : ` (${name})`}`;
  return {
    kind: 'failed',
    failure: { reason: 'TOTALS_MISMATCH', error: `${place} ${what}. Correct the line in Tripleseat.` },
  };
}

const one = parseQuantity(1) as Quantity;
const nothing = centsOf(zero);

/** A line before its total is rounded. */
interface Settled extends Omit<PricedLine, 'total' | 'sold' | 'times'> {
  /** Price of one, where that is a whole number of cents. */
  unit: Cents | null;
  /** An item with a price of which none was ordered. */
  dropped: boolean;
}

/** The line, null for a blank one, or what is wrong with it as the end of a sentence. */
function readLine(line: SourceLine, details: string): Settled | null | string {
  const { broken = {} } = line;
  const said = (fields: (keyof typeof broken)[]) => fields.flatMap((field) => broken[field] ?? []).join(', ');
  const unreadable = (fields: (keyof typeof broken)[]) => `has figures that cannot be read: ${said(fields)}`;
  const total = line.totalPrice;
  const price = line.price;
  const name =
    lineName(line) || (isZeroAmount(price) && isZeroAmount(total) ? bounded(details, maxName) : '');
  const text = name === details ? '' : details;
  if (broken.price !== undefined && total === null) return unreadable(['quantity', 'price', 'totalPrice']);
  if (broken.totalPrice !== undefined && price === null) return unreadable(['quantity', 'totalPrice']);
  const hasMoney = !isZeroAmount(price) || !isZeroAmount(total);
  if (name === '') {
    if (line.quantity === '0' && isZeroAmount(total)) return null;
    return hasMoney ? `has no name but an amount (${amountText(isZeroAmount(total) ? price : total)})` : null;
  }
  const section = line.section === null ? null : plainLines(line.section, 200) || null;
  const { billingIds } = line;
  const common = {
    name,
    text,
    section,
    hasMoney,
    dropped: false,
    ...(billingIds?.length ? { billingIds } : {}),
  };
  if (broken.quantity !== undefined) {
    if (hasMoney) return unreadable(['quantity', 'price', 'totalPrice']);
    const counted = [text, `(${broken.quantity})`].filter((part) => part !== '').join(' ');
    return { ...common, text: counted, quantity: one, exact: nothing, unit: zero };
  }
  const quantity = line.quantity ?? one;
  if (quantity === '0') {
    if (!isZeroAmount(total)) return `has quantity 0 but a total of ${amountText(total)}`;
    return { ...common, quantity, exact: nothing, unit: null, dropped: !isZeroAmount(price) };
  }
  return charge(common, quantity, price, total);
}

function charge(
  common: Omit<Settled, 'quantity' | 'exact' | 'unit'>,
  quantity: Quantity,
  price: Amount | null,
  total: Amount | null,
): Settled | string {
  const computed = price === null ? null : lineAmount(quantity, price);
  if (price !== null && computed === null)
    return `has an absurd amount (${quantity} at ${amountText(price)})`;
  const ofOne = price === null ? wholeUnit(quantity, total ?? nothing) : wholeCents(price);
  const refused = refusedQuantity(quantity);
  if (common.hasMoney && ofOne !== null && refused !== null) return refused;
  const unit = refused === null ? ofOne : null;
  return { ...common, quantity, exact: exactTotal(computed, total), unit };
}

/** The event's total, where it is only quantity × price rounded in some way; else that product. */
function exactTotal(computed: Amount | null, total: Amount | null): Amount {
  if (computed === null) return total ?? nothing;
  const isRounded = wholeCents(computed) === null && total !== null && isWithinCent(total, computed);
  return isRounded ? total : computed;
}

/** What is sold of a line, so that it comes to its total. */
function sell(quantity: Quantity, unit: Cents | null, total: Cents): Pick<PricedLine, 'sold' | 'times'> {
  if (quantity === '0') return { sold: [], times: null };
  if (unit !== null) return { sold: [{ quantity, unitPrice: unit, total }], times: null };
  if (!isCount(quantity)) return { sold: [{ quantity: one, unitPrice: total, total }], times: quantity };
  const sold = splitEvenly(total, Number(quantity)).map(({ count, unitPrice }) => {
    const share = String(count) as Quantity;
    return { quantity: share, unitPrice, total: lineTotal(share, unitPrice) };
  });
  return { sold, times: null };
}

function soldOtherwise(
  name: string,
  quantity: Quantity,
  sold: readonly Sold[],
  times: Quantity | null,
  total: Cents,
): string | null {
  if (times !== null) {
    return `"${name}": ${times} of it are sold once at ${formatCents(total)}, with the quantity in the name, since one of them does not cost whole cents.`;
  }
  if (sold.length < 2) return null;
  const parts = sold.map((each) => `${each.quantity} × ${formatCents(each.unitPrice)}`).join(' and ');
  return `"${name}": ${quantity} for ${formatCents(total)} are sold as ${parts}.`;
}

function isCount(quantity: Quantity): boolean {
  return /^\d+$/.test(quantity);
}

/** Why no order can have so many of something, as a clause that follows its name; null: it can. */
export function refusedQuantity(quantity: Quantity): string | null {
  const decimals = quantity.split('.')[1]?.length ?? 0;
  return decimals > maxDecimals
    ? `has the quantity ${quantity}; the POS keeps ${maxDecimals} decimals and would round it`
    : null;
}

function amountText(amount: Amount | null): string {
  const whole = amount === null ? null : wholeCents(amount);
  return whole === null ? (amount ?? '0.00') : formatCents(whole);
}

/** What the kitchen is to know beside the name. */
function detailsOf(line: SourceLine, index: number, { menuDescriptions, modifiers }: LinesReading): string {
  const isTold = !isFromMenu(line) || menuDescriptions === true;
  const own = isTold ? plainLines(line.longDescription ?? '', MAX_RAW_TEXT) : '';
  // A name that is a whole story is told as one, since a name's column takes only its beginning.
  const whole = lineName(line, MAX_RAW_TEXT);
  const story = whole.length > lineName(line).length ? whole : '';
  return [story, modifiers?.get(index) ?? '', own].filter((part) => part !== '').join('; ');
}

/** A dish of the menu: its name is set apart from its description, or it has an id there. */
export function isFromMenu(line: Pick<SourceLine, 'displayName' | 'menuItemId'>): boolean {
  return line.menuItemId !== null || (line.displayName ?? '').trim() !== '';
}
