import Big from 'big.js';
import { type Bill, type Figures, figuresOf } from './books.js';
import { writtenLines } from './documents.js';
import type { SourceDocument, SourceEvent } from './event.js';
import { figureText } from './figure.js';
import { unappliedGratuity } from './gratuity.js';
import type { PricedLine } from './lines.js';
import type { BillingUse, Location } from './location.js';
import { type Cents, cents, formatCents, sumCents, zero } from './money.js';
import { capitalised, compareText } from './names.js';
import { paidOf } from './paid.js';
import { billingLists, type Reading, readingsOf } from './readings.js';
import { ambiguous, type Failed, failed, mismatch, type Part, unreadable } from './unsettled.js';
import type { SortedName, WantedInput } from './wantedOrder.js';

/** A billing row that is sold as a line. */
export interface SoldRow {
  productId: number;
  name: string;
  amount: Cents;
}

/** A tax that belongs to the lines which name it. */
export interface LineTax {
  /** Id of the billing row; null: it has none, so that it belongs to every line. */
  billingId: string | null;
  amount: Cents;
}

/** The money of the order, or why it cannot be told to the cent. */
export type Settled =
  | {
      kind: 'ok';
      figures: Figures;
      sold: SoldRow[];
      /** Empty where the tax stands on the order alone. */
      lineTaxes: LineTax[];
      /** See the fields of these names of the wanted order. */
      told: string[];
      sorted: SortedName[];
    }
  | Failed;

/** What the order comes to, proved against the grand total, and what of it has been paid. */
export function settle(
  input: Pick<WantedInput, 'event' | 'linesSource' | 'location' | 'paymentPolicy'>,
  lines: readonly PricedLine[],
): Settled {
  const { event, location } = input;
  const { document } = input.linesSource;
  const { books } = location;
  const total = grandTotalOf(event, document, lines);
  if (typeof total !== 'number') return total;
  const proved = prove(input, lines, total);
  if (proved.kind === 'failed') return proved;

  const { rows, discount } = proved;
  const sum = (use: BillingUse) =>
    sumCents(rows.filter((row) => row.use === use).map(({ amount }) => amount));
  const sold = rows.flatMap((row) => {
    const productId = productOf(row.use, books);
    return productId === null ? [] : [{ productId, name: row.name, amount: row.amount }];
  });
  const standing = (use: 'gratuity' | 'surcharge') => (productOf(use, books) === null ? sum(use) : zero);
  const bill: Bill = {
    goods: sumCents([...lines.map((line) => line.total), ...sold.map(({ amount }) => amount)]),
    discount,
    tax: sum('tax'),
    gratuity: standing('gratuity'),
    fees: standing('surcharge'),
  };
  const ignored = rows.filter(({ use }) => use === 'ignore');
  const asked = cents(total - sumCents(ignored.map(({ amount }) => amount)));
  const wrong = impossible(bill, sold, location, asked, ignored);
  if (wrong !== null) return wrong;

  const paid = paymentOf(input, asked, ignored);
  if (paid.kind === 'failed') return paid;
  const billed = billingLists(event, document).flatMap((list) => list.rows);
  return {
    kind: 'ok',
    figures: figuresOf(bill, paid.amount, books.gratuity),
    sold,
    lineTaxes: books.tax === 'lines' ? rows.filter(({ use }) => use === 'tax') : [],
    told: [
      ...proved.told,
      ...paid.told,
      ...(sum('gratuity') > 0 ? [] : unappliedGratuity(event, billed, lines)),
    ],
    sorted: proved.sorted,
  };
}

/** The product that a row is sold as; null: it is no line. */
function productOf(use: BillingUse, { gratuity, fees }: Location['books']): number | null {
  if (typeof use === 'object') return use.product;
  if (use === 'gratuity') return typeof gratuity === 'object' ? gratuity.product : null;
  if (use === 'surcharge') return typeof fees === 'object' ? fees.product : null;
  return null;
}

