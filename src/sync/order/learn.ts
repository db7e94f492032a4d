import { compareItems } from '../../domain/compare.js';
import type { OrderId } from '../../domain/ids.js';
import type { Cut } from '../../domain/names.js';
import { claimIn } from '../../domain/notes.js';
import { type FoundItem, type FoundOrder, isVisible } from '../../domain/order.js';
import {
  type Action,
  addItem,
  addPayment,
  createOrder,
  markDeleted,
  removePayment,
  setTotals,
} from '../../domain/plan.js';
import type { FailReason } from '../../domain/reasons.js';
import { isTouched } from '../../domain/service.js';
import type { RevelWrite } from '../../revel/types.js';
import { certainFrom, cutOfLines, evidenceOf, isLive, shows, showsIn } from './evidence.js';
import {
  change,
  type Found,
  held,
  isMarkedOurs,
  type Knowledge,
  type Known,
  known,
  lasting,
  mayHold,
  type Refreshed,
  type Seen,
  seenHeader,
  unknown,
  type Write,
  withTheirs,
} from './knowledge.js';

/** So often in a row may Revel refuse a write for now; as often as a look where it says that it is only too much at once. */
const MAX_REFUSALS = 4;
const MAX_THROTTLED = 12;
const MAX_LOST = 12;
const MAX_LATE = 50;
const FIRST_PAUSE_MS = 250;
const LAST_PAUSE_MS = 8_000;

/** What is known after these answers, which came together. */
export function learnFound(k: Knowledge, found: readonly Found[], now: number): Knowledge {
  let after: Knowledge = { ...k, justLooked: found.some(({ of }) => of === 'rows' || of === 'header') };
  for (const each of found) after = settled(seen(after, each, now), each, now);
  return watched(disowned(held(after, now)), found, now);
}

/** Rows that a look for other events has shown along: whatever it tells is as good as asked for. */
export function learnAlong(k: Knowledge, rows: FoundOrder[], askedAt: number, now: number): Knowledge {
  return k.rows ? disowned(held(withRows(k, rows, askedAt - k.timing.settle), now)) : k;
}

/** A look failed: nothing can be concluded from it, so the work on the event ends. */
export function learnFailed(k: Knowledge, message: string): Knowledge {
  return halted(k, 'REVEL_ERROR', message, true);
}

/**
 * The process or its machine has stood still, nobody knows for how long: others may have acted on any order since it
 * was seen, so that no write rests on an earlier look any more. The looks after it are put when they have to show
 * everything that this run has written before it.
 */
export function learnFroze(k: Knowledge, now: number): Knowledge {
  const asOf = Number.NEGATIVE_INFINITY;
  const orders = Object.entries(k.orders).map(([id, each]) => [
    id,
    {
      ...each,
      header: each.header && { ...each.header, asOf },
      items: each.items && { ...each.items, asOf },
    },
  ]);
  return {
    ...k,
    justLooked: false,
    frozeAt: now,
    notBefore: Math.max(k.notBefore, now + k.timing.settle),
    rows: k.rows && { ...k.rows, asOf },
    orders: Object.fromEntries(orders),
  };
}

/** The run is to stop. */
export function learnStopped(k: Knowledge): Knowledge {
  return halted(k, 'ABORTED', 'The run was stopped before this event was finished.', false);
}

/** So much has been done for the event that something must keep changing. */
export function learnRestless(k: Knowledge): Knowledge {
  const message = `The orders of event ${k.wanted.eventId} kept changing while they were worked on. The next run looks again.`;
  return halted(k, 'UNVERIFIED', message, false);
}

/** The event was read again. */
export function learnRefreshed(k: Knowledge, found: Refreshed): Knowledge {
  if (found.kind === 'same') return { ...k, refreshed: true };
  if (found.kind === 'outdated') return { ...k, refreshed: true, end: found };
  // All is looked at anew.
  const kept = unlisted(k, k.rows?.value ?? []);
  return { ...kept, wanted: found.wanted, refreshed: true, rows: null };
}

