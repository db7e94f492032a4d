import type { SourceDocument, SourceEvent, SourcePayment } from './event.js';
import { type Cents, cents, formatCents, sumCents, zero } from './money.js';
import { capitalised } from './names.js';

/** What has been paid of an order, with what was settled on the way; or why it cannot be told, as sentences. */
export type Paid =
  | { kind: 'ok'; amount: Cents; told: string[] }
  /** A figure that counts cannot be read. */
  | { kind: 'unreadable'; why: string }
  /** The figures contradict each other. */
  | { kind: 'contradiction'; why: string };

/** Where payments are said; what is not here plays no part. */
export interface PaidInput {
  event: Pick<SourceEvent, 'payments' | 'grandTotal' | 'amountDue' | 'documents' | 'broken'>;
  /** The document that the order is made of; null: none. */
  document: Pick<SourceDocument, 'id' | 'payments' | 'amountDue' | 'broken'> | null;
  /** What the order asks of the guest in all. */
  total: Cents;
  /** Billing rows that are no part of the sale, as the grand total has them: a deposit is positive, a prepayment negative. */
  ignored: readonly { name: string; amount: Cents }[];
  /** `listed`: the payments listed, whatever the amounts due say. */
  policy: 'paid' | 'listed';
}

/**
 * What the guest has paid. Payments are listed with the event and with each of its documents; an amount due says it
 * once more, as the total less what is due. That an amount due means this is inferred, so that it only confirms:
 *
 * - Payments are listed: all of them count, of every document, each once, when an amount due that is there agrees, or
 *   none is there. One that cannot be read, in a list or by its state, stands in the way unless an amount due agrees with
 *   the others.
 * - Every amount due contradicts what is listed: somebody has to look.
 * - Nothing is listed: the amounts due count, if they agree with each other.
 */
export function paidOf(input: PaidInput): Paid {
  const { event, document } = input;
  const others = event.documents.filter(({ deleted, id }) => !deleted && id !== document?.id);
  const all = distinct([
    document?.payments ?? null,
    event.payments,
    ...others.map(({ payments }) => payments),
  ]);
  const broken = [document, event, ...others].map((each) => each?.broken?.payments).find((why) => why);
  const unclear = broken ?? all.problems[0];
  const refused: Paid | null =
    unclear === undefined
      ? null
      : { kind: 'unreadable', why: `${unclear}. Correct the payment in Tripleseat.` };

  if (input.policy === 'listed') return refused ?? ordersShare(sumOf(all), all, null, input, []);
  const dues = duesOf(input);
  if (dues.length === 0) {
    if (refused) return refused;
    const why = document?.broken?.amountDue ?? event.broken?.amountDue;
    if (why !== undefined && all.payments.length === 0) {
      return { kind: 'unreadable', why: `${why}, and no payment is listed. Correct it in Tripleseat.` };
    }
    return ordersShare(sumOf(all), all, null, input, []);
  }
  const agreeing = dues.filter((due) => isSaidBy(due, sumOf(all), input));
  const [confirming] = agreeing;
  if (confirming) {
    const told = dues
      .filter((due) => !agreeing.includes(due))
      .map(
        ({ what, due }) =>
          `${capitalised(what)} is ${formatCents(due)}, but payments of ${formatCents(sumOf(all))} are listed, which ` +
          `${confirming.what} confirms (${formatCents(confirming.due)}).`,
      );
    if (unclear !== undefined) {
      told.push(
        `${capitalised(unclear)}. It does not count: ${confirming.what} (${formatCents(confirming.due)}) confirms ` +
          `${formatCents(sumOf(all))} without it.`,
      );
    }
    return ordersShare(sumOf(all), all, confirming.due, input, told);
  }
  if (refused) return refused;
  const [first] = dues;
  if (first && all.payments.length === 0) {
    const paid = cents(first.total - first.due);
    if (dues.every(({ due, total }) => total - due === paid)) {
      return paid < 0 && all.isListed
        ? {
            kind: 'ok',
            amount: zero,
            told: [
              `${capitalised(first.what)} is ${formatCents(first.due)}, more than the total; no payment is listed.`,
            ],
          }
        : ordersShare(paid, all, first.due, input, []);
    }
  }
  return { kind: 'contradiction', why: contradiction(all, dues) };
}

/** An amount due, and the total that it is the rest of. */
interface Due {
  what: string;
  due: Cents;
  total: Cents;
}

