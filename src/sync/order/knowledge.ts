import { type Decision, setAside } from '../../domain/decision.js';
import type { OrderId } from '../../domain/ids.js';
import type { Location } from '../../domain/location.js';
import type { Cents } from '../../domain/money.js';
import { type Claim, claimIn, isFinishedBy } from '../../domain/notes.js';
import {
  type Contents,
  type FoundItem,
  type FoundOrder,
  type FoundPayment,
  isVisible,
} from '../../domain/order.js';
import { type Action, billsOf, type OrderPlan } from '../../domain/plan.js';
import type { FailReason, SkipReason } from '../../domain/reasons.js';
import { isByStaff } from '../../domain/service.js';
import type { WantedItem, WantedOrder } from '../../domain/wantedOrder.js';
import type { Timing } from './timing.js';

/**
 * A thing as Revel showed it. It holds everything that was carried out up to `asOf`, and perhaps something of what
 * came later: a look that was put at t is as of t less the settling time, an answer to a write as of its sending.
 */
export interface Seen<T> {
  readonly value: T;
  readonly asOf: number;
}

/** One write to Revel, as plain data. */
export type Write =
  /** The header, born with our mark. */
  | { kind: 'create'; uuid: string }
  | { kind: 'add-line'; id: OrderId; item: WantedItem; uuid: string }
  | { kind: 'remove-line'; id: OrderId; row: FoundItem }
  | { kind: 'totals'; id: OrderId }
  /** `tip`: beside the amount. */
  | { kind: 'add-payment'; id: OrderId; uuid: string; amount: Cents; tip: Cents }
  | { kind: 'remove-payment'; id: OrderId; row: FoundPayment }
  /** Printed, with the final notes: no mark of an unfinished order any more. */
  | { kind: 'finish'; id: OrderId }
  /** The history row: staff see the order from here on. */
  | { kind: 'show'; id: OrderId }
  /** Our wish to take over another run's order. */
  | { kind: 'claim'; id: OrderId; revision: string }
  /** Our mark on an order that has become ours. */
  | { kind: 'hold'; id: OrderId; revision: string }
  /** Our claim goes from the notes of an order that was finished meanwhile. */
  | { kind: 'take-back'; id: OrderId; revision: string }
  /** Marked deleted: it lost against `winner`, or stands where the event is no more. */
  | { kind: 'drop'; id: OrderId; winner: OrderId | null }
  /**
   * Staff could see it, and a person has decided that it goes. `winner`: what stands in its place, null: nothing.
   * `before`: its notes till then, for the case that Revel does not keep the mark.
   */
  | { kind: 'retire'; id: OrderId; winner: OrderId | null; before: string }
  /** The notes that it had before Revel did not keep the mark. */
  | { kind: 'restore'; id: OrderId; notes: string };

/** One question to Revel. */
export type Read =
  /** All headers of the event. */
  | { of: 'rows' }
  /** The same wherever they may be filed. */
  | { of: 'beyond' }
  | { of: 'header' | 'items' | 'payments'; id: OrderId }
  /** The orders that its bill was split into. */
  | { of: 'bills'; order: FoundOrder };

/** What one question was answered, and when it was put. */
export type Found = { askedAt: number } & (
  | { of: 'rows'; rows: readonly FoundOrder[] }
  | { of: 'beyond'; rows: readonly FoundOrder[] }
  | { of: 'header'; id: OrderId; header: FoundOrder | null }
  | { of: 'items'; id: OrderId; items: readonly FoundItem[] }
  | { of: 'payments'; id: OrderId; payments: readonly FoundPayment[] }
  | { of: 'bills'; id: OrderId; bills: readonly FoundOrder[] }
);

/** How long a question may wait to go out with those of other events. */
export type Patience = 'none' | 'short' | 'long';

