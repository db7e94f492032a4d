import type { EventResult, SyncOutcome } from '../../../src/sync/types.js';
import type { OrderRow } from '../../simulators/revel.js';
import { type Account, isVisible } from './account.js';
import type { Checker } from './checker.js';
import {
  differences,
  hasOnlyCopies,
  isOnDay,
  isPaidBeyond,
  lacking,
  workedOnDifferences,
} from './complete.js';
import { eventIdOf, OUR_USER, SHOPS, versionOf } from './events.js';
import type { Process } from './process.js';

/** What is judged. */
export interface Judged {
  account: Account;
  checker: Checker;
  outcome: SyncOutcome;
  /** Too soon after everything else to tell the dead from the living. */
  hurried: boolean;
  /** So long after everything else that no run which began it can be alive. */
  longAfter: boolean;
  /** When the run began, in virtual time. */
  startedAt: number;
}

/** A result that says that the order stands. */
function saysStanding({ status, reason }: EventResult): boolean {
  return status === 'injected' || status === 'repaired' || reason === 'ALREADY_INJECTED';
}

/**
 * Honesty of any run that came to its end, however bad the time: whoever says that an order stands has seen one
 * that staff can see and that was right for the event at some moment since the run began, or that staff works on.
 */
export function judgeHonesty(
  { account, checker, outcome }: Omit<Judged, 'hurried' | 'longAfter'>,
  process: Process,
  events: number,
): void {
  for (const result of outcome.results.filter(saysStanding)) {
    const event = Array.from({ length: events }, (_, index) => index).find(
      (index) => eventIdOf(index) === result.id,
    );
    const order = account.sim.order(Number(result.orderId));
    if (event === undefined || !order || !isVisible(order)) {
      checker.fail('honest', `run ${process.index} reports ${named(result)}, which staff cannot see`);
      continue;
    }
    if (result.status !== 'skipped' && checker.wasTouchedBeforeShown(order.id)) {
      checker.fail(
        'honest',
        `run ${process.index} reports ${named(result)}, and not that staff was there first`,
      );
    }
    if (order.deleted || checker.wasTouched(order.id)) continue;
    // Lists may show it as it was before.
    if (checker.isRetiredSince(order.id, process.startedAt - checker.lagMs)) continue;
    // What a person adds comes to a right order row by row.
    if (checker.isAddedToSince(order.id, process.startedAt - checker.lagMs)) continue;
    const wrong = checker
      .statesSince(event, process.startedAt)
      .map(({ version }) => differences(account, order.id, version));
    if (wrong.some((list) => list.length === 0)) continue;
    const what = wrong.map((list) => list.join('; ')).join(' | ');
    checker.fail('honest', `run ${process.index} reports ${named(result)}, which is wrong: ${what}`);
  }
}

/**
 * After a clean run: what it says of each event is what is there. An eligible event has one complete order,
 * unless people stand in the way, and then the report says so and names the order.
 */
export function judgeClean(judged: Judged, asked: readonly number[]): void {
  for (const event of asked) {
    const results = judged.outcome.results.filter(({ id }) => id === eventIdOf(event));
    const [result] = results;
    const wrong = results.length === 1 && result ? wrongWith(judged, event, result) : 'no result';
    if (wrong === null) continue;
    if (result && isCopied(judged, event, result)) {
      judged.checker.fail('copies', `event ${event}, reported ${named(result)}: ${wrong}`);
      continue;
    }
    if (result && isByHeader(judged, event, result)) {
      judged.checker.fail('by-header', `event ${event}, reported ${named(result)}: ${wrong}`);
      continue;
    }
    const problem = judged.outcome.problem?.message ?? result?.error ?? '';
    judged.checker.fail(
      'clean-run',
      `event ${event}, reported ${result ? named(result) : '-'}: ${wrong}. ${problem}`,
    );
  }
}

/** It is said to stand, and does, with rows that are there more than once. */
function isCopied({ account, checker }: Judged, event: number, result: EventResult): boolean {
  const { version } = checker.stateOf(event);
  return saysStanding(result) && hasOnlyCopies(account, Number(result.orderId), version);
}

/** It is said to stand where Revel cannot be asked for the rows of several orders, by a header that shows none of them. */
function isByHeader({ account, checker }: Judged, event: number, result: EventResult): boolean {
  const wrong = differences(account, Number(result.orderId), checker.stateOf(event).version);
  const isOnRows = wrong.every((each) => /^(?:lines|payments) /.test(each));
  return account.sim.switches.orderFilterOnChildren === 'ignored' && saysStanding(result) && isOnRows;
}

/** After a clean run that came long after everything else: unfinished headers are marked, or held by people. */
export function judgeLeftovers(judged: Judged, asked: readonly number[]): void {
  const [left] = leftovers(judged, asked);
  if (left) judged.checker.fail('leftovers', `order ${left.row.id} of event ${left.event} is left unmarked`);
}

/** Headers that are neither marked nor held by people, of events that are said to stand. */
export function leftovers({ account, outcome }: Judged, asked: readonly number[]) {
  return asked.flatMap((event) => {
    const result = outcome.results.find(({ id }) => id === eventIdOf(event));
    if (!result || !saysStanding(result)) return [];
    return account
      .ordersOf(event)
      .filter((order) => !order.deleted && !isVisible(order))
      .filter((order) => !(order.notes ?? '').includes(' superseded by order ') && !isTouched(account, order))
      .map((row) => ({ event, row }));
  });
}

