import type { SimRequest, SimResponse } from '../../../src/sandbox/host/types.js';
import { type Account, isVisible, STAFF_USER } from './account.js';
import { differences, paidOn, unpaidDifferences } from './complete.js';
import { eventIdOf, moneyOf } from './events.js';
import type { Process } from './process.js';
import { holdsAssumption, type Scenario } from './scenario.js';
import { setForwardMs } from './troubles.js';

/** Something that must never be. */
export interface Violation {
  rule: string;
  detail: string;
}

/**
 * Rules that nobody can keep when Revel takes longer than the settling time, since a row that does not show is
 * taken for one that is not there. THE WORST CASE then: an event has two orders that staff can see, or an order has
 * lines or a payment twice. Two orders are reported as DUPLICATE_ORDERS by every later run; a visible order that
 * lacks something, or has wrong money, as DRIFT. Copies alone, and a payment of an earlier state of the event, under
 * totals that are right, are not looked for again and stand as ALREADY_INJECTED.
 */
const NOT_WHEN_SLOW: ReadonlySet<string> = new Set([
  'one-visible',
  'complete',
  'visible-untouched',
  'paid-once',
  'row-once',
  'honest',
  'copies',
  'by-header',
  // A header that lost while lists hid the winner may hold a payment: it is left to people.
  'leftovers',
  // Nor does anybody see then that it is still being filled, in vain.
  'busy-kept',
]);

/** A write of ours that has just taken effect, or was refused. */
export interface Write {
  process: Process;
  request: SimRequest;
  response: SimResponse;
  /** Virtual time. */
  sentAt: number;
}

/** A state of an event and since when it holds. */
interface EventState {
  since: number;
  version: number;
  status: 'DEFINITE' | 'LOST';
}

/**
 * Watches Revel's real rows (no lag) after every single write and says what is wrong. What must hold, always:
 *
 * - `one-visible`: no event has two live orders that staff can see, except one that staff themselves brought out
 *   of hiding.
 * - `complete`: an order that a write of ours makes visible is, at that moment, exactly what the event was at
 *   some moment since the writing run began: lines, cents, payment, day, shop, marks; unless staff had a hand in it.
 * - `visible-untouched`: nothing of ours is written to an order that staff can see, except for a claim in its notes
 *   that was sent at most {@link Checker.windowMs} after it became visible, and taking that out again.
 * - `touched-untouched`: nothing of ours is written to an order more than {@link Checker.touchedMs} after staff
 *   touched its header: what was in flight, or had just been checked, may still arrive. A line that they have added
 *   to an order which nobody can see yet is heeded as soon as an answer tells of it (`touch-heeded`).
 * - `paid-once`: never two live payments of ours on one order, unless a person has decided to add to it what has been
 *   paid since; then never more than the event was paid at most.
 * - `added-only`: such a run writes to its order nothing but a payment, what is due, and notes.
 * - `row-once`: never two live rows with one uuid, never two visibility rows of ours on one order.
 * - `touch-heeded`: at most one write of a run to an order leaves after an answer has shown it staff's hand there.
 * - `staff-line-kept`: no line that staff have added is marked deleted.
 * - `busy-kept`: no header is marked deleted to which another living run has written within {@link BUSY_MS}, unless
 *   that one has told since how the event ended: it lets others have it then.
 * - `lost-untouched`: no write concerns an event that was LOST ever since the writing run began, unless a person has
 *   decided that its order goes.
 * - `decided-only`: an order that staff can see is marked deleted by nobody but a run whose person has decided just that,
 *   and only when what comes in its place is there, complete but for its payment. What is paid on it goes only then.
 * - `paid-once` also holds over all orders of an event that staff can see, or could until they were taken away.
 *
 * When Revel is slower than the settling time, some of them are excused; {@link NOT_WHEN_SLOW} says which.
 */
