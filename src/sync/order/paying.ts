import { paidShort } from '../../domain/compare.js';
import { formatCents, zero } from '../../domain/money.js';
import { isVisible } from '../../domain/order.js';
import type { Step } from './knowledge.js';
import {
  leasedWhole,
  lookFrom,
  MAX_REWRITES,
  nextPaymentUuid,
  notKept,
  type Situation,
  unverified,
} from './situation.js';

/*
 * What has been paid since an order was made is added to it because a person wants it so, on an order that staff can see.
 * It is taken over like another run's, with a mark in its notes, so that of two persons who decide the same one waits out
 * the other. The payment comes first, and the header, which says what is due, once the payment has been seen: whoever
 * is cut off between leaves an order that says too much is due, which every run tells and the next decision mends.
 */

/** The rules for an order that is this run's and that staff can see; the last of them always applies to it. */
export const paying = { confirmAdded, addPaid, writeDue };

/** The order of which that is true, with what is not paid on it yet. */
function open({ k, subject }: Situation) {
  if (!subject?.ours || !isVisible(subject.order)) return null;
  const { payments } = subject;
  const short = payments && paidShort(k.wanted, payments.value);
  return short && { ...subject, payments, short };
}

/** A payment that Revel has taken is waited for. */
function confirmAdded(s: Situation): Step | null {
  const order = open(s);
  if (!order?.paid) return null;
  const { id, payments, paid, short } = order;
  if (payments.asOf < paid.at) return lookFrom(s.k, s.now, paid.at, 'none', { of: 'payments', id });
  if (short.amount === zero && short.tip === zero) return null;
  return unverified(
    id,
    `Revel accepted a payment for order ${id}, but ${formatCents(short.amount)} of what has been paid does not show. Look at its payments in Revel before anything is added again.`,
  );
}

/** Just what is missing. */
function addPaid(s: Situation): Step | null {
  const order = open(s);
  if (!order || (order.short.amount === zero && order.short.tip === zero)) return null;
  const { id, payments, short } = order;
  const uuid = nextPaymentUuid(order.order, payments.value, short.amount);
  return leasedWhole(s.k, s.now, id, { kind: 'add-payment', id, uuid, ...short });
}

/** What is due, and the final notes: our mark goes. */
function writeDue(s: Situation): Step | null {
  const order = open(s);
  if (!order) return null;
  const { id, tries } = order;
  if (tries.finish >= MAX_REWRITES) return notKept(order, 'what is due');
  return leasedWhole(s.k, s.now, id, { kind: 'finish', id });
}