/** What never goes away of rows that no list holds any more is kept: a look may show an earlier state than the last one. */
function unlisted(k: Knowledge, rows: readonly FoundOrder[]): Knowledge {
  return rows.reduce((of, row) => {
    const listed = { value: row, asOf: Number.NEGATIVE_INFINITY };
    return change(of, row.id, { header: lasting(k, listed, known(of, row.id).header ?? listed) });
  }, k);
}

/** What became of a write: done, certainly not done, or unknown. `sentAt`: when it left at the earliest. */
export function learnWritten(
  k: Knowledge,
  write: Write,
  answer: RevelWrite<FoundOrder | null | true>,
  sentAt: number,
  now: number,
): Knowledge {
  const after: Knowledge = { ...k, justLooked: false };
  const lost = { write, sentAt, answeredAt: now, lookedAt: null, answered: false };
  switch (answer.kind) {
    case 'done': {
      const order = answer.value === true ? null : answer.value;
      return disowned(happened(after, write, order, sentAt, now));
    }
    case 'held': {
      const tries = { ...k.tries, late: k.tries.late + 1 };
      if (tries.late <= MAX_LATE) return { ...after, tries };
      return halted(
        after,
        'REVEL_ERROR',
        'Revel answers too slowly to write safely: raise SETTLE_SECONDS.',
        true,
      );
    }
    case 'not-done': {
      // Perhaps it is there already, and refused for that.
      if (!answer.retry) return { ...after, pending: { ...lost, detail: answer.detail, refused: true } };
      const tries = { ...k.tries, refused: k.tries.refused + 1 };
      const most = answer.throttled === undefined ? MAX_REFUSALS : MAX_THROTTLED;
      if (tries.refused >= most) return halted(after, 'REVEL_ERROR', `${answer.detail}.`, true);
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** (tries.refused - 1), LAST_PAUSE_MS);
      return { ...after, tries, notBefore: now + Math.max(answer.retryAfterMs, pause) };
    }
    case 'unknown': {
      const pending = { ...lost, detail: answer.detail, refused: false, answered: answer.answered ?? false };
      // Should the order be lost meanwhile, it may get this write all the same.
      const compareFrom = Math.max(k.compareFrom ?? sentAt, certainFrom(k, pending));
      return { ...after, pending, compareFrom };
    }
  }
}

/** Takes an answer down, unless something newer is known. */
function seen(k: Knowledge, found: Found, now: number): Knowledge {
  const asOf = found.askedAt - k.timing.settle;
  switch (found.of) {
    case 'rows':
      return withRows(k, found.rows, asOf);
    case 'beyond': {
      const listed = new Set(k.rows?.value.map(({ id }) => id));
      const more = found.rows.filter(({ id }) => !listed.has(id));
      const rows = k.rows && { ...k.rows, value: [...k.rows.value, ...more] };
      return { ...k, beyond: true, rows };
    }
    case 'header': {
      const { missedAt, retired } = known(k, found.id);
      const header = { value: found.header, asOf };
      // Reads by the id may lag more than lists do: that it is not there, or hidden, counts once it would have to be.
      if (isBehind(k, found) && (missedAt === null || asOf < missedAt)) {
        const from = missedAt ?? now;
        const notBefore = Math.max(k.notBefore, from + k.timing.settle);
        return change({ ...k, notBefore }, found.id, { missedAt: from });
      }
      // By this answer and nothing that was known before: a mark that was answered is not yet one that is kept.
      const isTold = retired !== null && retired.kept === null && asOf >= retired.at;
      const kept = found.header === null || found.header.deleted;
      const mark = isTold ? { retired: { ...retired, kept } } : {};
      return change(k, found.id, { header: later(k, found.id, header), missedAt: null, ...mark });
    }
    case 'items': {
      const { items, lines, gone, tries } = known(k, found.id);
      const shown = new Set(found.items.map(({ uuid }) => uuid?.toLowerCase()));
      const left = lines.filter(({ uuid }) => !shown.has(uuid));
      const told = Object.entries(gone.lines).filter(([, at]) => at <= asOf);
      const still = Object.fromEntries(Object.entries(gone.lines).filter(([, at]) => at > asOf));
      // Revel has accepted them, and does not show it although it had to; or shows something else.
      const isLost =
        left.some(({ at }) => at <= asOf) ||
        told.some(([id]) => isLive(found.items, id)) ||
        lines.some((line) => isOtherwise(line, found.items, cutOfLines(known(k, found.id))));
      return change(k, found.id, {
        items: { value: withTheirs(k, found.id, items, found.items), asOf },
        lines: left,
        gone: { ...gone, lines: still },
        tries: { ...tries, lines: tries.lines + (isLost ? 1 : 0) },
      });
    }
    case 'bills':
      return change(k, found.id, { bills: found.bills });
    case 'payments': {
      const { payments, paid } = known(k, found.id);
      return change(k, found.id, {
        payments: { value: withTheirs(k, found.id, payments, found.payments), asOf },
        paid: paid && { ...paid, looked: true },
      });
    }
  }
}

