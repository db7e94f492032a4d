import { balanceOf } from '../domain/compare.js';
import type { EventId, OrderId } from '../domain/ids.js';
import { zero } from '../domain/money.js';
import { type FoundOrder, isVisible } from '../domain/order.js';
import { isTakenByUs } from '../domain/removed.js';
import type { RunContext } from './context.js';

/*
 * Money that is left on orders which do not count: nothing takes it back by itself any more, so people have to know.
 */

const toldBy = new WeakMap<RunContext, Set<OrderId>>();

/** Says of each of these orders, once in a run, that money is left on it. */
export function tellLeftovers(ctx: RunContext, event: EventId, orders: readonly OrderId[]): void {
  const told = toldBy.get(ctx) ?? new Set<OrderId>();
  toldBy.set(ctx, told);
  for (const id of orders) {
    if (told.has(id)) continue;
    told.add(id);
    ctx.events.warning(`Order ${id} of event ${event} is a leftover with a payment: check it in Revel.`);
  }
}

/**
 * The same of an event that gets no order: the run that took its order away because a person wanted it so may have been
 * stopped before it had given the payment back.
 */
export async function tellUnreturned(
  ctx: RunContext,
  event: EventId,
  rows: readonly FoundOrder[],
): Promise<void> {
  const left: OrderId[] = [];
  for (const row of rows) {
    if (!isTakenByUs(row) || (row.historyIds !== null && !isVisible(row))) continue;
    const payments = await ctx.revel.payments(row.id);
    if (payments.kind === 'ok' && balanceOf(payments.value).amount !== zero) left.push(row.id);
  }
  tellLeftovers(ctx, event, left);
}
