import { conclude } from './conclude.js';
import type { Maker } from './maker.js';
import { isOpenedSince } from './readings.js';
import type { RawOrder, Session } from './session.js';

/** What {@link clearAway} works with. */
export interface Clearing {
  session: Session;
  maker: Maker;
  say: (text: string) => void;
  now: () => number;
  /** Asks whether a marked order is still there; what is left of it for a person. */
  ask: (beside: string, order: string) => Promise<string[]>;
}

/**
 * Marks deleted whatever the session has made, as far as the account lets one; what may be left on a register goes into
 * `remaining`, for staff.
 *
 * @returns what is left for a person to say
 */
export async function clearAway({ session, maker, say, now, ask }: Clearing): Promise<string[]> {
  await findLost(session, maker);
  const orders = ordersOf(session);
  const opened = new Set<string>();
  const kept = new Set<string>();
  for (const { name, id } of orders) {
    const before = await maker.read(id);
    const was = session.raw[`${name}@written`];
    // Those of phase 5 are closed for the report, and any may have been looked at without being asked for.
    if (session.raw[`${name}@opened`] || (was && isOpenedSince(was, before))) opened.add(name);
    // Somebody's money is on it: whoever took it gives it back where they took it.
    if (isPaidByOthers(session, before)) {
      kept.add(name);
      continue;
    }
    for (const [part, { resource }] of maker.partsOf(name))
      if (resource === 'Payment') await maker.mark(part, 'Payment');
    await maker.mark(name, 'Order');
    const raw = await maker.read(id);
    if (raw.order.deleted !== true) kept.add(name);
    if (opened.has(name) && !session.raw['opened@marked']) {
      session.raw['opened@marked'] = raw;
      await maker.tell('opened:name', name);
    }
  }
  const asked = maker.told('opened:name');
  const beside = orders.map(({ name }) => name).find((name) => name !== asked);
  const left = asked === null || beside === undefined ? [] : await ask(beside, asked);
  const { deletedOpened, deletedOrders } = conclude(session, now());
  const remaining = orders.flatMap(({ name, id }) => {
    const { value } = (opened.has(name) ? deletedOpened : deletedOrders) ?? {};
    return mayBeSeen(session, name) && (kept.has(name) || value !== 'honoured') ? [id] : [];
  });
  await maker.tell('remaining', remaining.join(', '));
  if (remaining.length > 0) say(`For staff to void or comp on a POS: orders ${remaining.join(', ')}.`);
  return left;
}

/** A row whose answer was lost may stand all the same, and with a payment it stands in the books. */
async function findLost({ rows }: Session, maker: Maker): Promise<void> {
  const lost = Object.entries(rows).filter(([, { state }]) => state === 'intended');
  for (const [name, { resource }] of lost) {
    const isHeader = resource === 'Order' && !name.includes('/');
    if (isHeader || resource === 'Payment') await maker.find(name, resource);
  }
}

function ordersOf({ rows }: Session): { name: string; id: string }[] {
  return Object.entries(rows).flatMap(([name, { resource, state, id }]) =>
    resource === 'Order' && state === 'made' && id !== null && !name.includes('/') ? [{ name, id }] : [],
  );
}

function isPaidByOthers({ rows }: Session, { payments }: RawOrder): boolean {
  const own = new Set(
    Object.values(rows).flatMap(({ resource, id }) => (resource === 'Payment' ? [id] : [])),
  );
  return payments.some(({ id, deleted }) => deleted !== true && !own.has(String(id)));
}

/** Nothing is known of a history row whose answer was lost, and it is what makes an order visible. */
function mayBeSeen({ rows }: Session, name: string): boolean {
  return ['made', 'intended'].includes(rows[`${name}/history`]?.state ?? 'refused');
}
