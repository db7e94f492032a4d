import { compareItems, compareMoney, comparePayments } from '../../domain/compare.js';
import type { OrderId } from '../../domain/ids.js';
import { zero } from '../../domain/money.js';
import { claimIn, finalNotes, isTakenAway } from '../../domain/notes.js';
import { isVisible } from '../../domain/order.js';
import { needsTotals } from '../../domain/plan.js';
import { decided, leaveUnpaid, leftoversOf, retireReplaced } from './decided.js';
import { dropElsewhere, leaveElsewhereToPeople } from './elsewhere.js';
import { certainFrom, cutOfLines, evidenceOf } from './evidence.js';
import {
  type Knowledge,
  known,
  linesOf,
  partsOf,
  type Read,
  type Step,
  seenHeader,
  type Write,
} from './knowledge.js';
import { paying } from './paying.js';
import {
  contentsReads,
  dropFirst,
  earliest,
  headerNotShown,
  isDatedBefore,
  isRight,
  isTheirs,
  leased,
  lineDiffers,
  linesNotShown,
  look,
  lookFrom,
  MAX_REWRITES,
  nextLineUuid,
  nextOrderUuid,
  nextPaymentUuid,
  notKept,
  paymentNotKept,
  paymentStays,
  reportIn,
  rowsAsOf,
  type Situation,
  type Subject,
  shortcoming,
  situationOf,
  toReadBeforeReporting,
  unverified,
  wait,
  wholeReads,
} from './situation.js';
import { claim, hold, readOther, waitOutOtherRun, watchOtherRun } from './takeover.js';

/** Says what to do next; null: it does not apply. */
export type Rule = (s: Situation) => Step | null;

/**
 * THE PROTOCOL, top to bottom: what a run that knows this does next, so that the event has exactly one order,
 * complete and paid before staff can see it. The first rule that applies counts. Nothing here reads a clock, sends
 * anything or changes anything.
 */
export const RULES: Readonly<Record<string, Rule>> = {
  stop,
  holdStill,
  settleLostWrite,
  lookForOrders,
  readBack,
  ...decided,
  compareContents,
  readHeaderBeforeReporting,
  readContentsBeforeReporting,
  readEventBeforeReporting,
  dropAbandoned,
  report,
  takeBackNotes,
  dropLosers,
  stand,
  lookBeyond,
  create,
  dropOwnRivals,
  readOther,
  leaveElsewhereToPeople,
  watchOtherRun,
  claim,
  waitOutOtherRun,
  hold,
  ...paying,
  dropElsewhere,
  readContents,
  removeLines,
  addLines,
  writeTotals,
  lookForRivals,
  confirmLines,
  removePayments,
  retireReplaced,
  leaveUnpaid,
  pay,
  confirmPayment,
  finish,
  show,
};

/** The step that follows from what is known. `rules`: others than all of them, for proving that each is needed. */
export function next(k: Knowledge, now: number, rules: Iterable<Rule> = Object.values(RULES)): Step {
  const situation = situationOf(k, now);
  for (const rule of rules) {
    const step = rule(situation);
    if (step) return step;
  }
  throw new Error(`no rule applies to event ${k.wanted.eventId}`);
}

/** Of an event's headers a run may lose one or two to others; whoever makes more goes by answers that cannot be right. */
const MAX_MADE = 3;
const NEVER = Number.NEGATIVE_INFINITY;

// First what holds whatever stands in Revel.

/** What cannot go on was found out by learning: no other rule has to ask for it. */
function stop({ k }: Situation): Step | null {
  return k.end && { do: 'end', end: k.end };
}

/** Revel refused a write for now, or asked for a pause. */
function holdStill({ k, now }: Situation): Step | null {
  return now < k.notBefore ? wait(k.notBefore) : null;
}

/**
 * A write whose answer was lost is never sent again before it is certain that it has not happened and will not: a
 * look as of the last moment at which Revel may carry it out does not show it. An earlier look mostly ends the wait.
 */
function settleLostWrite({ k, now }: Situation): Step | null {
  const { pending } = k;
  if (!pending) return null;
  const last = certainFrom(k, pending) + k.timing.settle;
  // A sweep has others to go on with, and looks once.
  const due = k.sweep || pending.lookedAt !== null ? last : Math.min(pending.answeredAt, last);
  return now < due ? wait(due) : look(k.sweep ? 'long' : 'none', evidenceOf(pending.write));
}

/** Nothing is decided before the headers of the event have been looked for. */
function lookForOrders({ k }: Situation): Step | null {
  return k.rows ? null : look('short', { of: 'rows' });
}

