import { compareMoney, paidShort } from './compare.js';
import type { Difference } from './differences.js';
import { zero } from './money.js';
import type { Contents } from './order.js';
import { addPayment, type OrderPlan, setTotals } from './plan.js';
import type { WantedOrder } from './wantedOrder.js';

/** What shows on an order when more has been paid than it says. */
const FIELDS: readonly Difference['field'][] = ['payment', 'remaining due'];

/** Amounts of payments and tips in the text of a difference; without their point they are cents. */
const AMOUNTS = /-?\d+\.\d\d/g;

/** Whether it seems that an order differs from its event in nothing but that more has been paid since. */
export function isPaidSince(differences: readonly Difference[]): boolean {
  const sum = (text: string | null) =>
    (text ?? '').match(AMOUNTS)?.reduce((all, each) => all + Number(each.replace('.', '')), 0) ?? 0;
  const isLess = ({ event, order }: Difference) => event === null || sum(event) < sum(order);
  return (
    differences.length > 0 &&
    differences.every(({ field }) => FIELDS.includes(field)) &&
    !differences.some((each) => each.field === 'payment' && isLess(each))
  );
}

/**
 * The plan where a person has decided that what has been paid since is added to an order that staff can see: only where
 * nothing else is wrong with it, in its own shop, and no more stands paid on it than its event says.
 */
export function planPaidSince(wanted: WantedOrder, plan: OrderPlan, read: readonly Contents[]): OrderPlan {
  if (plan.kind !== 'failed' || plan.failure.reason !== 'DRIFT' || !plan.order) return plan;
  const { order, differences } = plan;
  const contents = read.find((each) => each.order === order.id);
  if (!contents || order.establishmentId !== wanted.establishmentId) return plan;
  const isDue = ({ field }: Difference) => field === 'remaining due';
  if (!isPaidSince(differences) || !compareMoney(wanted, order).every(isDue)) return plan;
  const short = paidShort(wanted, contents.payments);
  if (!short || short.amount < 0 || short.tip < 0) return plan;
  const isPaid = short.amount === zero && short.tip === zero;
  const paid = isPaid ? [] : [addPayment(wanted, short)];
  return { kind: 'complete', order, actions: [...paid, setTotals(wanted)], losers: [] };
}
