import type { SourceDocument, SourceEvent, SourcePayment } from './event.js';
import { type Cents, cents, sumCents, zero } from './money.js';

/**
 * What the guest has paid of an order. Payments are listed with the order's document or with the event, and the
 * amount due says it once more: as the total less what is due. That it means this is inferred, so that it counts where
 * the lists say nothing:
 *
 * - Payments that came in are listed: they count, also those that were given back.
 * - Payments are listed with other documents of the event too, say with a deposit's: all of them count, each once, when
 *   an amount due confirms the sum. Documents are never added up on a guess.
 * - No payment is listed: the document's amount due counts, else the event's.
 *
 * @param document the document that the order is made of; null: none
 * @returns negative: more is due than the total, and there is no list that says better
 */
export function paidOf(
  event: Pick<SourceEvent, 'payments' | 'grandTotal' | 'amountDue' | 'documents'>,
  document: Pick<SourceDocument, 'id' | 'payments' | 'amountDue'> | null,
  finalTotal: Cents,
): Cents {
  const lists = [document?.payments ?? null, event.payments].filter((list) => list !== null);
  // One of the two lists is there all the same where accounts use the other, and empty.
  const own = lists.map(sumOf).find((sum) => sum !== zero) ?? zero;
  const others = event.documents.filter(({ id, deleted }) => !deleted && id !== document?.id);
  const listed = distinct([...lists, ...others.flatMap(({ payments }) => (payments ? [payments] : []))]);
  const said = [
    paidBy(document?.amountDue ?? null, finalTotal),
    paidBy(event.amountDue, event.grandTotal ?? finalTotal),
  ].filter((amount) => amount !== null);
  const all = sumCents(listed.values());
  if (all !== own && said.includes(all)) return all;
  if (lists.some((list) => list.length > 0)) return own;
  const [amount = zero] = said;
  // More due than the total says that nothing has been paid, as an empty list does.
  return lists.length > 0 && amount < 0 ? zero : amount;
}

/** What has been paid by an amount due. */
function paidBy(due: Cents | null, total: Cents): Cents | null {
  return due === null ? null : cents(total - due);
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
