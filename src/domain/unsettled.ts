import Big from 'big.js';
import { shellWord } from '../text/calls.js';
import type { SourceBilling, SourceEvent, SourceLine } from './event.js';
import { type Figure, figureText } from './figure.js';
import { discountOfLine, fullOf } from './lineDiscount.js';
import type { BillingUse, Location } from './location.js';
import { type Cents, formatCents, zero } from './money.js';
import { lineName, plainText } from './names.js';
import type { FailReason, Failure } from './reasons.js';

/** The money cannot be told; the sentence says why and what to do. */
export interface Failed {
  kind: 'failed';
  failure: Failure;
}

/** A part of the sum as one reading has it. */
export interface Part {
  what: string;
  /** As the source has it. */
  figure: Figure;
  /** What it adds to the sum, in cents, exactly. */
  adds: Big;
  /** Null: the discount of the document. */
  row: { name: string; billingId: string | null; use: BillingUse; why: 'mapping' | 'word' | 'rest' } | null;
}

/** A row of the bill whose name does not say what it is. */
export function billingUnclear(name: string, amount: Figure, why: string, location: Location): Failed {
  const key = JSON.stringify(name);
  return failed(
    'BILLING_UNCLEAR',
    `Billing row ${key} of ${figureText(amount)} ${why}. Write what it is into "billing" of location ` +
      `"${location.name}" in the locations file, as ${key}: "ignore" (no part of the sale, as a deposit), "discount", ` +
      '"tax", "gratuity", "surcharge" or "included" (in the prices already); or run: ' +
      `ts-reconcile billing map ${shellWord(name)} <use> --location ${shellWord(location.name)}`,
  );
}

/** More than one reading of the rows adds up to the grand total. */
export function ambiguous(list: { rows: readonly SourceBilling[] }, location: Location): Failed {
  const names = list.rows.map((row) => `"${plainText(row.name)}" (${figureText(row.amount)})`).join(', ');
  return failed(
    'BILLING_UNCLEAR',
    `The billing rows ${names} add up to the grand total in more than one way, with different discounts. Write what each ` +
      `of them is into "billing" of location "${location.name}" in the locations file.`,
  );
}

/** No reading adds up: what was added, and what in the source would explain the rest. */
export function mismatch(
  event: SourceEvent,
  lines: readonly SourceLine[],
  subtotal: Big,
  total: Cents,
  parts: readonly Part[],
): Failed {
  const sum = parts.reduce((so_far, { adds }) => so_far.plus(adds), subtotal);
  const terms = parts.map(
    ({ what, figure, adds, row }) =>
      `${adds.lt(0) ? '-' : '+'} ${row === null ? what : `${useName(row.use)}${what}`} ` +
      figureText(figure).replace(/^-/, ''),
  );
  const off = new Big(total).minus(sum);
  const hints = [
    ...explainedByMinimum(event, subtotal, total, off),
    ...explainedByLine(lines, off),
    ...explainedByTotal(lines, off),
    ...explainedByFree(lines, off),
    ...explainedByRow(parts, off),
  ];
  return failed(
    'TOTALS_MISMATCH',
    `The parts add up to ${text(sum)}, but Tripleseat's grand total is ${formatCents(total)}: ` +
      `${[`subtotal ${text(subtotal)}`, ...terms].join(' ')}. ` +
      `${hints.join(' ')}${hints.length === 0 ? '' : ' '}Correct the lines or fees in Tripleseat.`,
  );
}

const useName = (use: BillingUse) => (typeof use === 'object' ? 'line ' : `${use} `);

function text(amount: Big): string {
  return amount.div(100).toFixed(amount.eq(amount.round(0)) ? 2 : undefined);
}

function explainedByMinimum({ minimum }: SourceEvent, subtotal: Big, total: Cents, off: Big): string[] {
  if (minimum === null || minimum === undefined || minimum === zero) return [];
  if (off.lte(0) || (minimum !== total && !off.eq(subtotal.times(-1).plus(minimum)))) return [];
  return [
    `The event's food-and-beverage minimum of ${formatCents(minimum)} explains the difference of ${text(off)}: add a ` +
      'line for what is missing to the minimum.',
  ];
}

function explainedByLine(lines: readonly SourceLine[], off: Big): string[] {
  const discounts = lines.flatMap((line) => {
    const exact = discountOfLine(line);
    return exact === null || exact.eq(0) ? [] : [{ line, exact }];
  });
  const all = discounts.reduce((sum, { exact }) => sum.plus(exact), new Big(0));
  const named = discounts.find(({ exact }) => exact.eq(off.abs()));
  const found = named ? [named] : all.eq(off.abs()) ? discounts : [];
  if (found.length === 0) return [];
  const names = found.map(({ line, exact }) => `"${lineName(line)}" (${text(exact)})`).join(', ');
  return [`The discount of ${names} explains the difference of ${text(off)}.`];
}

/** Lines whose total is more than their quantity at their price, which is what an order has of them. */
function explainedByTotal(lines: readonly SourceLine[], off: Big): string[] {
  const dearer = lines.flatMap((line) => {
    const full = fullOf(line);
    const over = full === null || line.totalPrice === null ? null : new Big(line.totalPrice).minus(full);
    return full === null || over?.gt(0) !== true ? [] : [{ line, full: new Big(full), over }];
  });
  const all = dearer.reduce((sum, { over }) => sum.plus(over), new Big(0));
  const named = dearer.find(({ over }) => over.eq(off));
  const found = named ? [named] : all.eq(off) ? dearer : [];
  if (found.length === 0) return [];
  const totals = found.map(({ line, full, over }) => {
    const count = `${line.quantity ?? '1'} × ${text(new Big(line.price ?? 0))}`;
    return `"${lineName(line)}" (${text(full.plus(over))}, but ${count} = ${text(full)})`;
  });
  return [
    `The total of ${totals.join(', ')} explains the difference of ${text(off)}: an order has a line at its quantity and price.`,
  ];
}

/** The one line that would have to cost nothing. */
function explainedByFree(lines: readonly SourceLine[], off: Big): string[] {
  const [free, second] = lines.filter((line) => {
    const amount = fullOf(line) ?? line.totalPrice;
    return amount !== null && off.lt(0) && off.times(-1).eq(amount);
  });
  if (!free || second) return [];
  return [
    `Without the line "${lineName(free)}" (${text(off.times(-1))}) the parts add up: if another line has it in its price, ` +
      'take its price off.',
  ];
}

function explainedByRow(parts: readonly Part[], off: Big): string[] {
  const row = parts.find(({ adds, row: named }) => named !== null && adds.eq(off.times(-1)));
  if (!row) return [];
  return [
    `Without ${row.what} the parts add up: if it is in the prices already, map it to "included" in "billing" of the ` +
      'location.',
  ];
}

/** A figure that cannot be read. `what`: which, and what stands there. */
export function unreadable(what: string): Failed {
  return failed('SOURCE_ERROR', `${what}. Correct it in Tripleseat.`);
}

/** The money of the event cannot be told, for this reason. */
export function failed(reason: FailReason, error: string): Failed {
  return { kind: 'failed', failure: { reason, error } };
}
