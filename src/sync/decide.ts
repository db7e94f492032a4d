import { type Decision, isDayOver, settles, takesAway } from '../domain/decision.js';
import type { EventHeader } from '../domain/event.js';
import { type EventId, localIdOf } from '../domain/ids.js';
import type { Location } from '../domain/location.js';
import { zero } from '../domain/money.js';
import type { FoundOrder } from '../domain/order.js';
import { markDeleted } from '../domain/plan.js';
import type { WantedOrder } from '../domain/wantedOrder.js';
import { localDate } from '../domain/zones.js';
import { establishmentOf, type RunContext } from './context.js';
import { type Planned, planById, planRead } from './event.js';
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
  const readAt = ctx.clock.now();
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
        error: `Order ${decision.order} is not among the orders of event ${id} in any shop of the locations file.`,
      });
    }
    if (isDayOver(old, location, ctx.clock.now())) {
      const what = takesAway(decision.kind) ? 'it is not taken away' : 'no payment is added to it';
      return refused({
        ...plain.result,
        error: `The business day of order ${old.id} is over and its books are closed, so that ${what}. Settle it on the POS and in the books; then: resolve ${id} --accept "<why>".`,
      });
    }
    if (decision.kind === 'void') return voided(ctx, id, { old, location, header, rows, lookedAt, readAt });
  }
  if (read.kind !== 'ok') return plain;
  return planRead(ctx, read.value, rows, { readAt, lookedAt, proof: { kind: 'unread' }, decision });
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
    readAt,
  }: {
    old: FoundOrder;
    location: Location;
    header: EventHeader | null;
    rows: readonly FoundOrder[];
    lookedAt: number;
    readAt: number;
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
    actions: [markDeleted(old.id, null)],
    creates: false,
    order: old.id,
    readAt,
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
