import { findLocation, isSelected } from '../config/locations.js';
import { bookedBoth, bookedEvent, bookedOrder } from '../domain/booked.js';
import { takesAway } from '../domain/decision.js';
import { untoldTexts } from '../domain/differences.js';
import type { EventHeader } from '../domain/event.js';
import type { EventId } from '../domain/ids.js';
import type { Location } from '../domain/location.js';
import { formatCents } from '../domain/money.js';
import type { FoundOrder } from '../domain/order.js';
import type { OrderPlan } from '../domain/plan.js';
import type { FailReason, SkipReason } from '../domain/reasons.js';
import type { WantedOrder } from '../domain/wantedOrder.js';
import { eventDate } from '../domain/window.js';
import { listed } from '../text/text.js';
import type { RunContext } from './context.js';
import type { End, Knowledge } from './order/knowledge.js';
import type { Candidate, EventResult } from './types.js';

/** What is known of an event when its result is made. */
export interface Known {
  id: EventId;
  header: EventHeader | null;
  location: Location | null;
}

/** The configured location of an event. */
export function locationOf(ctx: RunContext, header: EventHeader | null): Location | null {
  return header ? findLocation(ctx.settings.locations, header.siteId, header.locationId) : null;
}

/** Whether the run may write for the location. */
export function isAllowed({ settings, request }: RunContext, location: Location): boolean {
  return isSelected(location, settings.allowedLocations) && isSelected(location, request.locations);
}

/** An event that another run on the same state holds. */
export function lockedOut(ctx: RunContext, candidate: Candidate, who: string): EventResult {
  return skippedUnread(ctx, candidate, 'LOCKED', `${who}.`);
}

/** An event the run did not come to. */
export function aborted(candidate: Candidate, location: Location | null, why: string): EventResult {
  return failed({ ...candidate, location }, 'ABORTED', why, null, false);
}

/** An event that is left alone without a look. */
export function skippedUnread(
  ctx: RunContext,
  candidate: Candidate,
  reason: SkipReason,
  note: string,
): EventResult {
  return skipped({ ...candidate, location: locationOf(ctx, candidate.header) }, reason, note, null);
}

/** An event that could not be judged; one that is left alone whatever it is needs no judging. */
export function failedUnread(
  ctx: RunContext,
  candidate: Candidate,
  reason: FailReason,
  error: string,
  upstream: boolean,
): EventResult {
  const location = locationOf(ctx, candidate.header);
  const known: Known = { ...candidate, location };
  const isForOthers = location !== null && !isAllowed(ctx, location);
  const alone = ctx.settings.ignoredEvents.has(candidate.id)
    ? 'IGNORED'
    : isForOthers && 'LOCATION_NOT_ALLOWED';
  // That an API did not answer is no less so.
  if (alone) return { ...skipped(known, alone, null, null), upstream };
  return failed(known, reason, error, null, upstream);
}

/** The status of an order that was made, or only completed. */
export function doneAs(creates: boolean): { status: 'injected' | 'repaired'; reason: null } {
  return { status: creates ? 'injected' : 'repaired', reason: null };
}

/** What every result of the event has in common. */
export function base(known: Known) {
  const { header, location } = known;
  return {
    id: known.id,
    name: header?.name ?? null,
    date: header ? eventDate(header, location?.timezone ?? 'UTC') : null,
    location: location?.name ?? null,
    orderId: null,
    total: null,
    differences: [],
    orders: [],
    changes: [],
    error: null,
    notes: [],
    upstream: false,
  };
}

/** An event that needs nothing. */
export function skipped(
  known: Known,
  reason: SkipReason,
  note: string | null,
  order: FoundOrder | null,
): EventResult {
  return { ...base(known), status: 'skipped', reason, orderId: order?.id ?? null, error: note };
}

/** An event whose order stands. */
export function standing(known: Known, wanted: WantedOrder, order: FoundOrder): EventResult {
  return {
    ...skipped(known, 'ALREADY_INJECTED', null, order),
    total: formatCents(wanted.finalTotal),
    booked: bookedBoth(wanted, order),
  };
}

/** An order that staff works with, or has. */
type Served = Pick<Extract<OrderPlan, { kind: 'in-service' }>, 'order' | 'differences' | 'settled'>;

/**
 * An event whose order staff works with, and which lacks nothing; or whose order can change no more.
 *
 * @param told the same has been told in an earlier run, and nothing can change it any more
 */
export function inService(known: Known, wanted: WantedOrder, served: Served, told: boolean): EventResult {
  const { order, differences } = served;
  return {
    ...skipped(known, 'IN_SERVICE', told ? null : servedNote(served), order),
    total: formatCents(wanted.finalTotal),
    booked: bookedBoth(wanted, order),
    differences: told ? [] : differences,
  };
}

