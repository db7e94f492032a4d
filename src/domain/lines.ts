import type { SourceLine } from './event.js';
import {
  type Cents,
  formatCents,
  lineTotal,
  maxCents,
  parseQuantity,
  type Quantity,
  unitPrice,
  withinOneCent,
  zero,
} from './money.js';
import { lineName } from './names.js';
import type { Failure } from './reasons.js';

/** A line that will be one line of the order. */
export interface PricedLine {
  /** Plain text, never empty. */
  name: string;
  quantity: Quantity;
  unitPrice: Cents;
  /** Line total; less than a cent away from quantity × unit price. */
  total: Cents;
  /** Ids of the taxes and fees that apply to it, where the event names them. */
  billingIds?: readonly string[];
}

/** Lines that can be charged to the cent, or why one cannot. */
export type LinesResult = { kind: 'ok'; lines: PricedLine[] } | { kind: 'failed'; failure: Failure };

/** Whether a line says nothing at all: no name and no money. Tripleseat sends such lines in picklists. */
export function isBlankLine(line: SourceLine): boolean {
  return lineName(line) === '' && line.malformed.length === 0 && !line.price && !line.totalPrice;
}

/**
 * The lines of a document with quantity, unit price and total settled. Blank lines and lines of quantity 0
 * without money are dropped; everything else stays, in order, identical lines apart. Nothing is guessed: a line
 * with unreadable figures, or whose unit price would not be a whole number of cents, fails the whole document.
 *
 * @param what the document in a sentence, e.g. `document 64521609`
 */
export function readLines(lines: readonly SourceLine[], what: string): LinesResult {
  const priced: PricedLine[] = [];
  for (const [index, line] of lines.entries()) {
    const read = readLine(line);
    if (typeof read === 'string') {
      const name = lineName(line);
      const place = `Line ${index + 1} of ${what}${name === '' ? '' : ` (${name})`}`;
      return {
        kind: 'failed',
        failure: { reason: 'TOTALS_MISMATCH', error: `${place} ${read}. Correct the line in Tripleseat.` },
      };
    }
    if (read) priced.push(read);
  }
  return { kind: 'ok', lines: priced };
}

const one = parseQuantity(1) as Quantity;

/** The priced line, null for a line to drop, or what is wrong with it as the end of a sentence. */
function readLine(line: SourceLine): PricedLine | null | string {
  if (line.malformed.length > 0) return `has figures that cannot be read: ${line.malformed.join(', ')}`;
  if (isBlankLine(line)) return null;
  const quantity = line.quantity ?? one;
  const { price, totalPrice } = line;
  if (quantity === '0') {
    if (!totalPrice) return null;
    return `has quantity 0 but a total of ${formatCents(totalPrice)}`;
  }
  const name = lineName(line);
  if (name === '') return `has no name but an amount (${formatCents(totalPrice || price || zero)})`;
  const unit = price ?? unitPrice(quantity, totalPrice ?? zero);
  if (unit === null) {
    const total = formatCents(totalPrice ?? zero);
    return `has no price, and its total of ${total} does not divide by ${quantity} to whole cents`;
  }
  const computed = lineTotal(quantity, unit);
  if (Math.abs(computed) > maxCents) return `has an absurd amount (${quantity} at ${formatCents(unit)})`;
  const total = totalPrice !== null && withinOneCent(totalPrice, quantity, unit) ? totalPrice : computed;
  const { billingIds } = line;
  return { name, quantity, unitPrice: unit, total, ...(billingIds?.length ? { billingIds } : {}) };
}