function duesOf({ event, document, total, ignored }: PaidInput): Due[] {
  const raw = cents(total + sumCents(ignored.map(({ amount }) => amount)));
  const dues: Due[] = [];
  if (document && document.amountDue !== null) {
    dues.push({ what: `the amount due of document ${document.id}`, due: document.amountDue, total: raw });
  }
  if (event.amountDue !== null) {
    dues.push({
      what: "the event's amount due",
      due: event.amountDue,
      total: event.grandTotal ?? raw,
    });
  }
  return dues;
}

/** Whether so much paid is what an amount due says. Where a row is no part of the sale, it may be left out there too. */
function isSaidBy({ due, total }: Due, paid: Cents, { ignored }: PaidInput): boolean {
  const said = total - due;
  return said === paid || said - sumCents(ignored.map(({ amount }) => amount)) === paid;
}

/**
 * What of the money that came in belongs to the order. Where rows are no part of the sale, some of it may be theirs: a
 * deposit that will be given back has its own payment, and a prepayment that is shown as a row may be listed too.
 */
function ordersShare(
  paid: Cents,
  list: Payments,
  due: Cents | null,
  { total, ignored }: PaidInput,
  told: string[],
): Paid {
  const apart = sumCents(ignored.map(({ amount }) => amount));
  const share = (amount: Cents): Paid => ({ kind: 'ok', amount, told });
  const has = (amount: number) => list.payments.some((payment) => payment === amount);
  if (apart === zero) return share(paid);
  if (due !== null && total - due === paid) return share(paid);
  if (apart < 0) {
    if (due !== null) return share(cents(total - due));
    if (has(-apart)) return share(paid);
  } else {
    const rest = cents(paid - apart);
    if (paid === zero || has(-apart)) return share(paid);
    if (has(apart)) return share(rest);
    if (rest < 0 && paid <= total) return share(paid);
    if (rest >= 0 && paid > total) return share(rest);
  }
  const rows = ignored.map(({ name, amount }) => `"${name}" of ${formatCents(amount)}`).join(', ');
  return {
    kind: 'contradiction',
    why:
      `Of the ${formatCents(paid)} that has been paid it cannot be told what belongs to ${rows}, which ` +
      '"billing" of the location leaves out of the sale. Enter its payment by itself in Tripleseat, with exactly that amount.',
  };
}

function contradiction(all: Payments, dues: readonly Due[]): string {
  const said = dues.map(
    ({ what, due, total }) =>
      `${what} is ${formatCents(due)}, which makes ${formatCents(cents(total - due))} paid of ${formatCents(total)}`,
  );
  const listed =
    all.payments.length === 0
      ? 'no payment is listed'
      : `the payments listed come to ${formatCents(sumOf(all))} (${all.payments.map(formatCents).join(', ')})`;
  return (
    `What has been paid cannot be told: ${[listed, ...said].join('; ')}. Correct the payments in Tripleseat ` +
    '(a card fee that was paid on top needs a row of the bill), or set PAYMENT_POLICY=listed to trust the payments listed.'
  );
}

/** The payments of several lists. */
interface Payments {
  /** There is a list, be it empty. */
  isListed: boolean;
  payments: Cents[];
  /** What is wrong with payments that no other list can tell better. */
  problems: string[];
}

function sumOf({ payments }: Payments): Cents {
  return sumCents(payments);
}

/** Each payment once, by its id; those without one by amount and how many of these a list has. */
function distinct(lists: readonly (readonly SourcePayment[] | null)[]): Payments {
  const found = new Map<string, SourcePayment>();
  for (const list of lists) {
    const nameless = new Map<string, number>();
    for (const payment of list ?? []) {
      const { id, amount } = payment;
      const like = amount === null ? payment.problem : String(amount);
      const count = (nameless.get(like) ?? 0) + 1;
      if (id === null) nameless.set(like, count);
      const key = id === null ? `${like} ${count}` : `id ${id}`;
      const known = found.get(key);
      if (!known || known.amount === null) found.set(key, payment);
    }
  }
  const payments: Cents[] = [];
  const problems: string[] = [];
  for (const payment of found.values()) {
    if (payment.amount === null) problems.push(payment.problem);
    else payments.push(payment.amount);
  }
  return { isListed: lists.some((list) => list !== null), payments, problems };
}
