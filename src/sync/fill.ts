import { isFiledUnder, orderDate, rowDate } from '../domain/businessDay.js';
import { compareItems, compareMoney } from '../domain/compare.js';
import { freeUuid, GENERATION_STEP, historyUuid, itemUuid, usedUuids } from '../domain/identity.js';
import { zero } from '../domain/money.js';
import { finalNotes } from '../domain/notes.js';
import type { FoundItem, FoundOrder } from '../domain/order.js';
import { addItem, needsTotals, setTotals, standings } from '../domain/plan.js';
import type { WantedItem } from '../domain/wanted.js';
import type { OrderChange, RevelRead } from '../revel/types.js';
import { readBack } from './finished.js';
import { Halt, Lost } from './halt.js';
import { pay, verifyPayment } from './payment.js';
import type { Reads } from './reads.js';
import type { Session } from './session.js';

/** How often something that Revel accepted is written again because it does not show. */
const MAX_REWRITES = 4;

/**
 * Makes an order that is ours complete and then visible, in this order: lines, totals, a look whether the order
 * is still the one that counts, lines checked, payment, printed, the row that makes it visible, read-back.
 *
 * @param fresh this run has just made the header, so that nothing hangs on it yet
 * @returns the order as read back, equal to the event to the cent
 * @throws Lost when the order is no longer ours; Halt when it cannot be finished now
 */
export async function fill(session: Session, header: FoundOrder, fresh: boolean): Promise<FoundOrder> {
  const { wanted } = session;
  session.remember(header.id);
  session.begun.add(header.id);
  // Lists may not show our own latest rows yet.
  if (!fresh) await session.untilAllShows();
  const order = fresh ? header : await session.contact(header.id);
  const items = fresh ? [] : session.need(await session.ctx.revel.items(order.id));
  await reconcileItems(session, order, items);
  if (fresh || needsTotals(wanted, order)) {
    await writeTotals(session, order);
    session.actions.push(setTotals(wanted));
  }
  await settleCreation(session, header);
  // Asked for at the same time, so that the proof of ownership is still fresh when the payment is written.
  const listed = session.ctx.revel.items(order.id);
  await Promise.all([confirmStanding(session, order), listed]);
  await verifyItems(session, order, await listed);
  await pay(session, order, fresh);
  const payments = await verifyPayment(session, order);
  await markPrinted(session, order);
  await makeVisible(session, order);
  return readBack(session, order, payments);
}

/** False: there was nothing to write. */
async function reconcileItems(
  session: Session,
  order: FoundOrder,
  found: readonly FoundItem[],
): Promise<boolean> {
  const { missing, extra } = compareItems(session.wanted.items, found);
  const before = session.actions.length;
  for (const row of extra) {
    await removeItem(session, order, row);
    session.actions.push({ action: 'remove_item', item: row.id, product: row.productId });
  }
  const used = usedUuids(found);
  for (const item of missing) {
    if (await addOne(session, order, item, used)) session.actions.push(addItem(item));
  }
  return session.actions.length > before;
}

/** False: Revel has taken this very line from this run already. */
async function addOne(
  session: Session,
  order: FoundOrder,
  item: WantedItem,
  used: Set<string>,
): Promise<boolean> {
  const { ctx, wanted } = session;
  const uuid = freeUuid(used, (generation) =>
    itemUuid(order.uuid ?? '', order.id, {
      ...item,
      occurrence: item.occurrence + generation * GENERATION_STEP,
    }),
  );
  // Lists may lag beyond the settling time: a line that Revel has taken is waited for, never sent again.
  if (session.accepted.has(uuid)) return false;
  used.add(uuid);
  const date = orderDate(session.now, wanted);
  await session.writeTo(
    order.id,
    (guard) =>
      ctx.revel.createItem(
        {
          wanted,
          orderId: order.id,
          item,
          uuid,
          position: wanted.items.indexOf(item),
          createdDate: date,
          updatedDate: session.localNow,
        },
        guard,
      ),
    async (reads) => {
      const rows = await reads.items(order.id);
      return rows.some((row) => row.uuid?.toLowerCase() === uuid && !row.deleted) ? true : null;
    },
  );
  session.accepted.add(uuid);
  return true;
}

async function removeItem(session: Session, order: FoundOrder, row: FoundItem): Promise<void> {
  const { ctx } = session;
  const gone = async (reads: Reads) => {
    const rows = await reads.items(order.id);
    return rows.some((other) => other.id === row.id && !other.deleted) ? null : true;
  };
  await session.writeTo(order.id, (guard) => ctx.revel.removeItem(row.id, guard), gone);
}

