import type { OrderPlan } from '../domain/plan.js';
import type { WantedOrder } from '../domain/wantedOrder.js';
import type { RunContext } from './context.js';
import { isTold, setTold } from './memory.js';
import { inService, type Known } from './results.js';
import type { EventResult } from './types.js';

/** The result of an event whose order is in service. What nothing can change any more is told once. */
export async function servedResult(
  ctx: RunContext,
  known: Known,
  wanted: WantedOrder,
  plan: Extract<OrderPlan, { kind: 'in-service' }>,
): Promise<EventResult> {
  if (!plan.settled) return inService(known, wanted, plan, false);
  const what = [plan.order.id, plan.differences];
  const told = await isTold(ctx, known.id, what);
  if (!told && !ctx.request.dryRun) await setTold(ctx, known.id, what);
  return inService(known, wanted, plan, told);
}
