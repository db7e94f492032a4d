import { type Decision, isDayOver, setAside, settles, takesAway } from '../domain/decision.js';
import type { EventHeader } from '../domain/event.js';
import { type EventId, localIdOf, type OrderId } from '../domain/ids.js';
import type { Location } from '../domain/location.js';
import { zero } from '../domain/money.js';
import type { FoundOrder } from '../domain/order.js';
import { isPaidSince } from '../domain/paidSince.js';
import { markDeleted, standings } from '../domain/plan.js';
import { isTouched } from '../domain/service.js';
import type { WantedOrder } from '../domain/wantedOrder.js';
import { localDate } from '../domain/zones.js';
import { establishmentOf, type RunContext } from './context.js';
import { type Planned, planById, planRead, readingNow } from './event.js';
import { keyOf } from './judge.js';
import { failedUnread, locationOf } from './results.js';
import type { EventResult } from './types.js';

/**
 * What a person's decision about one event comes to. It counts only while the event is as the person has seen it:
 * otherwise the event is judged as in any other run.
 */
export async function planDecided(ctx: RunContext, id: EventId, decision: Decision): Promise<Planned> {
  const plain = await planById(ctx, id);
  if (plain.kind === 'work' || !settles(decision.kind, plain.result.reason)) return plain;
  const reading = readingNow(ctx);
  const read = await ctx.tripleseat.event(id);
  const header = read.kind === 'ok' ? read.value : null;
  const lookedAt = ctx.now();
  const found = await ctx.finder.find(keyOf(ctx, { id, header }));
  if (found.kind === 'error') {
    return refused(failedUnread(ctx, { id, header }, 'REVEL_ERROR', found.detail, true));
  }
  const more = await ctx.finder.further(keyOf(ctx, { id, header }));
  if (more.kind === 'error')
    return refused(failedUnread(ctx, { id, header }, 'REVEL_ERROR', more.detail, true));
  const rows = [
    ...found.value,
    ...more.value.filter((row) => !found.value.some((each) => each.id === row.id)),
  ];
  if (decision.kind !== 'recreate') {
    const old = rows.find((row) => row.id === decision.order);
    const location = old && locationAt(ctx, old);
    if (!old || !location) {
      return refused({
        ...plain.result,
        error: `Order ${decision.order} is not among the orders of event ${id} in any shop of the locations file, so that nothing was written. To see its orders: ts-reconcile resolve ${id}`,
      });
    }
    if (isDayOver(old, location, ctx.clock.now())) {
      const what = takesAway(decision.kind) ? 'it is not taken away' : 'no payment is added to it';
      return refused({
        ...plain.result,
        error: `The business day of order ${old.id} is over and its books are closed, so that ${what}. Settle it on the POS and in the books; then: ts-reconcile resolve ${id} --accept "<why>".`,
      });
    }
    if (decision.kind === 'keep' && !standings(rows).visible.some((row) => row.id === old.id)) {
      const counting = plain.result.orders.map((row) => row.id).join(', ');
      return refused({
        ...plain.result,
        error: `Order ${old.id} of event ${id} is ${old.deleted ? 'deleted' : 'none that staff can see'}, so that it cannot be the one that counts, and nothing was written. Choose one of these: ${counting}.`,
      });
    }
    const isTheirs = (row: FoundOrder) => isTouched({ location: locationAt(ctx, row) ?? location }, row);
    // Of one that is to be replaced the plan below says what staff has made of it.
    const theirs = decision.kind === 'replace' ? undefined : setAside(decision, rows).find(isTheirs);
    if (theirs) {
      return refused({
        ...plain.result,
        status: 'failed',
        reason: 'TOUCHED',
        orderId: theirs.id,
        error: `Staff has worked on order ${theirs.id} of event ${id}, so that it is not taken away from here, and nothing was written. If it is not wanted, have it voided on the POS.`,
      });
    }
    if (decision.kind === 'void') return voided(ctx, id, { old, location, header, rows, lookedAt, reading });
  }
  if (read.kind !== 'ok') return plain;
  const planned = await planRead(ctx, read.value, rows, {
    ...reading,
    lookedAt,
    proof: { kind: 'unread' },
    decision,
  });
  if (decision.kind !== 'payment' || planned.kind === 'work' || planned.result.reason !== 'DRIFT')
    return planned;
  return refused({ ...planned.result, error: notAdded(planned.result, decision.order) });
}

/** Why no payment is added to an order, though something differs. */
function notAdded({ id, differences }: EventResult, order: OrderId): string {
  const nothing = `Nothing was added to order ${order}`;
  const replacing = `have a new order made as the event is now: ts-reconcile resolve ${id} --replace`;
  if (differences.some(({ field }) => field !== 'payment' && field !== 'remaining due')) {
    return `${nothing}: it differs from event ${id} in more than what has been paid since. Put it right on the POS, the payment as well; or ${replacing}.`;
  }
  if (!isPaidSince(differences)) {
    return `${nothing}: more is recorded as paid on it than event ${id} has. Compare the payments of both first. If Tripleseat lacks one, record it there; if one was given back, give it back on the POS as well, or ${replacing}.`;
  }
  return `${nothing}: how much of what event ${id} has is missing cannot be told, since a payment on it has another payment type than those of Tripleseat or no readable amount, or since it holds more of the one (payment, tip) and less of the other. Compare the payments of both, and put the order right on the POS.`;
}

/** The order goes, whatever else there is: there is nothing that the event wants. */
function voided(
  ctx: RunContext,
  id: EventId,
  {
    old,
    location,
    header,
    rows,
    lookedAt,
    reading,
  }: {
    old: FoundOrder;
    location: Location;
    header: EventHeader | null;
    rows: readonly FoundOrder[];
    lookedAt: number;
    reading: ReturnType<typeof readingNow>;
  },
): Planned {
  const wanted: WantedOrder = {
    eventId: id,
    localId: localIdOf(id),
    establishmentId: establishmentOf(ctx, location),
    location,
    date: localDate(ctx.clock.now(), location.timezone),
    startsAt: null,
    items: [],
    subtotal: zero,
    discount: zero,
    tax: zero,
    gratuity: zero,
    surcharge: zero,
    finalTotal: zero,
    payment: zero,
    tip: zero,
    remainingDue: zero,
    callName: '',
    guests: null,
    notesBase: '',
    revision: '',
    told: [],
    sorted: [],
    unsold: [],
  };
  const work = {
    known: { id, header, location: locationOf(ctx, header) ?? location },
    key: keyOf(ctx, { id, header }),
    wanted,
    ownLines: false,
    told: [],
    actions: [markDeleted(old.id, null)],
    creates: false,
    order: old.id,
    ...reading,
    rows,
    lookedAt,
    decision: { kind: 'void', order: old.id } as const,
  };
  return { kind: 'work', work };
}

/** The shop that an order stands in. */
function locationAt(ctx: RunContext, { establishmentId }: FoundOrder): Location | null {
  const { locations } = ctx.settings;
  return (
    locations.find((location) => establishmentOf(ctx, location) === establishmentId) ??
    locations.find(({ revel }) => revel.establishmentId === establishmentId) ??
    null
  );
}

function refused(result: EventResult): Planned {
  return { kind: 'result', result };
}
