import { balanceOf } from '../../domain/compare.js';
import type { OrderId } from '../../domain/ids.js';
import { cents, zero } from '../../domain/money.js';
import { claimIn, finalNotes, NO_REVISION, revisionIn, winnerIn } from '../../domain/notes.js';
import { type FoundOrder, type FoundPayment, isVisible } from '../../domain/order.js';
import { isTakenByUs } from '../../domain/removed.js';
import { asideOf, headers, type Knowledge, known, type Step, seenHeader } from './knowledge.js';
import {
  asSubject,
  dropFirst,
  halt,
  isDatedBefore,
  isTheirs,
  leased,
  leasedWhole,
  look,
  lookFrom,
  nextPaymentUuid,
  rowsAsOf,
  type Situation,
  unverified,
  wholeReads,
} from './situation.js';
import { claim, hold, readOther, waitOutOtherRun, watchOtherRun } from './takeover.js';

/*
 * What a person has decided about orders that staff can see. No run writes to those by itself; whoever decides sets
 * some of them aside, and the event is planned as if they were not there. Such an order goes in one write, which is the
 * decision: its deleted mark, with what stands in its place in its notes. Before it every run goes by the old order, and
 * after it every run, of whatever host and whatever it knows, goes by the new one. So there is no moment with two.
 */

/** The rules that come before all planning. */
export const decided = {
  readSetAside,
  leaveTouched,
  takeOverMarked,
  confirmRetired,
  clearRetired,
  retireOthers,
  endVoided,
};

/** Still there, as far as this run knows. */
function isLive(k: Knowledge, { id, deleted }: FoundOrder): boolean {
  return !deleted && known(k, id).retired === null;
}

/** Before anything is made in their place, they are read as they are. */
function readSetAside({ k }: Situation): Step | null {
  const reads = asideOf(k)
    .filter((row) => isLive(k, row))
    .flatMap(({ id }) =>
      wholeReads(id).filter(({ of }) => {
        const seen = known(k, id)[of];
        return seen === null || (of === 'header' && seen.asOf < rowsAsOf(k));
      }),
    );
  return reads.length > 0 ? look('none', ...reads) : null;
}

/** What a POS has opened, or somebody else has changed or paid on, is not taken away by anybody but staff. */
function leaveTouched({ k }: Situation): Step | null {
  const order = asideOf(k).find((row) => isLive(k, row) && isTheirs(k, row));
  if (!order) return null;
  return halt(
    'TOUCHED',
    order.id,
    `Staff has worked on order ${order.id}, so that it is not taken away from here. Put it right on the POS.`,
  );
}

/**
 * Somebody may be adding a payment to it, which its notes say: then nothing is decided before that can do no more. What
 * was written there longer ago than any run lasts says nothing. Where its payments have to be given back, nobody else may
 * be about to do the same.
 */
function takeOverMarked(s: Situation): Step | null {
  const { k, now } = s;
  const isMarked = (row: FoundOrder) =>
    claimIn(row.notes) !== null && !isDatedBefore(k, row, now, now - k.timing.longAgo);
  const isGivenBack = ({ id }: FoundOrder) =>
    k.takeBack === 'negative' &&
    k.decision?.kind !== 'replace' &&
    balanceOf(known(k, id).payments?.value ?? []).amount !== zero;
  const order = asideOf(k).find(
    (row) => isLive(k, row) && known(k, row.id).ours === null && (isMarked(row) || isGivenBack(row)),
  );
  const subject = order ? asSubject(k, order) : null;
  return subject && firstOf([readOther, watchOtherRun, claim, waitOutOtherRun, hold], { ...s, subject });
}

function firstOf(rules: readonly ((s: Situation) => Step | null)[], s: Situation): Step | null {
  for (const rule of rules) {
    const step = rule(s);
    if (step) return step;
  }
  return null;
}

/** Where nothing has to be made first: the others beside the one that counts, and what the event does not want. */
function retireOthers({ k, now, plan }: Situation): Step | null {
  const { decision } = k;
  if (decision?.kind !== 'keep' && decision?.kind !== 'void') return null;
  const order = asideOf(k).find((row) => isLive(k, row));
  if (!order) return null;
  if (decision.kind === 'void') return retire(k, now, order.id, null);
  const isThere = 'order' in plan && plan.order?.id === decision.order && isVisible(plan.order);
  return isThere ? retire(k, now, order.id, decision.order) : null;
}

/** The new order is complete but for its payment: the old one goes, and from here on the new one counts. */
export function retireReplaced({ k, now, subject }: Situation): Step | null {
  if (k.decision?.kind !== 'replace' || !subject) return null;
  const order = asideOf(k).find((row) => isLive(k, row));
  return order ? retire(k, now, order.id, subject.id) : null;
}

/** In one write, which is the decision. */
function retire(k: Knowledge, now: number, id: OrderId, winner: OrderId | null): Step {
  const notes = seenHeader(k, id)?.value?.notes ?? '';
  return leasedWhole(
    k,
    now,
    id,
    { kind: 'retire', id, winner, before: settledNotes(k, notes) },
    winner ?? undefined,
  );
}

/**
 * Its notes without any claim, should Revel not keep the mark. Where somebody was adding a payment, they name no state of
 * the event: nothing but its rows tells how far that came.
 */
function settledNotes(k: Knowledge, notes: string): string {
  const claim = claimIn(notes);
  const revision = revisionIn(notes);
  if (!claim || revision === null) return notes;
  return finalNotes(k.wanted.eventId, claim.kind === 'filling' ? NO_REVISION : revision, k.claim.run);
}

/**
 * A look by its id has to show that the old order is gone before anybody sees the new one. Where Revel does not keep
 * the mark, the new one goes, and the old one says again what it said.
 */
