import { compareMoney, comparePayments, wantedText } from '../../domain/compare.js';
import { differencesText } from '../../domain/differences.js';
import {
  freeUuid,
  GENERATION_STEP,
  itemUuid,
  orderUuid,
  paymentUuid,
  usedUuids,
} from '../../domain/identity.js';
import type { OrderId } from '../../domain/ids.js';
import { type Cents, formatCents, zero } from '../../domain/money.js';
import { claimIn, finalNotes } from '../../domain/notes.js';
import { type Contents, type FoundOrder, type FoundPayment, isVisible } from '../../domain/order.js';
import { planPaidSince } from '../../domain/paidSince.js';
import { type OrderPlan, planOrder, standings } from '../../domain/plan.js';
import type { FailReason } from '../../domain/reasons.js';
import { isStaffAmong, isTouched } from '../../domain/service.js';
import type { WantedItem } from '../../domain/wantedOrder.js';
import { parseNaive } from '../../domain/zones.js';
import {
  asideOf,
  contentsOf,
  headers,
  type Knowledge,
  type Known,
  known,
  linesOf,
  type Patience,
  partsOf,
  type Read,
  type ReportPlan,
  type Seen,
  type Step,
  seenHeader,
  type Write,
} from './knowledge.js';

/** How often something that Revel accepted is written again because it does not show. */
export const MAX_REWRITES = 4;

/** What a rule goes by: what is known, the time, and what follows from both. */
export interface Situation {
  k: Knowledge;
  now: number;
  plan: OrderPlan;
  /** Orders that nobody can see yet, lowest id first: the first of them is the one that counts. */
  hidden: readonly FoundOrder[];
  /** The first of them, and what is known of it; null: there is none, or staff can see an order already. */
  subject: (Known & { id: OrderId; order: FoundOrder; asOf: number }) | null;
}
/** The order that is worked on. */
export type Subject = NonNullable<Situation['subject']>;

/** The plan for the event's order from all that is known. */
export function planOf(k: Knowledge, now: number): OrderPlan {
  const aside = new Set(asideOf(k).map(({ id }) => id));
  const rows = headers(k).filter(({ id }) => !aside.has(id));
  const read = rows.flatMap((row) => contentsOf(k, row) ?? []);
  // Decided was about what was gone by then, and not about what this run has made since. What is to be replaced had come in
  // the place of what staff took away before.
  const isFromHere = ({ id }: FoundOrder) => known(k, id).made || known(k, id).shownAt !== null;
  const isAnew = k.decision?.kind === 'recreate' || k.decision?.kind === 'replace';
  const isRecreated = (row: FoundOrder) => isAnew && !isFromHere(row);
  const plan = planOrder(k.wanted, rows, read, { now, locations: k.locations, isRecreated });
  const isPaid = k.decision?.kind === 'payment' && 'order' in plan && plan.order?.id === k.decision.order;
  return isPaid ? planPaidSince(k.wanted, plan, read) : plan;
}

/** All that a rule goes by. */
export function situationOf(k: Knowledge, now: number): Situation {
  const plan = planOf(k, now);
  const { hidden } = standings(headers(k));
  return { k, now, plan, hidden, subject: subjectOf(k, plan, hidden) };
}

/**
 * The unfinished order to work on: one that stands where the event is no more, if its id is lower; else the one that
 * counts. One that staff can see is completed by nothing but a person's decision that a payment is added.
 */
function subjectOf(k: Knowledge, plan: OrderPlan, hidden: readonly FoundOrder[]): Subject | null {
  if (plan.kind !== 'create' && plan.kind !== 'complete' && plan.kind !== 'need-contents') return null;
  const winner = plan.kind === 'create' ? null : plan.order;
  if (winner && isVisible(winner)) return plan.kind === 'complete' ? asSubject(k, winner) : null;
  const isBefore = (row: FoundOrder) =>
    row.establishmentId !== k.wanted.establishmentId && !(winner && Number(winner.id) < Number(row.id));
  const order = hidden.find(isBefore) ?? winner;
  return order && asSubject(k, order);
}

/** An order with all that is known of it. */
export function asSubject(k: Knowledge, order: FoundOrder): Subject {
  const asOf = seenHeader(k, order.id)?.asOf ?? Number.NEGATIVE_INFINITY;
  return { ...known(k, order.id), id: order.id, order, asOf };
}

/**
 * From when on the order, as of then, is ours if it still bears the mark: a predecessor's of our lock once no request
 * of it can be under way, one that we have claimed once nobody can write on what was seen before. Null: not so.
 */