function grandTotalOf(
  event: SourceEvent,
  document: SourceDocument | null,
  lines: readonly PricedLine[],
): Cents | Failed {
  const unread = event.broken?.grandTotal ?? document?.broken?.grandTotal;
  if (unread !== undefined) return unreadable(unread);
  const total = event.grandTotal ?? document?.grandTotal ?? null;
  if (total === null) {
    const sum = formatCents(sumCents(lines.map((line) => line.total)));
    return failed(
      'NOT_PRICED',
      `The lines come to ${sum}, but Tripleseat shows no grand total to check them against. Complete the event there.`,
    );
  }
  if (document !== null && document.grandTotal !== null && document.grandTotal !== total) {
    return failed(
      'TOTALS_MISMATCH',
      `The event's grand total is ${formatCents(total)}, but that of its document ${document.id} is ` +
        `${formatCents(document.grandTotal)}. Correct the event in Tripleseat.`,
    );
  }
  return total;
}

/** A billing row with the amount that the order has of it. */
interface Row {
  name: string;
  billingId: string | null;
  use: Exclude<BillingUse, 'discount' | 'included'>;
  amount: Cents;
}

type Proved = { kind: 'ok'; rows: Row[]; discount: Cents; told: string[]; sorted: SortedName[] } | Failed;

/**
 * The reading of the figures that adds up to the grand total. There is more than one where the source does not say
 * what a figure holds: a row named discount may repeat the document's discount or come on top of it, and so may the
 * discounts of lines. Exactly one must prove the total.
 */
function prove(
  { event, linesSource, location }: Pick<WantedInput, 'event' | 'linesSource' | 'location'>,
  lines: readonly PricedLine[],
  total: Cents,
): Proved {
  const { document } = linesSource;
  const written = writtenLines(linesSource);
  const goods = {
    exact: lines.reduce((sum, line) => sum.plus(line.exact), new Big(0)),
    rounded: sumCents(lines.map((line) => line.total)),
  };
  const unclear: Failed[] = [];
  const tried: Reading[] = [];
  for (const list of billingLists(event, document)) {
    const read = readingsOf(list, document, written, location);
    if (read.kind === 'failed') {
      unclear.push(read);
      continue;
    }
    const found = new Map<string, Proved>();
    for (const reading of read.readings) {
      const proved = proveReading(reading, goods, total);
      if (proved) found.set(JSON.stringify([proved.rows, proved.discount]), proved);
      tried.push(reading);
    }
    const [only, second] = found.values();
    if (second) return ambiguous(list, location);
    if (only) return only;
  }
  const [first] = unclear;
  if (first) return first;
  return mismatch(event, written, goods.exact, total, tried[0]?.parts ?? []);
}

/**
 * The reading in whole cents if it adds up. Parts with a fraction of a cent are rounded so that the sum is the grand
 * total: the exact sum may be half a cent away from it at most. The lines have been rounded already.
 */
function proveReading(
  { parts, told }: Reading,
  goods: { exact: Big; rounded: Cents },
  total: Cents,
): Extract<Proved, { kind: 'ok' }> | null {
  const exact = parts.reduce((sum, { adds }) => sum.plus(adds), goods.exact);
  const off = exact.minus(total).abs();
  const fractions = parts.filter(({ adds }) => !adds.eq(adds.round(0)));
  if (off.gt(0.5)) return null;
  const amounts = new Map(parts.map((part) => [part, part.adds.round(0, Big.roundHalfUp).toNumber()]));
  for (const part of fractions) amounts.set(part, floorOf(part.adds));
  let missing = total - goods.rounded - [...amounts.values()].reduce((sum, amount) => sum + amount, 0);
  const largestFirst = [...fractions].sort(
    (a, b) => fractionOf(b.adds).cmp(fractionOf(a.adds)) || compareText(a.what, b.what),
  );
  for (const part of largestFirst) {
    if (missing <= 0) break;
    amounts.set(part, (amounts.get(part) ?? 0) + 1);
    missing -= 1;
  }
  // Half a cent of the lines has gone the other way.
  if (missing !== 0) return null;
  const rounded = (part: Part) => cents((amounts.get(part) ?? 0) + 0);
  const rows = parts.flatMap((part): Row[] => {
    const { row } = part;
    if (row === null || row.use === 'discount' || row.use === 'included') return [];
    return [{ name: row.name, billingId: row.billingId, use: row.use, amount: rounded(part) }];
  });
  const discounts = parts.filter(({ row }) => row === null || row.use === 'discount');
  const sorted = parts.flatMap(({ row }): SortedName[] => {
    if (row === null || row.why === 'mapping') return [];
    const { name, use, why } = row;
    return use === 'tax' || use === 'gratuity' || use === 'surcharge' || use === 'discount'
      ? [{ name, use, why }]
      : [];
  });
  return {
    kind: 'ok',
    rows,
    sorted,
    discount: cents(0 - sumCents(discounts.map(rounded)) + 0),
    told: [
      ...told,
      ...fractions.map(
        (part) =>
          `${capitalised(part.what)} is ${figureText(part.figure)}, no whole number of cents; it counts as ` +
          `${formatCents(cents(Math.abs(rounded(part))))}, so that the parts add up to the grand total.`,
      ),
    ],
  };
}