/** Writes a change of the header until it shows; `shows` judges the order as answered or read. */
async function change(
  session: Session,
  order: FoundOrder,
  what: string,
  make: () => Omit<OrderChange, 'updatedDate'>,
  shows: (order: FoundOrder) => boolean,
): Promise<void> {
  const { ctx } = session;
  for (let attempt = 1; attempt <= MAX_REWRITES; attempt += 1) {
    const answered = await session.writeTo(
      order.id,
      (guard) => ctx.revel.changeOrder(order.id, { ...make(), updatedDate: session.stampHeader() }, guard),
      async (reads) => {
        const now = await reads.order(order.id);
        return now && shows(now) ? now : null;
      },
    );
    if (shows(answered ?? session.need(await ctx.revel.order(order.id)) ?? order)) return;
  }
  throw new Halt(
    { kind: 'failed', reason: 'UNVERIFIED' },
    `Revel accepted ${what} of order ${order.id}, but does not show it after ${MAX_REWRITES} attempts.`,
  );
}

function writeTotals(session: Session, order: FoundOrder): Promise<void> {
  const { wanted } = session;
  const createdDate = orderDate(session.now, wanted);
  const moved = !isFiledUnder(order.createdDate, wanted);
  return change(
    session,
    order,
    'the totals',
    () => ({ totals: wanted, ...(moved ? { createdDate } : {}) }),
    (now) => !needsTotals(wanted, now),
  );
}

/**
 * Headers of the same event that were made before ours show up at the latest now: one settling time after ours
 * was made. Time spent on lines counts.
 */
async function settleCreation(session: Session, header: FoundOrder): Promise<void> {
  const made = session.created.get(header.id);
  if (made) await session.pauseUntil(made.at + session.ctx.settings.settleMs);
}

/** The last look before staff can see it: is this still the one order of the event? */
async function confirmStanding(session: Session, order: FoundOrder): Promise<void> {
  const { read, askedAt } = await session.ctx.finder.ask(session.key);
  const rows = session.need(read);
  const { visible, hidden } = standings(rows);
  // In whatever establishment: the event may have moved, and not every run knows of that yet.
  const [winner] = hidden;
  if (visible.length > 0 || (winner && winner.id !== order.id)) throw new Lost();
  const listed = rows.find((row) => row.id === order.id);
  if (!session.confirm(listed, askedAt)) await session.contact(order.id);
}

/** Reads the lines back before any money is recorded; what lists do not show yet gets its settling time. */
async function verifyItems(
  session: Session,
  order: FoundOrder,
  listed: RevelRead<FoundItem[]>,
): Promise<void> {
  const { ctx, wanted } = session;
  let read = listed;
  // What is missing counts only if it was asked for when everything had to show.
  let askedAt = Number.NEGATIVE_INFINITY;
  const readAgain = () => {
    askedAt = session.now;
    return ctx.revel.items(order.id);
  };
  for (let round = 0; round < MAX_REWRITES; read = await readAgain()) {
    const found = session.need(read);
    const { missing, extra } = compareItems(wanted.items, found);
    if (missing.length === 0 && extra.length === 0) return;
    const settled = session.lastWriteAt + ctx.settings.settleMs;
    if (askedAt < settled) {
      await session.pause(Math.min(ctx.settings.settleMs / 4, settled - session.now));
      continue;
    }
    round += 1;
    if (!(await reconcileItems(session, order, found))) await session.pause(ctx.settings.settleMs);
  }
  throw new Halt(
    { kind: 'failed', reason: 'UNVERIFIED' },
    `The lines of order ${order.id} still differ from the event after ${MAX_REWRITES} corrections.`,
  );
}

/**
 * The last change of the header takes the claim out of its notes. What remains due is written again, since
 * Revel may have recomputed it when the payment came; so is the name, which the header may have from an earlier
 * state of the event. A discount that the event has lost is taken away only now: with the totals, Revel has made
 * its amount zero.
 */
async function markPrinted(session: Session, order: FoundOrder): Promise<void> {
  const { wanted } = session;
  const notes = finalNotes(wanted.eventId, wanted.revision);
  session.finishedNotes = notes;
  const { callName } = wanted;
  const gone = wanted.discount === zero && order.discountId !== null;
  await change(
    session,
    order,
    'the printed mark',
    () => ({ printed: true, notes, remainingDue: wanted, callName, ...(gone ? { discountGone: true } : {}) }),
    (now) => now.printed && now.notes === notes && compareMoney(wanted, now).length === 0,
  );
  session.actions.push({ action: 'mark_printed' });
}

async function makeVisible(session: Session, order: FoundOrder): Promise<void> {
  const { ctx, wanted } = session;
  const date = rowDate(session.now, wanted);
  const uuid = historyUuid(order.uuid ?? '', order.id);
  await session.writeWhile(
    session.sign,
    (guard) => ctx.revel.createHistory({ wanted, orderId: order.id, uuid, date }, guard),
    async (reads) => ((await reads.isShown(order.id)) ? true : null),
    () => session.checkFinished(order.id),
  );
  session.actions.push({ action: 'make_visible' });
}