/** Whether the row of a line that was written holds another one, or one that counts no more. */
function isOtherwise({ item, uuid }: Known['lines'][number], rows: readonly FoundItem[], cut: Cut): boolean {
  const own = rows.filter((row) => row.uuid?.toLowerCase() === uuid);
  const live = own.filter(({ deleted }) => !deleted);
  return own.length > live.length || compareItems([item], live, cut).extra.length > 0;
}

/** It does not show an order that has been seen, or shows one hidden that staff could see: of an earlier moment. */
function isBehind(k: Knowledge, { id, header }: Extract<Found, { of: 'header' }>): boolean {
  const before = seenHeader(k, id)?.value;
  if (!before) return false;
  return header === null || (isVisible(before) && !header.deleted && !isVisible(header));
}

/** The rows of the later look; of one that was put earlier and answered later, what never goes away again. */
function withRows(k: Knowledge, rows: readonly FoundOrder[], asOf: number): Knowledge {
  if (k.rows && isOlder(k, asOf, k.rows)) {
    const { value: latest, asOf: since } = k.rows;
    const value = latest.map((row) => {
      const earlier = rows.find(({ id }) => id === row.id);
      return (earlier && lasting(k, { value: earlier, asOf }, { value: row, asOf: since }).value) ?? row;
    });
    return value.every((row, index) => row === latest[index]) ? k : { ...k, rows: { value, asOf: since } };
  }
  const value = rows.map((row) => lasting(k, seenHeader(k, row.id), { value: row, asOf }).value ?? row);
  const left = (k.rows?.value ?? []).filter((row) => !rows.some(({ id }) => id === row.id));
  return { ...unlisted(k, left), rows: { value, asOf } };
}

/** Whether what is as of then may be older than what is known. */
function isOlder({ frozeAt }: Knowledge, asOf: number, before: Seen<unknown>): boolean {
  return asOf < Math.max(before.asOf, frozeAt);
}

/** The later of what was known of a header and what an answer shows. */
function later(k: Knowledge, id: OrderId, header: Seen<FoundOrder | null>): Seen<FoundOrder | null> {
  const before = known(k, id).header;
  if (before && isOlder(k, header.asOf, before)) return lasting(k, header, before);
  return lasting(k, seenHeader(k, id), header);
}

/** What the answer says of the write whose own answer was lost. */
function settled(k: Knowledge, found: Found, now: number): Knowledge {
  const { pending } = k;
  if (!pending) return k;
  const evidence = evidenceOf(pending.write);
  if (evidence.of !== found.of || ('id' in found && 'id' in evidence && found.id !== evidence.id)) return k;
  const isCertain = found.askedAt - k.timing.settle >= certainFrom(k, pending);
  const shown = shows(k, pending.write, found);
  // What was written before in the same words may be what shows, and this may still be under way.
  if (shown && (isCertain || !isRepeated(k, pending.write))) {
    const order = shown === true ? null : shown;
    return happened({ ...k, pending: null }, pending.write, order, pending.sentAt, now);
  }
  if (!isCertain) {
    return { ...k, pending: { ...pending, lookedAt: found.askedAt } };
  }
  // Now it has certainly not happened.
  const after: Knowledge = { ...k, pending: null, tries: { ...k.tries, lost: k.tries.lost + 1 } };
  const isTaken = found.of === 'rows' && found.rows.some(({ deleted }) => !deleted);
  if (pending.refused && !isTaken) return halted(after, 'REVEL_ERROR', `${pending.detail}.`, false);
  return after.tries.lost < MAX_LOST ? after : halted(after, 'REVEL_ERROR', `${pending.detail}.`, true);
}

