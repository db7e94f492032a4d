import type { EventHeader } from './event.js';
import type { EventId } from './ids.js';
import type { Location } from './location.js';
import { plainText } from './names.js';
import type { Contents, FoundOrder } from './order.js';
import { standings } from './plan.js';
import type { Failure, SkipReason } from './reasons.js';
import { homesOf, isEmptied, looksEmptied, type Place, removedByStaff } from './removed.js';
import { BY_HAND } from './verdicts.js';
import { eventDate, eventDays, windowOf, windowState } from './window.js';
import { localDateTime } from './zones.js';

/** What is known of an event before its financial detail is needed. */
export interface TriageInput {
  id: EventId;
  /** Null: Tripleseat does not have the event. */
  header: EventHeader | null;
  /** The configured location of the event; null: none covers it. */
  location: Location | null;
  /** Whether this run may write for the location. */
  allowed: boolean;
  ignored: boolean;
  /** Statuses that get an order, upper case. */
  statuses: readonly string[];
  /** Statuses that get none. What is in neither list nobody has decided about. */
  otherStatuses: readonly string[];
  /** Statuses in neither list that other events of the run have: one sentence tells of all of them. */
  strangeStatuses: readonly string[];
  /** Go-live day, `YYYY-MM-DD`: events before it are not this program's. Null: there is none. */
  notBefore: string | null;
  /** This run sees the event only because it was edited, not because its day is due and not because it was named. */
  edited: boolean;
  leadHours: number;
  graceHours: number;
  /** Inject even when the window is over. */
  late: boolean;
  /** Judge an event whose window has not opened as if it had. */
  ahead: boolean;
  now: number;
  /** All rows Revel has for the event. */
  rows: readonly FoundOrder[];
  /** Lines and payments as far as they have been read: a `need-contents` answer says whose are needed. */
  read: readonly Contents[];
  /** Takes every order in place of the location's establishment; null: none. */
  testEstablishmentId: number | null;
}

/** Decided without the detail, or the location to build the wanted order for. */
export type Triage =
  | { kind: 'skip'; reason: SkipReason; note: string | null; order: FoundOrder | null }
  | { kind: 'failed'; failure: Failure; order: FoundOrder | null }
  /** Whether its order still holds anything shows in its lines and payments alone. */
  | { kind: 'need-contents'; order: FoundOrder }
  | { kind: 'wants-order'; header: EventHeader; location: Location };

/** Days begin at midnight where no entry of the locations file says otherwise. */
const ANYWHERE = { timezone: 'UTC', businessDayStart: '00:00', orderTime: 'now' } as const;

/** Which events get an order, and which need a person: the first rule that applies counts. */
export function triage(input: TriageInput): Triage {
  const { id, header, location, notBefore } = input;
  const { visible, hidden } = standings(input.rows);
  const order = visible[0] ?? null;
  if (input.ignored) return skip('IGNORED', order);
  if (location && !input.allowed) return skip('LOCATION_NOT_ALLOWED', order);
  if (!header) {
    const gone = unwanted(input, `Event ${id} no longer exists in Tripleseat`);
    return gone ?? failed('EVENT_NOT_FOUND', `Tripleseat has no event ${id}. Check the id.`, null);
  }
  const shop = location ?? ANYWHERE;
  const window = windowOf(header, shop, input.leadHours, input.graceHours);
  const at = window && input.ahead ? Math.max(input.now, window.opensAt) : input.now;
  const state = window === null ? 'undated' : windowState(window, at);
  const isWanted = input.statuses.includes(header.status);
  if (!header.deleted && !isWanted && !input.otherStatuses.includes(header.status)) {
    if (state === 'early') return skip('TOO_EARLY', order);
    if (state === 'over') return skip('PAST', order);
    return failed('STATUS_UNKNOWN', unknown([header.status, ...input.strangeStatuses]), order);
  }
  // In which zone a start would be on another day is not known where no shop is.
  const days = location ? eventDays(header, location.timezone) : known(eventDate(header, 'UTC'));
  if (notBefore !== null && days.length > 0 && days.every((day) => day < notBefore)) {
    return skip('BEFORE_GO_LIVE', order);
  }
  if (header.deleted || !isWanted) {
    const is = header.deleted ? 'deleted' : header.status;
    return unwanted(input, `Event ${id} is ${is}`) ?? skip('STATUS_NOT_ELIGIBLE', null, leftover(hidden));
  }
  const where = `Event ${id} is at ${siteOf(header)}, which no entry of the locations file covers`;
  if (!location) {
    const held = heldOf(input);
    if (held.kind === 'need-contents') return held;
    if (held.orders.length > 0) return orphaned(held.orders, where, MOVED);
  }
  if (state === 'over' && input.edited) return skip('PAST', order);
  if (!location) {
    const error = `${where}. Add one, or put the event on IGNORE_EVENTS.`;
    return failed('LOCATION_NOT_MAPPED', error, null);
  }
  if (window === null) {
    const error = `Event ${id} has no date that can be read. Set its date in Tripleseat.`;
    return failed('SOURCE_ERROR', error, order);
  }
  if (state === 'early' && !order) return skip('TOO_EARLY', null);
  if (state === 'over' && !order && !input.late) {
    const { closesAt } = window;
    return failed('MISSED', missed(input, closesAt, location, hidden), hidden[0] ?? null);
  }
  const [date, start] = days;
  if (start !== undefined) {
    const error = `Event ${id} is dated ${date}, but starts on ${start}: which day is meant cannot be known. Correct its date or its start in Tripleseat.`;
    return failed('SOURCE_ERROR', error, order);
  }
  return { kind: 'wants-order', header, location };
}

