import { classifyBilling } from './billing.js';
import type { SourceDocument, SourceEvent } from './event.js';
import type { PricedLine } from './lines.js';
import type { Location } from './location.js';
import { type Cents, cents, formatCents, sumCents, zero } from './money.js';
import { paidOf } from './paid.js';
import type { FailReason, Failure } from './reasons.js';
import type { WantedInput, WantedOrder } from './wanted.js';

type Sums = Pick<WantedOrder, 'subtotal' | 'discount' | 'tax' | 'gratuity' | 'surcharge' | 'finalTotal'>;

/** The money of the order, or why it cannot be told to the cent. `told`: see {@link WantedOrder.told}. */
export type Settled =
  | { kind: 'ok'; figures: Sums & Pick<WantedOrder, 'payment' | 'remainingDue'>; told: string[] }
  | { kind: 'failed'; failure: Failure };

/** What the order comes to and what of it has been paid. */
export function settle(
  input: Pick<WantedInput, 'event' | 'linesSource' | 'location' | 'paymentPolicy'>,
  lines: readonly PricedLine[],
): Settled {
  const { event, location } = input;
  const { document } = input.linesSource;
  const money = sumsOf(event, document, lines, location);
  if (money.kind === 'failed') return money;
  const unread = input.paymentPolicy === 'paid' ? brokenPayments(event, document) : null;
  if (unread !== null) return unread;
  const { finalTotal } = money.sums;
  const payment = paymentOf(input, finalTotal);
  if (payment < 0) {
    const error = `Tripleseat says that ${formatCents(payment)} has been paid. Correct the payments there.`;
    return failed('TOTALS_MISMATCH', error);
  }
  const remainingDue = cents(finalTotal - payment);
  return { kind: 'ok', figures: { ...money.sums, payment, remainingDue }, told: [] };
}

/** The money of the order, proved against the grand total. */
function sumsOf(
  event: SourceEvent,
  document: SourceDocument | null,
  lines: readonly PricedLine[],
  location: Location,
): { kind: 'ok'; sums: Sums } | { kind: 'failed'; failure: Failure } {
  const unread = brokenMoney(event, document);
  if (unread !== null) return unread;
  const finalTotal = event.grandTotal ?? document?.grandTotal ?? null;
  if (finalTotal === null) {
    const error =
      'Tripleseat shows no grand total, so the lines cannot be checked. Complete the event there.';
    return failed('TOTALS_MISMATCH', error);
  }
  if (document !== null && document.grandTotal !== null && document.grandTotal !== finalTotal) {
    return failed(
      'TOTALS_MISMATCH',
      `The event's grand total is ${formatCents(finalTotal)}, but that of its document ${document.id} is ` +
        `${formatCents(document.grandTotal)}. Correct the event in Tripleseat.`,
    );
  }
  const subtotal = sumCents(lines.map((line) => line.total));
  const discount = document?.discountsTotal ?? zero;
  const extra = classifyBilling(document?.billing ?? event.billing ?? [], location.billing);
  const sum = subtotal - discount + extra.tax + extra.gratuity + extra.surcharge;
  if (sum !== finalTotal) {
    return failed(
      'TOTALS_MISMATCH',
      `The parts add up to ${formatCents(cents(sum))}, but Tripleseat's grand total is ` +
        `${formatCents(finalTotal)}: subtotal ${formatCents(subtotal)} - discount ${formatCents(discount)} + ` +
        `tax ${formatCents(extra.tax)} + gratuity ${formatCents(extra.gratuity)} + ` +
        `surcharge ${formatCents(extra.surcharge)}. Correct the lines or fees in Tripleseat.`,
    );
  }
  if (finalTotal < 0 || discount < 0) {
    const [what, amount] = finalTotal < 0 ? ['grand total', finalTotal] : ['discount', discount];
    const error = `The ${what} is negative (${formatCents(amount)}). Correct the event in Tripleseat.`;
    return failed('TOTALS_MISMATCH', error);
  }
  if (discount > 0 && location.revel.discountId === null) {
    return failed(
      'TOTALS_MISMATCH',
      `The event has a discount of ${formatCents(discount)}, but location "${location.name}" has no discount in ` +
        'Revel to book it on. Set revel.discountId of the location in the locations file.',
    );
  }
  return { kind: 'ok', sums: { subtotal, discount, ...extra, finalTotal } };
}

/** The first figure of the order's money that is used and cannot be read; null: there is none. */
function brokenMoney(event: SourceEvent, document: SourceDocument | null) {
  const own = document?.broken;
  const listed = document !== null && (document.billing !== null || own?.billing !== undefined);
  return unreadable(
    event.broken?.grandTotal ??
      own?.grandTotal ??
      own?.discountsTotal ??
      (listed ? own?.billing : event.broken?.billing),
  );
}

/** The same for what has been paid; the payments of every document that counts are looked at. */
function brokenPayments(event: SourceEvent, document: SourceDocument | null) {
  const lists = [document, event, ...event.documents.filter(({ deleted }) => !deleted)];
  const due = document?.broken?.amountDue ?? event.broken?.amountDue;
  return unreadable(lists.map((each) => each?.broken?.payments).find((said) => said !== undefined) ?? due);
}

function unreadable(said: string | undefined) {
  return said === undefined ? null : failed('SOURCE_ERROR', `${said}. Correct it in Tripleseat.`);
}

function paymentOf(
  { event, linesSource, paymentPolicy }: Pick<WantedInput, 'event' | 'linesSource' | 'paymentPolicy'>,
  finalTotal: Cents,
): Cents {
  switch (paymentPolicy) {
    case 'none':
      return zero;
    case 'full':
      return finalTotal;
    case 'paid':
      return paidOf(event, linesSource.document, finalTotal);
  }
}

function failed(reason: FailReason, error: string): { kind: 'failed'; failure: Failure } {
  return { kind: 'failed', failure: { reason, error } };
}
