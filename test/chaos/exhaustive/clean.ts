/** What stands when a search begins, and the clean run that must end right from wherever it has come. */
import type { OrderId } from '../../../src/domain/ids.js';
import type { FoundOrder } from '../../../src/domain/order.js';
import type { WantedOrder } from '../../../src/domain/wantedOrder.js';
import type { Knowledge } from '../../../src/sync/order/knowledge.js';
import { learnFound, learnWritten } from '../../../src/sync/order/learn.js';
import { next } from '../../../src/sync/order/next.js';
import { dateOf, encode, NOW, rows, TICK } from './intern.js';
import type { Flight } from './moves.js';
import { answered, begun, believed, misjudged, stepOf } from './runs.js';
import { answerOf, type Scope } from './scope.js';
import {
  carryOut,
  EMPTY,
  isTakenByStaff,
  isWorkedOn,
  misdeed,
  requestOf,
  type World,
  wrong,
} from './world.js';

/** What stands when a search begins, and which state of the event Tripleseat has by then. */
export function startOf(scope: Scope, wanted: readonly WantedOrder[]): { world: World; state: number } {
  const [event] = wanted;
  if (scope.start === 'empty' || !event) return { world: EMPTY, state: 0 };
  const plain: Scope = { ...scope, start: 'empty' };
  let [world, k, now] = [EMPTY, begun('c', 9, plain, event), NOW];
  for (let step = next(k, now); step.do !== 'end'; step = next(k, now)) {
    if (step.do === 'wait') now = step.until;
    if (step.do === 'look')
      k = learnFound(
        k,
        step.reads.map((read) => answered(world, read, now)),
        now,
      );
    if (step.do === 'write') {
      const done = carryOut(world, requestOf(k, step.write, now));
      world = done.world;
      k = learnWritten(k, step.write, { kind: 'done', value: done.value }, now, now);
    }
  }
  const old = dated(world, dateOf(NOW - scope.caps.date * TICK));
  const [order] = old.orders;
  if (!order) throw new Error('an order stands');
  switch (scope.start) {
    case 'drifted':
    case 'unpaid':
      return { world: old, state: 1 };
    case 'removed':
      return { world: { ...old, orders: [rows.of({ ...order, deleted: true }) as FoundOrder] }, state: 0 };
    case 'doubled': {
      const id = '2' as OrderId;
      const copy = <T extends { id: string; uuid: string | null }>(of: readonly T[]) =>
        of.map(
          (row) => rows.of({ ...row, id: `2${row.id.slice(1)}`, uuid: `${row.uuid} too`, orderId: id }) as T,
        );
      const second = rows.of({ ...order, id, uuid: `${order.uuid} too` }) as FoundOrder;
      return {
        world: {
          orders: [order, second],
          items: [...old.items, ...copy(old.items)],
          payments: [...old.payments, ...copy(old.payments)],
        },
        state: 0,
      };
    }
  }
}

/** The same with all its dates at once: as if it were of now, or so old that nobody can be at work. */
function dated(world: World, at: string): World {
  const orders = world.orders.map((row) => rows.of({ ...row, updatedDate: at }) as FoundOrder);
  return { ...world, orders };
}

/**
 * From here on nothing fails: what is under way lands or is lost, one clean run ends right, or says honestly what a
 * person has to do, and a second one plans nothing. Answers that were given are remembered in `known`.
 */
export function stuck(
  start: World,
  flights: readonly Flight[],
  state: number,
  scope: Scope,
  wanted: readonly WantedOrder[],
  known: Map<string, string | null>,
): string | null {
  const event = wanted[state] as WantedOrder;
  for (const isLanding of flights.length > 0 ? [true, false] : [true]) {
    const world = isLanding ? flights.reduce((w, { request }) => carryOut(w, request).world, start) : start;
    const young = dated(world, dateOf(NOW));
    const key = `${state}${encode(young)}`;
    if (known.has(key)) continue;
    known.set(key, null);
    if (wrong(world, wanted, scope.start)) continue;
    for (const [age, then] of [
      ['', young],
      [', much later', dated(world, dateOf(NOW - scope.caps.date * TICK))],
    ] as const) {
      for (const host of scope.share ? ['0'] : ['a', 'c']) {
        const how = `(${isLanding ? 'what is under way lands' : 'what is under way is lost'}; a clean run of ${host === 'c' ? 'another host' : 'the same host'}${age})`;
        const text = cleanRuns(then, host, event, scope, wanted);
        if (text) return `${text} ${how}`;
      }
    }
  }
  return null;
}

function cleanRuns(
  start: World,
  host: string,
  event: WantedOrder,
  scope: Scope,
  wanted: readonly WantedOrder[],
): string | null {
  let world = start;
  let now = NOW;
  // Nobody has decided that there is to be another one.
  const isHere = ({ establishmentId }: FoundOrder) => establishmentId === event.establishmentId;
  const isTaken = scope.start === 'empty' && start.orders.some((row) => isTakenByStaff(row) && isHere(row));
  const isYoung = (id: OrderId) =>
    start.orders.some((row) => row.id === id && row.updatedDate === dateOf(NOW));
  for (const which of ['first', 'second'] as const) {
    // It waits for others as long as it takes: whoever gives up has not said what is.
    const timing = { ...believed(scope), patience: Number.POSITIVE_INFINITY };
    let k: Knowledge = { ...begun(host, which === 'first' ? 8 : 9, scope, event, now), timing };
    for (let n = 0; ; n += 1) {
      if (n > 400) return `the ${which} clean run never ends`;
      const taken = stepOf(k, scope, event, now);
      const { step } = taken;
      k = taken.k;
      if (step.do === 'wait') now = Math.max(step.until, now + 1);
      else if (step.do === 'look')
        k = scope.heart.learnFound(
          k,
          step.reads.map((read) => answered(world, read, now)),
          now,
        );
      else if (step.do === 'write') {
        // While the first one waited for others, a header that lost may have grown so old that nobody can be at work on it.
        const hasAged = step.write.kind === 'drop' && now - NOW >= timing.longAgo && isYoung(step.write.id);
        if (which === 'second' && !hasAged) return `the second clean run still writes ${step.write.kind}`;
        if (isTaken && step.write.kind === 'show')
          return 'a clean run shows an order behind one that staff took away';
        const request = requestOf(k, step.write, now);
        const done = carryOut(world, request);
        const bad =
          misdeed(world, done.world, request, scope.start) ?? wrong(done.world, wanted, scope.start);
        if (bad) return `the ${which} clean run: ${bad}`;
        world = done.world;
        k = scope.heart.learnWritten(k, step.write, answerOf(scope, step.write, done.value), now, now);
      } else if (step.do === 'end') {
        const { end } = step;
        const bad = misjudged(
          end,
          k,
          world,
          event,
          world.orders.map(({ id }) => id),
        );
        if (bad) return `the ${which} clean run ${bad}`;
        if (end.kind !== 'halted') break;
        const theirs = world.orders.some(({ id }) => isWorkedOn(world, id));
        if (theirs && end.reason !== 'CLAIMED_ELSEWHERE') break;
        // A payment on an unfinished order where the event is no more is for people to settle.
        if (scope.moves && end.reason === 'ORPHANED' && world.payments.some(({ deleted }) => !deleted)) break;
        return `the ${which} clean run ends: ${end.reason}: ${end.message}`;
      }
    }
  }
  return null;
}
