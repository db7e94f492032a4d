import type { Contents, FoundItem, FoundOrder, FoundPayment } from '../domain/order.js';
import { type DecidedPlan, type OrderPlan, type PlanAround, planOrder } from '../domain/plan.js';
import type { WantedOrder } from '../domain/wanted.js';
import type { RevelPort, RevelRead } from '../revel/types.js';
import type { RunContext } from './context.js';

/** What the plan of this run depends on besides the event and its orders. */
export function planAround({ clock, settings }: Pick<RunContext, 'clock' | 'settings'>): PlanAround {
  return { now: clock.now(), locations: settings.locations };
}

/** More answers than an order, its bills and an unfinished header beside it can call for. */
const MAX_READS = 6;

/** The plan, with all that it asks for read from Revel. */
export async function planReading(
  ctx: Pick<RunContext, 'clock' | 'settings' | 'revel'>,
  wanted: WantedOrder,
  rows: readonly FoundOrder[],
  known: readonly Contents[] = [],
): Promise<RevelRead<DecidedPlan>> {
  const { revel } = ctx;
  let read = [...known];
  for (let round = 0; round < MAX_READS; round += 1) {
    const plan = planOrder(wanted, rows, read, planAround(ctx));
    if (plan.kind !== 'need-contents' && plan.kind !== 'need-bills') return { kind: 'ok', value: plan };
    const more = await readFor(revel, plan, read);
    if (more.kind === 'error') return more;
    read = [...read.filter(({ order }) => order !== more.value.order), more.value];
  }
  return { kind: 'error', detail: `The orders of event ${wanted.eventId} could not be read to their end.` };
}

async function readFor(
  revel: RevelPort,
  plan: Extract<OrderPlan, { kind: 'need-contents' | 'need-bills' }>,
  read: readonly Contents[],
): Promise<RevelRead<Contents>> {
  const { order } = plan;
  if (plan.kind === 'need-contents') return readContents(revel, order, plan.bills);
  const found = await revel.bills(order);
  if (found.kind === 'error') return found;
  const known = read.find((each) => each.order === order.id);
  const seen = new Set([...(known?.items ?? []), ...(known?.payments ?? [])].map(({ orderId }) => orderId));
  const bills = found.value.filter(({ id }) => !seen.has(id));
  const more = await rowsOf(revel, bills);
  if (more.kind === 'error') return more;
  const { items, payments } = more.value;
  const contents = {
    order: order.id,
    items: [...(known?.items ?? []), ...items],
    payments: [...(known?.payments ?? []), ...payments],
    bills: found.value,
  };
  return { kind: 'ok', value: contents };
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
