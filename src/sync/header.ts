import { orderDate } from '../domain/businessDay.js';
import { freeUuid, orderUuid, usedUuids } from '../domain/identity.js';
import { claimedNotes, isSuperseded, supersededNotes } from '../domain/notes.js';
import { type FoundOrder, isVisible } from '../domain/order.js';
import { createOrder, markDeleted } from '../domain/plan.js';
import { isTouched } from '../domain/service.js';
import type { WantedOrder } from '../domain/wanted.js';
import type { RevelRead } from '../revel/types.js';
import type { RunContext } from './context.js';
import { abandoned, abandonedIn } from './follow.js';
import { Lost } from './halt.js';
import type { Reads } from './reads.js';
import type { Session } from './session.js';
import { contactGap, type Sign } from './signs.js';

/** How often a header that may still be made is looked for, in milliseconds. */
const LOOK_AGAIN_MS = 1_000;

/** All rows of the event; what this session knows better than a lagging list is put right. */
export async function look(session: Session): Promise<FoundOrder[]> {
  const first = session.firstLook;
  session.firstLook = null;
  const isFresh = first !== null && session.now - first.at <= contactGap(session.ctx.settings.settleMs);
  const { rows, at } = isFresh ? first : await lookNow(session);
  session.lookedAt = at;
  return lookedUp(session, rows, at);
}

/** Rows of the event as asked for at `at`, with what this session knows better. */
export function lookedUp(session: Session, rows: readonly FoundOrder[], at: number): FoundOrder[] {
  for (const row of rows) if (session.created.has(row.id)) session.confirm(row, at);
  const listed = new Set(rows.map((row) => row.id));
  const made = [...session.created.values()].map(({ order }) => order).filter(({ id }) => !listed.has(id));
  return [...rows, ...made].map((row) => (session.dropped.has(row.id) ? { ...row, deleted: true } : row));
}

async function lookNow(session: Session): Promise<{ rows: readonly FoundOrder[]; at: number }> {
  const { read, askedAt } = await session.ctx.finder.ask(session.key);
  return { rows: session.need(read), at: askedAt };
}

/**
 * Whether an order of the event stands where the look did not reach. Asked before anything is shown to staff; looks
 * after it do reach there.
 */
export async function hasOverlooked(session: Session, rows: readonly FoundOrder[]): Promise<boolean> {
  const further = session.need(await session.ctx.finder.further(session.key));
  const seen = new Set(rows.map(({ id }) => id));
  return further.some(({ id, deleted }) => !deleted && !seen.has(id));
}

/**
 * Waits until a dead run's last write must show, looking all the while: a header it sent off may still be made. True:
 * something has turned up, look again.
 */
export async function awaitDeadRun(session: Session): Promise<boolean> {
  if (session.resumedAt === null) return false;
  const { settleMs } = session.ctx.settings;
  const until = session.straysUntil;
  session.tellWait(until);
  while (session.now < until) {
    await session.pause(Math.min(Math.max(settleMs / 3, LOOK_AGAIN_MS), until - session.now));
    if ((await look(session)).some((row) => !row.deleted)) return true;
  }
  session.resumedAt = null;
  return false;
}

/**
 * Makes the header of the event's order. It is born with our claim, so that other runs see at once that it is
 * being filled. The look before it must be fresh, however long the request waited for its turn.
 */
