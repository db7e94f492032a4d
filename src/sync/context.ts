import type { EventId } from '../domain/ids.js';
import type { Location } from '../domain/location.js';
import { ProductIndex } from '../domain/products.js';
import { homesOf } from '../domain/removed.js';
import { localDate } from '../domain/zones.js';
import type { OrderKey, RevelRead } from '../revel/types.js';
import { type Places, placesOf } from './misplaced.js';
import { ReadBacks } from './readback.js';
import { type ContentsTogether, contentsTogether } from './reads.js';
import { contactGap } from './signs.js';
import { Slots } from './slots.js';
import { FindTogether } from './together.js';
import type { SyncDeps, SyncRequest, SyncSettings } from './types.js';

/** What all events of one run share. */
export interface RunContext extends SyncDeps {
  request: SyncRequest;
  finder: FindTogether;
  together: ContentsTogether;
  /** How many events are worked on at once. */
  slots: Slots;
  /** How many events are begun and not finished: those that are worked on, and those that wait for time to pass. */
  begun: Slots;
  /** How many events of a sweep are read ahead, so that the next one is ready when a slot is free. */
  ahead: Slots;
  readBacks: ReadBacks;
  places: Places;
  /** Events that the search has shown only because they were edited: their day is not due. */
  edited: Set<EventId>;
  products: (establishmentId: number) => Promise<RevelRead<ProductIndex>>;
}

/** Sets up what a run shares; each establishment's products are read at most once, and only when needed. */
export function openRun(deps: SyncDeps, request: SyncRequest): RunContext {
  const known = new Map<number, Promise<RevelRead<ProductIndex>>>();
  const settings = { ...deps.settings, settleMs: settleFor(deps.settings) };
  const most = inTime(settings);
  const slots = new Slots(Math.min(settings.concurrency, most), most);
  const begun = new Slots(slots.count + waitingFor(settings));
  const around = {
    clock: deps.clock,
    slots,
    stop: deps.stop,
    // A run for named events is to be quick, and has few others to share with.
    strain: () => (request.target.kind === 'sweep' ? (deps.revel.strain?.() ?? 0) : 0),
  };
  const finder = new FindTogether(deps.revel.finder(), around, settings.settleMs / 2);
  return {
    ...deps,
    settings,
    request,
    finder,
    together: contentsTogether(deps.revel, { ...around, slots: begun }),
    slots,
    begun,
    ahead: new Slots(settings.concurrency),
    places: placesOf(deps),
    readBacks: new ReadBacks(deps, finder, slots, begun),
    edited: new Set(),
    products: (establishmentId) => {
      const before = known.get(establishmentId);
      if (before) return before;
      const read = deps.revel.products(establishmentId).then((result): RevelRead<ProductIndex> => {
        if (result.kind === 'ok') return { kind: 'ok', value: new ProductIndex(result.value) };
        // A later event may have more luck.
        known.delete(establishmentId);
        return result;
      });
      known.set(establishmentId, read);
      return read;
    },
  };
}

/**
 * So many events may wait for the settling time of what they wrote while others use the request budget; an order
 * takes about a dozen requests. With more of them begun, each would have to wait too long for its turn.
 */
function waitingFor({ revelRps, settleMs }: SyncSettings): number {
  return Math.max(3, Math.ceil((revelRps * settleMs) / 12_000));
}

/** Where the orders of a location go. */
export function establishmentOf(ctx: RunContext, location: Location): number {
  return ctx.settings.testEstablishmentId ?? location.revel.establishmentId;
}

/**
 * What to look for. An event may have been moved since its order was made, so the order might stand in any of
 * the establishments; its own comes first.
 */
export function orderKey(
  ctx: RunContext,
  event: EventId,
  location: Location | null,
  { date, since }: Pick<OrderKey, 'date' | 'since'>,
): OrderKey {
  const all = ctx.settings.locations.map((entry) => establishmentOf(ctx, entry));
  // An order made before TEST_ESTABLISHMENT_ID was set stands where the location's orders go without it.
  const own = location ? homesOf(location, establishmentOf(ctx, location)) : [];
  const today = localDate(ctx.clock.now(), location?.timezone ?? 'UTC');
  return { event, establishmentIds: [...new Set([...own, ...all])], date, today, since };
}

/**
 * A sign of ownership must outlast the wait for the next request's turn, or no write could ever go out: at a low
 * rate all of the protocol's times grow with that wait.
 */
function settleFor({ settleMs, revelRps }: SyncSettings): number {
  const turn = 1_000 / revelRps;
  return contactGap(settleMs) >= 1.2 * turn ? settleMs : Math.ceil(2.4 * turn);
}

/**
 * So many events may be worked on at once. They share one request budget: with more of them each would wait so long
 * between two writes that it had to check its ownership before every one.
 */
function inTime({ revelRps, settleMs }: SyncSettings): number {
  return Math.max(1, Math.floor((revelRps * contactGap(settleMs)) / 1_000));
}
