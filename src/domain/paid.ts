import type { SourceDocument, SourceEvent, SourcePayment } from './event.js';
import { type Cents, cents, formatCents, sumCents, zero } from './money.js';

/** What has been paid according to Tripleseat; `unclear`: its figures contradict each other, said in a sentence. */
export type PaidResult = { kind: 'ok'; amount: Cents } | { kind: 'unclear'; error: string };

/**
 * What the guest has paid of an order. Payments are listed with the order's document or with the event, and the
 * amount due says it once more: as the total less what is due. Whatever says that more has been paid is never passed
 * over, since the guest would be charged again:
 *
 * - No payment is listed: the amount due counts, when document and event do not contradict each other.
 * - Payments are listed with other documents of the event too, say with a deposit's: all of them count, each once, when
 *   an amount due confirms the sum.
 * - The lists come to as much as every amount due says, or more: they count, being the more exact.
 *
 * Anything else is unclear.
 *
 * @param document the document that the order is made of; null: none
 */
export function paidOf(
  event: Pick<SourceEvent, 'payments' | 'amountDue' | 'documents'>,
  document: Pick<SourceDocument, 'id' | 'payments' | 'amountDue'> | null,
  finalTotal: Cents,
): PaidResult {
  const lists = [document?.payments ?? null, event.payments].filter((list) => list !== null);
  // One of the two lists is there all the same where accounts use the other, and empty.
  const own = lists.map(sumOf).find((sum) => sum !== zero) ?? zero;
  const others = event.documents.filter(({ id, deleted }) => !deleted && id !== document?.id);
  const listed = distinct([...lists, ...others.flatMap(({ payments }) => (payments ? [payments] : []))]);
  const all = sumCents(listed.values());
  const dues = [document?.amountDue ?? null, event.amountDue].filter((due) => due !== null);
  const said = dues.map((due) => cents(finalTotal - due));
  const most = Math.max(...said);

  if (listed.size === 0) {
    // More due than the total says that nothing has been paid, as the list does.
    const [amount = zero, ...contradiction] = new Set(
      lists.length > 0 ? said.map((each) => cents(Math.max(each, 0))) : said,
    );
    return contradiction.length === 0 ? { kind: 'ok', amount } : unclear(own, all, said);
  }
  if (all !== own) return most === all ? { kind: 'ok', amount: all } : unclear(own, all, said);
  return most > own ? unclear(own, all, said) : { kind: 'ok', amount: own };
}

function sumOf(payments: readonly SourcePayment[]): Cents {
  return sumCents(payments.map(({ amount }) => amount));
}

/** Each payment once, by its id; those without one by amount and how many of these a list has. */
function distinct(lists: readonly (readonly SourcePayment[])[]): Map<string, Cents> {
  const found = new Map<string, Cents>();
  for (const list of lists) {
    const nameless = new Map<Cents, number>();
    for (const { id, amount } of list) {
      const count = (nameless.get(amount) ?? 0) + 1;
      if (id === null) nameless.set(amount, count);
      const key = id === null ? `${amount} ${count}` : `id ${id}`;
      if (!found.has(key)) found.set(key, amount);
    }
  }
  return found;
}

function unclear(own: Cents, all: Cents, said: readonly Cents[]): PaidResult {
  const sums = [...new Set(said)].map(formatCents).join(' or ');
  const parts = [
    `the payments listed with its document come to ${formatCents(own)}`,
    ...(all === own ? [] : [`with those of its other documents to ${formatCents(all)}`]),
    said.length === 0 ? 'no amount due says which is right' : `by the amount due it is ${sums}`,
  ];
  return {
    kind: 'unclear',
    error:
      `It is not clear how much of the event has been paid: ${parts.join('; ')}. Correct the payments in ` +
      'Tripleseat; until then the guest might be charged twice.',
  };
}
