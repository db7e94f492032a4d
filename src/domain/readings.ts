import Big from 'big.js';
import { sortBilling } from './billing.js';
import type { SourceBilling, SourceDocument, SourceEvent, SourceLine } from './event.js';
import { exactCents, type Figure, figureOf, figureText } from './figure.js';
import { lineDiscounts } from './lineDiscount.js';
import type { BillingUse, Location } from './location.js';
import { zero } from './money.js';
import { plainText } from './names.js';
import { billingUnclear, type Failed, type Part, unreadable } from './unsettled.js';

/** One way to understand the figures, without the lines. */
export interface Reading {
  parts: Part[];
  told: string[];
}

/** Rows of a bill, as one place of the source has them. */
interface BillingList {
  rows: readonly SourceBilling[];
  /** Why they cannot be read; absent: they can. */
  broken: string | undefined;
}

/** The lists of billing rows, the likeliest first: the document's, and where that is empty the event's. */
export function billingLists(event: SourceEvent, document: SourceDocument | null): BillingList[] {
  const own = { rows: document?.billing ?? [], broken: document?.broken?.billing };
  if (own.rows.length > 0 || own.broken !== undefined) return [own];
  return [
    { rows: event.billing ?? [], broken: event.broken?.billing },
    { rows: [], broken: undefined },
  ];
}

/**
 * Every way to understand a list of rows with the discounts of its document.
 *
 * @param written the lines as the source has them
 */
export function readingsOf(
  { rows, broken }: BillingList,
  document: SourceDocument | null,
  written: readonly SourceLine[],
  location: Location,
): { kind: 'ok'; readings: Reading[] } | Failed {
  if (broken !== undefined) return unreadable(broken);
  const fixed: Part[] = [];
  const discountRows: Part[] = [];
  for (const row of rows) {
    const name = plainText(row.name);
    const exact = exactCents(row.amount);
    const isNegative = exact?.lt(0) ?? false;
    const sorted = sortBilling({ name, amount: isNegative ? 'negative' : 'positive' }, location.billing);
    if (exact?.eq(0) || (sorted.kind === 'use' && sorted.use === 'included')) continue;
    if (exact === null) {
      return unreadable(
        `the amount of billing row "${name}" is ${figureText(row.amount)}, no amount of money`,
      );
    }
    if (sorted.kind === 'unclear') return billingUnclear(name, row.amount, sorted.why, location);
    const part = { what: `"${name}"`, figure: row.amount, billingId: row.billingId ?? null, name, exact };
    if (sorted.kind === 'discount-word') discountRows.push(partOf(part, 'discount', 'word', exact));
    else if (sorted.use === 'discount')
      discountRows.push(takenOff(partOf(part, 'discount', sorted.why, exact)));
    else fixed.push(partOf(part, sorted.use, sorted.why, exact));
  }
  const given = discountOf(document, written);
  if (given.kind === 'failed') return given;
  return { kind: 'ok', readings: combine(fixed, discountRows, given.readings, document) };
}

function partOf(
  { what, figure, name, billingId }: { what: string; figure: Figure; name: string; billingId: string | null },
  use: BillingUse,
  why: 'mapping' | 'word' | 'rest',
  adds: Big,
): Part {
  return { what, figure, adds, row: { name, billingId, use, why } };
}

/** What the discounts of a document may be: its own figure, and the same with the discounts of its lines. */
function discountOf(
  document: SourceDocument | null,
  written: readonly SourceLine[],
): { kind: 'ok'; readings: Reading[] } | Failed {
  if (document?.broken?.discountsTotal !== undefined) return unreadable(document.broken.discountsTotal);
  const given = document?.discountsTotal ?? zero;
  const exact = exactCents(given);
  if (exact === null) {
    return unreadable(
      `the discounts_total of document ${document?.id} is ${figureText(given)}, no amount of money`,
    );
  }
  const own: Part[] = exact.eq(0)
    ? []
    : [takenOff({ what: 'discount', figure: given, adds: exact, row: null })];
  const readings: Reading[] = [{ parts: own, told: [] }];
  for (const ofLines of lineDiscounts(written)) {
    const figure = figureOf(ofLines);
    const part = { what: 'discounts of lines', figure, adds: ofLines.times(-1), row: null };
    const told = [`Discounts of lines (${figureText(figure)}) are part of the order's discount.`];
    readings.push({ parts: [...own, part], told });
  }
  return { kind: 'ok', readings };
}

function combine(
  fixed: readonly Part[],
  discountRows: readonly Part[],
  discounts: readonly Reading[],
  document: SourceDocument | null,
): Reading[] {
  const variants: Reading[] = [{ parts: discountRows.map(takenOff), told: [] }];
  // The discounts of lines may be in their totals already, and a row may say so once more: but no more than they are.
  const repeated = amountOf(discountRows);
  if (repeated.gt(0) && discounts.some(({ parts }) => amountOf(parts).gt(repeated.minus(1)))) {
    const repeats = `${namesOf(discountRows)} repeats the discount of document ${document?.id ?? ''} and counts once.`;
    variants.push({ parts: [], told: [repeats] });
  }
  const fees = discountRows.filter(({ adds }) => adds.gt(0));
  if (fees.length > 0) {
    const told = [`${namesOf(fees)} counts as a fee: so the parts add up to the grand total.`];
    variants.push({ parts: discountRows.map(asFee), told });
  }
  return discounts.flatMap((discount) =>
    variants.map((variant) => ({
      parts: [...fixed, ...variant.parts, ...discount.parts],
      told: [...variant.told, ...discount.told],
    })),
  );
}

/** What parts come to, each without its sign. */
function amountOf(parts: readonly Part[]): Big {
  return parts.reduce((sum, { adds }) => sum.plus(adds.abs()), new Big(0));
}

function namesOf(parts: readonly Part[]): string {
  return parts.map(({ what }) => what).join(', ');
}

/** What takes from the price may be written with or without its sign. */
function takenOff(part: Part): Part {
  return { ...part, adds: part.adds.abs().times(-1) };
}

/** One that takes money off takes it off whatever it is called. */
function asFee(part: Part): Part {
  return part.adds.lt(0) || part.row === null ? part : { ...part, row: { ...part.row, use: 'surcharge' } };
}
