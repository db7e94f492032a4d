import type { Contents, FoundItem, FoundOrder, FoundPayment } from '../domain/order.js';
import type { PlanAround } from '../domain/plan.js';
import type { RevelPort, RevelRead } from '../revel/types.js';
import type { RunContext } from './context.js';

/** What the plan of this run depends on besides the event and its orders. */
export function planAround({ clock, settings }: Pick<RunContext, 'clock' | 'settings'>): PlanAround {
  return { now: clock.now(), locations: settings.locations };
}

/** Lines and payments of the order, and of the parts of it that are known. */
export async function readContents(
  revel: RevelPort,
  order: FoundOrder,
  bills: readonly FoundOrder[],
): Promise<RevelRead<Contents>> {
  const rows = await rowsOf(revel, [order, ...bills]);
  if (rows.kind === 'error') return rows;
  return { kind: 'ok', value: { order: order.id, ...rows.value, bills: null } };
}

async function rowsOf(
  revel: RevelPort,
  orders: readonly FoundOrder[],
): Promise<RevelRead<{ items: FoundItem[]; payments: FoundPayment[] }>> {
  const all: { items: FoundItem[]; payments: FoundPayment[] } = { items: [], payments: [] };
  for (const { id } of orders) {
    const items = await revel.items(id);
    if (items.kind === 'error') return items;
    const payments = await revel.payments(id);
    if (payments.kind === 'error') return payments;
    all.items.push(...items.value);
    all.payments.push(...payments.value);
  }
  return { kind: 'ok', value: all };
}
