import { compareMoney, comparePayments, type PaymentComparison } from '../domain/compare.js';
import { differencesText } from '../domain/differences.js';
import { zero } from '../domain/money.js';
import { type FoundOrder, type FoundPayment, isVisible } from '../domain/order.js';
import { planOrder } from '../domain/plan.js';
import { isTouched } from '../domain/service.js';
import { planAround, planReading } from './contents.js';
import { Halt } from './halt.js';
import type { Session } from './session.js';

/**
 * Reads the finished order and compares it to the cent; lists get their settling time.
 *
 * @param paid its payments, if they were read since they were written
 * @throws Halt UNVERIFIED when it does not show as it is wanted
 */
export async function readBack(
  session: Session,
  order: FoundOrder,
  paid: readonly FoundPayment[] | null,
): Promise<FoundOrder> {
  const { ctx, wanted } = session;
  const together = await ctx.readBacks.read(session.key, order);
  if (together) {
    const standing = standingAs(session, together.order, together.payments);
    if (standing) return standing;
  }
  let now: FoundOrder | null = null;
  let payments = paid ?? [];
  const shown = await session.untilShown(async () => {
    now = session.need(await ctx.revel.order(order.id));
    payments = paid ?? (await paymentsOf(session, order));
    return standingAs(session, now, payments);
  });
  // Worked on only counts now: a run that looks at lists before they show the order as visible would take it for
  // unfinished.
  const standing = shown ?? (await standingAsWorkedOn(session, now));
  if (standing) return standing;
  const payment = comparePayments(wanted, payments);
  throw new Halt(
    { kind: 'failed', reason: 'UNVERIFIED' },
    `Order ${order.id} was written, but reading it back does not show it as wanted: ${shortcoming(session, now, payment)}. The next run compares it again.`,
  );
}

/** The order, if header and payments are as they are wanted. */
function standingAs(
  { wanted, ctx }: Session,
  order: FoundOrder | null,
  payments: readonly FoundPayment[],
): FoundOrder | null {
  const plan = planOrder(wanted, order === null ? [] : [order], [], planAround(ctx));
  const paid = comparePayments(wanted, payments);
  return plan.kind === 'standing' && paid.missing === zero && paid.extra.length === 0 ? plan.order : null;
}

/** The order, if staff has opened it already and all of it is still right. */
async function standingAsWorkedOn(session: Session, order: FoundOrder | null): Promise<FoundOrder | null> {
  if (order === null || !isVisible(order) || !isTouched(session.wanted, order)) return null;
  const plan = session.need(await planReading(session.ctx, session.wanted, [order]));
  return plan.kind === 'standing' || plan.kind === 'in-service' ? plan.order : null;
}

/** None was written to an order without a deposit that this session has made. */
async function paymentsOf(session: Session, { id }: FoundOrder): Promise<FoundPayment[]> {
  if (session.wanted.payment === zero && session.created.has(id)) return [];
  return session.need(await session.ctx.revel.payments(id));
}

function shortcoming(session: Session, now: FoundOrder | null, payment: PaymentComparison): string {
  if (now === null) return 'it is not there';
  if (now.deleted) return 'it is marked deleted';
  if (!isVisible(now)) return 'staff cannot see it';
  const money = compareMoney(session.wanted, now);
  if (money.length > 0) return differencesText(money);
  if (payment.missing !== zero) return 'its payment is missing';
  return payment.extra.length > 0
    ? 'it has payments that the event does not have'
    : 'staff has changed it meanwhile';
}