/** Null: the report fits what is there. */
function wrongWith(
  { account, checker, hurried, longAfter, startedAt }: Judged,
  event: number,
  result: EventResult,
): string | null {
  const state = checker.stateOf(event);
  const live = account.ordersOf(event).filter((order) => !order.deleted);
  // Beside another one, an order without lines or money that staff has opened is none.
  const visible = live.filter(isVisible);
  if (visible.length > 1 && result.reason === 'DUPLICATE_ORDERS') return null;
  const [order, second] = visible.length < 2 ? visible : visible.filter((row) => !isEmpty(account, row));
  if (state.status === 'LOST') {
    const expected = order
      ? 'ORPHANED'
      : removedIn(account, event, state.version).length > 0
        ? 'REMOVED_BY_STAFF'
        : 'STATUS_NOT_ELIGIBLE';
    return result.reason === expected ? null : `the event is lost, ${expected} expected`;
  }
  if (second) return result.reason === 'DUPLICATE_ORDERS' ? null : 'there are two visible orders';
  if (!order) {
    const inTheWay = live.some((row) => isTouched(account, row));
    // An unfinished order in the shop that the event has left: it may still be somebody's work.
    const elsewhere = live.some((row) => !isIn(row, state.version));
    if (elsewhere && hurried && result.reason === 'CLAIMED_ELSEWHERE') return null;
    const paidElsewhere = live.some(
      (row) => !isIn(row, state.version) && account.sim.payments(row.id).some(({ deleted }) => !deleted),
    );
    // Lines or payments that the event no longer has, in an account where nothing can be deleted.
    const stuck = !account.sim.switches.keepsDeletedMark && live.length > 0;
    // Whoever took one away may still be about to give back what was paid on it.
    const awaited = !longAfter && owedOn(account, event);
    const removed = removedIn(account, event, state.version);
    return ((stuck || awaited) && result.reason === 'UNVERIFIED') ||
      (removed.some(({ id }) => String(id) === result.orderId) && result.reason === 'REMOVED_BY_STAFF') ||
      (inTheWay && result.reason === 'TOUCHED') ||
      ((inTheWay || paidElsewhere) && result.reason === 'ORPHANED')
      ? null
      : 'there is no visible order';
  }
  const moved = !isIn(order, state.version);
  // Reads may still show it as unfinished.
  if (moved && hurried && result.reason === 'CLAIMED_ELSEWHERE') return null;
  const touched = isTouched(account, order);
  const wrong = (touched ? workedOnDifferences : differences)(account, order.id, state.version);
  // It stands before anybody's eyes with the mark of an unfinished one.
  const isLeft = !touched && isClaimed(order);
  // What a dead run sent has shown it to staff since the run looked at it.
  if (touched && result.reason === 'TOUCHED' && checker.isShownSince(order.id, startedAt)) return null;
  const isGivenBack = touched && isPaidBeyond(account, order.id, state.version);
  if (isGivenBack && wrong.length === 0 && result.reason === 'IN_SERVICE') return null;
  if (wrong.length === 0 && !isLeft) return saysStanding(result) ? null : `order ${order.id} is right`;
  // A line that staff added is on no header, which is all that a quiet run looks at; whoever showed the order has told.
  const isOnLineAlone =
    order.updated_by.endsWith(`/${OUR_USER}/`) && wrong.every((each) => each.startsWith('lines '));
  if (touched && isOnLineAlone && saysStanding(result)) return null;
  const lacks = touched ? lacking(account, order.id, state.version).length > 0 : isClaimed(order);
  const atHome = lacks ? 'TOUCHED' : touched ? 'IN_SERVICE' : 'DRIFT';
  const expected = moved ? 'ORPHANED' : atHome;
  if (result.reason !== expected)
    return `order ${order.id} is wrong (${wrong.join('; ')}), ${expected} expected`;
  return result.error?.includes(String(order.id)) ? null : `the report does not name order ${order.id}`;
}

/** Orders that staff could see and has deleted, in the shop and under the day of the event. */
function removedIn(account: Account, event: number, version: number): OrderRow[] {
  return account
    .ordersOf(event)
    .filter(
      (order) =>
        order.deleted &&
        isVisible(order) &&
        isIn(order, version) &&
        isOnDay(order) &&
        !order.updated_by.endsWith(`/${OUR_USER}/`) &&
        !/ (?:superseded by order|voided by) /.test(order.notes ?? ''),
    );
}

/** Whether money stands on an order of the event that this program took away. */
function owedOn(account: Account, event: number): boolean {
  return account.ordersOf(event).some(({ id, deleted, notes }) => {
    const live = account.sim.payments(id).filter((payment) => !payment.deleted);
    const cents = live.reduce((sum, { amount }) => sum + Math.round(Number(amount) * 100), 0);
    return deleted && / (?:superseded by order|voided by) /.test(notes ?? '') && cents !== 0;
  });
}

function isClaimed({ notes, printed }: OrderRow): boolean {
  return !printed && / (?:filling|claiming|superseded by order) /.test(notes ?? '');
}

function isEmpty(account: Account, { id, final_total: total }: OrderRow): boolean {
  return total === 0 && account.sim.items(id).every(({ deleted }) => deleted);
}

function isIn(order: OrderRow, version: number): boolean {
  return order.establishment === `/enterprise/Establishment/${SHOPS[versionOf(version).shop].establishment}/`;
}

/** Staff's hand shows in Revel itself: on the order, or on a live row that hangs on it. */
function isTouched(account: Account, order: OrderRow): boolean {
  const ours = `/enterprise/User/${OUR_USER}/`;
  const rows = [...account.sim.items(order.id), ...account.sim.payments(order.id)];
  return [order, ...rows.filter((row) => !row.deleted)].some((row) => row.updated_by !== ours);
}

function named({ id, status, reason, orderId }: EventResult): string {
  return `event ${id} ${status}${reason === null ? '' : ` ${reason}`} (order ${orderId ?? '-'})`;
}