export class Checker {
  violation: Violation | null = null;
  /** Rules that were broken, but that nobody can keep here. */
  readonly excused = new Set<string>();
  /** When people last did something, to an order or an event. */
  lastDeedAt = Number.NEGATIVE_INFINITY;
  readonly #account: Account;
  readonly #scenario: Scenario;
  readonly #states: EventState[][];
  readonly #touchedAt = new Map<number, number>();
  readonly #headerTouchedAt = new Map<number, number>();
  readonly #visibleAt = new Map<number, number>();
  /** When the write that showed it was sent. */
  readonly #showSentAt = new Map<number, number>();
  readonly #shownByStaff = new Set<number>();
  readonly #shownEarly = new Set<number>();
  /** By run and order: when an answer showed the run staff's hand on the order, and how often it has written since. */
  readonly #told = new Map<string, { sentAfter: number; writes: number }>();
  /** By order: when a run last wrote to it that it is taken away. */
  readonly #retiredAt = new Map<number, number>();
  /** Orders to which a run has added what had been paid since. */
  readonly #addedAt = new Map<number, number>();
  /** Orders that somebody has marked deleted. */
  readonly #dropped = new Set<number>();
  /** By order: who wrote to it last, and when. */
  readonly #lastWrite = new Map<number, { process: Process; at: number }>();
  readonly #now: () => number;
  readonly #strict: boolean;

  constructor(account: Account, scenario: Scenario, now: () => number) {
    this.#now = now;
    const start = now();
    this.#strict = holdsAssumption(scenario);
    this.#account = account;
    this.#scenario = scenario;
    this.#states = scenario.events.map((event) => [{ ...event, since: start }]);
  }