export function oursFrom(k: Knowledge, now: number, { order, claimedAt }: Subject): number | null {
  const mark = claimIn(order.notes);
  if (mark?.reach !== k.claim.reach) return null;
  if (mark.kind === 'claiming') {
    return mark.run === k.claim.run && claimedAt !== null ? claimedAt + k.timing.standOff : null;
  }
  return isDatedBefore(k, order, now, now - k.timing.longAgo)
    ? Number.NEGATIVE_INFINITY
    : k.begunAt + k.timing.inFlight;
}

/**
 * A write that goes out only while the order, as it was seen, is what this write is for. A look that is about to be
 * too old is taken anew first, in a sweep for several events at once.
 */
export function leased(k: Knowledge, now: number, id: OrderId, write: Write, term = k.timing.lease): Step {
  const until = (seenHeader(k, id)?.asOf ?? Number.NEGATIVE_INFINITY) + term;
  if (now <= until - k.timing.renewBefore || k.justLooked) return { do: 'write', write, until };
  return look(k.sweep ? 'short' : 'none', { of: 'header', id });
}

/**
 * The same for an order that staff can see: its lines and payments are as fresh as its header, and so is the header of
 * what is to stand in its place.
 */
export function leasedWhole(k: Knowledge, now: number, id: OrderId, write: Write, winner?: OrderId): Step {
  const { header, items, payments } = known(k, id);
  const never = Number.NEGATIVE_INFINITY;
  const other = winner === undefined ? Number.POSITIVE_INFINITY : (seenHeader(k, winner)?.asOf ?? never);
  const asOf = header && items && payments ? Math.min(header.asOf, earliest(items, payments), other) : never;
  const until = asOf + k.timing.lease;
  if (now <= until - k.timing.renewBefore || k.justLooked) return { do: 'write', write, until };
  const more: Read[] = winner === undefined ? [] : [{ of: 'header', id: winner }];
  return look('none', ...wholeReads(id), ...more);
}

/**
 * Headers that lost and that this run may take away, unless money hangs on them: its own, those of a dead run of our lock,
 * and what is older than any run lasts. Another host's may still be filled, however long its header has not changed (lines
 * leave it as it is); and the last request of one that had its figures in may be that by which it comes in another's place.
 */
export function droppable(k: Knowledge, now: number, losers: readonly FoundOrder[]): FoundOrder[] {
  return losers.filter((loser) => {
    // A predecessor's wish to take it over says nothing about who fills it.
    const mark = claimIn(loser.notes);
    const isFilled = mark?.kind === 'filling' && mark.reach === k.claim.reach;
    const isBare = loser.finalTotal === zero && k.wanted.finalTotal !== zero;
    const isDead = isFilled && (isBare || rowsAsOf(k) >= k.begunAt + k.timing.inFlight);
    const isOurs = known(k, loser.id).ours !== null || isDead;
    const isLeft = isDatedBefore(k, loser, now, now - k.timing.longAgo);
    return !isTheirs(k, loser) && (isOurs || isLeft);
  });
}

/** Staff has had a hand in it, as its header shows or what has been read so far of its lines, payments and parts. */
export function isTheirs(k: Knowledge, order: FoundOrder): boolean {
  const read = [order, ...partsOf(k, order)].map(({ id }) => known(k, id));
  const items = read.flatMap((each) => each.items?.value ?? []);
  const payments = read.flatMap((each) => each.payments?.value ?? []);
  const contents = { order: order.id, items, payments, bills: null };
  return isTouched(k.wanted, order) || isStaffAmong(k.wanted, contents);
}

/** The first that is to go: our own, and those that nobody can be at work on, unless money hangs on them. */
export function dropFirst(
  k: Knowledge,
  now: number,
  losers: readonly FoundOrder[],
  winner: OrderId | null,
): Step | null {
  for (const { id } of droppable(k, now, losers)) {
    const { ours, header, payments, paid } = known(k, id);
    if (paid && payments && payments.asOf < paid.at)
      return lookFrom(k, now, paid.at, 'none', { of: 'payments', id });
    const isRead = header && payments && (ours !== null || header.asOf >= rowsAsOf(k));
    if (!isRead) return look('none', { of: 'header', id }, { of: 'payments', id });
    if (payments.value.every(({ deleted }) => deleted))
      return leased(k, now, id, { kind: 'drop', id, winner });
  }
  return null;
}

/** Whether an order that this run has shown is as it was written: by its header alone, and with all that hangs on it. */
export function isRight(k: Knowledge, now: number, order: FoundOrder, contents: Contents): boolean {
  const around = { now, locations: k.locations };
  const rows = [unclaimed(k, order)];
  return [[], [contents]].every((read) => planOrder(k.wanted, rows, read, around).kind === 'standing');
}