function confirmRetired({ k, now, hidden }: Situation): Step | null {
  for (const [key, { retired, header }] of Object.entries(k.orders)) {
    if (!retired || retired.kept) continue;
    const id = key as OrderId;
    if (retired.kept === null) return lookFrom(k, now, retired.at, 'none', { of: 'header', id });
    const own = hidden.filter((row) => known(k, row.id).ours !== null);
    const undone = dropFirst(k, now, own, id);
    if (undone) return undone;
    const order = header?.value;
    if (order && order.notes !== retired.notes && !isTheirs(k, order))
      return leased(k, now, id, { kind: 'restore', id, notes: retired.notes });
    return unverified(
      id,
      `Revel did not keep the deleted mark of order ${id}, so that it stands as before and nothing has come in its place. Put it right on the POS.`,
    );
  }
  return null;
}

/**
 * Payments of what is gone count no more, before the order in its place gets its own, and whatever else is to be told of
 * the event. Where staff came to it in the last moment they are left to people, who are told.
 */
function clearRetired(s: Situation): Step | null {
  const { k, now } = s;
  for (const row of takenAway(k)) {
    if (isTheirs(k, row)) continue;
    const { id } = row;
    const { payments, gone, retired, paid } = known(k, id);
    // Lists that were read before it went may lack what had been paid only then.
    const seenAt = retired?.at ?? seenHeader(k, id)?.asOf ?? Number.NEGATIVE_INFINITY;
    const from = Math.max(seenAt, paid?.at ?? seenAt, ...Object.values(gone.payments));
    if (!payments || payments.asOf < from) return lookFrom(k, now, from, 'none', { of: 'payments', id });
    const step = k.takeBack === 'mark' ? markPaid(s, id, payments.value) : giveBack(s, row, payments.value);
    if (step) return step;
  }
  return null;
}

/** Each payment that we recorded is marked deleted. */
function markPaid({ k, now }: Situation, id: OrderId, payments: readonly FoundPayment[]): Step | null {
  const { gone } = known(k, id);
  const { userId } = k.wanted.location.revel;
  const live = payments.filter(
    ({ deleted, updatedBy }) => !deleted && (updatedBy === null || updatedBy === userId),
  );
  const row = live.find((each) => gone.payments[each.id] === undefined);
  return row ? leased(k, now, id, { kind: 'remove-payment', id, row }) : null;
}

/**
 * A payment of as much less than nothing, once: by the run that took this one away, by the one that has the very order in
 * its place, or by one that makes another when nobody can be at it any more.
 */
function giveBack({ k, now, subject }: Situation, row: FoundOrder, payments: readonly FoundPayment[]) {
  const { id } = row;
  const { paid, retired } = known(k, id);
  const sum = balanceOf(payments);
  if (paid || (sum.amount === zero && sum.tip === zero)) return null;
  // Whoever has come over the order in its place gives it back then.
  const isOurDeed = retired?.kept && (k.decision?.kind !== 'replace' || subject?.ours);
  if (!isOurDeed && !(subject?.ours && isOver(k, now, row, subject.id))) return null;
  const [amount, tip] = [cents(-sum.amount), cents(-sum.tip)];
  const uuid = nextPaymentUuid(row, payments, amount);
  return leasedWhole(k, now, id, { kind: 'add-payment', id, uuid, amount, tip }, subject?.id);
}

/** Whether nobody can be at an order that was taken away, but who has `id`: it stands in its place, or that is long ago. */
function isOver(k: Knowledge, now: number, row: FoundOrder, id: OrderId): boolean {
  return winnerIn(row.notes) === id || isDatedBefore(k, row, now, now - k.timing.longAgo);
}

/** Nothing is paid beside what still stands on an order that was taken away, whoever may be about to give it back. */
export function leaveUnpaid({ k, now, subject }: Situation): Step | null {
  if (!subject) return null;
  const paid = takenAway(k).find(
    (row) => !isTheirs(k, row) && balanceOf(known(k, row.id).payments?.value ?? []).amount !== zero,
  );
  if (!paid) return null;
  const isAwaited = k.takeBack === 'negative' && !isOver(k, now, paid, subject.id);
  return unverified(
    paid.id,
    isAwaited
      ? `What was paid on order ${paid.id}, which has been taken away, does not show as given back yet, and another run may be about to do it, so that nothing is paid in its place. Do not give it back by hand now: a sweep does it once no other run can be at it. If it still stands a day from now, take it back in Revel.`
      : `What was paid on order ${paid.id}, which has been taken away, cannot be taken back from here, so that nothing is paid in its place. Take it back in Revel; the next run goes on.`,
  );
}

/** The event wants no order, and has none. */
function endVoided({ k }: Situation): Step | null {
  if (k.decision?.kind !== 'void') return null;
  const { order } = k.decision;
  return { do: 'end', end: { kind: 'gone', order, leftovers: leftoversOf(k, []) } };
}

/** Of these, and of what a decision has taken away, the orders that still hold a payment. */
export function leftoversOf(k: Knowledge, losers: readonly FoundOrder[]): OrderId[] {
  return [...losers, ...takenAway(k)]
    .map(({ id }) => id)
    .filter((id) => balanceOf(known(k, id).payments?.value ?? []).amount !== zero);
}

/**
 * Orders that staff could see, and that this program took away because it was told to. Where lists do not tell who could
 * see them, all that it took away.
 */
function takenAway(k: Knowledge): FoundOrder[] {
  const wasVisible = (row: FoundOrder) => row.historyIds === null || isVisible(row);
  return headers(k).filter((row) => wasVisible(row) && (known(k, row.id).retired?.kept || isTakenByUs(row)));
}
