/** One run of the protocol that ships: how it begins, what it does next, what it is told, and what is wrong with its end. */
import type { Decision } from '../../../src/domain/decision.js';
import type { OrderId } from '../../../src/domain/ids.js';
import type { FoundOrder } from '../../../src/domain/order.js';
import type { WantedOrder } from '../../../src/domain/wantedOrder.js';
import {
  begin,
  type End,
  type Found,
  type Knowledge,
  type Read,
  type Refreshed,
  type Step,
} from '../../../src/sync/order/knowledge.js';
import { learnRefreshed } from '../../../src/sync/order/learn.js';
import { next } from '../../../src/sync/order/next.js';
import type { Timing } from '../../../src/sync/order/timing.js';
import { fixed, NOW } from './intern.js';
import type { Scope } from './scope.js';
import { isRight, isTakenByStaff, isVisible, isWorkedOn, LOCATIONS, type World, ZONES } from './world.js';

const beliefs = new WeakMap<Scope, Timing>();
/** The durations that runs go by. */
export function believed(scope: Scope): Timing {
  const known = beliefs.get(scope) ?? fixed({ ...scope.heart.timing(scope.timing) }, 'timing');
  beliefs.set(scope, known);
  return known;
}

export function begun(
  host: string,
  life: number,
  scope: Scope,
  wanted: WantedOrder,
  now = NOW,
  decision: Decision | null = null,
): Knowledge {
  const claim = { reach: (scope.share ? '0' : host).repeat(8), run: `${host}000000${life}` };
  return begin(
    {
      wanted,
      decision,
      takeBack: scope.takeBack,
      claim,
      timing: believed(scope),
      zones: ZONES,
      locations: LOCATIONS,
      sweep: scope.sweep,
      compareFrom: null,
      begunAt: now,
      clockOff: 0,
    },
    null,
  );
}

function refreshed({ wanted }: Knowledge, event: WantedOrder): Refreshed {
  if (event.revision === wanted.revision) return { kind: 'same' };
  return event.establishmentId === wanted.establishmentId
    ? { kind: 'changed', wanted: event }
    : { kind: 'outdated' };
}

/** The next step that touches others; reading the event again does not. */
export function stepOf(
  k: Knowledge,
  scope: Scope,
  event: WantedOrder,
  now = NOW,
): { k: Knowledge; step: Step } {
  let known = k;
  for (let n = 0; n < 9; n += 1) {
    const step = next(known, now, scope.heart.rules);
    if (step.do !== 'refresh') return { k: known, step };
    known = learnRefreshed(known, refreshed(known, event));
  }
  throw new Error('reads the event again and again');
}

/** What a read shows. */
export function answered(world: World, read: Read, askedAt: number): Found {
  switch (read.of) {
    case 'rows':
      return { askedAt, of: 'rows', rows: world.orders };
    case 'beyond':
      return { askedAt, of: 'beyond', rows: [] };
    case 'bills':
      return { askedAt, of: 'bills', id: read.order.id, bills: [] };
    case 'header':
      return {
        askedAt,
        ...read,
        of: 'header',
        header: world.orders.find(({ id }) => id === read.id) ?? null,
      };
    case 'items':
      return {
        askedAt,
        ...read,
        of: 'items',
        items: world.items.filter(({ orderId }) => orderId === read.id),
      };
    case 'payments':
      return {
        askedAt,
        ...read,
        of: 'payments',
        payments: world.payments.filter(({ orderId }) => orderId === read.id),
      };
  }
}

/**
 * Before staff came to it, which may have happened after the last look: without orders that they alone have brought to
 * light, and with one that they have taken away, unless the run has seen that.
 */
function beforeTheirs(world: World, told: readonly OrderId[]): World {
  const isOurs = ({ historyIds }: FoundOrder) => historyIds?.includes('ours') === true;
  if (world.orders.some((row) => isVisible(row) && isOurs(row))) {
    return { ...world, orders: world.orders.filter((row) => !isVisible(row) || isOurs(row)) };
  }
  const isUnseen = (row: FoundOrder) => isTakenByStaff(row) && isOurs(row) && !told.includes(row.id);
  const orders = world.orders.map((row) => (isUnseen(row) ? { ...row, deleted: false } : row));
  return { ...world, orders };
}

/** What is wrong with a run that ends so. */
export function misjudged(
  end: End,
  k: Knowledge,
  world: World,
  event: WantedOrder,
  told: readonly OrderId[],
): string | null {
  const visible = world.orders.filter(isVisible);
  const theirs = visible.some(({ id }) => isWorkedOn(world, id));
  switch (end.kind) {
    case 'standing':
      return isRight(beforeTheirs(world, told), k.wanted)
        ? null
        : `ends "standing", but the order is not right`;
    case 'report': {
      const { order } = end.plan;
      // A person may have settled it since the look.
      const isSettled = world.orders.some(
        ({ deleted, historyIds }) => deleted && historyIds?.includes('ours'),
      );
      if ((isSettled || world.payments.length > 1) && isRight(world, event)) return null;
      if (end.plan.kind === 'in-service')
        return theirs ? null : 'false alarm: in service, but staff has no hand in it';
      const { reason } = end.plan.failure;
      if (reason === 'DUPLICATE_ORDERS') {
        return visible.length > 1 ? null : 'false alarm: DUPLICATE_ORDERS';
      }
      if (reason === 'TOUCHED') {
        return order && isWorkedOn(world, order.id) ? null : 'false alarm: TOUCHED, but staff has not';
      }
      if (theirs) return null;
      return isRight(world, event) ? `false alarm: ${reason} of a right order` : null;
    }
    case 'halted':
      return end.reason === 'UNVERIFIED' && !theirs && isRight(world, k.wanted)
        ? 'false alarm: UNVERIFIED of a right order'
        : null;
    case 'gone':
      return visible.length > 0 ? 'ends "gone", but staff can see an order' : null;
    case 'outdated':
      return event.establishmentId === k.wanted.establishmentId ? 'ends, but the event has not moved' : null;
  }
}
