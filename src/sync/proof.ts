import type { EventId, OrderId } from '../domain/ids.js';
import type { Location } from '../domain/location.js';
import type { Contents, FoundOrder } from '../domain/order.js';
import { standings } from '../domain/plan.js';
import { parseNaive } from '../domain/zones.js';
import { establishmentOf, type RunContext } from './context.js';
import { judgeBy } from './judge.js';
import { isDoubtful, recall } from './memory.js';
import type { Listed } from './types.js';

/** What hangs on an order may not show in lists for as long after it was written to. */
const RECENT_MS = 60_000;

/** Lines and payments of an order whose header alone proves nothing. */
export type Proof =
  | { kind: 'contents'; contents: Contents }
  /** They could not be read together with those of others. */
  | { kind: 'unread' };

/**
 * Lines and payments of the orders that staff can see and of which nothing is remembered: those of a hundred events
 * with two requests or, where they have many lines, a few more. Revel shows no trace in a header of lines or payments that are gone, so that a sweep without a
 * memory would take a header that we wrote for the whole order. Events that need no proof are left out; so are all
 * where Revel cannot be asked for several orders at once, since one by one would be two requests for each event.
 *
 * @param found the rows of each event
 */
export async function readProofs(
  ctx: RunContext,
  listed: readonly Listed[],
  found: ReadonlyMap<EventId, readonly FoundOrder[]>,
): Promise<Map<EventId, Proof>> {
  const proofs = new Map<EventId, Proof>();
  const orders = new Map<EventId, OrderId>();
  for (const candidate of listed) {
    const order = await unproven(ctx, candidate, found.get(candidate.id) ?? []);
    if (order) orders.set(candidate.id, order.id);
  }
  if (orders.size === 0) return proofs;
  const ids = [...orders.values()];
  const items = await ctx.revel.itemsOf(ids);
  if (items.kind === 'ok' && items.value === null) return proofs;
  const payments = items.kind === 'ok' ? await ctx.revel.paymentsOf(ids) : items;
  if (payments.kind === 'ok' && payments.value === null) return proofs;
  const read =
    items.kind === 'ok' && payments.kind === 'ok' && items.value && payments.value
      ? { items: byOrder(items.value), payments: byOrder(payments.value) }
      : null;
  for (const [event, order] of orders) {
    const contents = read && {
      order,
      items: read.items.get(order) ?? [],
      payments: read.payments.get(order) ?? [],
      bills: null,
    };
    proofs.set(event, contents ? { kind: 'contents', contents } : { kind: 'unread' });
  }
  return proofs;
}

/** The order of an event that wants one, if only its header would speak for it. */
async function unproven(
  ctx: RunContext,
  candidate: Listed,
  rows: readonly FoundOrder[],
): Promise<FoundOrder | null> {
  const verdict = judgeBy(ctx, candidate, rows, []);
  const [order, second] = standings(rows).visible;
  if (verdict.kind !== 'wants-order' || !order || second) return null;
  const { location } = verdict;
  if (order.establishmentId !== establishmentOf(ctx, location) || isRecent(ctx, location, order)) return null;
  // What is in doubt is read by itself.
  const isSettled =
    (await isDoubtful(ctx, candidate.id)) || (await recall(ctx, candidate.header, location, rows));
  return isSettled ? null : order;
}

/** Whether the order was written to a moment ago, so that lists may not show all of it. */
export function isRecent(ctx: RunContext, { timezone }: Location, { updatedDate }: FoundOrder): boolean {
  const now = ctx.now() + ctx.clockOff().byMs;
  const at = updatedDate === null ? null : parseNaive(updatedDate, timezone, now);
  return at !== null && Math.abs(now - at) < Math.max(RECENT_MS, 10 * ctx.settings.settleMs);
}

function byOrder<T extends { orderId: OrderId }>(rows: readonly T[]): Map<OrderId, T[]> {
  const groups = new Map<OrderId, T[]>();
  for (const row of rows) {
    const group = groups.get(row.orderId);
    if (group) group.push(row);
    else groups.set(row.orderId, [row]);
  }
  return groups;
}
