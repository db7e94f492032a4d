import { formatCents } from '../domain/money.js';
import type { Action } from '../domain/plan.js';
import type { FailReason } from '../domain/reasons.js';
import type { WantedOrder } from '../domain/wanted.js';
import { AppError } from '../errors.js';
import type { RunContext } from './context.js';
import { converge } from './converge.js';
import type { Work } from './event.js';
import { gatherWanted } from './gather.js';
import { Halt } from './halt.js';
import { remember, setDoubtful } from './memory.js';
import { base, doneAs, failed, failedPlan, standing } from './results.js';
import { servedResult } from './served.js';
import { Session } from './session.js';
import type { EventResult } from './types.js';

/**
 * Carries out the work on one event. The caller holds the event's lock.
 *
 * @param lookedAt when {@link Work.rows} were read, if that was under the lock; null: look again first
 */
export async function applyWork(ctx: RunContext, work: Work, lookedAt: number | null): Promise<EventResult> {
  const session = new Session(ctx, work.key, work.wanted);
  if (session.shared) ctx.finder.riders.add(session);
  if (lookedAt !== null) session.firstLook = { rows: work.rows, at: lookedAt };
  try {
    const done = await converge(session, () => reread(ctx, work, session));
    if (done.kind === 'failed') {
      if (mayStray(session)) await setDoubtful(ctx, work.known.id, true);
      return { ...failedPlan(work.known, session.wanted, done), changes: session.actions };
    }
    if (done.kind === 'in-service') {
      const served = await servedResult(ctx, work.known, session.wanted.finalTotal, done);
      return { ...served, changes: session.actions };
    }
    const { header } = work.known;
    if (header && work.ownLines && session.wanted === work.wanted) {
      await remember(ctx, header, work.wanted, done.order, work.readAt);
    }
    const { told: notes, finalTotal } = session.wanted;
    if (session.actions.length === 0) return { ...standing(work.known, finalTotal, done.order), notes };
    return {
      ...base(work.known),
      ...carriedOut(session, done.created),
      orderId: done.order.id,
      total: formatCents(finalTotal),
      notes,
      changes: session.actions,
    };
  } catch (error) {
    if (error instanceof Halt) {
      const shown = session.actions.some(({ action }) => action === 'make_visible');
      const isUnseen = shown && error.outcome.reason === 'UNVERIFIED';
      if (isUnseen || mayStray(session)) await setDoubtful(ctx, work.known.id, true);
      return halted(work, session, error);
    }
    if (!(error instanceof AppError) || session.actions.length === 0) throw error;
    const halt = new Halt({ kind: 'failed', reason: 'ABORTED' }, error.message);
    throw new Interrupted(error, halted(work, session, halt));
  } finally {
    ctx.finder.riders.delete(session);
  }
}

/** Something that it, or a dead run that it resumed, has written may have arrived late: headers prove nothing then. */
function mayStray({ straysUntil }: Session): boolean {
  return straysUntil > Number.NEGATIVE_INFINITY;
}

/** What ends the whole run has come in the middle of an event: `result` says how far that got. */
export class Interrupted extends AppError {
  readonly result: EventResult;

  constructor(error: AppError, result: EventResult) {
    super(error.code, error.exitCode, error.message, error.hint);
    this.result = result;
  }
}

/** The same event, not carried out after all. */
export function refusedWork(work: Work, reason: FailReason, error: string): EventResult {
  return { ...failed(work.known, reason, error, null, false), total: formatCents(work.wanted.finalTotal) };
}

/** The wanted order from the event as it is now; null when it is the same, or cannot be had. */
async function reread(ctx: RunContext, work: Work, session: Session): Promise<WantedOrder | null> {
  const read = await ctx.tripleseat.event(work.known.id);
  if (read.kind !== 'ok' || !work.known.location) return null;
  const gathered = await gatherWanted(ctx, read.value, work.known.location, false);
  return gathered.kind === 'ok' && gathered.order.revision !== session.wanted.revision
    ? gathered.order
    : null;
}

function halted(work: Work, session: Session, halt: Halt): EventResult {
  const made = [...session.created.keys()][0] ?? null;
  const known = {
    ...base(work.known),
    orderId: made,
    total: formatCents(session.wanted.finalTotal),
    changes: session.actions,
  };
  if (halt.outcome.kind === 'skipped') {
    return { ...known, status: 'skipped', reason: halt.outcome.reason, error: halt.message };
  }
  return {
    ...known,
    status: 'failed',
    reason: halt.outcome.reason,
    error: `${halt.message} ${progress(session)}`,
    upstream: halt.upstream,
  };
}

/** What was written, what is open, and what the next run will do. */
function progress(session: Session): string {
  const { actions } = session;
  if (actions.some(({ action }) => action === 'make_visible')) {
    return 'Everything was written; the next run compares it again.';
  }
  const made = [...session.created.keys()].join(', ');
  const lines = actions.filter(({ action }) => action === 'add_item').length;
  const paid = actions.some(({ action }) => action === 'add_payment');
  if (actions.length === 0 && made === '') {
    return session.lastWriteAt > Number.NEGATIVE_INFINITY
      ? 'Whether the order was made is not known; the next run looks for it before it makes one.'
      : 'Nothing was written; the next run tries again.';
  }
  return `Written so far: order ${made || 'begun earlier'}, ${lines} of ${session.wanted.items.length} lines${paid ? ', the payment' : ''}. Staff cannot see it yet; the next run completes it.`;
}

/** A run that lost the race for the header has only cleaned up after itself. */
function carriedOut(session: Session, created: boolean) {
  const did = (name: Action['action']) => session.actions.some(({ action }) => action === name);
  const lost = !created && !did('make_visible') && did('create_order');
  return lost ? ({ status: 'skipped', reason: 'ALREADY_INJECTED' } as const) : doneAs(created);
}
