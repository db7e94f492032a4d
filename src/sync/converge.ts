import { isSuperseded } from '../domain/notes.js';
import { type FoundOrder, isVisible } from '../domain/order.js';
import { billsOf, type OrderPlan, planOrder, standings } from '../domain/plan.js';
import { leftElsewhere } from '../domain/verdicts.js';
import type { WantedOrder } from '../domain/wanted.js';

import { planAround, planReading, readContents } from './contents.js';
import { readCurrent, restsOnHeaders } from './current.js';
import { fill } from './fill.js';
import { abandoned, follow, takeBack } from './follow.js';
import { Halt, Lost } from './halt.js';
import { awaitDeadRun, createHeader, dropLosers, hasOverlooked, look } from './header.js';
import type { Session } from './session.js';

/** The event's order stands, or a person is needed. */
export type Converged =
  | { kind: 'standing'; order: FoundOrder; created: boolean }
  | Extract<OrderPlan, { kind: 'in-service' | 'failed' }>;

/** Each round looks afresh; most events need two. More than this means that something keeps changing. */
const MAX_ROUNDS = 40;

/**
 * Brings the event's order to where it should be: look, decide, act on what was seen, look again, until there is
 * nothing left to do. Every round starts from what Revel shows, so that it does not matter which run, on which
 * host, did the earlier steps.
 *
 * @param refresh reads the event again: another run may have acted on a newer state of it; null: unchanged
 * @throws Halt when the event cannot be finished now
 */
export async function converge(
  session: Session,
  refresh: () => Promise<WantedOrder | null>,
): Promise<Converged> {
  const { settleMs } = session.ctx.settings;
  await session.resume();
  let refreshed = false;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    session.checkStop();
    const rows = await look(session);
    if (session.lookedAt < session.straysUntil && standings(rows).visible.length > 0) {
      await session.untilAllShows();
      continue;
    }
    const plan = await planAsFound(session, rows);
    switch (plan.kind) {
      case 'in-service':
      case 'failed': {
        const newer = refreshed ? null : await refresh();
        refreshed = true;
        if (!newer) return plan;
        session.wanted = newer;
        continue;
      }
      case 'standing':
        // Another run's last write, long under way, may have finished the order after we claimed it.
        await takeBack(session, plan.order);
        await dropLosers(session, plan.losers, plan.order);
        await session.finish();
        return { kind: 'standing', order: plan.order, created: false };
      case 'create':
      case 'need-contents':
      case 'need-bills':
      case 'complete':
        break;
    }
    if (await hasOverlooked(session, rows)) continue;
    try {
      if (plan.kind === 'create') {
        await clearTheWay(session, plan.losers);
        if (!(await awaitDeadRun(session))) await createHeader(session, rows);
        continue;
      }
      const done = await complete(session, plan.order, rows);
      if (done) {
        await session.finish();
        return { kind: 'standing', order: done, created: session.created.has(done.id) };
      }
    } catch (error) {
      if (!(error instanceof Lost)) throw error;
    }
    await session.pause(Math.max(settleMs / 3, 10));
  }
  throw new Halt(
    { kind: 'failed', reason: 'UNVERIFIED' },
    `The orders of event ${session.key.event} kept changing while they were worked on. The next run looks again.`,
  );
}

/**
 * The plan from what was found; contents are read only for an order that staff can see and that needs it, or that a
 * write of unknown outcome may have changed: no header tells of a line or a payment too many. What people would be told
 * of it is told by the header as it is now.
 */
async function planAsFound(session: Session, rows: readonly FoundOrder[]): Promise<OrderPlan> {
  const plan = await planAsListed(session, rows);
  if (plan.kind !== 'failed' || !restsOnHeaders(plan.failure.reason)) return plan;
  const current = session.need(await readCurrent(session.ctx, rows));
  return current === null ? plan : planAsListed(session, current);
}

async function planAsListed(session: Session, rows: readonly FoundOrder[]): Promise<OrderPlan> {
  const { ctx, wanted, straysUntil } = session;
  const plan = planOrder(wanted, rows, [], planAround(ctx));
  const mayStray = plan.kind === 'standing' && straysUntil > Number.NEGATIVE_INFINITY;
  if (mayStray) {
    const contents = session.need(await readContents(ctx.revel, plan.order, billsOf(plan.order, rows)));
    return session.need(await planReading(ctx, wanted, rows, [contents]));
  }
  if (plan.kind !== 'need-contents' || !isVisible(plan.order)) return plan;
  return session.need(await planReading(ctx, wanted, rows));
}

/** Completes the hidden order that counts, if it is or becomes ours. Null: look again. */
async function complete(
  session: Session,
  winner: FoundOrder,
  rows: readonly FoundOrder[],
): Promise<FoundOrder | null> {
  await clearTheWay(
    session,
    hiddenOthers(rows, winner).filter((row) => isBefore(row, winner)),
  );
  const made = session.created.get(winner.id);
  if (made && !session.begun.has(winner.id)) {
    const order = await fill(session, made.order, true);
    await dropLosers(session, hiddenOthers(rows, order), order);
    return order;
  }
  // A lagging list may show a header as live that is not: make sure before giving way to it.
  const order = session.need(await session.ctx.revel.order(winner.id));
  if (!order || order.deleted || isVisible(order)) return null;
  await dropLosers(
    session,
    hiddenOthers(rows, order).filter((row) => session.owns(row)),
    order,
  );
  // Another run may have taken over what this one has made.
  const isHeld = made !== undefined && session.holds(order);
  if (!isHeld && (await follow(session, order)) === 'again') return null;
  const filled = await fill(session, order, false);
  await dropLosers(session, hiddenOthers(rows, filled), filled);
  return filled;
}

function hiddenOthers(rows: readonly FoundOrder[], winner: FoundOrder): FoundOrder[] {
  return standings(rows).hidden.filter((row) => row.id !== winner.id);
}

function isBefore(row: FoundOrder, winner: FoundOrder): boolean {
  return Number(row.id) < Number(winner.id);
}

/**
 * Unfinished headers in an establishment that the event has left. Whoever fills one of them may not know of the
 * move yet and goes by the lowest id, so that we do too: nothing is made visible while it is there.
 */
async function clearTheWay(session: Session, losers: readonly FoundOrder[]): Promise<void> {
  await dropLosers(session, losers, null);
  for (const listed of losers.filter((row) => !session.dropped.has(row.id))) {
    const busy = session.need(await session.ctx.revel.order(listed.id));
    if (!busy || busy.deleted || isSuperseded(busy.notes)) continue;
    if (isVisible(busy)) throw new Lost();
    if (abandoned(session, busy)) {
      throw new Halt({ kind: 'failed', reason: 'ORPHANED' }, leftElsewhere(session.wanted, busy));
    }
    throw new Halt(
      { kind: 'skipped', reason: 'CLAIMED_ELSEWHERE' },
      `Another run is at work on order ${busy.id} of this event; the next sweep looks again.`,
    );
  }
}