/** Whether Revel has taken just this write from this run before. */
function isRepeated(k: Knowledge, write: Write): boolean {
  if (write.kind !== 'totals' && write.kind !== 'finish') return false;
  return known(k, write.id).tries[write.kind] > 0;
}

/** It has happened, at the latest `now`. `order`: the header that it answered, or that shows it. */
function happened(
  before: Knowledge,
  write: Write,
  order: FoundOrder | null,
  sentAt: number,
  now: number,
): Knowledge {
  const k: Knowledge = { ...before, tries: { refused: 0, lost: 0, late: 0 } };
  const header = order && lasting(k, seenHeader(k, order.id), { value: order, asOf: sentAt });
  if (write.kind === 'create') {
    if (!order) return k;
    const made = {
      header,
      items: { value: [], asOf: sentAt },
      payments: { value: [], asOf: sentAt },
      made: true,
      ours: order.deleted ? null : ({ how: 'made', at: now } as const),
    };
    return did(change(k, order.id, made), createOrder(k.wanted));
  }
  const { id } = write;
  const { lines, gone, tries, payments } = known(k, id);
  switch (write.kind) {
    case 'add-line': {
      const line = { item: write.item, uuid: write.uuid, at: now };
      return did(change(k, id, { lines: [...lines, line] }), addItem(write.item));
    }
    case 'remove-line': {
      const { id: item, productId: product } = write.row;
      const after = change(k, id, { gone: { ...gone, lines: { ...gone.lines, [item]: now } } });
      return did(after, { action: 'remove_item', item, product });
    }
    case 'totals': {
      const after = change(k, id, { header, tries: { ...tries, totals: tries.totals + 1 } });
      return tries.totals === 0 ? did(after, setTotals(k.wanted)) : after;
    }
    case 'add-payment': {
      const paid = { uuid: write.uuid, at: now, looked: false };
      return did(change(k, id, { paid }), addPayment(k.wanted, write));
    }
    case 'remove-payment': {
      const after = change(k, id, { gone: { ...gone, payments: { ...gone.payments, [write.row.id]: now } } });
      return did(after, removePayment(write.row));
    }
    case 'finish': {
      const tried = { tries: { ...tries, finish: tries.finish + 1 } };
      const isShown = header?.value && isVisible(header.value);
      if (isShown) return did(shown(change(k, id, tried), id, {}, now), setTotals(k.wanted));
      const after = change(k, id, { header, ...tried });
      return tries.finish === 0 ? did(after, { action: 'mark_printed' }) : after;
    }
    case 'show': {
      // A payment that was seen since it was written is known, and so are lines that were looked at just now.
      const { items, paid } = known(k, id);
      const isPaymentSeen = paid === null || !k.sweep;
      const areLinesFresh = items !== null && items.asOf + k.timing.lease >= sentAt;
      const read = { items: areLinesFresh ? items : null, payments: isPaymentSeen ? payments : null };
      return did(shown(k, id, read, now), { action: 'make_visible' });
    }
    case 'claim':
      // Where the answer does not show it, Revel keeps no notes: no other run can have come over it yet.
      return change(k, id, {
        header,
        claimedAt: now,
        tries: { ...tries, claim: tries.claim + (order && showsIn(k, write, order) ? 0 : 1) },
      });
    case 'hold':
      return change(k, id, {
        ...undone,
        header,
        ours: { how: 'taken', at: now },
        watch: null,
        tries: { ...tries, hold: tries.hold + 1 },
      });
    case 'take-back':
      return change(k, id, { header });
    case 'drop': {
      const isKept = order === null || order.deleted;
      const warning = `Revel did not keep the deleted mark of order ${id} (event ${k.wanted.eventId}): it stays behind as a hidden, superseded order and is disregarded.`;
      const after = did(change(k, id, { header, dropped: true, ours: null }), markDeleted(id, write.winner));
      return isKept ? after : { ...after, warnings: [...after.warnings, warning] };
    }
    case 'retire': {
      const retired = { at: now, kept: null, notes: write.before };
      const after = did(
        change(k, id, { header: header ?? known(k, id).header, retired }),
        markDeleted(id, write.winner),
      );
      if (!order || !isTouched(k.wanted, order)) return after;
      const warning = `Order ${id} of event ${k.wanted.eventId} was opened or changed by somebody in the moment in which it was taken away: look in Revel whether something of it has to be carried over.`;
      return { ...after, warnings: [...after.warnings, warning] };
    }
    case 'restore':
      return change(k, id, { header: header ?? known(k, id).header });
  }
}

