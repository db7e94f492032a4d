/** Revel of the search: its true rows, what a request does to them, and what must never be. */
import { compareItems, compareMoney, comparePayments } from '../../../src/domain/compare.js';
import type { EventId, LocalId, OrderId } from '../../../src/domain/ids.js';
import type { Location } from '../../../src/domain/location.js';
import { cents, type Quantity } from '../../../src/domain/money.js';
import {
  claimedNotes,
  claimIn,
  finalNotes,
  isSuperseded,
  isTakenAway,
  NO_REVISION,
  revisionIn,
  supersededNotes,
  voidedNotes,
} from '../../../src/domain/notes.js';
import type { FoundItem, FoundOrder, FoundPayment } from '../../../src/domain/order.js';
import type { WantedOrder } from '../../../src/domain/wantedOrder.js';
import type { Knowledge, Write } from '../../../src/sync/order/knowledge.js';
import { dateOf, fixed, NOW, rows } from './intern.js';
import type { Scope } from './scope.js';

/** Our Revel user, and somebody else's. */
const ME = 7;
const STAFF = 9;
const SHOP = 1;
/** Where an event moves. */
const OTHER_SHOP = 2;
const DATE = '2026-01-10';
export const ZONES = fixed({ [SHOP]: 'UTC', [OTHER_SHOP]: 'UTC' }, 'zones');
export const LOCATIONS: Location[] = fixed([], 'locations');

/** The rows of one event. */
export interface World {
  readonly orders: readonly FoundOrder[];
  readonly items: readonly FoundItem[];
  readonly payments: readonly FoundPayment[];
}

export const EMPTY: World = { orders: [], items: [], payments: [] };

/** What goes over the wire, fixed when it is decided. */
export type Request = { readonly id: OrderId | null } & (
  | { readonly to: 'order'; readonly row: Omit<FoundOrder, 'id'> }
  | { readonly to: 'item'; readonly row: Omit<FoundItem, 'id'> }
  | { readonly to: 'payment'; readonly row: Omit<FoundPayment, 'id'> }
  | { readonly to: 'history' }
  | { readonly to: 'no-item' | 'no-payment'; readonly row: string }
  | { readonly to: 'change'; readonly what: Write['kind']; readonly fields: Partial<FoundOrder> }
);

/**
 * What the event's order must be, before and after it was edited: another line, less paid; or only more paid. `moves`:
 * and in another shop.
 */
export function versions(
  lines: number,
  start: Scope['start'] = 'empty',
  moves = false,
): readonly WantedOrder[] {
  return ['11111111', '22222222'].map((revision, nth) => {
    const [edit, paid] = start === 'unpaid' ? [0, 25 * nth] : [nth, nth];
    const shop = moves && nth === 1 ? OTHER_SHOP : SHOP;
    const items = Array.from({ length: lines }, (_, i) => ({
      productId: i + 1 === lines ? i + 1 + 10 * edit : i + 1,
      name: `Line ${i + 1}`,
      nameOverride: null,
      shownName: `Line ${i + 1}`,
      text: '',
      quantity: '1' as Quantity,
      unitPrice: cents(100),
      total: cents(100),
      occurrence: 1,
    }));
    const [total, payment] = [cents(100 * lines + 10 * edit), cents(50 + paid)];
    const wanted: WantedOrder = {
      eventId: '5' as EventId,
      localId: 'Triple Seat_5' as LocalId,
      establishmentId: shop,
      date: DATE,
      startsAt: null,
      tip: cents(0),
      guests: null,
      told: [],
      unsold: [],
      sorted: [],
      items,
      location: {
        name: 'A',
        timezone: 'UTC',
        currency: null,
        notBefore: null,
        businessDayStart: '00:00',
        orderTime: 'noon',
        callName: '{contact}',
        notify: [],
        textLines: 'special-request',
        menuDescriptions: false,
        books: { gratuity: 'in-total', fees: 'surcharge', tax: 'header' },
        tripleseat: { siteId: shop, locationId: null },
        products: {},
        billing: {},
        revel: {
          establishmentId: shop,
          userId: ME,
          posStationId: 1,
          diningOption: 0,
          paymentType: 1,
          discountId: null,
          openItemProductId: null,
        },
      },
      subtotal: cents(100 * lines),
      discount: cents(0),
      tax: cents(10 * edit),
      gratuity: cents(0),
      surcharge: cents(0),
      finalTotal: total,
      payment,
      remainingDue: cents(total - payment),
      callName: 'Ann',
      notesBase: 'Triple Seat Event #5',
      revision,
    };
    return fixed(wanted, `wanted${nth}${start}${moves}`);
  });
}