  /**
   * How long after something happened to an order a write of ours may still be sent that does not know of it: a
   * sign that the order is ours, counted from the moment it was asked for, is good for one and a half settling
   * times (750 ms at least), and what showed it may have been a list, which lags.
   */
  get windowMs(): number {
    return Math.max(1.5 * this.#scenario.settleMs, 750) + this.#scenario.lagMs;
  }

  /** How long lists may show the past. */
  get lagMs(): number {
    return this.#scenario.lagMs;
  }

  /** The same for staff's touch: for that long a look allows writes. */
  get touchedMs(): number {
    return Math.max(4 * this.#scenario.settleMs, 2_000) + this.#scenario.lagMs;
  }

  /** Whether staff can see the order only since then. */
  isShownSince(order: number, at: number): boolean {
    return (this.#visibleAt.get(order) ?? Number.NEGATIVE_INFINITY) >= at;
  }

  /** Whether a run has taken it away since then, by a person's decision and whether Revel kept that or not. */
  isRetiredSince(order: number, at: number): boolean {
    return (this.#retiredAt.get(order) ?? Number.NEGATIVE_INFINITY) >= at;
  }

  /** Somebody has decided since then that what was paid since is added to it. */
  isAddedToSince(order: number, at: number): boolean {
    return (this.#addedAt.get(order) ?? Number.NEGATIVE_INFINITY) >= at;
  }

  /** The event is in another state from now on. */
  eventChanged(event: number, state: EventState): void {
    this.#states[event]?.push(state);
    this.lastDeedAt = state.since;
  }

  /** The state of an event now. */
  stateOf(event: number): EventState {
    const state = this.#states[event]?.at(-1);
    if (!state) throw new RangeError(`no event ${event}`);
    return state;
  }

  /** States in which the event was at some moment since then. */
  statesSince(event: number, since: number): EventState[] {
    const states = this.#states[event] ?? [];
    return states.filter((_, index) => (states[index + 1]?.since ?? Number.POSITIVE_INFINITY) >= since);
  }

  /** Staff have done something to the order. `onLine`: it shows on a line of it alone, and not on its header. */
  staffTouched(order: number, now: number, onLine: boolean): void {
    this.lastDeedAt = now;
    if (!onLine && !this.#headerTouchedAt.has(order)) this.#headerTouchedAt.set(order, now);
    if (!this.#touchedAt.has(order)) this.#touchedAt.set(order, now);
    const row = this.#account.sim.order(order);
    if (!row || !isVisible(row) || this.#visibleAt.has(order)) return;
    this.#visibleAt.set(order, now);
    this.#shownByStaff.add(order);
  }

  /** A program that is not ours has put a history row on the order. */
  shownByOthers(order: number, now: number): void {
    this.lastDeedAt = now;
    this.#visibleAt.set(order, now);
    this.#shownByStaff.add(order);
    this.#shownEarly.add(order);
  }

  /**
   * An answer has reached a run: what it says of who wrote last to an order must be heeded. Reading all orders of a shop
   * is a question about the event that is looked for, and nothing is learnt of those of others in passing.
   */
  answered(process: Process, body: string, url: string): void {
    if (!body.includes(STAFF)) return;
    if (this.#scenario.events.length > 1 && url.includes('establishment=')) return;
    for (const id of touchedIn(body)) {
      const key = `${process.index} ${id}`;
      if (!this.#told.has(key)) this.#told.set(key, { sentAfter: this.#now(), writes: 0 });
    }
  }

  wasTouched(order: number): boolean {
    return this.#touchedAt.has(order);
  }

  /** Whoever showed it had to see staff's hand on it when reading it back. */
  wasTouchedBeforeShown(order: number): boolean {
    const touchedAt = this.#touchedAt.get(order);
    const shownAt = this.#showSentAt.get(order);
    return touchedAt !== undefined && shownAt !== undefined && touchedAt < shownAt - this.touchedMs;
  }

  fail(rule: string, detail: string): void {
    if (this.#strict || !NOT_WHEN_SLOW.has(rule)) this.violation ??= { rule, detail };
    else this.excused.add(rule);
  }

  /** Checks what must hold after a write. */
  wrote(write: Write, now: number): void {
    if (write.response.status >= 300) return;
    const orderId = this.#orderOf(write);
    const event = this.#eventOf(orderId);
    if (event === null) {
      this.fail(
        'foreign-untouched',
        `run ${write.process.index} wrote to order ${orderId}, which is not ours`,
      );
      return;
    }
    this.#checkLost(write, event, orderId);
    this.#checkTouched(write, orderId);
    this.#checkVisible(write, event, orderId);
    this.#checkTold(write, orderId);
    this.#checkMark(write, event, orderId, now);
    this.#checkRows(orderId);
    const visible = this.#account.ordersOf(event).filter((order) => !order.deleted && isVisible(order));
    if (visible.length > 1 && !visible.some(({ id }) => this.#shownByStaff.has(id))) {
      this.fail('one-visible', `event ${event} has orders ${visible.map(({ id }) => id).join(' and ')}`);
    }
    this.#noteVisible(orderId, now, write.sentAt);
    // Who only claims an order waits before it does anything with it.
    if (!/ claiming [0-9a-f]+"/.test(write.request.body))
      this.#lastWrite.set(orderId, { process: write.process, at: now });
  }

  #checkTold({ process, request, sentAt }: Write, orderId: number): void {
    const told = this.#told.get(`${process.index} ${orderId}`);
    if (!told || sentAt <= told.sentAfter) return;
    told.writes += 1;
    if (told.writes < 2) return;
    this.fail(
      'touch-heeded',
      `run ${process.index}: ${request.method} ${request.path} to order ${orderId} is its second write since an answer showed staff's hand`,
    );
  }

  #checkMark({ process, request }: Write, event: number, orderId: number, now: number): void {
    if (request.method !== 'PATCH' || JSON.parse(request.body).deleted !== true) return;
    const [, , resource = '', id = ''] = request.path.split('/');
    if (resource === 'OrderItem') {
      const item = this.#account.sim.items(orderId).find((row) => row.id === Number(id));
      if (item?.created_by === STAFF) {
        this.fail('staff-line-kept', `run ${process.index} deleted a line of staff's`);
      }
    }
    const last = this.#lastWrite.get(orderId);
    const order = this.#account.sim.order(orderId);
    if (order && isVisible(order) && process.decision) return;
    if (resource !== 'Order') return;
    // Who takes away again what somebody has taken away already does no harm.
    const isAgain = this.#dropped.has(orderId);
    this.#dropped.add(orderId);
    if (isAgain || !last || last.process === process || !last.process.running) return;
    if (last.process.ended.has(eventIdOf(event))) return;
    // By a clock that was set forward it is longer ago.
    if (now - last.at + setForwardMs(this.#scenario) >= BUSY_MS) return;
    this.fail(
      'busy-kept',
      `run ${process.index} marked order ${orderId} deleted, to which run ${last.process.index} wrote ${now - last.at} ms before`,
    );
  }

  #noteVisible(orderId: number, now: number, sentAt: number): void {
    const order = this.#account.sim.order(orderId);
    if (!order || !isVisible(order) || this.#visibleAt.has(orderId)) return;
    this.#visibleAt.set(orderId, now);
    this.#showSentAt.set(orderId, sentAt);
  }

  #orderOf({ request, response }: Write): number {
    const [, , resource = '', id = ''] = request.path.split('/');
    if (resource === 'Order') return id === '' ? idIn(response.headers.location) : Number(id);
    if (request.method === 'POST') return idIn(JSON.parse(request.body).order);
    return idIn(JSON.parse(response.body).order);
  }

  #eventOf(orderId: number): number | null {
    const index = this.#scenario.events.findIndex((_, event) =>
      this.#account.ordersOf(event).some(({ id }) => id === orderId),
    );
    return index < 0 ? null : index;
  }

  #checkLost({ process, request }: Write, event: number, orderId: number): void {
    if (process.decision?.kind === 'void') return;
    const states = this.statesSince(event, process.startedAt);
    if (states.some(({ status }) => status !== 'LOST')) return;
    const what = `${request.method} ${request.path}`;
    this.fail('lost-untouched', `run ${process.index}: ${what} for lost event ${event}, order ${orderId}`);
  }

  #checkTouched({ process, request, sentAt }: Write, orderId: number): void {
    const touchedAt = this.#headerTouchedAt.get(orderId);
    if (touchedAt === undefined || sentAt <= touchedAt + this.touchedMs) return;
    this.fail(
      'touched-untouched',
      `run ${process.index}: ${request.method} ${request.path} to order ${orderId} was sent ${sentAt - touchedAt} ms after staff touched it`,
    );
  }

  #checkVisible(write: Write, event: number, orderId: number): void {
    const { process, request, sentAt } = write;
    const isAdded = this.#isAdded(write, orderId);
    if (this.wasTouched(orderId)) return;
    if (this.#isDecided(write, event, orderId)) return;
    const visibleAt = this.#visibleAt.get(orderId);
    if (visibleAt !== undefined) {
      if (isAdded) return;
      // Whoever is to take it away waits out, with a claim of his own, who adds a payment to it.
      if (process.decision && changesNotesAlone(request.body) && isClaim(request.body)) return;
      const late = sentAt - visibleAt;
      // What was in flight, or had just been checked, when another program showed the order.
      if (this.#shownEarly.has(orderId) && late <= this.touchedMs) return;
      if (request.method === 'PATCH' && changesNotesAlone(request.body)) {
        if (late <= this.windowMs || !isClaim(request.body)) return;
      }
      this.fail(
        'visible-untouched',
        `run ${process.index}: ${request.method} ${request.path} to visible order ${orderId}, sent ${late} ms after it became visible`,
      );
    } else if (request.path.includes('/OrderHistory/')) {
      const states = this.statesSince(event, process.startedAt);
      const wrong = states.map(({ version }) => differences(this.#account, orderId, version));
      if (wrong.every((list) => list.length > 0)) {
        this.fail(
          'complete',
          `run ${process.index} made order ${orderId} visible, but ${wrong.map((list) => list.join('; ')).join(' | ')}`,
        );
      }
    }
  }

  /** What adds to an order that staff can see what has been paid since, because a person wants it so. */
  #isAdded({ process, request }: Write, orderId: number): boolean {
    const { decision } = process;
    if (decision?.kind !== 'payment' || Number(decision.order) !== orderId) return false;
    // Somebody has taken it away: what is paid on it goes, as in any run.
    if (this.#account.sim.order(orderId)?.deleted && this.#retiredAt.has(orderId)) return false;
    const [, , resource = ''] = request.path.split('/');
    if (resource === 'Payment' && request.method === 'POST') {
      this.#addedAt.set(orderId, this.#now());
      return true;
    }
    const names = resource === 'Order' ? Object.keys(JSON.parse(request.body)) : [resource];
    const more = names.filter((name) => !ADDED_TO.includes(name));
    if (more.length > 0) this.fail('added-only', `run ${process.index} wrote ${more} to order ${orderId}`);
    return true;
  }

  /** What takes away an order that staff can see because a person wants it so; whether it may is checked here. */
  #isDecided({ process, request, response, sentAt }: Write, event: number, orderId: number): boolean {
    const order = this.#account.sim.order(orderId);
    if (!order || !isVisible(order)) return false;
    const body = JSON.parse(request.body);
    // Given back, not a cent more than was paid.
    if (request.method === 'POST' && request.path === '/resources/Payment/' && Number(body.amount) < 0) {
      if (paidOn(this.#account, orderId) < 0)
        this.fail('decided-only', `order ${orderId} has less than nothing paid`);
      return order.deleted && this.#retiredAt.has(orderId);
    }
    if (request.method !== 'PATCH') return false;
    if (body.deleted !== true) return false;
    if (request.path.startsWith('/resources/Payment/')) {
      if (JSON.parse(response.body).created_by === STAFF)
        this.fail('decided-only', 'a payment of staff went');
      return order.deleted && this.#retiredAt.has(orderId);
    }
    if (!request.path.startsWith('/resources/Order/')) return false;
    const { decision } = process;
    const winner = / superseded by order (\d+)$/.exec(body.notes)?.[1];
    const meant = decision && decision.kind !== 'recreate' ? Number(decision.order) : null;
    // A header that had lost and that somebody has just shown: what may still reach it is checked with the rest.
    if (meant === null || (decision?.kind !== 'keep' && meant !== orderId)) return false;
    const what = `run ${process.index} took away order ${orderId}`;
    switch (decision?.kind) {
      case 'void':
        break;
      case 'keep':
        if (meant === orderId || Number(winner) !== meant) this.fail('decided-only', `${what} for ${winner}`);
        break;
      case 'replace': {
        const states = this.statesSince(event, process.startedAt);
        const wrong = states.map(({ version }) => unpaidDifferences(this.#account, Number(winner), version));
        const isReady = wrong.some((list) => list.length === 0);
        const touchedAt = this.#headerTouchedAt.get(Number(winner)) ?? Number.NEGATIVE_INFINITY;
        // That staff have just deleted it no list need have shown.
        const isThere =
          this.#account.sim.order(Number(winner))?.deleted === false || sentAt <= touchedAt + this.touchedMs;
        // Staff may have come to the new one since it was looked at.
        const isTheirs = this.wasTouched(Number(winner));
        if (!(isReady || isTheirs) || !isThere)
          this.fail(
            'decided-only',
            `${what} for ${winner}: ${wrong.map((list) => list.join('; ')).join(' | ')}`,
          );
        break;
      }
      default:
        return false;
    }
    this.#retiredAt.set(orderId, this.#now());
    return true;
  }

  #checkRows(orderId: number): void {
    const { sim } = this.#account;
    const payments = sim.payments(orderId).filter((row) => !row.deleted);
    const event = this.#eventOf(orderId);
    if (this.#addedAt.has(orderId)) {
      const most = Math.max(...(this.#states[event ?? 0] ?? []).map(({ version }) => moneyOf(version).paid));
      const sum = paidOn(this.#account, orderId);
      if (sum > most) this.fail('paid-once', `order ${orderId} has ${sum} cents of ${most} paid`);
    } else if (payments.length > 1 && !payments.some(({ amount }) => Number(amount) < 0)) {
      this.fail('paid-once', `order ${orderId} has ${payments.length} payments`);
    }
    const items = sim.items(orderId).filter((row) => !row.deleted);
    if (new Set(items.map(({ uuid }) => uuid)).size < items.length) {
      this.fail('row-once', `order ${orderId} has two items of one uuid`);
    }
    const paid = (event === null ? [] : this.#account.ordersOf(event))
      .filter((order) => isVisible(order) && !this.wasTouched(order.id) && !this.#shownByStaff.has(order.id))
      .filter(({ id }) => paidOn(this.#account, id) !== 0);
    if (paid.length > 1) this.fail('paid-once', `orders ${paid.map(({ id }) => id).join(' and ')} are paid`);
    const ours = sim.history(orderId).filter(({ uuid }) => !uuid.startsWith('5e7e7000-'));
    if (ours.length > 1) this.fail('row-once', `order ${orderId} was made visible ${ours.length} times`);
  }
}

/** Fields of a header that are written with a payment that is added. */
const ADDED_TO = ['notes', 'remaining_due', 'printed', 'call_name', 'updated_date'];
const STAFF = `/enterprise/User/${STAFF_USER}/`;
/** Whoever has written to an order so lately is still at it. */
const BUSY_MS = 20_000;

/** The orders that an answer shows with staff's hand on them. */
function touchedIn(body: string): number[] {
  let data: { objects?: Record<string, unknown>[] } & Record<string, unknown>;
  try {
    data = JSON.parse(body);
  } catch {
    return [];
  }
  return (data.objects ?? [data]).flatMap(({ resource_uri, updated_by }) =>
    updated_by === STAFF && String(resource_uri).startsWith('/resources/Order/') ? [idIn(resource_uri)] : [],
  );
}

function changesNotesAlone(body: string): boolean {
  return Object.keys(JSON.parse(body)).every((name) => name === 'notes' || name === 'updated_date');
}

function isClaim(body: string): boolean {
  return / (filling|claiming) [0-9a-f]+$/.test(JSON.parse(body).notes);
}

function idIn(uri: unknown): number {
  return Number(/(\d+)\/$/.exec(String(uri))?.[1]);
}
