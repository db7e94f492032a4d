import { bookedBoth, bookedEvent } from '../domain/booked.js';
import { formatCents } from '../domain/money.js';
import type { Action } from '../domain/plan.js';
import type { FailReason } from '../domain/reasons.js';
import { AppError } from '../errors.js';
import type { RunContext } from './context.js';
import { givenFor, planById, reported, type Work } from './event.js';
import { gatherWanted } from './gather.js';
import { judgeBy } from './judge.js';
import { tellLeftovers } from './leftovers.js';
import { isDoubtful, remember, setDoubtful } from './memory.js';
import { leftoversOf } from './order/decided.js';
import { begin, type Knowledge, type Refreshed } from './order/knowledge.js';
import { base, doneAs, failed, halted, outdated, standing } from './results.js';
import type { Done, Job } from './scheduler.js';
import type { EventResult } from './types.js';

/** What ends the whole run has come in the middle of an event: `result` says how far that got. */
export class Interrupted extends AppError {
  readonly result: EventResult;

  constructor(error: AppError, result: EventResult) {
    super(error.code, error.exitCode, error.message, error.hint);
    this.result = result;
  }
}

/**
 * Carries out the work on one event. The caller holds the event's lock.
 *
 * @param lookedAt when {@link Work.rows} were asked for, if that was under the lock; null: look again first
 */
export function applyWork(ctx: RunContext, work: Work, lookedAt: number | null): Promise<EventResult> {
  return apply(ctx, work, lookedAt, false);
}

/** `isAnew`: it was planned again, since the event had changed too much while it was worked on. */
async function apply(
  ctx: RunContext,
  work: Work,
  lookedAt: number | null,
  isAnew: boolean,
): Promise<EventResult> {
  const { known, key, wanted, decision } = work;
  const rows = lookedAt === null ? null : { value: work.rows, asOf: lookedAt - ctx.timing.settle };
  // Another run may have made the order since this work was planned, and have found it lacking.
  const compareFrom = (await isDoubtful(ctx, known.id)) ? ctx.now() : null;
  const job: Job = {
    key,
    begin: begin(givenFor(ctx, wanted, compareFrom, decision), rows),
    planOnly: false,
    refresh: async () => (decision?.kind === 'void' ? { kind: 'same' } : reread(ctx, work)),
  };
  const done = await ctx.scheduler.run(job);
  switch (done.kind) {
    case 'threw':
      throw interrupted(work, done);
    case 'open':
      throw new Error(`the order of event ${known.id} was only planned`);
    case 'end':
      // A person has decided about what was shown to them; and what changes again and again is for the next run.
      return done.end.kind === 'outdated' && !decision && !isAnew
        ? judgedAnew(ctx, known, done.k.actions)
        : resultOf(ctx, work, done);
  }
}

async function resultOf(
  ctx: RunContext,
  work: Work,
  { k, end }: Extract<Done, { kind: 'end' }>,
): Promise<EventResult> {
  const { known, wanted, readAt } = work;
  const changes = [...k.actions];
  switch (end.kind) {
    case 'report':
      tellLeftovers(ctx, known.id, leftoversOf(k, []));
      if (k.compareFrom !== null) await setDoubtful(ctx, known.id, true);
      return { ...(await reported(ctx, known, k.wanted, end.plan, false)), changes };
    case 'halted':
      // Its header looks right from then on, since we wrote it; and what was lost may still arrive.
      if ((did(k, 'make_visible') && end.reason === 'UNVERIFIED') || k.compareFrom !== null) {
        await setDoubtful(ctx, known.id, true);
      }
      return halted(known, k.wanted, end, k);
    case 'gone':
      tellLeftovers(ctx, known.id, end.leftovers);
      return { ...base(known), ...doneAs(false), orderId: end.order, changes };
    case 'outdated':
      return { ...outdated(known), changes };
    case 'standing': {
      tellLeftovers(ctx, known.id, end.leftovers);
      // What another run has made meanwhile is believed by its header, but not for longer than this run.
      const isKnown = end.compared !== null && end.leftovers.length === 0;
      if (known.header && work.ownLines && k.wanted === wanted && isKnown) {
        await remember(ctx, known.header, { ...wanted, told: work.told }, end.order, readAt);
      }
      const { told: notes, finalTotal } = k.wanted;
      if (changes.length === 0) return { ...standing(known, k.wanted, end.order), notes };
      const orderId = end.order.id;
      const total = formatCents(finalTotal);
      const booked = bookedBoth(k.wanted, end.order);
      return { ...base(known), ...carriedOut(k, end.created), orderId, total, booked, notes, changes };
    }
  }
}

/** What an event comes to that wants something else than when its work was planned. */
async function judgedAnew(
  ctx: RunContext,
  { id, header }: Work['known'],
  changes: readonly Action[],
): Promise<EventResult> {
  const planned = await planById(ctx, id, header);
  const result =
    planned.kind === 'result' ? planned.result : await apply(ctx, planned.work, planned.work.lookedAt, true);
  return { ...result, changes: [...changes, ...result.changes] };
}

/** What the plan would come to, for a dry run. */
export function plannedResult({ known, creates, order, wanted, actions, decision }: Work): EventResult {
  return {
    ...base(known),
    ...doneAs(creates),
    orderId: order,
    // Of an order that only goes, the event wants nothing.
    total: decision?.kind === 'void' ? null : formatCents(wanted.finalTotal),
    notes: wanted.told,
    changes: actions,
  };
}

/** The same event, not carried out after all. */
export function refusedWork(work: Work, reason: FailReason, error: string): EventResult {
  return {
    ...failed(work.known, reason, error, null, false),
    orderId: work.order,
    total: formatCents(work.wanted.finalTotal),
    booked: bookedEvent(work.wanted),
  };
}

/** The event as it is now: judged beside its orders, and without the menu where no line of it is written. */
async function reread(ctx: RunContext, { known, wanted, rows, decision }: Work): Promise<Refreshed> {
  const read = await ctx.tripleseat.event(known.id);
  if (read.kind === 'not-found') return { kind: 'outdated' };
  if (read.kind !== 'ok' || !known.location) return { kind: 'same' };
  const verdict = judgeBy(ctx, { id: known.id, header: read.value }, rows, []);
  if (verdict.kind !== 'wants-order' || verdict.location.name !== known.location.name)
    return { kind: 'outdated' };
  const gathered = await gatherWanted(ctx, read.value, known.location, decision?.kind === 'payment');
  if (gathered.kind === 'failed' && gathered.upstream) return { kind: 'same' };
  if (gathered.kind !== 'ok') return { kind: 'outdated' };
  return gathered.order.revision === wanted.revision
    ? { kind: 'same' }
    : { kind: 'changed', wanted: gathered.order };
}

function interrupted(work: Work, { error, k }: Extract<Done, { kind: 'threw' }>): unknown {
  if (!(error instanceof AppError) || k.actions.length === 0) return error;
  const end = {
    kind: 'halted',
    order: null,
    message: error.message,
    upstream: false,
    skipped: false,
    reason: 'ABORTED',
  } as const;
  return new Interrupted(error, halted(work.known, k.wanted, end, k));
}

/** A run that lost the race for the header has only cleaned up after itself. */
function carriedOut(k: Knowledge, created: boolean) {
  const isLost = !created && !did(k, 'make_visible') && did(k, 'create_order');
  return isLost ? ({ status: 'skipped', reason: 'ALREADY_INJECTED' } as const) : doneAs(created);
}

function did(k: Knowledge, name: Action['action']): boolean {
  return k.actions.some(({ action }) => action === name);
}