/** What to do next: one thing, then ask again. */
export type Step =
  | { do: 'look'; reads: readonly Read[]; patience: Patience }
  /** `why`: a sentence for whoever waits for this event; null: it takes no time worth a word. */
  | { do: 'wait'; until: number; why: string | null }
  /** Must not leave after `until`. */
  | { do: 'write'; write: Write; until: number }
  /** Read the event again: another run may have acted on a newer state of it. */
  | { do: 'refresh' }
  | { do: 'end'; end: End };

/** What has become of an event since it was read. */
export type Refreshed =
  /** Nothing, or it could not be read. */
  | { kind: 'same' }
  | { kind: 'changed'; wanted: WantedOrder }
  /** It wants no order any more, one in another shop, or what it wants cannot be made. */
  | { kind: 'outdated' };

/** A plan that only has to be told. */
export type ReportPlan = Extract<OrderPlan, { kind: 'failed' | 'in-service' }>;

/** How the work on an event ends. */
export type End =
  /** `created`: by this run. `compared`: its lines and payments as well as its header, as of then; null: its header alone. `leftovers`: hidden headers with a payment. */
  | { kind: 'standing'; order: FoundOrder; created: boolean; compared: number | null; leftovers: OrderId[] }
  /** The order that a person did not want any more is gone. */
  | { kind: 'gone'; order: OrderId; leftovers: OrderId[] }
  /** A person is needed, or nothing is to be done. */
  | { kind: 'report'; plan: ReportPlan }
  /** What the event wants has to be judged anew. */
  | { kind: 'outdated' }
  /** `order`: the one that it is about; null: none in particular. */
  | ({ kind: 'halted'; message: string; upstream: boolean; order: OrderId | null } & (
      | { skipped: true; reason: SkipReason }
      | { skipped: false; reason: FailReason }
    ));

/** A write whose answer was lost, or that was refused for good: perhaps it has happened, or still will. */
export interface Pending {
  readonly write: Write;
  readonly sentAt: number;
  readonly answeredAt: number;
  readonly detail: string;
  /** Revel has refused it for good; perhaps because it is there already. */
  readonly refused: boolean;
  /** Revel has accepted it, and not told what the order has become: no request is under way. */
  readonly answered: boolean;
  /** The latest look at what became of it was put then; null: none. */
  readonly lookedAt: number | null;
}

/** An order that another run has begun. */
interface Watch {
  /** Changes when somebody works on it. */
  readonly print: string;
  readonly changedAt: number;
  /** It may be claimed when nothing has changed for so long, in milliseconds. */
  readonly quiet: number;
  readonly beganAt: number;
  readonly seenAt: number;
}

/** What this run knows of one order of the event, and what it has done with it. */
export interface Known {
  /**
   * By its id, or as a write answered; the value is null when it is not there. What a list showed before the event was read
   * again is kept here as of minus infinity.
   */
  readonly header: Seen<FoundOrder | null> | null;
  /** A read by its id did not show it then for the first time, or hidden, though it had been seen; null: no such read. */
  readonly missedAt: number | null;
  readonly items: Seen<readonly FoundItem[]> | null;
  readonly payments: Seen<readonly FoundPayment[]> | null;
  /** The orders that its bill was split into, beyond those that a look at all headers shows; null: not looked for. */
  readonly bills: readonly FoundOrder[] | null;
  /** This run has made it, whoever has it now. */
  readonly made: boolean;
  /** It is this run's since then at the latest, as its maker or because it took it over; null: it is not. */
  readonly ours: { how: 'made' | 'taken'; at: number } | null;
  /** It is somebody else's, and watched; null: not. */
  readonly watch: Watch | null;
  /** Staff can see it, and another run, by its notes at work on it, can change it until then; null: not so. */
  readonly heldUntil: number | null;
  /** Our claim on it had taken effect by then; null: not claimed. */
  readonly claimedAt: number | null;
  /** Lines that Revel has taken from this run and not shown yet. */
  readonly lines: readonly { item: WantedItem; uuid: string; at: number }[];
  /** Rows that Revel has taken away for this run by then, and that no look has shown to be gone since. */
  readonly gone: { lines: Readonly<Record<string, number>>; payments: Readonly<Record<string, number>> };
  /** Its payment was taken by Revel at the latest then; null: none written. */
  readonly paid: { uuid: string; at: number; looked: boolean } | null;
  /**
   * How often its lines had to be written again, its totals and its last change were written, a claim did not stay, and it
   * was taken over.
   */
  readonly tries: { lines: number; totals: number; finish: number; claim: number; hold: number };
  /** This run has made it visible, or has finished its work on one that was, at the latest then. */
  readonly shownAt: number | null;
  /** This run has marked it deleted. */
  readonly dropped: boolean;
  /**
   * By a person's decision this run has marked it deleted, at the latest `at`. `kept`: whether a look from then on has
   * shown the mark; null: no look yet. `notes`: what it said before.
   */
  readonly retired: { at: number; kept: boolean | null; notes: string } | null;
}