/** The request that carries a write out, as the client sends it. */
export function requestOf(k: Knowledge, write: Write, now = NOW): Request {
  const { wanted, claim } = k;
  const { eventId, revision } = wanted;
  const updatedDate = dateOf(now);
  const change = (fields: Partial<FoundOrder>): Request => ({
    to: 'change',
    id: write.kind === 'create' ? null : write.id,
    what: write.kind,
    fields: { ...fields, updatedDate },
  });
  switch (write.kind) {
    case 'create':
      return {
        to: 'order',
        id: null,
        row: {
          uuid: write.uuid,
          localId: wanted.localId,
          establishmentId: wanted.establishmentId,
          createdBy: ME,
          updatedBy: ME,
          createdDate: `${wanted.date}T12:00:00`,
          updatedDate,
          notes: claimedNotes(eventId, revision, 'filling', claim),
          deleted: false,
          printed: false,
          opened: false,
          closed: false,
          billParent: null,
          historyIds: [],
          subtotal: cents(0),
          discount: null,
          discountId: null,
          discountRule: null,
          tax: cents(0),
          gratuity: null,
          surcharge: cents(0),
          finalTotal: cents(0),
          remainingDue: cents(0),
        },
      };
    case 'add-line': {
      const { productId, quantity, unitPrice: price, nameOverride } = write.item;
      const row = {
        uuid: write.uuid,
        orderId: write.id,
        productId,
        quantity,
        price,
        nameOverride,
        text: null,
      };
      return { to: 'item', id: write.id, row: { ...row, deleted: false, updatedBy: ME } };
    }
    case 'add-payment': {
      const row = { uuid: write.uuid, orderId: write.id, paymentType: 1, amount: write.amount };
      return { to: 'payment', id: write.id, row: { ...row, deleted: false, updatedBy: ME } };
    }
    case 'remove-line':
      return { to: 'no-item', id: write.id, row: write.row.id };
    case 'remove-payment':
      return { to: 'no-payment', id: write.id, row: write.row.id };
    case 'totals': {
      const { subtotal, discount, tax, gratuity, surcharge, finalTotal, remainingDue } = wanted;
      return change({ subtotal, discount, tax, gratuity, surcharge, finalTotal, remainingDue });
    }
    case 'finish':
      return change({
        printed: true,
        notes: finalNotes(eventId, revision, claim.run),
        remainingDue: wanted.remainingDue,
      });
    case 'show':
      return { to: 'history', id: write.id };
    case 'claim':
      return change({ notes: claimedNotes(eventId, write.revision, 'claiming', claim) });
    case 'hold':
      return change({ notes: claimedNotes(eventId, write.revision, 'filling', claim) });
    case 'take-back':
      return change({ notes: finalNotes(eventId, write.revision, claim.run) });
    case 'drop':
      return change({ deleted: true, notes: supersededNotes(eventId, write.winner ?? write.id) });
    case 'retire': {
      const { winner } = write;
      const notes = winner === null ? voidedNotes(eventId, claim.run) : supersededNotes(eventId, winner);
      return change({ deleted: true, notes });
    }
    case 'restore':
      return change({ notes: write.notes });
  }
}

/** Carries a request out; `value`: what Revel answers. */
export function carryOut(w: World, request: Request): { world: World; value: FoundOrder | null | true } {
  const order = (id: OrderId | null, fields: (row: FoundOrder) => Partial<FoundOrder>) =>
    w.orders.map((row) => (row.id === id ? rows.of({ ...row, ...fields(row) }) : row)) as FoundOrder[];
  const next = (of: readonly { orderId: OrderId }[], id: OrderId) =>
    `${100 * Number(id) + of.filter(({ orderId }) => orderId === id).length + 1}`;
  const gone = <T extends { id: string }>(of: readonly T[], id: string) =>
    of.map((row) => (row.id === id ? rows.of({ ...row, deleted: true }) : row)) as T[];
  switch (request.to) {
    case 'order': {
      const row = rows.of({ ...request.row, id: `${w.orders.length + 1}` as OrderId }) as FoundOrder;
      return { world: { ...w, orders: [...w.orders, row] }, value: row };
    }
    case 'item': {
      const row = rows.of({ ...request.row, id: next(w.items, request.row.orderId) }) as FoundItem;
      return { world: { ...w, items: [...w.items, row] }, value: true };
    }
    case 'payment': {
      const row = rows.of({ ...request.row, id: next(w.payments, request.row.orderId) }) as FoundPayment;
      return { world: { ...w, payments: [...w.payments, row] }, value: true };
    }
    case 'no-item':
      return { world: { ...w, items: gone(w.items, request.row) }, value: true };
    case 'no-payment':
      return { world: { ...w, payments: gone(w.payments, request.row) }, value: true };
    case 'history': {
      const orders = order(request.id, ({ historyIds }) => ({ historyIds: [...(historyIds ?? []), 'ours'] }));
      return { world: { ...w, orders }, value: true };
    }
    case 'change': {
      const orders = order(request.id, () => request.fields);
      return { world: { ...w, orders }, value: orders.find(({ id }) => id === request.id) ?? null };
    }
  }
}