/** An event that wants no order has one that staff can see, or staff has taken it away; null: neither. */
function unwanted(input: TriageInput, what: string): Triage | null {
  const held = heldOf(input);
  if (held.kind === 'need-contents') return held;
  if (held.orders.length > 0) return orphaned(held.orders, what, CANCELLED);
  return removedNote(held.emptied ?? removedByStaff(input.rows, placeOf(input)), what);
}

/** The orders of an event that staff can see. `emptied`: one that is left without lines; null: none. */
type Held =
  | Extract<Triage, { kind: 'need-contents' }>
  | { kind: 'held'; orders: FoundOrder[]; emptied: FoundOrder | null };

/** What staff has emptied at a POS is taken away, too, though the order stays on record. */
function heldOf({ rows, read }: TriageInput): Held {
  const standing = standings(rows).visible;
  const live = standing.length > 1 ? standing.filter((row) => !looksEmptied(row)) : standing;
  const [order, second] = live;
  if (!order || second) return { kind: 'held', orders: live, emptied: standing.at(-1) ?? null };
  const contents = read.find((each) => each.order === order.id);
  if (!contents) return { kind: 'need-contents', order };
  return isEmptied(contents)
    ? { kind: 'held', orders: [], emptied: order }
    : { kind: 'held', orders: [order], emptied: null };
}

function removedNote(order: FoundOrder | null, what: string): Triage | null {
  return order && skip('REMOVED_BY_STAFF', order, `${what}, and staff has taken its order ${order.id} away.`);
}

/** Where and when the event's order belongs; null: nothing is known of that. */
function placeOf({ header, location, testEstablishmentId }: TriageInput): Place | null {
  const date = header && location ? eventDate(header, location.timezone) : null;
  if (!location || date === null) return null;
  const establishments = homesOf(location, testEstablishmentId ?? location.revel.establishmentId);
  return { establishments, date, location };
}

function known(date: string | null): string[] {
  return date === null ? [] : [date];
}

function siteOf({ siteId, locationId }: EventHeader): string {
  return `site ${siteId ?? 'unknown'}, location ${locationId ?? 'unknown'}`;
}

/** Without the event, so that it can be said once for all of them. */
function unknown(statuses: readonly string[]): string {
  const names = [...new Set(statuses.map((status) => `"${plainText(status, 60)}"`))].sort();
  const last = names.pop() ?? '';
  const what = names.length === 0 ? `status ${last}` : `statuses ${names.join(', ')} and ${last}`;
  const add = names.length === 0 ? 'Add it' : 'Add each of them';
  return `Tripleseat has events with the ${what}, which neither SYNC_STATUSES nor OTHER_STATUSES names, so that it is not known whether they get an order. ${add} to one of the two.`;
}

function missed(
  input: TriageInput,
  closedAt: number,
  { timezone }: Location,
  hidden: readonly FoundOrder[],
): string {
  const { id } = input;
  const closed = localDateTime(closedAt, timezone).slice(0, 16).replace('T', ' ');
  const [unfinished] = hidden;
  const removed = removedByStaff(input.rows, placeOf(input));
  if (removed && !unfinished) {
    return `Staff has taken order ${removed.id} of event ${id} away, and the time to inject another was over at ${closed} (${timezone}). If one is still wanted, ${BY_HAND}.`;
  }
  const what = unfinished ? `only an unfinished order (${unfinished.id})` : 'no order';
  return `Event ${id} has ${what}, and the time to inject it was over at ${closed} (${timezone}). If the order is still wanted, run: ts-reconcile sync --event-id ${id} --late`;
}

function leftover(hidden: readonly FoundOrder[]): string | null {
  const [first] = hidden;
  if (!first) return null;
  const stays = `Its unfinished order ${first.id} stays hidden from staff`;
  // What is due is written before the payment: it tells that one was meant, not that it came.
  const mayBePaid = first.remainingDue !== null && first.remainingDue !== first.finalTotal;
  return mayBePaid ? `${stays}; if a payment stands on it, take that back in Revel.` : `${stays}.`;
}

function skip(reason: SkipReason, order: FoundOrder | null, note: string | null = null): Triage {
  return { kind: 'skip', reason, note, order };
}

function failed(reason: Failure['reason'], error: string, order: FoundOrder | null): Triage {
  return { kind: 'failed', failure: { reason, error }, order };
}

const CANCELLED = 'If it is not wanted any more, have it voided on the POS.';
const MOVED =
  'If the event has moved there for good, add the location to the locations file; if the order is not wanted, have it voided on the POS.';

function orphaned(standing: readonly FoundOrder[], what: string, remedy: string): Triage {
  const [order = null, ...more] = standing;
  const ids = standing.map((row) => row.id).join(', ');
  const stand = more.length === 0 ? `its order ${ids} stands` : `its orders ${ids} stand`;
  return failed('ORPHANED', `${what}, but ${stand} in Revel. ${remedy}`, order);
}