/** What this run has shown to staff is read back and compared to the cent, lists given their time. */
function readBack({ k, now }: Situation): Step | null {
  // One may have gone by staff's hand, and another one come in its place.
  const steps = Object.keys(k.orders).map((id) => compareShown(k, now, id as OrderId));
  return steps.find((step) => step !== null) ?? null;
}

function compareShown(k: Knowledge, now: number, id: OrderId): Step | null {
  const order = known(k, id);
  const { header, items, payments, shownAt } = order;
  if (shownAt === null) return null;
  const reads = wholeReads(id).filter(({ of }) => !order[of]);
  if (reads.length > 0) return look(k.sweep ? 'long' : 'none', ...reads);
  if (!header || !items || !payments) return null;
  const row = header.value;
  const contents = { order: id, items: [...items.value], payments: [...payments.value], bills: [] };
  if (row && isVisible(row) && isRight(k, now, row, contents)) return null;
  const late = Math.min(header.asOf, earliest(items, payments)) < shownAt;
  if (late) return lookFrom(k, now, shownAt, 'none', ...wholeReads(id));
  // Staff has come to it already: then it is judged like any other order that staff works with.
  if (row && isVisible(row) && isTheirs(k, row)) return null;
  return unverified(
    id,
    `Order ${id} was written, but reading it back does not show it as wanted: ${shortcoming(k, now, row, contents)}. The next run compares it again.`,
  );
}

// Then a person is needed, or the order stands.

/**
 * Lines and payments of an order that staff can see: where the header does not speak for them, and where this run
 * has reason to doubt it, as of the moment from which it may be believed. Of one that another run is filling that is when
 * nothing of it can arrive any more.
 */
function compareContents({ k, now, plan, subject }: Situation): Step | null {
  if (subject || plan.kind === 'create' || plan.kind === 'complete' || !plan.order) return null;
  if (plan.kind === 'need-bills') return look('none', { of: 'bills', order: plan.order });
  const { heldUntil } = known(k, plan.order.id);
  const isHeld = heldUntil !== null && !isDatedBefore(k, plan.order, now, now - k.timing.longAgo);
  const doubted = k.compareFrom ?? (plan.kind === 'need-contents' ? NEVER : null);
  const from = isHeld ? Math.max(doubted ?? NEVER, heldUntil) : doubted;
  if (from === null) return null;
  const unread = [plan.order, ...partsOf(k, plan.order)].filter(({ id }) => {
    const { items, payments } = known(k, id);
    return !items || !payments || earliest(items, payments) < from;
  });
  const reads = unread.flatMap(({ id }) => contentsReads(id));
  return reads.length > 0 ? lookFrom(k, now, from, k.sweep ? 'long' : 'none', ...reads) : null;
}

/**
 * Lists may lag: before anybody is told, each header it is about is read by its id; one that has changed of late as of
 * a moment at which this run had begun, so that no earlier state of it is reported.
 */
function readHeaderBeforeReporting({ k, now, plan }: Situation): Step | null {
  const report = reportIn(plan);
  if (!report) return null;
  const { unread, from } = toReadBeforeReporting(k, now, report);
  if (unread.length === 0) return null;
  return lookFrom(k, now, from, 'none', ...unread.map(({ id }): Read => ({ of: 'header', id })));
}

/**
 * So may the lists of lines and payments: they are read as of a moment at which the header had been read already,
 * unless the header's last change is old and older than what was read.
 */
function readContentsBeforeReporting({ k, now, plan }: Situation): Step | null {
  const order = reportIn(plan)?.order;
  if (!order) return null;
  const { id } = order;
  const { items, payments } = known(k, id);
  const from = (seenHeader(k, id)?.asOf ?? NEVER) + k.timing.settle;
  if (items && payments) {
    const asOf = earliest(items, payments);
    if (asOf >= from || isDatedBefore(k, order, now, Math.min(now - k.timing.idle, asOf))) return null;
  }
  return lookFrom(k, now, from, 'none', ...contentsReads(id));
}

/** Another run may have acted on a newer state of the event. */
function readEventBeforeReporting({ k, plan }: Situation): Step | null {
  return reportIn(plan) && !k.refreshed ? { do: 'refresh' } : null;
}

/** A replacement that was begun and came to nothing: nobody goes on with it while the old order stands. */
function dropAbandoned({ k, now, plan, hidden }: Situation): Step | null {
  if (plan.kind !== 'failed' || !plan.order || !isVisible(plan.order)) return null;
  return dropFirst(k, now, hidden, plan.order.id);
}

/** A person has to look at it, or the POS has it in hand. */
function report({ plan }: Situation): Step | null {
  const report = reportIn(plan);
  return report && { do: 'end', end: { kind: 'report', plan: report } };
}