/** What staff can do to an order, by name. */
export const DEEDS: Readonly<Record<string, (w: World, id: OrderId) => World>> = {
  /** A register opens it: it is visible then, and bears their user. */
  'open it': (w, id) =>
    header(w, id, ({ historyIds }) => ({
      updatedBy: STAFF,
      opened: true,
      historyIds: [...(historyIds ?? []), 'theirs'],
    })),
  /** It comes to show without anybody's user on it. */
  'make it show': (w, id) =>
    header(w, id, ({ historyIds }) => ({ historyIds: [...(historyIds ?? []), 'theirs'] })),
  'touch its header': (w, id) => header(w, id, () => ({ updatedBy: STAFF })),
  'touch a line': (w, id) => {
    const first = w.items.find((row) => row.orderId === id && !row.deleted);
    const items = w.items.map((row) => (row === first ? rows.of({ ...row, updatedBy: STAFF }) : row));
    return first ? { ...w, items: items as FoundItem[] } : w;
  },
  /** Only what they can see. */
  'take it away': (w, id) =>
    w.orders.some((row) => row.id === id && isVisible(row))
      ? header(w, id, () => ({ deleted: true, updatedBy: STAFF }))
      : w,
  'add a line': (w, id) => {
    const row = { id: `${100 * Number(id) + 90}`, uuid: 'theirs', orderId: id, productId: 99 };
    const rest = { quantity: '1' as Quantity, price: cents(100), nameOverride: null, deleted: false };
    return { ...w, items: [...w.items, rows.of({ ...row, ...rest, updatedBy: STAFF }) as FoundItem] };
  },
};

function header(w: World, id: OrderId, fields: (row: FoundOrder) => Partial<FoundOrder>): World {
  const orders = w.orders.map((row) => (row.id === id ? rows.of({ ...row, ...fields(row) }) : row));
  return { ...w, orders: orders as FoundOrder[] };
}

/** Staff has had a hand in it. */
export function isTheirs(row: { updatedBy: number | null; historyIds?: string[] | null }): boolean {
  return row.updatedBy === STAFF || (row.historyIds ?? []).includes('theirs');
}

/** They have taken away what they could see. */
export function isTakenByStaff(row: FoundOrder): boolean {
  return row.deleted && isTheirs(row) && (row.historyIds?.length ?? 0) > 0 && !isTakenAway(row.notes);
}

/** It says so: a finished order that shows does not tell who has brought it to light. */
export function showsTheirHand(order: FoundOrder): boolean {
  return order.updatedBy === STAFF || (!order.printed && isTheirs(order));
}

/** Staff has had a hand in the order. */
export function isWorkedOn(w: World, id: OrderId): boolean {
  const of = (row: { orderId: OrderId; updatedBy: number | null }) => row.orderId === id && isTheirs(row);
  return w.orders.some((row) => row.id === id && isTheirs(row)) || w.items.some(of) || w.payments.some(of);
}

export function isVisible({ deleted, historyIds }: FoundOrder): boolean {
  return !deleted && (historyIds?.length ?? 0) > 0;
}

/** What is wrong with an order that staff can see; null: it is what one state of the event wants. */
function faultIn(
  w: World,
  order: FoundOrder,
  wanted: readonly WantedOrder[],
  start: Scope['start'],
): string | null {
  const { id } = order;
  const ours = order.historyIds?.filter((by) => by === 'ours').length ?? 0;
  if (ours > 1) return `visible order ${id} has two histories of ours`;
  const items = w.items.filter((row) => row.orderId === id && !row.deleted);
  const payments = w.payments.filter((row) => row.orderId === id && !row.deleted);
  const uuids = [...items, ...payments].map(({ uuid }) => uuid);
  if (new Set(uuids).size < uuids.length) return `visible order ${id} has a row twice`;
  const most = Math.max(...wanted.map(({ payment }) => payment));
  if (payments.reduce((sum, { amount }) => sum + (amount ?? 0), 0) > most)
    return `visible order ${id} has more paid than the event`;
  if (payments.length > 1 && start !== 'unpaid') return `visible order ${id} has two payments`;
  // Of an order that staff brought to light unfinished, or has worked on, only what is there twice is our fault.
  if (ours === 0) return null;
  const mark = claimIn(order.notes);
  // While a payment is added, or whoever adds it has died, what is due may be of neither state.
  if (start === 'unpaid' && mark) return null;
  // Whoever takes one of two away makes it his own first where its payment has to be given back.
  if (mark?.kind === 'filling' && start !== 'doubled') return `visible order ${id} is marked as unfinished`;
  if (!order.printed) return `visible order ${id} is not printed`;
  // A claim that came late may name an earlier state of the event; a mark that Revel did not keep names none.
  const isOpen = mark !== null || isSuperseded(order.notes) || revisionIn(order.notes) === NO_REVISION;
  const states = wanted.filter(({ revision }) => isOpen || revision === revisionIn(order.notes));
  const faults = states.map((state) => shortcoming(order, items, payments, state));
  return faults.includes(null) ? null : (faults[0] ?? `visible order ${id} is of no state of the event`);
}