export async function createHeader(session: Session, rows: readonly FoundOrder[]): Promise<FoundOrder> {
  const { ctx, wanted } = session;
  const uuid = freeUuid(usedUuids(rows), (generation) =>
    orderUuid(wanted.establishmentId, wanted.localId, generation),
  );
  const lastLook: Sign = { at: session.lookedAt };
  const isTaken = (row: FoundOrder) => !row.deleted || row.uuid?.toLowerCase() === uuid;
  const lookAgain = async () => {
    const again = await look(session);
    lastLook.at = session.lookedAt;
    if (again.some(isTaken)) throw new Lost();
  };
  const order = await session.writeWhile(
    lastLook,
    (guard) =>
      ctx.revel.createOrder(
        {
          wanted,
          uuid,
          notes: claimedNotes(wanted.eventId, wanted.revision, session.claim),
          createdDate: orderDate(session.now, wanted),
          updatedDate: session.localNow,
        },
        guard,
      ),
    async (reads) => {
      const now = await reads.orders();
      if (!now.some(isTaken)) lastLook.at = session.lookedAt;
      return now.find((row) => !row.deleted && session.owns(row)) ?? null;
    },
    lookAgain,
    lookAgain,
  );
  session.sign.at = lastLook.at;
  session.sign.lookedAt = lastLook.at;
  session.created.set(order.id, { order, at: session.now });
  session.actions.push(createOrder(wanted));
  session.remember(order.id);
  return order;
}

/**
 * Takes headers out of the race that lost against `winner`: those this run has made, and those that nobody has
 * worked on for long. One that staff has touched, or that holds a payment, is left to people. If Revel does not
 * keep the deleted mark, the notes say what the header is, and every look-up disregards it.
 */
export async function dropLosers(
  session: Session,
  losers: readonly FoundOrder[],
  winner: FoundOrder | null,
): Promise<void> {
  for (const loser of losers) {
    if (!session.owns(loser) && !abandoned(session, loser)) continue;
    try {
      await dropLoser(session, loser, winner);
    } catch (error) {
      // Somebody else is at it.
      if (!(error instanceof Lost)) throw error;
    }
  }
}

/**
 * Those losers that a run would take out of the race besides its own: nobody can be at work on them, staff has
 * not touched them, and no payment hangs on them.
 */
export async function droppable(
  ctx: RunContext,
  wanted: WantedOrder,
  losers: readonly FoundOrder[],
): Promise<RevelRead<FoundOrder[]>> {
  const found: FoundOrder[] = [];
  for (const row of losers) {
    if (isTouched(wanted, row) || !abandonedIn(ctx, wanted, row)) continue;
    const payments = await ctx.revel.payments(row.id);
    if (payments.kind === 'error') return payments;
    if (payments.value.every(({ deleted }) => deleted)) found.push(row);
  }
  return { kind: 'ok', value: found };
}

async function dropLoser(session: Session, listed: FoundOrder, winner: FoundOrder | null): Promise<void> {
  const { ctx, wanted } = session;
  const sign: Sign = { at: Number.NEGATIVE_INFINITY };
  const readLoser = async () => {
    sign.at = session.now;
    const row = session.need(await ctx.revel.order(listed.id));
    const open = row && !row.deleted && !isVisible(row) && !isSuperseded(row.notes);
    return open && !isTouched(wanted, row) ? row : null;
  };
  const loser = await readLoser();
  if (!loser) return;
  const payments = session.need(await ctx.revel.payments(loser.id));
  if (payments.some((row) => !row.deleted)) {
    ctx.events.warning(
      `Order ${loser.id} of event ${wanted.eventId} is a leftover with a payment: check it in Revel.`,
    );
    return;
  }
  const notes = supersededNotes(wanted.eventId, winner?.id ?? loser.id);
  const read = async (reads: Reads) => {
    const now = await reads.order(loser.id);
    return now && (now.deleted || isSuperseded(now.notes)) ? now : null;
  };
  const answered = await session.writeWhile(
    sign,
    (guard) =>
      ctx.revel.changeOrder(loser.id, { deleted: true, notes, updatedDate: session.localNow }, guard),
    read,
    async () => {
      if (!(await readLoser())) throw new Lost();
    },
  );
  session.dropped.add(loser.id);
  session.created.delete(loser.id);
  session.actions.push(markDeleted(loser.id, winner?.id ?? null));
  const kept = answered ?? (await read(session.own));
  if (!kept?.deleted) {
    ctx.events.warning(
      `Revel did not keep the deleted mark of order ${loser.id} (event ${wanted.eventId}): it stays behind as a hidden, superseded order and is disregarded.`,
    );
  }
}