/**
 * Our claim has reached an order that the other run had finished meanwhile; or the notes say that it was taken away, by a
 * run that died when Revel did not keep its mark. They become the final ones again: what staff take away later on must
 * not pass for our own doing.
 */
function takeBackNotes({ k, now, plan }: Situation): Step | null {
  if (plan.kind !== 'standing' || isTheirs(k, plan.order)) return null;
  const { notes } = plan.order;
  if (claimIn(notes)?.reach !== k.claim.reach && !isTakenAway(notes)) return null;
  // All of it has just been compared; the claim may name an earlier state of the event.
  const { revision } = k.wanted;
  return leased(k, now, plan.order.id, { kind: 'take-back', id: plan.order.id, revision });
}

/** Headers that lost against the order that stands go, so that no later run finishes one of them. */
function dropLosers({ k, now, plan }: Situation): Step | null {
  return plan.kind === 'standing' ? dropFirst(k, now, plan.losers, plan.order.id) : null;
}

/** The event's order stands. */
function stand({ k, plan }: Situation): Step | null {
  if (plan.kind !== 'standing') return null;
  const { made: created, items, payments } = known(k, plan.order.id);
  const compared = items && payments ? earliest(items, payments) : null;
  const leftovers = leftoversOf(k, plan.losers);
  return { do: 'end', end: { kind: 'standing', order: plan.order, created, compared, leftovers } };
}

// Nobody can see an order yet.

/** Before anything is made or shown: an order of the event may stand where the look did not reach. */
function lookBeyond({ k, plan }: Situation): Step | null {
  return k.beyond || plan.kind === 'need-bills' ? null : look('none', { of: 'beyond' });
}

/**
 * The header is born with our mark, so that other runs see at once that it is being filled. The look that showed none
 * must be fresh, however long the request waits for its turn.
 */
function create({ k, now, plan, subject }: Situation): Step | null {
  if (plan.kind !== 'create' || subject || !k.rows) return null;
  const made = Object.values(k.orders).filter((each) => each.made).length;
  if (made >= MAX_MADE) return unverified(null, madeInVain(k, made));
  // Who has taken the first one away may have acted on a newer state of the event.
  if (made > 0 && !k.refreshed) return { do: 'refresh' };
  const until = k.rows.asOf + k.timing.lease;
  if (now > until - k.timing.renewBefore && !k.justLooked) return look('short', { of: 'rows' });
  return { do: 'write', write: { kind: 'create', uuid: nextOrderUuid(k) }, until };
}

function madeInVain({ wanted }: Knowledge, made: number): string {
  return `This run has made ${made} headers for event ${wanted.eventId} one after the other, and none of them counts any more: somebody takes them away, or Revel's answers contradict each other. Nobody on the POS sees them. The next run looks again.`;
}

/** Of several headers the lowest id counts: ours that lost goes before anything else is written. */
function dropOwnRivals({ k, now, hidden, subject }: Situation): Step | null {
  const own = hidden.filter(({ id }) => id !== subject?.id && known(k, id).ours !== null);
  return dropFirst(k, now, own, subject?.id ?? null);
}

// What somebody else has begun is taken over by the rules of takeover.ts. Then it is ours.

/** What hangs on an order that was taken over; on one that this run has made nothing does. */
function readContents({ subject }: Situation): Step | null {
  if (!subject || (subject.items && subject.payments)) return null;
  return look('none', ...contentsReads(subject.id));
}

/** Lines that the event does not have. (A line of staff's has ended the work before.) */
function removeLines({ k, now, subject }: Situation): Step | null {
  const row = subject && compareItems(k.wanted.items, linesOf(subject) ?? [], cutOfLines(subject)).extra[0];
  if (!row) return null;
  const line = subject.lines.find(({ uuid }) => uuid === row.uuid);
  if (line) return lookForLines(k, now, subject, line.at);
  return leased(k, now, subject.id, { kind: 'remove-line', id: subject.id, row });
}

/** Lines that are not there; one that Revel has taken is waited for, and never sent again by this run. */
function addLines({ k, now, subject }: Situation): Step | null {
  const item =
    subject && compareItems(k.wanted.items, linesOf(subject) ?? [], cutOfLines(subject)).missing[0];
  if (!item) return null;
  if (subject.tries.lines > MAX_REWRITES) return lineDiffers(subject.id, item);
  const write: Write = { kind: 'add-line', id: subject.id, item, uuid: nextLineUuid(subject, item) };
  return leased(k, now, subject.id, write);
}