/** What of one state of the event the order does not show; null: all of it is there, and no more. */
function shortcoming(
  order: FoundOrder,
  items: readonly FoundItem[],
  payments: readonly FoundPayment[],
  state: WantedOrder,
): string | null {
  const { missing, extra } = compareItems(state.items, items);
  if (missing.length > 0) return `visible order ${order.id} lacks a line`;
  if (extra.some((row) => !isTheirs(row))) return `visible order ${order.id} has a line too many`;
  const paid = comparePayments(state, payments);
  if (paid.missing !== 0 || paid.extra.length > 0)
    return `visible order ${order.id} is not paid as it must be`;
  return compareMoney(state, order).length > 0 ? `visible order ${order.id} has other totals` : null;
}

/** What must never be where that stood at the start; null: all is well. */
export function wrong(w: World, wanted: readonly WantedOrder[], start: Scope['start']): string | null {
  // How many orders staff may see at once: as many as there were.
  const most = start === 'doubled' ? 2 : 1;
  const visible = w.orders.filter(isVisible);
  const ours = visible.filter(({ historyIds }) => historyIds?.includes('ours'));
  if (ours.length > most) return `two visible orders: ${ours.map(({ id }) => id).join(', ')}`;
  // What staff has taken away is theirs to settle.
  const shown = w.orders
    .filter(
      ({ id, historyIds, deleted, notes }) =>
        historyIds?.includes('ours') && (!deleted || (isTakenAway(notes) && !isWorkedOn(w, id))),
    )
    .map(({ id }) => id);
  const balance = (id: OrderId) =>
    w.payments
      .filter((row) => !row.deleted && row.orderId === id)
      .reduce((sum, { amount }) => sum + (amount ?? 0), 0);
  const odd = shown.find((id) => balance(id) < 0);
  if (odd) return `more was given back than was paid on order ${odd}`;
  const counting = shown.filter((id) => balance(id) !== 0);
  if (counting.length > most) return `payments of two orders count: ${counting.join(', ')}`;
  for (const order of visible) {
    const fault = faultIn(w, order, wanted, start);
    if (fault) return fault;
  }
  return null;
}

/** What is written to one that a person takes away; a claim of one's own waits out who adds a payment, or gives one back. */
const DECIDED: readonly Write['kind'][] = ['retire', 'restore', 'hold'];
/** What is written to an order that staff can see when a payment is added to it. */
const ADDING: readonly Write['kind'][] = ['hold', 'finish'];

/** What is wrong with a change of ours, once it has taken effect; null: nothing. */
export function misdeed(before: World, after: World, request: Request, start: Scope['start']): string | null {
  if (request.id === null) return null;
  const isDecided = request.to === 'change' && DECIDED.includes(request.what);
  if (isDecided && (start === 'drifted' || start === 'doubled')) return null;
  const isAdded = request.to === 'payment' || (request.to === 'change' && ADDING.includes(request.what));
  if (start === 'unpaid' && isAdded) return null;
  const order = before.orders.find(({ id }) => id === request.id);
  if (!order || !isVisible(order) || isWorkedOn(before, request.id)) return null;
  if (request.to === 'change' && (request.what === 'claim' || request.what === 'take-back')) return null;
  const now = after.orders.find(({ id }) => id === request.id);
  if (now?.deleted) return `visible order ${request.id} is deleted`;
  return `${request.to === 'change' ? request.what : request.to} is written to visible order ${request.id}`;
}

/** There is one visible order, and it is all that the event wants. */
export function isRight(w: World, wanted: WantedOrder): boolean {
  const [order, ...more] = w.orders.filter(isVisible);
  if (!order || more.length > 0 || order.establishmentId !== wanted.establishmentId) return false;
  if (claimIn(order.notes) === null && revisionIn(order.notes) !== wanted.revision) return false;
  const items = w.items.filter((row) => row.orderId === order.id);
  const { missing, extra } = compareItems(wanted.items, items);
  const paid = comparePayments(
    wanted,
    w.payments.filter((row) => row.orderId === order.id),
  );
  return (
    missing.length + extra.filter((row) => !isTheirs(row)).length + paid.extra.length === 0 &&
    paid.missing === 0 &&
    compareMoney(wanted, order).length === 0 &&
    (order.printed || isTheirs(order))
  );
}