/** The order as it was finished: another run's claim may have come over its notes since, and will go again. */
function unclaimed(k: Knowledge, order: FoundOrder): FoundOrder {
  if (claimIn(order.notes)?.kind !== 'claiming' || !order.printed) return order;
  return { ...order, notes: finalNotes(k.wanted.eventId, k.wanted.revision, k.claim.run) };
}

/** The uuid of a new header: another one than any that Revel has seen for this event. */
export function nextOrderUuid(k: Knowledge): string {
  const { establishmentId, localId } = k.wanted;
  return freeUuid(usedUuids(headers(k)), (generation) => orderUuid(establishmentId, localId, generation));
}

/** The uuid of a line, likewise for its order. */
export function nextLineUuid(subject: Subject, item: WantedItem): string {
  return freeUuid(usedUuids(linesOf(subject) ?? []), (generation) =>
    itemUuid(subject.order.uuid ?? '', subject.id, {
      ...item,
      occurrence: item.occurrence + generation * GENERATION_STEP,
    }),
  );
}

/** The uuid of a payment of that amount, likewise. */
export function nextPaymentUuid(order: FoundOrder, payments: readonly FoundPayment[], amount: Cents): string {
  return freeUuid(usedUuids(payments), (generation) =>
    paymentUuid(order.uuid ?? '', order.id, amount, generation * GENERATION_STEP),
  );
}

/** It stands in an establishment that the event has left. */
export function isElsewhere(k: Knowledge, { order }: Subject): boolean {
  return order.establishmentId !== k.wanted.establishmentId;
}

/** Whether the header's last change is dated before `at` of the run's clock. An unreadable date says no. */
export function isDatedBefore(k: Knowledge, order: FoundOrder, now: number, at: number): boolean {
  const { updatedDate, establishmentId } = order;
  const zone = establishmentId === null ? undefined : k.zones[establishmentId];
  const dated = updatedDate === null || zone === undefined ? null : parseNaive(updatedDate, zone, now);
  return dated !== null && dated < at + k.clockOff;
}

/** As of when all headers were looked for; never: minus infinity. */
export function rowsAsOf(k: Knowledge): number {
  return k.rows?.asOf ?? Number.NEGATIVE_INFINITY;
}

/** As of when both were seen. */
export function earliest(one: Seen<unknown>, other: Seen<unknown>): number {
  return Math.min(one.asOf, other.asOf);
}

/** Questions to put now. */
export function look(patience: Patience, ...reads: Read[]): Step {
  return { do: 'look', reads, patience };
}

/** The same where the answers must show everything up to `from`: they are put a settling time later. */
export function lookFrom(
  { timing }: Knowledge,
  now: number,
  from: number,
  patience: Patience,
  ...reads: Read[]
): Step {
  return now < from + timing.settle ? wait(from + timing.settle) : look(patience, ...reads);
}

/** A question about one order. */
type OrderRead = Extract<Read, { of: 'header' | 'items' | 'payments' }>;

/** What hangs on an order. */
export function contentsReads(id: OrderId): OrderRead[] {
  return [
    { of: 'items', id },
    { of: 'payments', id },
  ];
}

/** An order by its id, and what hangs on it. */
export function wholeReads(id: OrderId): OrderRead[] {
  return [{ of: 'header', id }, ...contentsReads(id)];
}

/** Nothing to do before then. `why`: for whoever waits for the event. */
export function wait(until: number, why: string | null = null): Step {
  return { do: 'wait', until, why };
}

/** The work on the event ends here, with a sentence for people. */
export function halt(reason: 'CLAIMED_ELSEWHERE' | FailReason, order: OrderId | null, message: string): Step {
  const ended = { kind: 'halted', message, upstream: false, order } as const;
  return reason === 'CLAIMED_ELSEWHERE'
    ? { do: 'end', end: { ...ended, skipped: true, reason } }
    : { do: 'end', end: { ...ended, skipped: false, reason } };
}

/** What Revel has accepted does not show, or not as it was written. */
export function unverified(order: OrderId | null, message: string): Step {
  return halt('UNVERIFIED', order, message);
}

/** A header that was taken and never showed among the orders of its event. */
export function headerNotShown({ wanted }: Knowledge, id: OrderId): Step {
  return unverified(
    id,
    `Revel accepted order ${id}, but does not show it when asked for the orders of event ${wanted.eventId}, so that another one could stand there unseen. Find out why with ts-reconcile doctor, which looks at the filters.`,
  );
}

