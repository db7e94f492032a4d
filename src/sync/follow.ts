import { claimedNotes, claimIn, finalNotes, revisionIn } from '../domain/notes.js';
import { type FoundOrder, isVisible } from '../domain/order.js';
import { isTouched } from '../domain/service.js';
import type { WantedOrder } from '../domain/wanted.js';
import { parseNaive } from '../domain/zones.js';
import type { RunContext } from './context.js';
import { Halt, Lost } from './halt.js';
import type { Session } from './session.js';
import { contactLimit, rivalWait, type Sign, showsWithin, takeoverWait } from './signs.js';

/** An order on which nothing has happened for so long is nobody's work any more; no need to watch it first. */
const ABANDONED_MS = 60_000;
/** No run lasts that long (MAX_RUN_SECONDS): none that has changed the order before can still be at work. */
const FORGOTTEN_MS = 1_800_000;
/**
 * Give up following, and leave the order to the run that is filling it, after this many settling times and what two
 * take-overs last.
 */
const PATIENCE = 20;

/**
 * Another run has begun the order, and nothing here says that it is dead. Hosts that share nothing can only tell
 * by watching: while the order changes, somebody is at work. Once it has been quiet for a settling time, it is
 * claimed by writing our token into its notes, and after {@link takeoverWait} the claim holds if it is still there
 * and nothing else has changed (Fischer's algorithm, with Revel's notes as the shared variable).
 *
 * `ours`: fill it. `again`: it is finished, deleted or changed hands; look again.
 */
export async function follow(session: Session, found: FoundOrder): Promise<'ours' | 'again'> {
  const { settings } = session.ctx;
  const { settleMs } = settings;
  const patience = session.now + Math.max(PATIENCE * settleMs, 5_000) + 2 * takeoverWait(settings);
  if (await resumed(session, found)) return 'ours';
  const isOurs = session.resumedOrder === found.id || session.created.has(found.id);
  const finishing = isOurs && claimIn(found.notes) === null;
  // The write that makes it visible may still be on its way: then there is nothing to take over.
  if (finishing) await session.untilAllShows();
  const dead = abandoned(session, found) || finishing;
  let quietSince = dead ? Number.NEGATIVE_INFINITY : session.now;
  let quietMs = settleMs;
  let before = await fingerprint(session, found);
  let claimant = claimIn(found.notes);
  for (;;) {
    if (session.now - quietSince < quietMs) await session.pause(Math.max(settleMs / 3, 10));
    const seenAt = session.now;
    const order = await visit(session, found);
    if (!order) return 'again';
    const after = await fingerprint(session, order);
    if (after !== before) {
      before = after;
      quietSince = session.now;
      // A new claimant keeps still for a while: whoever claims meanwhile only starts that anew.
      quietMs = claimIn(order.notes) === claimant ? settleMs : takeoverWait(settings) + settleMs;
      claimant = claimIn(order.notes);
    }
    if (session.now > patience) {
      throw new Halt(
        { kind: 'skipped', reason: 'CLAIMED_ELSEWHERE' },
        `Another run is filling order ${found.id}; the next sweep checks that it was finished.`,
      );
    }
    if (session.now - quietSince < quietMs) continue;
    if (await claim(session, order, after, seenAt)) return 'ours';
    quietSince = session.now;
  }
}

/**
 * The claim is that of a run of this host that died: the lock we hold proves it. Its last write may still be on
 * its way, or not show up in lists yet.
 */
async function resumed(session: Session, order: FoundOrder): Promise<boolean> {
  if (claimIn(order.notes) !== session.claim) return false;
  session.remember(order.id);
  await session.untilAllShows();
  return true;
}

/** {@link abandonedIn} for a session. */
export function abandoned(session: Session, order: FoundOrder): boolean {
  return abandonedIn(session.ctx, session.wanted, order);
}

/** Whether nobody can be at work on the order: a last change long ago proves that; a recent or unreadable one does not. */
export function abandonedIn(ctx: RunContext, wanted: WantedOrder, order: FoundOrder): boolean {
  const { settings } = ctx;
  return untouchedFor(
    ctx,
    wanted,
    order,
    Math.max(ABANDONED_MS, settings.settleMs * 10, 2 * showsWithin(settings)),
  );
}