/** What is known of an order that nothing has been read of. */
export const unknown: Known = {
  header: null,
  missedAt: null,
  items: null,
  payments: null,
  bills: null,
  made: false,
  ours: null,
  watch: null,
  heldUntil: null,
  claimedAt: null,
  lines: [],
  gone: { lines: {}, payments: {} },
  paid: null,
  tries: { lines: 0, totals: 0, finish: 0, claim: 0, hold: 0 },
  shownAt: null,
  dropped: false,
  retired: null,
};

/** How payments of an order that goes are taken back: marked deleted, or given back by a negative one. */
export type TakeBack = 'mark' | 'negative';

/** What a run sets out with. */
export interface Given {
  /** What the event's order must be. */
  wanted: WantedOrder;
  /** What a person has decided about the event's orders; null: nothing, as in every run that nobody sits before. */
  decision: Decision | null;
  takeBack: TakeBack;
  /** Whoever shares the event's lock with us, and the run. */
  claim: Claim;
  timing: Timing;
  /** Time zones of the establishments that an order of ours may stand in. */
  zones: Readonly<Record<number, string>>;
  /** Every shop that is configured. */
  locations: readonly Location[];
  /** Many events at once: questions wait for company, and time is spent on others. */
  sweep: boolean;
  /** Lines and payments have to be compared as of then, whatever the header says; null: not. */
  compareFrom: number | null;
  /** The run holds the event's lock since then. */
  begunAt: number;
  /** Revel's clock is so many milliseconds ahead of the run's: headers are dated by Revel's, on whichever host. */
  clockOff: number;
}

/** All that one run knows of the event's order: plain data, never changed, only replaced by what `learn` makes of it. */
export interface Knowledge extends Given {
  /** The event was read again since a person seemed to be needed. */
  readonly refreshed: boolean;
  /** The headers of the event, as a look at all of them showed. */
  readonly rows: Seen<readonly FoundOrder[]> | null;
  /** They were looked for wherever they may be filed. */
  readonly beyond: boolean;
  readonly orders: Readonly<Record<OrderId, Known>>;
  readonly pending: Pending | null;
  /** The last thing done was a look at whether an order is still ours: another one would tell nothing new. */
  readonly justLooked: boolean;
  /** Nothing is to be sent before then. */
  readonly notBefore: number;
  /** The last leap of the clock was noticed then. What is as of an earlier moment may be older than what was known by then. */
  readonly frozeAt: number;
  /** Writes in a row that Revel refused for now, whose answers were lost, and that came too late to be sent. */
  readonly tries: { refused: number; lost: number; late: number };
  /** Set by what cannot go on. */
  readonly end: End | null;
  /** Carried out so far. */
  readonly actions: readonly Action[];
  readonly warnings: readonly string[];
}

