import { claimedNotes, claimIn } from '../domain/notes.js';
import { type FoundOrder, isVisible } from '../domain/order.js';
import type { WantedOrder } from '../domain/wanted.js';
import { parseNaive } from '../domain/zones.js';
import type { RunContext } from './context.js';
import { Halt, type Session } from './session.js';

/** An order on which nothing has happened for so long is nobody's work any more; no need to watch it first. */
const ABANDONED_MS = 60_000;
/** Give up following, and leave the order to the run that is filling it, after this many settling times. */
const PATIENCE = 20;

/**
 * Another run has begun the order, and nothing here says that it is dead. Hosts that share nothing can only tell
 * by watching: while the order changes, somebody is at work. Once it has been quiet for a settling time, it is
 * claimed by writing our token into its notes, and after two more settling times the claim holds if it is still
 * there and nothing else has changed (Fischer's algorithm, with Revel's notes as the shared variable).
 *
 * `ours`: fill it. `again`: it is finished, deleted or changed hands; look again.
 */
export async function follow(session: Session, found: FoundOrder): Promise<'ours' | 'again'> {
  const { settleMs } = session.ctx.settings;
  const patience = session.now + Math.max(PATIENCE * settleMs, 5_000);
  if (await resumed(session, found)) return 'ours';
  const dead =
    abandoned(session, found) || (session.resumedOrder === found.id && claimIn(found.notes) === null);
  let quietSince = dead ? Number.NEGATIVE_INFINITY : session.now;
  let before = await fingerprint(session, found);
  for (;;) {
    if (session.now - quietSince < settleMs) await session.pause(Math.max(settleMs / 3, 10));
    const order = await visit(session, found);
    if (!order) return 'again';
    const after = await fingerprint(session, order);
    if (after !== before) {
      before = after;
      quietSince = session.now;
    }
    if (session.now > patience) {
      throw new Halt(
        { kind: 'skipped', reason: 'CLAIMED_ELSEWHERE' },
        `Another run is filling order ${found.id}; the next sweep checks that it was finished.`,
      );
    }
    if (session.now - quietSince < settleMs) continue;
    if (await claim(session, order, after)) return 'ours';
    quietSince = session.now;
  }
}

/**
 * The claim is that of a run of this host that died: the lock we hold proves it. Its last write may still be on
 * its way, or not show up in lists yet, until the settling time has passed.
 */
async function resumed(session: Session, order: FoundOrder): Promise<boolean> {
  if (!session.owns(order)) return false;
  session.remember(order.id);
  await session.pauseUntil(session.lastWriteAt + session.ctx.settings.settleMs);
  return true;
}

/** {@link abandonedIn} for a session. */
export function abandoned(session: Session, order: FoundOrder): boolean {
  return abandonedIn(session.ctx, session.wanted, order);
}

/** Whether nobody can be at work on the order: long-ago dates prove that; a recent or unreadable one does not. */
export function abandonedIn(ctx: RunContext, wanted: WantedOrder, order: FoundOrder): boolean {
  const zone = wanted.location.timezone;
  const limit = Math.max(ABANDONED_MS, ctx.settings.settleMs * 10);
  return [order.createdDate, order.updatedDate].every((date) => {
    const at = date === null ? null : parseNaive(date, zone);
    return at !== null && ctx.clock.now() - at > limit;
  });
}

async function visit(session: Session, found: FoundOrder): Promise<FoundOrder | null> {
  const order = session.need(await session.ctx.revel.order(found.id));
  return order && !order.deleted && !isVisible(order) ? order : null;
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

async function claim(session: Session, order: FoundOrder, before: string): Promise<boolean> {
  const { wanted } = session;
  const notes = claimedNotes(wanted.eventId, wanted.revision, session.claim);
  const updatedDate = session.localNow;
  session.remember(order.id);
  const claimed = await session.write(
    (guard) => session.ctx.revel.changeOrder(order.id, { notes, updatedDate }, guard),
    async () => {
      const now = await visit(session, order);
      return now && claimIn(now.notes) === session.claim ? now : null;
    },
    async () => {},
  );
  const mine = claimed ?? (await visit(session, order));
  if (!mine) return false;
  // What our own claim changes must not look like somebody at work.
  const expected = before.replace(
    [order.notes, order.updatedDate].join('|'),
    [mine.notes, mine.updatedDate].join('|'),
  );
  await session.pause(2 * session.ctx.settings.settleMs);
  const now = await visit(session, order);
  return (
    now !== null && claimIn(now.notes) === session.claim && (await fingerprint(session, now)) === expected
  );
}