function floorOf(value: Big): number {
  const down = value.round(0, Big.roundDown);
  return (value.lt(down) ? down.minus(1) : down).toNumber();
}

function fractionOf(value: Big): Big {
  return value.minus(floorOf(value));
}

/** What an order cannot be given, though the sum is right. */
function impossible(
  bill: Bill,
  sold: readonly SoldRow[],
  location: Location,
  asked: Cents,
  ignored: readonly Row[],
): Failed | null {
  if (asked < 0) {
    // What is left out of the sale may be the mistake.
    const names = ignored.map(({ name }) => `"${name}"`).join(', ');
    const or = names === '' ? '' : `, or "billing" of location "${location.name}", which leaves out ${names}`;
    return failed(
      'TOTALS_MISMATCH',
      `The total of the sale is negative (${formatCents(asked)}). Correct the event in Tripleseat${or}.`,
    );
  }
  const negative = [
    ...(['tax', 'gratuity', 'fees'] as const).map((field) => ({
      name: field as string,
      amount: bill[field],
    })),
    ...sold,
  ].find(({ amount }) => amount < 0);
  if (negative) {
    return failed(
      'BILLING_UNCLEAR',
      `The billing rows make "${negative.name}" come to ${formatCents(negative.amount)}, less than nothing. Say in ` +
        `"billing" of location "${location.name}" in the locations file what the negative row is: "discount" if it ` +
        'takes from the price, "ignore" if it is no part of the sale.',
    );
  }
  if (bill.discount > 0 && location.revel.discountId === null) {
    return failed(
      'TOTALS_MISMATCH',
      `The event has a discount of ${formatCents(bill.discount)}, but location "${location.name}" has no discount in ` +
        'Revel to book it on. Set revel.discountId of the location in the locations file.',
    );
  }
  return null;
}

function paymentOf(
  { event, linesSource, paymentPolicy }: Pick<WantedInput, 'event' | 'linesSource' | 'paymentPolicy'>,
  asked: Cents,
  ignored: readonly { name: string; amount: Cents }[],
): { kind: 'ok'; amount: Cents; told: string[] } | Failed {
  switch (paymentPolicy) {
    case 'none':
      return { kind: 'ok', amount: zero, told: [] };
    case 'full':
      return { kind: 'ok', amount: asked, told: [] };
    case 'paid':
    case 'listed': {
      const { document, booked = [] } = linesSource;
      const listing = { ...event, documents: [...event.documents, ...booked] };
      const paid = paidOf({ event: listing, document, total: asked, ignored, policy: paymentPolicy });
      switch (paid.kind) {
        case 'unreadable':
          return failed('SOURCE_ERROR', paid.why);
        case 'contradiction':
          return failed('TOTALS_MISMATCH', paid.why);
        case 'ok':
          return paid.amount < 0
            ? failed(
                'TOTALS_MISMATCH',
                `Tripleseat says that ${formatCents(paid.amount)} has been paid. Correct the payments there.`,
              )
            : paid;
      }
    }
  }
}
