import { balanceOf } from '../domain/compare.js';
import type { OrderId } from '../domain/ids.js';
import { cents, zero } from '../domain/money.js';
import type { FoundOrder } from '../domain/order.js';
import {
  type Action,
  addPayment,
  markDeleted,
  type OrderPlan,
  removePayment,
  standings,
} from '../domain/plan.js';
import type { OrderKey } from '../revel/types.js';
import type { RunContext } from './context.js';
import {
  asideOf,
  begin,
  type End,
  type Found,
  type Given,
  headers,
  type Knowledge,
  known,
  unknown,
} from './order/knowledge.js';
import { learnFound } from './order/learn.js';
import { droppable, planOf, reportIn } from './order/situation.js';
import type { Proof } from './proof.js';

/*
 * What would be done for an event: the protocol, as far as nothing is written and nobody is waited for.
 */

/** What is to be written, in order. */
export interface Outlook {
  actions: Action[];
  /** A header is made. */
  creates: boolean;
  /** The order that is written to, or counts beside what goes; null: a new one, or none is known. */
  order: OrderId | null;
}

/** Goes as far as nothing is written and nobody is waited for. `open`: how it ends; null: there is something to do. */
export async function lookAhead(
  ctx: RunContext,
  key: OrderKey,
  given: Given,
  rows: readonly FoundOrder[],
  lookedAt: number,
  proof: Proof | null,
): Promise<{ k: Knowledge; open: End | null }> {
  const asOf = lookedAt - ctx.timing.settle;
  const contents = proof?.kind === 'contents' ? contentsAsOf(proof, asOf) : {};
  // The rows were judged before: they are all that there is, and the event is as new as they are.
  const first = { ...begin(given, { value: rows, asOf }, contents), beyond: true, refreshed: true };
  const planned = await planFrom(ctx, key, first);
  if (planned.open !== null) return planned;
  const k = await withContents(ctx, planned.k);
  // A person is needed for what hangs on it: told like anything else, once its header has been read by its id.
  return reportIn(planOf(k, ctx.now())) === null ? { k, open: null } : planFrom(ctx, key, k);
}

async function planFrom(
  ctx: RunContext,
  key: OrderKey,
  k: Knowledge,
): Promise<{ k: Knowledge; open: End | null }> {
  const done = await ctx.scheduler.run({
    key,
    begin: k,
    planOnly: true,
    refresh: async () => ({ kind: 'same' }),
  });
  switch (done.kind) {
    case 'threw':
      throw done.error;
    case 'end':
      return { k: done.k, open: done.end };
    case 'open':
      return { k: done.k, open: null };
  }
}

/** What hangs on an unfinished order, so that the plan can say what it still takes. */
async function withContents(ctx: RunContext, k: Knowledge): Promise<Knowledge> {
  const plan = planOf(k, ctx.now());
  if (plan.kind !== 'need-contents') return k;
  const { id } = plan.order;
  const askedAt = ctx.now();
  const items = await ctx.revel.items(id);
  const payments = await ctx.revel.payments(id);
  if (items.kind === 'error' || payments.kind === 'error') return k;
  const found: Found[] = [
    { of: 'items', id, askedAt, items: items.value },
    { of: 'payments', id, askedAt, payments: payments.value },
  ];
  return learnFound(k, found, ctx.now());
}

/** Headers beside an order that is completed, and that go when it stands. */
export async function clearedAway(
  ctx: RunContext,
  k: Knowledge,
  losers: readonly FoundOrder[],
): Promise<Action[]> {
  const actions: Action[] = [];
  const [winner] = standings(headers(k)).hidden;
  for (const { id } of droppable(k, ctx.now(), losers)) {
    const payments = await ctx.revel.payments(id);
    const isBare = payments.kind === 'ok' && payments.value.every(({ deleted }) => deleted);
    if (isBare) actions.push(markDeleted(id, winner?.id ?? null));
  }
  return actions;
}

function contentsAsOf({ contents }: Extract<Proof, { kind: 'contents' }>, asOf: number): Knowledge['orders'] {
  const items = { value: contents.items, asOf };
  const payments = { value: contents.payments, asOf };
  return { [contents.order]: { ...unknown, items, payments } };
}

/** Everything that a plan with something to do comes to, in the order of the writes. */
export function actionsOf(plan: OrderPlan, k: Knowledge, losers: Action[]): Outlook {
  switch (plan.kind) {
    case 'create': {
      const elsewhere = plan.losers.map(({ id }) => markDeleted(id, null));
      const actions = [...k.actions, ...elsewhere, ...withRetired(plan.actions, k)];
      return { actions, creates: true, order: null };
    }
    case 'complete': {
      const actions = [...k.actions, ...withRetired(plan.actions, k), ...losers];
      return { actions, creates: false, order: plan.order.id };
    }
    case 'standing':
    case 'in-service':
    case 'need-contents':
    case 'need-bills':
    case 'failed':
      return { actions: [...k.actions, ...retiredBy(k)], creates: false, order: plan.order?.id ?? null };
  }
}

/** What gives way goes when all but the payment of what comes in its place is there. */
function withRetired(actions: readonly Action[], k: Knowledge): Action[] {
  const at = actions.findIndex(({ action }) => action === 'add_payment' || action === 'mark_printed');
  return [...actions.slice(0, at), ...retiredBy(k), ...actions.slice(at)];
}

/** The orders that a person's decision takes away, and what was paid on them. */
function retiredBy(k: Knowledge): Action[] {
  const winner = k.decision?.kind === 'keep' ? k.decision.order : null;
  return asideOf(k).flatMap((row): Action[] => {
    if (row.deleted) return [];
    const payments = known(k, row.id).payments?.value ?? [];
    const { amount, tip } = balanceOf(payments);
    const back = { amount: cents(-amount), tip: cents(-tip) };
    const given = amount === zero && tip === zero ? [] : [addPayment(k.wanted, back)];
    const marked = payments.filter(({ deleted }) => !deleted).map(removePayment);
    return [markDeleted(row.id, winner), ...(k.takeBack === 'mark' ? marked : given)];
  });
}