function untouchedFor(ctx: RunContext, wanted: WantedOrder, order: FoundOrder, limit: number): boolean {
  const zone = wanted.location.timezone;
  const now = ctx.clock.now();
  const at = order.updatedDate === null ? null : parseNaive(order.updatedDate, zone, now);
  return at !== null && now - at > limit;
}

/** The order as it is now; null when it is not to be filled by us or anyone any more. */
async function visit(session: Session, found: FoundOrder): Promise<FoundOrder | null> {
  return openOrder(session, session.need(await session.ctx.revel.order(found.id)));
}

function openOrder(session: Session, order: FoundOrder | null): FoundOrder | null {
  const open = order && !order.deleted && !isVisible(order) && !isTouched(session.wanted, order);
  return open ? order : null;
}

/** What changes when somebody works on the order. */
async function fingerprint(session: Session, order: FoundOrder): Promise<string> {
  const items = session.need(await session.ctx.revel.items(order.id));
  const payments = session.need(await session.ctx.revel.payments(order.id));
  const rows = [...items, ...payments].map((row) => `${row.id}${row.deleted ? 'd' : ''}`).sort();
  return [order.notes, order.updatedDate, order.updatedBy, order.printed, order.finalTotal, ...rows].join(
    '|',
  );
}

async function claim(session: Session, order: FoundOrder, before: string, seenAt: number): Promise<boolean> {
  const { wanted } = session;
  // Should the order be finished before the claim arrives, its revision stays what it is.
  const revision = revisionIn(order.notes) ?? wanted.revision;
  const notes = claimedNotes(wanted.eventId, revision, session.claim);
  const updatedDate = session.localNow;
  session.remember(order.id);
  const { settings } = session.ctx;
  const { settleMs } = settings;
  const isForgotten = untouchedFor(session.ctx, wanted, order, FORGOTTEN_MS + showsWithin(settings));
  let lookedAt = seenAt;
  const sign: Sign = { at: seenAt };
  const claimed = await session.writeWhile(
    sign,
    (guard) => session.ctx.revel.changeOrder(order.id, { notes, updatedDate }, guard),
    async (reads) => {
      const now = openOrder(session, await reads.order(order.id));
      return now && claimIn(now.notes) === session.claim ? now : null;
    },
    async () => {
      lookedAt = session.now;
      sign.at = lookedAt;
      const now = await visit(session, order);
      if (!now || now.notes !== order.notes || now.updatedDate !== order.updatedDate) throw new Lost();
    },
  );
  const mine = claimed ?? session.need(await session.ctx.revel.order(order.id));
  if (mine && isVisible(mine)) await takeBack(session, mine);
  if (!mine || isVisible(mine) || mine.deleted) return false;
  // What our own claim changes must not look like somebody at work.
  const expected = before.replace(
    [order.notes, order.updatedDate].join('|'),
    [mine.notes, mine.updatedDate].join('|'),
  );
  // A claim that took long may have arrived when another one already counted.
  const isPrompt = session.now - lookedAt <= contactLimit(settleMs);
  const wait = isForgotten && isPrompt ? rivalWait(settleMs) : takeoverWait(settings);
  session.tellWait(session.now + wait, `another run has begun order ${order.id}`);
  await session.pause(wait);
  const now = await visit(session, order);
  return (
    now !== null && claimIn(now.notes) === session.claim && (await fingerprint(session, now)) === expected
  );
}

/** Takes our claim out of the notes of an order that another run has finished meanwhile. */
export async function takeBack(session: Session, finished: FoundOrder): Promise<void> {
  if (claimIn(finished.notes) !== session.claim || isTouched(session.wanted, finished)) return;
  const revision = revisionIn(finished.notes) ?? session.wanted.revision;
  const notes = finalNotes(session.wanted.eventId, revision);
  const updatedDate = session.localNow;
  await session.write(
    (guard) => session.ctx.revel.changeOrder(finished.id, { notes, updatedDate }, guard),
    async (reads) => {
      const now = await reads.order(finished.id);
      return now && claimIn(now.notes) !== session.claim ? now : null;
    },
  );
}