/** A header that a list shows and its own address does not. */
export function notByItsId(id: OrderId): Step {
  return unverified(
    id,
    `Revel lists order ${id}, but does not show it when asked for it by its id, so that nobody can tell how it is by now. Nothing is made beside it; the next run looks again.`,
  );
}

/** A line that was written again and again. */
export function lineDiffers(id: OrderId, item: WantedItem): Step {
  return unverified(
    id,
    `Revel does not keep "${item.name}" (${wantedText(item)}) of order ${id} as it is written, also after ${MAX_REWRITES} corrections. If its rows are voided there, find out by whom. Else write it in another way in Tripleseat: without signs such as emoji in its name and text, with a plain quantity and price.`,
  );
}

/** Lines that were added or removed, and stay as they were. */
export function linesNotShown(id: OrderId): Step {
  return unverified(
    id,
    `Revel accepted what was written to the lines of order ${id}, but does not show it after ${MAX_REWRITES} looks.`,
  );
}

/** A change of the header that was written again and again. `what`: which. */
export function notKept({ id }: Subject, what: string): Step {
  return unverified(
    id,
    `Revel accepted ${what} of order ${id}, but does not show it after ${MAX_REWRITES} attempts.`,
  );
}

/** In what an order that was read back is not as it was written. */
export function shortcoming(k: Knowledge, now: number, order: FoundOrder | null, contents: Contents): string {
  if (order === null) return 'it is not there';
  if (order.deleted) return 'it is marked deleted';
  if (!isVisible(order)) return 'staff cannot see it';
  const money = compareMoney(k.wanted, order);
  if (money.length > 0) return differencesText(money);
  const payment = comparePayments(k.wanted, contents.payments);
  if (payment.missing !== zero) return 'its payment is missing';
  if (payment.extra.length > 0) return 'it has payments that the event does not have';
  const plan = planOrder(k.wanted, [unclaimed(k, order)], [contents], { now, locations: k.locations });
  const differences = 'differences' in plan ? plan.differences : [];
  return differences.length > 0 ? differencesText(differences) : 'staff has changed it meanwhile';
}

/** A payment that was taken does not show, or another one does. */
export function paymentNotKept(k: Knowledge, id: OrderId, payments: readonly FoundPayment[]): Step {
  const amounts = payments.filter(({ deleted }) => !deleted).map(({ amount }) => amount);
  const what = amounts.map((amount) => (amount === null ? 'unreadable' : formatCents(amount))).join(', ');
  return unverified(
    id,
    `Revel accepted the payment of ${formatCents(k.wanted.payment)} for order ${id}, but shows ${what || 'none'}. Staff cannot see the order yet; the next run corrects it.`,
  );
}

/** A payment that is to go does not. */
export function paymentStays(id: OrderId, row: FoundPayment): Step {
  return unverified(
    id,
    `Revel does not remove payment ${row.id} of the unfinished order ${id}, which the event no longer has, so the order is not shown to staff. Take the payment away in Revel.`,
  );
}

/** The plan that only has to be told; null: there is something to do, or all is well. */
export function reportIn(plan: OrderPlan): ReportPlan | null {
  return plan.kind === 'failed' || plan.kind === 'in-service' ? plan : null;
}

/**
 * The headers that a report is about and that are yet to be read by their ids, and the moment as of which they are to
 * be read. One that was read before a list showed it to be visible mixes two moments: it is read again.
 */
export function toReadBeforeReporting(
  k: Knowledge,
  now: number,
  plan: ReportPlan,
): { unread: FoundOrder[]; from: number } {
  const { visible } = standings(headers(k));
  const about = visible.length > 1 ? visible : plan.order ? [plan.order] : [];
  const isFresh = (order: FoundOrder) => !isDatedBefore(k, order, now, now - k.timing.idle);
  const isHalf = (order: FoundOrder) => {
    const header = known(k, order.id).header?.value;
    return header ? isVisible(order) && !isVisible(header) : false;
  };
  const unread = about.filter((order) => {
    // What a POS has in hand is told in every sweep, and mostly its last change is old.
    if (plan.kind === 'in-service' && !isFresh(order)) return false;
    const asOf = known(k, order.id).header?.asOf ?? Number.NEGATIVE_INFINITY;
    return isHalf(order) || asOf < rowsAsOf(k) || (isFresh(order) && asOf < k.begunAt);
  });
  const from = Math.max(
    unread.some(isFresh) ? k.begunAt : Number.NEGATIVE_INFINITY,
    unread.some(isHalf) ? rowsAsOf(k) + k.timing.settle : Number.NEGATIVE_INFINITY,
  );
  return { unread, from };
}
