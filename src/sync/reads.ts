import type { OrderId } from '../domain/ids.js';
import { type FoundItem, type FoundOrder, type FoundPayment, isVisible } from '../domain/order.js';
import type { RevelPort, RevelRead } from '../revel/types.js';
import { look, lookedUp } from './header.js';
import type { Session } from './session.js';
import { type Surroundings, Together } from './together.js';

/** Looks at what has become of a write. A read that fails ends the work on the event. */
export interface Reads {
  /** All rows of the event. */
  orders(): Promise<FoundOrder[]>;
  /** An order of the event by its id; null: it is not there. */
  order(id: OrderId): Promise<FoundOrder | null>;
  items(id: OrderId): Promise<FoundItem[]>;
  payments(id: OrderId): Promise<FoundPayment[]>;
  /** Whether the order has a history, so that staff can see it. */
  isShown(id: OrderId): Promise<boolean>;
}

/** Each look is a request of its own and goes out at once. The session holds a slot. */
export function ownReads(session: Session): Reads {
  const { revel } = session.ctx;
  return {
    orders: () => look(session),
    order: async (id) => session.need(await revel.order(id)),
    items: async (id) => session.need(await revel.items(id)),
    payments: async (id) => session.need(await revel.payments(id)),
    isShown: async (id) => session.need(await revel.history(id)).length > 0,
  };
}

/**
 * Looks wait for those of other events, up to `waitMs` milliseconds, and go out with them. Where orders cannot be
 * found by their event with one request, one that is known is read by its id. The session holds no slot.
 */
export function sharedReads(session: Session, waitMs: number): Reads {
  const { ctx, key } = session;
  const orders = async () => {
    const { read, askedAt } = await ctx.finder.join(key, waitMs);
    session.lookedAt = askedAt;
    return lookedUp(session, session.need(read), askedAt);
  };
  const own = ownReads(session);
  const order = async (id: OrderId) =>
    ctx.finder.roomy ? ((await orders()).find((row) => row.id === id) ?? null) : own.order(id);
  return {
    orders,
    order,
    items: async (id) => session.need((await ctx.together.items.join(id, waitMs)).read),
    payments: async (id) => session.need((await ctx.together.payments.join(id, waitMs)).read),
    isShown: async (id) => {
      const row = await order(id);
      return row !== null && isVisible(row);
    },
  };
}

/** What hangs on orders, asked for several of them with one request. */
export interface ContentsTogether {
  items: Together<OrderId, RevelRead<FoundItem[]>>;
  payments: Together<OrderId, RevelRead<FoundPayment[]>>;
}

/** Sets it up for a run. */
export function contentsTogether(revel: RevelPort, around: Surroundings): ContentsTogether {
  return {
    items: new Together(ofEach<FoundItem>(revel.itemsOf.bind(revel), revel.items.bind(revel)), around),
    payments: new Together(
      ofEach<FoundPayment>(revel.paymentsOf.bind(revel), revel.payments.bind(revel)),
      around,
    ),
  };
}

/** Where one request for several cannot be had, each is asked for by itself. */
function ofEach<T extends { orderId: OrderId }>(
  ofAll: (ids: readonly OrderId[]) => Promise<RevelRead<T[] | null>>,
  ofOne: (id: OrderId) => Promise<RevelRead<T[]>>,
): (ids: readonly OrderId[]) => Promise<RevelRead<T[]>[]> {
  return async (ids) => {
    const all = ids.length > 1 ? await ofAll(ids) : null;
    if (all?.kind === 'error') return ids.map(() => all);
    const rows = all?.value ?? null;
    if (rows === null) return Promise.all(ids.map(ofOne));
    return ids.map((id) => ({ kind: 'ok', value: rows.filter((row) => row.orderId === id) }));
  };
}
