import { rowDate } from '../domain/businessDay.js';
import { comparePayments } from '../domain/compare.js';
import { freeUuid, GENERATION_STEP, paymentUuid, usedUuids } from '../domain/identity.js';
import { formatCents, zero } from '../domain/money.js';
import type { FoundOrder, FoundPayment } from '../domain/order.js';
import { addPayment } from '../domain/plan.js';
import { Halt } from './halt.js';
import type { Session } from './session.js';

/**
 * Records what the event says has been paid; rows of other amounts are taken away first.
 *
 * @param fresh this run has just made the header, so that nothing hangs on it yet
 */
export async function pay(session: Session, order: FoundOrder, fresh: boolean): Promise<void> {
  const { ctx, wanted } = session;
  const found = fresh ? [] : session.need(await ctx.revel.payments(order.id));
  const { missing, extra } = comparePayments(wanted, found);
  for (const row of extra) {
    await session.writeTo(
      order.id,
      (guard) => ctx.revel.removePayment(row.id, guard),
      async (reads) => {
        const rows = await reads.payments(order.id);
        return rows.some((other) => other.id === row.id && !other.deleted) ? null : true;
      },
    );
    const amount = row.amount === null ? null : formatCents(row.amount);
    session.actions.push({ action: 'remove_payment', payment: row.id, amount });
  }
  if (extra.length > 0) await confirmRemoved(session, order);
  if (missing === zero) return;
  const uuid = freeUuid(usedUuids(found), (generation) =>
    paymentUuid(order.uuid ?? '', order.id, wanted.payment, generation * GENERATION_STEP),
  );
  const date = rowDate(session.now, wanted);
  await session.writeTo(
    order.id,
    (guard) => ctx.revel.createPayment({ wanted, orderId: order.id, uuid, date }, guard),
    async (reads) => {
      const rows = await reads.payments(order.id);
      return rows.some((row) => row.uuid?.toLowerCase() === uuid && !row.deleted) ? true : null;
    },
  );
  session.actions.push(addPayment(wanted));
}

/** A payment that cannot be taken away must not get company, nor be shown to staff. */
async function confirmRemoved(session: Session, order: FoundOrder): Promise<void> {
  await session.pauseUntil(session.lastWriteAt + session.ctx.settings.settleMs);
  const rows = session.need(await session.ctx.revel.payments(order.id));
  const [stuck] = comparePayments(session.wanted, rows).extra;
  if (!stuck) return;
  throw new Halt(
    { kind: 'failed', reason: 'UNVERIFIED' },
    `Revel does not remove payment ${stuck.id} of the unfinished order ${order.id}, which the event no longer has, so the order is not shown to staff. Take the payment away in Revel, or have the order replaced: ts-reconcile resolve ${session.wanted.eventId} --replace`,
  );
}

/**
 * Reads the payment back while nobody can see the order: what the header says about money is what we wrote there,
 * and would hide a payment that Revel did not keep. In a sweep it is read afterwards, many orders at a time.
 *
 * @returns the rows; null: not read
 * @throws Halt UNVERIFIED when they do not come to show as they are wanted
 */
export async function verifyPayment(session: Session, order: FoundOrder): Promise<FoundPayment[] | null> {
  const { ctx, wanted } = session;
  if (wanted.payment === zero || ctx.request.target.kind !== 'events') return null;
  let rows: FoundPayment[] = [];
  const shown = await session.untilShown(async () => {
    rows = session.need(await ctx.revel.payments(order.id));
    const { missing, extra } = comparePayments(wanted, rows);
    return missing === zero && extra.length === 0 ? rows : null;
  });
  if (shown) return shown;
  const amounts = rows.filter(({ deleted }) => !deleted).map(({ amount }) => amount);
  const what = amounts.map((amount) => (amount === null ? 'unreadable' : formatCents(amount))).join(', ');
  throw new Halt(
    { kind: 'failed', reason: 'UNVERIFIED' },
    `Revel accepted the payment of ${formatCents(wanted.payment)} for order ${order.id}, but shows ${what || 'none'}. Staff cannot see the order yet; the next run corrects it.`,
  );
}