/** The header's money, discount and day; once on each that this run has made, since a new one says nothing of its own. */
function writeTotals({ k, now, subject }: Situation): Step | null {
  if (!subject) return null;
  const isNew = subject.ours?.how === 'made' && subject.tries.totals === 0;
  if (!isNew && !needsTotals(k.wanted, subject.order)) return null;
  if (subject.tries.totals >= MAX_REWRITES) return notKept(subject, 'the totals');
  return leased(k, now, subject.id, { kind: 'totals', id: subject.id });
}

/**
 * Headers that others made before ours have to show, so that all agree which one counts. A look that does not even show
 * ours shows nobody else's: another order may stand already, and the next run, which would not see ours, would make more.
 */
function lookForRivals({ k, now, subject }: Situation): Step | null {
  if (!subject?.ours) return null;
  const { id, ours } = subject;
  const isShown = ours.how === 'taken' || k.rows?.value.some((row) => row.id === id);
  const { settle } = k.timing;
  const from = isShown ? ours.at : Math.max(ours.at, rowsAsOf(k) + settle);
  if (rowsAsOf(k) >= from) return null;
  if (from > ours.at + MAX_REWRITES * settle) return headerNotShown(k, id);
  return lookFrom(k, now, from, 'short', { of: 'rows' });
}

/** All lines have been seen, by a look and not by our own account of what was written. */
function confirmLines({ k, now, subject }: Situation): Step | null {
  if (!subject?.items) return null;
  const { lines, gone } = subject;
  const last = Math.max(...lines.map(({ at }) => at), ...Object.values(gone.lines));
  return last === NEVER ? null : lookForLines(k, now, subject, last);
}

/** The lines as of `last` at the earliest, again and again while they do not show what Revel has taken, and not for ever. */
function lookForLines(k: Knowledge, now: number, { id, items, tries }: Subject, last: number): Step {
  if (tries.lines > MAX_REWRITES) return linesNotShown(id);
  const from = !items || items.asOf < last ? last : items.asOf + k.timing.settle;
  return lookFrom(k, now, from, 'none', { of: 'items', id });
}

/** Payments that the event does not have. One that stays must not get company, nor be shown to staff. */
function removePayments({ k, now, subject }: Situation): Step | null {
  if (!subject?.payments) return null;
  const { id, payments, gone } = subject;
  const last = Math.max(...Object.values(gone.payments));
  if (payments.asOf < last) return lookFrom(k, now, last, 'none', { of: 'payments', id });
  const [row] = comparePayments(k.wanted, payments.value).extra;
  if (!row) return null;
  if (gone.payments[row.id] === undefined) return leased(k, now, id, { kind: 'remove-payment', id, row });
  return paymentStays(id, row);
}

/** Exactly the payment that the event wants. */
function pay({ k, now, subject }: Situation): Step | null {
  if (!subject?.payments || subject.paid) return null;
  const { id, payments, order } = subject;
  if (comparePayments(k.wanted, payments.value).missing === zero) return null;
  const { payment: amount, tip } = k.wanted;
  const uuid = nextPaymentUuid(order, payments.value, amount);
  return leased(k, now, id, { kind: 'add-payment', id, uuid, amount, tip });
}

/**
 * Seen before anybody can see the order: what the header says about money is what we wrote there, and would hide a
 * payment that Revel did not keep. A sweep shows it unseen, which saves a request an order, and reads it afterwards: one
 * that is missing then is UNVERIFIED.
 */
function confirmPayment({ k, now, subject }: Situation): Step | null {
  if (!subject?.payments || !subject.paid || k.sweep) return null;
  const { id, payments, paid } = subject;
  if (comparePayments(k.wanted, payments.value).missing === zero) return null;
  if (!paid.looked) return look('none', { of: 'payments', id });
  if (payments.asOf < paid.at) return lookFrom(k, now, paid.at, 'none', { of: 'payments', id });
  return paymentNotKept(k, id, payments.value);
}

/**
 * Printed, the final notes: the mark of an unfinished order goes before staff can see it, so that one which they see with
 * a mark has been shown by somebody else.
 */
function finish({ k, now, subject }: Situation): Step | null {
  if (!subject) return null;
  const { order } = subject;
  const notes = finalNotes(k.wanted.eventId, k.wanted.revision, k.claim.run);
  if (order.printed && order.notes === notes && compareMoney(k.wanted, order).length === 0) return null;
  if (subject.tries.finish >= MAX_REWRITES) return notKept(subject, 'the printed mark');
  return leased(k, now, subject.id, { kind: 'finish', id: subject.id });
}

/** The row that lets staff see it, the last of all. */
function show({ k, now, subject }: Situation): Step | null {
  return subject && leased(k, now, subject.id, { kind: 'show', id: subject.id });
}