/** Texts of the event do not reach what a POS has opened, and nothing else tells the kitchen of them. */
function servedNote({ order, differences, settled }: Served): string {
  if (settled) return `Order ${order.id} is closed and its day is over: nothing can change it any more.`;
  const names = [...new Set(untoldTexts(differences).map(({ name }) => `"${name}"`))];
  const rest =
    names.length === 0
      ? 'nothing of the event is missing'
      : `no line or payment of the event is missing, but what it tells the kitchen of ${listed(names, '')} is not what the event does: tell them`;
  return `Order ${order.id} is in service: the POS is its master, and ${rest}.`;
}

/** An event that needs a person; `upstream`: an API did not answer. */
export function failed(
  known: Known,
  reason: FailReason,
  error: string,
  order: FoundOrder | null,
  upstream: boolean,
): EventResult {
  return {
    ...base(known),
    ...(order === null ? {} : { booked: bookedOrder(order, known.location?.books.gratuity ?? 'in-total') }),
    status: 'failed',
    reason,
    orderId: order?.id ?? null,
    error,
    upstream,
  };
}

/** An event that wants something else by now than what was planned for it, so that its work has ended. */
export function outdated(known: Known): EventResult {
  const error = `Event ${known.id} has changed while its orders were worked on: it wants no order any more, one in another shop, or one that cannot be made. The next run judges it anew.`;
  return failed(known, 'UNVERIFIED', error, null, false);
}

/** An event whose plan is that nothing can be done. */
export function failedPlan(
  known: Known,
  wanted: WantedOrder,
  plan: Extract<OrderPlan, { kind: 'failed' }>,
): EventResult {
  const { reason, error } = plan.failure;
  return {
    ...failed(known, reason, error, plan.order, false),
    booked: bookedBoth(wanted, plan.order),
    total: formatCents(wanted.finalTotal),
    differences: plan.differences,
    orders: plan.orders,
    notes: wanted.told,
  };
}

/** An event whose work ended before its order stood. */
export function halted(
  known: Known,
  wanted: WantedOrder,
  end: Extract<End, { kind: 'halted' }>,
  k: Knowledge,
): EventResult {
  const result = {
    ...base(known),
    orderId: end.order ?? madeBy(k)[0] ?? null,
    total: formatCents(wanted.finalTotal),
    booked: bookedEvent(wanted),
    changes: [...k.actions],
  };
  if (end.skipped) {
    return { ...result, status: 'skipped', reason: end.reason, error: end.message };
  }
  const error = `${end.message} ${progressOf(k)}`;
  return { ...result, status: 'failed', reason: end.reason, error, upstream: end.upstream };
}

function madeBy(k: Knowledge): string[] {
  return Object.entries(k.orders).flatMap(([id, { made }]) => (made ? [id] : []));
}

/** How far a person's decision to take an order away has got; null: it is none, or a new order is under way for it. */
function decidedSoFar({ decision, orders, pending, actions }: Knowledge): string | null {
  if (decision?.kind === 'payment') {
    if (pending?.write.kind === 'add-payment') {
      return 'Whether the payment was added is not known: decide again, and it is looked for first.';
    }
    return actions.some(({ action }) => action === 'add_payment')
      ? 'The payment was sent; what is due may not be written yet. Look at the order in Revel, and decide again.'
      : 'Nothing was added: the order is as it was. Once the cause is gone, decide again.';
  }
  if (decision === null || !takesAway(decision.kind)) return null;
  const retired = Object.values(orders).flatMap((order) => order.retired ?? []);
  if (pending?.write.kind === 'retire' || retired.some(({ kept }) => kept === null)) {
    return 'Whether an order was taken away is not known: look at it in Revel. The next run goes by what it finds.';
  }
  if (!retired.some(({ kept }) => kept)) {
    return 'Nothing was taken away: what staff can see is as it was. Once the cause is gone, decide again.';
  }
  if (decision.kind === 'replace') return null;
  return 'What was taken away is gone, but a payment may still stand on it: look at it in Revel.';
}

/** What was written, what is open, and what the next run will do. */
function progressOf(k: Knowledge): string {
  const { actions, pending, wanted } = k;
  if (actions.some(({ action }) => action === 'make_visible')) {
    return 'Everything was written; the next run compares it again.';
  }
  const decided = decidedSoFar(k);
  if (decided !== null) return decided;
  const made = madeBy(k).join(', ');
  const added = actions.filter(({ action }) => action === 'add_item').length;
  // Lines that were taken away again say nothing about how far the run has come.
  const isCorrected = actions.some(({ action }) => action === 'remove_item');
  const lines = isCorrected
    ? ''
    : `, ${Math.min(added, wanted.items.length)} of ${wanted.items.length} lines`;
  const paid = actions.some(({ action }) => action === 'add_payment');
  if (actions.length === 0 && made === '') {
    return pending
      ? 'Whether the order was made is not known; the next run looks for it before it makes one.'
      : 'Nothing was written; the next run tries again.';
  }
  return `Written so far: order ${made || 'begun earlier'}${lines}${paid ? ', the payment' : ''}. Staff cannot see it yet; the next run completes it.`;
}