/** What a run knows before its first look; `rows` and `orders`: what has been looked up for it. */
export function begin(given: Given, rows: Knowledge['rows'], orders: Knowledge['orders'] = {}): Knowledge {
  const k: Knowledge = {
    ...given,
    refreshed: false,
    rows,
    beyond: false,
    orders,
    pending: null,
    justLooked: false,
    notBefore: Number.NEGATIVE_INFINITY,
    frozeAt: Number.NEGATIVE_INFINITY,
    tries: { refused: 0, lost: 0, late: 0 },
    end: null,
    actions: [],
    warnings: [],
  };
  return held(k, given.begunAt);
}

/** What is known of one order. */
export function known(k: Knowledge, id: OrderId): Known {
  return k.orders[id] ?? unknown;
}

/** The same, with this known of one order besides. */
export function change(k: Knowledge, id: OrderId, what: Partial<Known>): Knowledge {
  return { ...k, orders: { ...k.orders, [id]: { ...known(k, id), ...what } } };
}

/** The header of an order as it was seen last, whether in a list, by its id or as a write answered. */
export function seenHeader(k: Knowledge, id: OrderId): Seen<FoundOrder | null> | null {
  const row = k.rows?.value.find((each) => each.id === id);
  const { header } = known(k, id);
  if (!row || !k.rows) return header;
  const listed = { value: row, asOf: k.rows.asOf };
  if (!header) return listed;
  return header.asOf >= listed.asOf ? lasting(k, listed, header) : lasting(k, header, listed);
}

/**
 * What never goes away again counts from the first answer that shows it, since the next may show an earlier state:
 * that staff can see the order, that it is deleted, and that somebody else has written to it.
 */
export function lasting(
  { wanted }: Knowledge,
  before: Seen<FoundOrder | null> | null,
  after: Seen<FoundOrder | null>,
): Seen<FoundOrder | null> {
  const [was, is] = [before?.value, after.value];
  if (!was || !is) return after;
  const historyIds = isVisible(was) && !isVisible(is) ? was.historyIds : is.historyIds;
  const updatedBy = was.updatedBy === wanted.location.revel.userId ? is.updatedBy : was.updatedBy;
  const deleted = was.deleted || is.deleted;
  const opened = was.opened || is.opened;
  const isSame =
    historyIds === is.historyIds &&
    updatedBy === is.updatedBy &&
    deleted === is.deleted &&
    opened === is.opened;
  return isSame ? after : { ...after, value: { ...is, historyIds, updatedBy, deleted, opened } };
}

/**
 * Rows of an order as a look shows them, and what an earlier one has shown of staff's hand: this one may be of an earlier
 * state. Rows that move to another bill are gone from an order that staff can see.
 */
export function withTheirs<T extends FoundItem | FoundPayment>(
  k: Knowledge,
  id: OrderId,
  before: Seen<readonly T[]> | null,
  rows: readonly T[],
): readonly T[] {
  const theirs = before?.value.filter((row) => isByStaff(k.wanted, row)) ?? [];
  if (theirs.length === 0) return rows;
  const header = seenHeader(k, id)?.value;
  const isHidden = header ? !isVisible(header) : false;
  const gone = isHidden ? theirs.filter((row) => !rows.some((each) => each.id === row.id)) : [];
  return [
    ...rows.map((row) =>
      isByStaff(k.wanted, row) ? row : (theirs.find(({ id: own }) => own === row.id) ?? row),
    ),
    ...gone,
  ];
}

/** The headers of the event, each as it was seen last; those that this run knows to be there or gone besides. */
export function headers(k: Knowledge): FoundOrder[] {
  const rows = k.rows?.value ?? [];
  const unlisted = Object.entries(k.orders).flatMap(([id, { header, ours, made }]) => {
    if (!header?.value || rows.some((row) => row.id === id)) return [];
    // One that this run has made and lost to another is there, too, as long as the rows are too old to tell of it.
    const isTooNew = made && k.rows !== null && k.rows.asOf < header.asOf;
    return ours || isTooNew ? [header.value] : [];
  });
  return [...rows, ...unlisted].map((row) => {
    // What a list shows and its id does not is no less there: a list that lacks it is what says that it is gone.
    const order = seenHeader(k, row.id)?.value ?? row;
    return known(k, row.id).dropped ? { ...order, deleted: true } : order;
  });
}