/** Staff can see what this run has made of it: from here on it is looked at anew, but for what is known for sure. */
function shown(
  k: Knowledge,
  id: OrderId,
  { items = null, payments = null }: Partial<Pick<Known, 'items' | 'payments'>>,
  now: number,
): Knowledge {
  const after = change(k, id, { header: null, items, payments, shownAt: now });
  return { ...after, compareFrom: null };
}

/** What was done to an order counts no more where another run has had it since. */
const undone: Partial<Known> = {
  lines: unknown.lines,
  gone: unknown.gone,
  paid: unknown.paid,
  items: unknown.items,
  payments: unknown.payments,
};

/** An order that was ours, and is somebody else's now, or finished, or gone: what was done to it counts no more. */
function disowned(k: Knowledge): Knowledge {
  let after = k;
  for (const [key, { ours, claimedAt, shownAt }] of Object.entries(k.orders)) {
    const id = key as OrderId;
    const header = seenHeader(k, id)?.value;
    if (!header || shownAt !== null || (!ours && claimedAt === null)) continue;
    if (ours && !(mayHold(k, header) && isMarkedOurs(k, header))) {
      after = change(after, id, { ...undone, ours: null });
    }
    const mark = claimIn(header.notes);
    const isClaimed = mark?.reach === k.claim.reach && mark.run === k.claim.run;
    if (claimedAt !== null && !isClaimed) after = change(after, id, { claimedAt: null });
  }
  return after;
}

/** Follows an order that another run is at work on: header, lines and payments, read together. */
function watched(k: Knowledge, found: readonly Found[], now: number): Knowledge {
  const header = found.find((each) => each.of === 'header');
  const items = found.find((each) => each.of === 'items');
  if (!header?.header || items?.of !== 'items') return k;
  const { id } = header;
  const { ours, watch, payments } = known(k, id);
  if (ours || !mayHold(k, header.header)) return k;
  const mark = header.header.notes;
  const rows = [...items.items, ...(payments?.value ?? [])]
    .map((row) => `${row.id}${row.deleted ? 'd' : ''}`)
    .sort();
  const { updatedDate, updatedBy, printed, finalTotal } = header.header;
  const print = [mark, updatedDate, updatedBy, printed, finalTotal, ...rows].join('|');
  const { quiet, standOff, settle } = k.timing;
  const beganAt = watch?.beganAt ?? now;
  if (watch?.print === print) return change(k, id, { watch: { ...watch, seenAt: header.askedAt } });
  // A claimant keeps still for a while: whoever claims meanwhile only starts that anew.
  const longer = claimIn(mark)?.kind === 'claiming' ? standOff + settle : quiet;
  return change(k, id, { watch: { print, changedAt: now, quiet: longer, beganAt, seenAt: header.askedAt } });
}

function did(k: Knowledge, action: Action): Knowledge {
  return { ...k, actions: [...k.actions, action] };
}

function halted(k: Knowledge, reason: FailReason, message: string, upstream: boolean): Knowledge {
  return { ...k, end: { kind: 'halted', reason, skipped: false, message, upstream, order: null } };
}
