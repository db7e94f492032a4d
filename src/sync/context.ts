import type { EventId } from '../domain/ids.js';
import type { Location } from '../domain/location.js';
import { ProductIndex } from '../domain/products.js';
import type { OrderFinder, OrderKey, RevelRead } from '../revel/types.js';
import { contactGap } from './session.js';
import { Slots } from './slots.js';
import type { SyncDeps, SyncRequest, SyncSettings } from './types.js';

/** What all events of one run share. */
export interface RunContext extends SyncDeps {
  request: SyncRequest;
  finder: OrderFinder;
  /** How many events are worked on at once. */
  slots: Slots;
  products: (establishmentId: number) => Promise<RevelRead<ProductIndex>>;
}

/** Sets up what a run shares; each establishment's products are read at most once, and only when needed. */
export function openRun(deps: SyncDeps, request: SyncRequest): RunContext {
  const known = new Map<number, Promise<RevelRead<ProductIndex>>>();
  const settings = { ...deps.settings, settleMs: settleFor(deps.settings) };
  return {
    ...deps,
    settings,
    request,
    finder: deps.revel.finder(),
    slots: new Slots(inFlight(settings)),
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
  date: string | null,
): OrderKey {
  const all = ctx.settings.locations.map((entry) => establishmentOf(ctx, entry));
  const own = location ? [establishmentOf(ctx, location)] : [];
  return { event, establishmentIds: [...new Set([...own, ...all])], date };
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
 * Events in flight share one request budget. With too many of them each would wait so long between two writes
 * that it had to check its ownership before every one.
 */
function inFlight(settings: SyncSettings): number {
  const inTime = Math.floor((settings.revelRps * contactGap(settings.settleMs)) / 1_000);
  return Math.max(1, Math.min(settings.concurrency, inTime));
}