/**
 * Orders that staff can see while another run fills them, and until when it may go on, or what it sent may arrive: another
 * program has shown them, or a person has decided about them. A claim that came over its mark does not say whose it was.
 */
export function held(k: Knowledge, now: number): Knowledge {
  return headers(k).reduce((of, row) => {
    const mark = isVisible(row) ? claimIn(row.notes) : null;
    const isFilled = mark?.kind === 'filling';
    const isHeld = isFilled ? mark.run !== k.claim.run : mark !== null && !row.printed;
    if (isHeld === (known(k, row.id).heldUntil !== null)) return of;
    const until =
      isFilled && mark.reach === k.claim.reach ? k.begunAt + k.timing.inFlight : now + k.timing.standOff;
    return change(of, row.id, { heldUntil: isHeld ? until : null });
  }, k);
}

/** The orders that a person's decision sets aside. */
export function asideOf(k: Knowledge): FoundOrder[] {
  return k.decision ? setAside(k.decision, headers(k)) : [];
}

/** Whether this run may have it: staff cannot see it, or a person has decided about it. */
export function mayHold(k: Knowledge, row: FoundOrder): boolean {
  if (row.deleted) return false;
  if (!isVisible(row)) return true;
  return k.decision?.kind === 'payment'
    ? k.decision.order === row.id
    : asideOf(k).some(({ id }) => id === row.id);
}

/**
 * Whether the notes say that the order is this run's: our mark while it is filled, whichever run of this lock wrote
 * it (the lock says that it is dead if it is not this one), or the final notes of this run.
 */
export function isMarkedOurs(k: Knowledge, { notes }: FoundOrder): boolean {
  const claim = claimIn(notes);
  return claim ? claim.kind === 'filling' && claim.reach === k.claim.reach : isFinishedBy(notes, k.claim.run);
}

/** Lines of an order as they are now, as far as this run knows: as they were read, with its own writes on top. */
export function linesOf({ items, lines, gone }: Known): FoundItem[] | null {
  if (!items) return null;
  const shown = new Set(items.value.map(({ uuid }) => uuid?.toLowerCase()));
  return [
    ...items.value.map((row) => (gone.lines[row.id] === undefined ? row : { ...row, deleted: true })),
    ...lines.filter(({ uuid }) => !shown.has(uuid)).map(({ item, uuid }) => asRow(item, uuid)),
  ];
}

function asRow(item: WantedItem, uuid: string): FoundItem {
  return {
    id: `new ${uuid}`,
    uuid,
    orderId: '' as OrderId,
    productId: item.productId,
    quantity: item.quantity,
    price: item.unitPrice,
    nameOverride: item.nameOverride,
    text: item.text,
    deleted: false,
    updatedBy: null,
  };
}

/** The parts that the order's bill was split into, as far as they are known. */
export function partsOf(k: Knowledge, order: FoundOrder): FoundOrder[] {
  const listed = billsOf(order, headers(k));
  const found = known(k, order.id).bills ?? [];
  return [...listed, ...found.filter(({ id }) => !listed.some((row) => row.id === id))];
}

/**
 * Lines and payments of an order and its parts, only ever as they were read: a plan is never made from what was
 * written. Null: not all of them are known.
 */
export function contentsOf(k: Knowledge, order: FoundOrder): Contents | null {
  const items: FoundItem[] = [];
  const payments: FoundPayment[] = [];
  for (const { id } of [order, ...partsOf(k, order)]) {
    const part = known(k, id);
    if (!part.items || !part.payments) return null;
    items.push(...part.items.value);
    payments.push(...part.payments.value);
  }
  const { bills } = known(k, order.id);
  return { order: order.id, items, payments, bills: bills && [...bills] };
}
