import { isSelected } from '../config/locations.js';
import { type EventId, eventIdIn } from '../domain/ids.js';
import type { Location } from '../domain/location.js';
import { revisionIn } from '../domain/notes.js';
import { type FoundOrder, isVisible } from '../domain/order.js';
import { type DateRange, spanOf } from '../domain/select.js';
import type { Shard } from '../domain/shard.js';
import { isInShard } from '../domain/shardHash.js';
import { addDays } from '../domain/zones.js';
import { establishmentOf, type RunContext } from './context.js';
import { isNews } from './once.js';
import type { Selection } from './pages.js';
import { dueDates } from './search.js';
import type { Candidate, EventResult } from './types.js';

/** An order named as this program names its own, of an event that no search has shown. */
export interface Stray extends Candidate {
  order: FoundOrder;
}

/** `doubt`: so many that the search must be wrong, as a sentence; then none of them is looked at. */
export interface Strays {
  strays: Stray[];
  doubt: string | null;
}

/** As many events may be deleted or moved without any doubt about the search. */
const MOST_GONE = 5;

/**
 * The other way round: orders that staff can see, of days that the sweep covers, whose event the search did not show.
 * It may have been deleted without a webhook, or moved or cancelled long ago. Only shops that this run is for count,
 * and only where the searches of all sites that send orders there ended well: what was not searched for is not gone.
 */
export async function findStrays(
  ctx: RunContext,
  { events, whole }: Selection,
  hoursBack: number,
  shard: Shard | null,
): Promise<Strays> {
  const shops = shopsOf(ctx, whole);
  const span = spanOf([...shops.values()].flat().map(({ timezone }) => dueDates(ctx, timezone, hoursBack)));
  if (span === null) return none;
  // A business day ends on the next morning.
  const read = await ctx.finder.filedUnder?.({ from: span.from, to: addDays(span.to, 1) });
  if (read === undefined) return none;
  if (read.kind === 'error') {
    ctx.events.warning(`Orders whose event has been deleted could not be looked for. ${read.detail}`);
    return none;
  }
  const strays = new Map<EventId, Stray>();
  for (const order of read.value) {
    const id = eventIdIn(order.localId);
    const isHere = (shops.get(order.establishmentId ?? 0) ?? []).some((location) =>
      isOn(order, dueDates(ctx, location.timezone, hoursBack), location),
    );
    const isSeen = order.historyIds === null || isVisible(order);
    if (id === null || !isHere || !isSeen || order.deleted) continue;
    if (events.has(id) || ctx.settings.ignoredEvents.has(id)) continue;
    if (shard === null || isInShard(id, shard)) strays.set(id, { id, header: null, order });
  }
  const found = [...strays.values()];
  const marked = found.filter(({ order }) => revisionIn(order.notes) !== null);
  if (marked.length <= MOST_GONE || marked.length <= events.size) return { strays: found, doubt: null };
  const doubt =
    `Revel has orders of ${marked.length} events that the searches do not show, which showed ${events.size}. ` +
    'Are tripleseat.siteId in the locations file and the credentials of Tripleseat those of these shops? Nothing is ' +
    'said of these events and orders until then.';
  return { strays: [], doubt };
}

const none: Strays = { strays: [], doubt: null };

/** The shops that the run is for, each with all locations whose orders go there. */
function shopsOf(ctx: RunContext, whole: ReadonlySet<number>): Map<number, Location[]> {
  const { settings, request } = ctx;
  const shops = new Map<number, Location[]>();
  for (const location of settings.locations) {
    const id = establishmentOf(ctx, location);
    shops.set(id, [...(shops.get(id) ?? []), location]);
  }
  const isCovered = (location: Location) =>
    whole.has(location.tripleseat.siteId) &&
    isSelected(location, settings.allowedLocations) &&
    isSelected(location, request.locations);
  return new Map([...shops].filter(([, locations]) => locations.every(isCovered)));
}

/** Whether the order is filed under one of these business days. */
function isOn({ createdDate }: FoundOrder, { from, to }: DateRange, { businessDayStart }: Location): boolean {
  const opens = (date: string) => `${date}T${businessDayStart}:00`;
  return createdDate !== null && createdDate >= opens(from) && createdDate < opens(addDays(to, 1));
}

/**
 * What is to be told of a stray, by what a look at its event came to; null: nothing. Where the event is gone or at a
 * place that no entry covers, the order may be another program's: then it is said once, and nobody is told to void it.
 */
export async function tellStray(
  ctx: RunContext,
  { id, order }: Stray,
  result: EventResult,
): Promise<EventResult | null> {
  const isPlaced = result.location !== null;
  if (result.status !== 'failed' || result.upstream || isPlaced || (await isOurs(ctx, id, order)))
    return result;
  if (await isNews(ctx, `told/stray/${order.id}`)) {
    const where =
      result.name === null
        ? 'Tripleseat does not show'
        : 'is at a place that no entry of the locations file covers';
    ctx.events.warning(
      `Order ${order.id} in establishment ${order.establishmentId} is named after event ${id}, which ${where}. ` +
        'Nothing says that this program has made the order, so it is left to whoever did.',
    );
  }
  return null;
}

/** Whether this program has made the order: its notes bear our mark, or the journal tells of it. */
async function isOurs({ state }: RunContext, event: EventId, { id, notes }: FoundOrder): Promise<boolean> {
  if (revisionIn(notes) !== null) return true;
  for await (const record of state.journal.read()) {
    const isMade = record.type === 'event' && (record.status === 'injected' || record.status === 'repaired');
    if (isMade && record.id === event && record.order === id) return true;
  }
  return false;
}
